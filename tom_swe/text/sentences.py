"""Sentences and clauses with their offsets, so that a quote can be cut from the text itself."""

import re
from dataclasses import dataclass

from tom_swe.text.prose import own_words

_END = re.compile(
    r"(?<=[.!?…])[\"')\]*]*\s+(?=\S)|(?<=[。！？；])|\n+|(?<=;)\s+|(?<=[:)])\s*(?=\n)|\s{6,}"
)
_BULLET = re.compile(r"\s*(?:[-*•+>]\s+|\(?\d{1,2}[.)]\s+|\(?[a-zA-Z][)]\s+|\[[ xX]?\]\s*)*")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|z\.B|d\.h|p\.ex|no|nr)\.$", re.IGNORECASE
)
_JOINT = re.compile(
    r"\s*[,;:]\s+|\s+[-–—]+\s+|\s*[()]\s*|[，、：；]"
    r"|\s+(?=(?:because|since|otherwise|but|so that|sonst|weil|parce que|porque|puis)\b)",
    re.IGNORECASE,
)
_TRIM = " \t\r\n,;:-–—()*\"'"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a turn: ``words`` is ``text[start:end]`` with what is not prose blanked."""

    start: int
    end: int
    words: str

    @property
    def is_question(self) -> bool:
        """Whether it ends in a question mark."""
        return "?" in self.words.rstrip(" \t\"')*]!😂😅🤔:|")[-2:] or self.words.rstrip().endswith(
            "？"
        )


def sentences(text: str) -> tuple[Sentence, ...]:
    """The person's own sentences in ``text``, in order."""
    masked = own_words(text)
    found: list[Sentence] = []
    start = 0
    for mark in (*_END.finditer(masked), None):
        end = mark.start() if mark else len(masked)
        if mark and _ABBREVIATION.search(masked[start:end]):
            continue
        if (sentence := _trimmed(masked, start, end)) is not None:
            found.append(sentence)
        start = mark.end() if mark else end
    return tuple(found)


def _trimmed(masked: str, start: int, end: int) -> Sentence | None:
    bullet = _BULLET.match(masked, start, end)
    start = bullet.end() if bullet else start
    while end > start and masked[end - 1].isspace():
        end -= 1
    while start < end and masked[start].isspace():
        start += 1
    words = masked[start:end]
    return Sentence(start, end, words) if any(c.isalpha() for c in words) else None


def clauses(words: str) -> tuple[tuple[int, int], ...]:
    """The offsets of the clauses of a sentence, in order."""
    spans: list[tuple[int, int]] = []
    start = 0
    for joint in (*_JOINT.finditer(words), None):
        end = joint.start() if joint else len(words)
        if words[start:end].strip():
            spans.append((start, end))
        start = joint.end() if joint else end
    return tuple(spans)


def covering(words: str, marks: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The smallest run of whole clauses that holds every mark, trimmed of punctuation."""
    first = min(start for start, _ in marks)
    last = max(end for _, end in marks)
    spans = clauses(words)
    start = max((s for s, _ in spans if s <= first), default=0)
    end = min((e for _, e in spans if e >= last), default=len(words))
    start, end = min(start, first), max(end, last)
    while start < first and words[start] in _TRIM:
        start += 1
    while end > last and words[end - 1] in _TRIM:
        end -= 1
    return start, end
