"""The patterns that the sentence scorer weighs: the product's rules, and some of its own."""

from __future__ import annotations

import re

from tom_swe.extract.asking import IMPERATIVE
from tom_swe.extract.cues import CUES, OBJECTING, VETOES

_OWN = (
    r"\b(?:don'?t|do not|dont|never|stop|avoid|without|no need|shouldn'?t|should not|not)\b",
    r"\b(?:always|never|every|each|all|any|whenever|everything|anything|only|must|ever)\b",
    r"\b(?:we|our|us)\b",
    r"\bi(?:'d| would)? (?:really )?(?:prefer|like|love|hate|want|need|think|rather)\b",
    r"\bi(?:'m|'d|'ll|'ve)?\b",
    r"\b(?:you|your|you're|u)\b",
    (
        r"\b(?:you(?:'ve| have)? (?:just |also |again |keep |always )*(?:did|made|added|created|"
        r"changed|removed|deleted|broke|forgot|wrote|used|put|keep|are \w+ing|should|need|must|"
        r"have to|can)|why (?:did|are|do|have) you)\b"
    ),
    r"\b(?:instead|rather than|not \w+ but|prefer\w*|better)\b",
    (
        r"\b(?:keep|make sure|ensure|remember|use|follow|stick|be|respect|consider|note that|"
        r"should(?: be)?|need(?:s)? to)\b"
    ),
    (
        r"\b(?:commit\w*|push|branch\w*|test\w*|doc\w*|readme|comment\w*|explain|ask|plan|approv\w*|"
        r"confirm|summar\w*|file|files|folder\w*|style|lint|format|refactor|convention\w*|rule\w*|"
        r"practice\w*|clean|simple|minimal)\b"
    ),
    (
        r"\b(?:because|since|so that|otherwise|as we|for consistency|in general|generally|usually|"
        r"overall)\b"
    ),
    (
        r"\b(?:error|exception|traceback|undefined|fail\w*|crash\w*|bug|broken|not work\w*|"
        r"doesn'?t work)\b"
    ),
    (
        r"\b(?:button|page|image|color|colour|menu|modal|column|row|table|field|header|screen|"
        r"function|api|endpoint|url|server|database|query|line)\b"
    ),
    r"\b(?:please|pls|plz)\b",
    r"\b(?:this|that|these|those|it|here)\b",
    (
        r"\A\W*(?:ok(?:ay)?|yes|yep|yeah|sure|continue|go|proceed|do it|y|great|good|perfect|"
        r"thanks|thank you)\b"
    ),
)
_OF_SIGNS = (r"\d", r"[_/\\{}=<>]|\w\.\w|\(\)")


def patterns() -> tuple[str, ...]:
    """Regular expressions that need no flags, each once."""
    rules = (
        *(cue.pattern for cue in CUES),
        OBJECTING,
        IMPERATIVE,
        *VETOES,
        *(re.compile(own, re.IGNORECASE) for own in _OWN),
        *(re.compile(own) for own in _OF_SIGNS),
    )
    return tuple(dict.fromkeys(map(_alone, rules)))


def _alone(pattern: re.Pattern[str]) -> str:
    return f"(?i){pattern.pattern}" if pattern.flags & re.IGNORECASE else pattern.pattern
