"""Wording that names things, tells of trouble or leaves things open. Pure."""

import re

_I = re.IGNORECASE

WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
FILE = re.compile(
    r"(?<![\w/])[\w./\\@-]*\w\.(?!e\b|g\b)[a-z][a-z0-9]{0,4}\b(?!\.\w)|"
    r"(?<![\w<])(?:\./|/|~/|@/?)\w[\w./-]*",
    _I,
)
IDENTIFIER = re.compile(
    r"`[^`\n]+`|\b\w+\(\)|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]\w*|\b\w+_\w+|\B--\w[\w-]*|\b\w+\.\w+\("
)
LINK = re.compile(r"https?://\S+|#\d+|\b[A-Z]{2,}-\d+\b")
QUOTED = re.compile(r"\"[^\"\n]{2,}\"|(?<!\w)'[^'\n]{3,}'(?!\w)|“[^”\n]+”")
NUMBER = re.compile(r"\b\d+(?:\.\d+)*\b")
SYMBOL = re.compile(r"[=(){}\[\]<>_/\\@$^&|+]|\w\.\w|::|->")
BLOCK = re.compile(r"```|^(?: {4,}|\t)\S|^[ \t]*(?:>>>|\$ |In \[)", re.MULTILINE)
ERROR_TEXT = re.compile(r"Error:|Exception|Traceback|Error\b.*:")
LIST = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE)
DETAIL = re.compile(r"[,;:()]|\b(?:with|that|which|using|from|to|into|where|so|and)\b", _I)
WHEN = re.compile(
    r"\b(?:when(?:ever)?|if|after|before|while|once|unless|until|line \d+|because|since|where|from|"
    r"to|into|with|in the|on the|at the|under|above|below|left|right|cuando|wenn|quand)\b",
    _I,
)
RESULT = re.compile(
    r"\b(?:but|instead(?: of)?|should\w*|shows?|says?|throws?|returns?|raises?|gives?|gets?|got|"
    r"redirects?|opens?|closes?|stays?|turns?|blank|empty|null|nan|undefined|denied|timeout|"
    r"not (?:found|defined)|can(?:no|')t|unable|missing|expect(?:ed|s)?|actual(?:ly)?|"
    r"rather than|steps to reproduce|i see)\b",
    _I,
)
FIX = re.compile(r"\b(?:fix\w*|solve|resolve|debug|address|repair|troubleshoot)\b", _I)
MAKE = re.compile(r"\b(?:add|create|write|build|make|generate|implement|set ?up|new)\b", _I)
CHANGE = re.compile(
    r"\b(?:remove|delete|rename|move|replace|change|use|put|show|hide|revert|undo|update|switch|"
    r"set|increase|reduce)\b",
    _I,
)
# What the agent can find out or do by itself: it only has to run or open it.
ROUTINE = re.compile(
    r"\b(?:commit|push|pull|rebase|run|re-?run|lint\w*|tests?|build|deploy|install|branch|review|"
    r"read|check|look|explain|list|describe|document\w*|readme|plan|comments?|changelog|pr|issue|"
    r"ticket)\b",
    _I,
)
# Trouble that shows itself once the agent runs or opens what is named.
TELLS = re.compile(
    r"\b(?:lint\w*|types?|tests?|build|compil\w+|ci|typos?|imports?|indentation|syntax|"
    r"formatting|coverage|migrations?|(?:review|pr) (?:comments?|feedback))\b",
    _I,
)
TROUBLE = re.compile(
    r"\b(?:problems?|issues?|errors?|bugs?|exceptions?|warnings?|conflicts?|failures?|wrong|broken|"
    r"broke|fails?|failing|crash\w*|weird|off|slow|flaky|trouble\w*|"
    r"(?:not|n't|doesnt|isnt|never) (?:\w+ )?work\w*|feedback|complain\w*)\b",
    _I,
)
SWEEP = re.compile(
    r"\b(?:everything|whole|entire|all the|rest|project|app(?:lication)?|website|site|codebase|"
    r"platform|system|clone|game|bot|dashboard|backend|frontend)\b",
    _I,
)
VAGUE = re.compile(
    r"\b(?:some|something|somehow|stuff|things?|certain|various|several|specific|particular|"
    r"problems?|issues?|errors?|bugs?|functional|proper(?:ly)?|feedback|etc)\b",
    _I,
)
# Abstract nouns and the passive tell of kinds of things, not of things.
NOMINAL = re.compile(
    r"\b\w{4,}(?:tion|sion|ity|ment|ance|ence|ness|ancy|ency|ing|iour|ior)s?\b", _I
)
PASSIVE = re.compile(r"\b(?:is|are|was|were|be|being|been)\s+(?:\w+ly\s+)?\w+(?:ed|en)\b", _I)
# What cannot be taken back once it is done wrong.
DESTRUCTIVE = re.compile(
    r"\b(?:delet\w+|drop|purge|wipe|erase|destroy|truncate|force[- ]?push\w*|push --?f\w*|"
    r"reset --hard|rm -r?f?|prune|overwrite|production|prod|live (?:site|server|database|system)|"
    r"rewrite (?:the )?history)\b",
    _I,
)
EITHER = re.compile(r"\b((?:\w[\w.+#-]* ){0,1}\w[\w.+#-]*),? or ((?:a |an |the )?\w[\w.+#-]*)", _I)


def named_file(text: str) -> str:
    """The first file that a text names, "" where it names none."""
    found = FILE.search(text)
    return found.group() if found else ""
