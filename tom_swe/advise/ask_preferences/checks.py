"""Whether a message to the person keeps to a form, and whether it asks for what the agent can find.

Plain code, a stand-in for a judge. Pure.
"""

import json
import re

from tom_swe.advise.clarity import wording
from tom_swe.text.language import language_of

SHORT, DETAILED = 20, 30  # words, at most and at least
LANGUAGES, SENTENCES, OPTIONS = 5, 3, 2

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?\s][^.!?]*[.!?]+")
_DOT_WITHIN = re.compile(r"(?<=\w)\.(?=\w)")
_OPTION = re.compile(r"(?:(?<=\s)|\A)\(?[A-E][).:]\s*\S")
_SEGMENT = re.compile(r"\s+/\s+|\n+|(?<=[.!?\uff1f\u3002])\s+")
_REFERENCE = re.compile(r"https?://\S+|\b[\w/-]+\.(?:py|rst|md|txt|cfg|toml|js|ts|html)\b")
_QUOTATION = re.compile(r"`[^`]*`|“[^”]*”")
_SNIPPET = re.compile(r"`[^`]+`|```|“[^”]+”|\"[^\"\n]{3,}\"|^(?: {4}|\t)\S", re.MULTILINE)
_JARGON = re.compile(
    r"\b(?:api|argument|attribute|back[- ]?end|branch|class|commit|compil\w+|config\w*|constructor|"
    r"deprecat\w+|dtype|endpoint|exception|function|import|inherit\w*|instance|invoke|kernel|"
    r"lambda|method|migration|module|null|object|parameter|parser|pointer|query ?set|regex|"
    r"repository|schema|serializ\w+|signature|stack ?trace|subclass\w*|syntax|thread|traceback|"
    r"tuple|unit ?test|variable)s?\b",
    re.IGNORECASE,
)
# A joke cannot be told by code; these are marks that one was meant.
_JOKE = re.compile(
    r"\bjok(?:e|ing)\b|\bknock,? knock\b|\bwalks? into a bar\b|\bwhy (?:do|did|don't|doesn't) \w+"
    r"[^?]*\?[^?]*\bbecause\b|\bpun\b|[\U0001f600-\U0001f606\U0001f61c\U0001f923]|\bha(?:ha)+\b",
    re.IGNORECASE,
)


def words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def sentences(text: str) -> int:
    """How many sentences end in a text; a dot within a name or a number ends none."""
    return len(_SENTENCE.findall(_DOT_WITHIN.sub("", text)))


def questions(text: str) -> int:
    """How many questions a text asks: its question marks, at least one."""
    return max(1, len(re.findall(r"[?\uff1f]+", text)))


def is_short(text: str) -> bool:
    """At most `SHORT` words."""
    return words(text) <= SHORT


def is_detailed(text: str) -> bool:
    """At least `DETAILED` words."""
    return words(text) >= DETAILED


def has_options(text: str) -> bool:
    """Options to pick from, marked A, B and so on."""
    return len(_OPTION.findall(text)) >= OPTIONS


def is_plain(text: str) -> bool:
    """Nothing that only a programmer would know: no names of code, no jargon."""
    return not (
        _JARGON.search(text) or wording.FILE.search(text) or wording.IDENTIFIER.search(text)
    )


def is_one_question(text: str) -> bool:
    """One question, not several."""
    return questions(text) == 1


def language(text: str) -> str:
    """The language of a text but for what it quotes, "" where its words do not tell."""
    return language_of(_QUOTATION.sub(" ", text))


def languages(text: str) -> int:
    """How many languages the parts of a text are in: its lines, sentences, or what / divides."""
    return len({language(part) for part in _SEGMENT.split(text)} - {""})


def is_capitals(text: str) -> bool:
    """No small letter."""
    return text == text.upper() and any(map(str.isalpha, text))


def has_no_comma(text: str) -> bool:
    """No comma of any script."""
    return not re.search(r"[,\uff0c\u3001\u060c]", text)


def is_json(text: str) -> bool:
    """A JSON object or list, and nothing else."""
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def has_joke(text: str) -> bool:
    """Marks of a joke, which is all that code can see of one."""
    return _JOKE.search(text) is not None


def has_snippet(text: str) -> bool:
    """A piece of code or of a document, and the file or address that it is from."""
    return bool(_SNIPPET.search(text) and _REFERENCE.search(text))


_FILE = re.compile(
    r"\b(?:which|what)\b[^?]*\b(?:files?|modules?|place|location|path|package)\b"
    r"|\bwhere\b[^?]*\b(?:code|bug|change|fix|defined|implemented|located|look|live)\b"
    r"|\w\.(?:py|js|ts|go|rs|java|c|h|cpp)\b",
    re.IGNORECASE,
)
_SYMBOL = re.compile(
    r"\b(?:which|what)\b[^?]*\b(?:functions?|method|class(?:es)?|symbols?|lines?)\b[^?]*"
    r"\b(?:chang|edit|fix|modif|touch|look|start|responsible|wrong|bug|need|should|about)\w*"
    r"|\b(?:name|tell me) the (?:function|method|class)\b",
    re.IGNORECASE,
)


def asks_for_file(question: str) -> bool:
    """Whether a question is after the place to change, which is the agent's to find."""
    return _FILE.search(question) is not None


def asks_for_symbol(question: str) -> bool:
    """Whether a question is after the function or class to change."""
    return _SYMBOL.search(question) is not None
