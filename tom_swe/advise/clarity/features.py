"""What can be seen of a request that bears on whether it is clear. Pure."""

import math
import re
from typing import NamedTuple

from tom_swe.advise.clarity import wording
from tom_swe.extract import asking

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
    words = [word.lower() for word in wording.WORD.findall(text)]
    content = sum(len(word) > 2 and word not in asking.SMALL for word in words)
    quoted = len(wording.QUOTED.findall(text))
    numbers = len(wording.NUMBER.findall(text))
    details = len(wording.DETAIL.findall(text)) + numbers + 2 * quoted
    trouble = _in(wording.TROUBLE, text) or _in(asking.BROKEN, text)
    fix, result = _in(wording.FIX, text), _in(wording.RESULT, text)
    told = result or _in(wording.BLOCK, text) or _in(wording.TELLS, text)
    pointed = content <= 1 and len(words) <= 8 and _in(asking.POINTER, text)
    named = any(
        _in(pattern, text)
        for pattern in (wording.FILE, wording.IDENTIFIER, wording.LINK, wording.QUOTED)
    )
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
        and len(wording.WORD.findall(text)) >= REPORT_WORDS
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
        "make_bare": _has(text, wording.MAKE)
        * (not it.named and it.content <= 3 and it.details <= 1),
        "sweep": _has(text, wording.SWEEP) * (it.words <= 20 and brief),
        "taste": _has(text, asking.TASTE),
        "taste_bare": _has(text, asking.TASTE) * (it.words <= 15 and brief),
        "taste_only": _has(text, asking.TASTE)
        * (it.content <= 2 and it.words <= 8 and not it.named),
        "pointer_only": float(it.pointer_only),
        "choose": _has(text, asking.CHOOSE),
        "vague": _has(text, wording.VAGUE),
        "vagueness": _share(text, it.words, wording.VAGUE, 10),
        "abstract": _has(text, asking.ABSTRACT),
        "nominal": _share(text, it.words, wording.NOMINAL, 25),
        "passive": _share(text, it.words, wording.PASSIVE, 10),
        "dangling": float(text.rstrip().endswith(":")),
    }


def _clearer(text: str, it: Seen, before: str) -> dict[str, float]:
    return {
        "named": float(it.named),
        "identifiers": _share(text, it.words, wording.IDENTIFIER, 10),
        "symbols": _share(text, it.words, wording.SYMBOL, 50),
        "link": _has(text, wording.LINK),
        "quoted": _has(text, wording.QUOTED),
        "number": _has(text, wording.NUMBER),
        "numbers": _share(text, it.words, wording.NUMBER, 12.5),
        "block": _has(text, wording.BLOCK),
        "error_text": _has(text, wording.ERROR_TEXT),
        "result": float(it.result),
        "when": _has(text, wording.WHEN),
        "list": _has(text, wording.LIST),
        "change": _has(text, wording.CHANGE),
        "routine": _has(text, wording.ROUTINE),
        "tells": _has(text, wording.TELLS),
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
