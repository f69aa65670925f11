"""What is seen of a request: wording that names things, tells of trouble or leaves things open, and
counts of it that bear on whether it is clear. Pure.
"""

import math
import re
from typing import NamedTuple

from tom_swe.extract import asking

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
# What a program says against what stands there.
COMPLAINT = re.compile(r"\b(?:complain\w*|warns?|objects? to|rejects?)\b", _I)
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
EITHER = re.compile(r"\b((?:\w[\w.+#-]* ){0,1}\w[\w.+#-]*),? or ((?:a |an |the )?\w[\w.+#-]*)", _I)


def named_file(text: str) -> str:
    """The first file that a text names, "" where it names none."""
    found = FILE.search(text)
    return found.group() if found else ""


# A report tells somebody of something in prose; less of it is a message to an agent.
REPORT_WORDS = 20
_ADDRESSED = re.compile(
    r"\b(?:you|your|u|please|pls|let'?s|can we|could we|i want|i need|i'?d like|help me|we need)\b",
    re.IGNORECASE,
)


class Seen(NamedTuple):
    """The counts that features and the choice of a question share."""

    words: int
    content: int
    details: int
    named: bool
    trouble: bool
    fix: bool
    result: bool
    untold: bool  # trouble is told of, but not what happens
    pointer_only: bool  # "fix it", "clean this up": nothing says what "it" is


def seen(text: str) -> Seen:
    """What a text says at all."""
    words = [word.lower() for word in WORD.findall(text)]
    content = sum(len(word) > 2 and word not in asking.SMALL for word in words)
    quoted = len(QUOTED.findall(text))
    numbers = len(NUMBER.findall(text))
    details = len(DETAIL.findall(text)) + numbers + 2 * quoted
    trouble = _in(TROUBLE, text) or _in(asking.BROKEN, text)
    fix, result = _in(FIX, text), _in(RESULT, text)
    told = result or _in(BLOCK, text) or _in(TELLS, text)
    pointed = content <= 1 and len(words) <= 8 and _in(asking.POINTER, text)
    named = any(_in(pattern, text) for pattern in (FILE, IDENTIFIER, LINK, QUOTED))
    return Seen(
        words=len(words),
        content=content,
        details=details,
        named=named,
        trouble=trouble,
        fix=fix,
        result=result,
        untold=(trouble or fix) and not told and details <= 2 and len(words) <= 25,
        pointer_only=pointed and not named and (trouble or fix or _in(asking.VAGUE_VERB, text)),
    )


def is_report(text: str, before: str = "") -> bool:
    """Whether a text tells of something, as an issue does, rather than address an agent."""
    return (
        not before.strip()
        and len(WORD.findall(text)) >= REPORT_WORDS
        and asking.IMPERATIVE.match(text) is None
        and _ADDRESSED.search(text) is None
    )


def features(text: str, before: str = "") -> dict[str, float]:
    """Named features, each between 0 and 1. ``before`` is the agent's turn before, if any."""
    it = seen(text)
    return _vaguer(text, it) | _clearer(text, it, before)


def _vaguer(text: str, it: Seen) -> dict[str, float]:
    brief = it.details <= 2
    return {
        "bare": float(it.content <= 1),
        "untold": float(it.untold),
        "untold_unnamed": float(it.untold and not it.named),
        "fix_only": float(it.fix and it.content <= 3 and it.details <= 1),
        "trouble": float(it.trouble),
        "pointer_bare": _has(text, asking.POINTER) * (it.content <= 2),
        "make_bare": _has(text, MAKE) * (not it.named and it.content <= 3 and it.details <= 1),
        "sweep": _has(text, SWEEP) * (it.words <= 20 and brief),
        "taste": _has(text, asking.TASTE),
        "taste_bare": _has(text, asking.TASTE) * (it.words <= 15 and brief),
        "taste_only": _has(text, asking.TASTE)
        * (it.content <= 2 and it.words <= 8 and not it.named),
        "pointer_only": float(it.pointer_only),
        "choose": _has(text, asking.CHOOSE),
        "vague": _has(text, VAGUE),
        "vagueness": _share(text, it.words, VAGUE, 10),
        "abstract": _has(text, asking.ABSTRACT),
        "nominal": _share(text, it.words, NOMINAL, 25),
        "passive": _share(text, it.words, PASSIVE, 10),
        "dangling": float(text.rstrip().endswith(":")),
    }


def _clearer(text: str, it: Seen, before: str) -> dict[str, float]:
    return {
        "named": float(it.named),
        "identifiers": _share(text, it.words, IDENTIFIER, 10),
        "symbols": _share(text, it.words, SYMBOL, 50),
        "link": _has(text, LINK),
        "quoted": _has(text, QUOTED),
        "number": _has(text, NUMBER),
        "numbers": _share(text, it.words, NUMBER, 12.5),
        "block": _has(text, BLOCK),
        "error_text": _has(text, ERROR_TEXT),
        "result": float(it.result),
        "when": _has(text, WHEN),
        "list": _has(text, LIST),
        "change": _has(text, CHANGE),
        "routine": _has(text, ROUTINE),
        "tells": _has(text, TELLS),
        "imperative": float(asking.IMPERATIVE.match(text) is not None),
        "details": min(1.0, math.log1p(it.details) / math.log1p(12)),
        "before": float(bool(before.strip())),
        "before_asks": float("?" in before[-200:]),
    }


def _in(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def _has(text: str, pattern: re.Pattern[str]) -> float:
    return float(pattern.search(text) is not None)


def _share(text: str, words: int, pattern: re.Pattern[str], full: float) -> float:
    """How many of a hundred words match, 1.0 from ``full`` on."""
    return min(1.0, len(pattern.findall(text)) * 100 / max(1, words) / full)


# Which way a feature may count: a name never makes a request vaguer, "something" never clearer.
VAGUER = tuple(_vaguer("", seen("")))
CLEARER = tuple(_clearer("", seen(""), ""))
