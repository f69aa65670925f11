"""What a simulated user and its checks know of English: sentences, prose, words. Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_TRACEBACK = re.compile(
    r"^[ \t]*Traceback \(most recent call last\):.*?(?=\n[ \t]*\n|\Z)", re.DOTALL | re.MULTILINE
)
_INDENTED = re.compile(r"(?:^(?: {4}|\t|>>> ?|\$ ).*(?:\n|\Z))+", re.MULTILINE)
_HEADING = re.compile(r"^\s*#+ .*$|^[=\-~^*_#]{3,}\s*$", re.MULTILINE)
_BLOCK = re.compile(r"^[ \t]*(?:```|~~~)|Traceback \(most recent|^\s*>>> ", re.MULTILINE)
# A stop ends a sentence before white space only, so that `a.b` and `1.2` stay whole.
_CLOSING = r"[\"')\]*_]"
_END = re.compile(
    rf"(?:(?<=[.!?])|(?<=[.!?]{_CLOSING})|(?<=[.!?]{_CLOSING}{{2}}))\s+"
    r"|\n\s*\n|\n(?=\s*(?:[-*]|\d+[.)])\s)"
)
_NUMBER = re.compile(r"^[ \t]*\d+[.)][ \t]+", re.MULTILINE)
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|cf|vs|resp|approx)\.|\bet al\.)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


def has_code(text: str) -> bool:
    """Whether a fence, a traceback or an interpreter's prompt is in it."""
    return bool(_BLOCK.search(text))


def prose(text: str) -> str:
    """A text without comments, fences, tracebacks, indented code and headings."""
    for pattern in (_COMMENT, _FENCE, _TRACEBACK, _INDENTED, _HEADING):
        text = pattern.sub("\n\n", text)
    return text


def blocks(text: str) -> list[str]:
    """The fenced and indented code and the tracebacks of a text, without their fences."""
    text = _COMMENT.sub("", text)
    found: list[str] = []
    for pattern in (_FENCE, _TRACEBACK, _INDENTED):
        found += [each[0] for each in pattern.finditer(text)]
        text = pattern.sub("\n\n", text)
    bare = [
        "\n".join(t for t in b.splitlines() if t.strip()[:3] not in ("```", "~~~")) for b in found
    ]
    return [each.strip("\n") for each in bare if each.strip()]


def sentences(text: str) -> list[str]:
    """The sentences of a text, each on one line; list items and paragraphs end one too.

    Items of a list begin with their dash or asterisk; numbers become dashes.
    """
    found: list[str] = []
    for piece in _END.split(_NUMBER.sub("- ", text)):
        line = " ".join(piece.split())
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] = f"{found[-1]} {line}"
        elif line:
            found.append(line)
    return [each for each in found if _WORD.search(each)]


def count(text: str) -> int:
    """How many words there are, between white space."""
    return len(text.split())


@lru_cache(maxsize=10_000)
def content(text: str) -> frozenset[str]:
    """The stems of the words that mean something of their own, names split at their joints."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\d]", " ", text)
    lowered = (each.lower() for each in _WORD.findall(split))
    return frozenset(_stem(each) for each in lowered if each not in _stop() and len(each) > 1)


@cache
def _stop() -> frozenset[str]:
    """Words that say nothing of what a sentence is about."""
    file = resources.files(__package__).joinpath("stop_words.txt")
    return frozenset(file.read_text(encoding="utf-8").split())


def _stem(word: str) -> str:
    """Takes the endings of number and tense off; crude, the same for both sides compared."""
    word = re.sub(r"['\u2019]s$", "", word)
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith("ss"):
            return word.removesuffix(ending).removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word
