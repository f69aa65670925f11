"""Where a text may be cut: never inside a code span, a bracket or a word. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

type Span = tuple[int, int]

CODE_SPAN = re.compile(r"`([^`\n]*)`")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_OPENS = frozenset(_CLOSES.values())
# What ends a statement without being a part of it.
_LOOSE = ' \t\n,;:.!-–—()[]*"'


def code_spans(text: str) -> list[Span]:
    """The parts of a text between backticks, with them."""
    return [each.span() for each in CODE_SPAN.finditer(text)] if "`" in text else []


def met(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """Those of some spans, in order and apart from each other, that may meet ``start:end``."""
    return spans[max(0, bisect_left(spans, (start, 0)) - 1) : bisect_left(spans, (end, 0))]


def widened(spans: Iterable[Span], start: int, end: int, within: Span) -> Span:
    """``start:end`` with the whole of each of these that it cuts, as far as that lies within."""
    first, last = within
    for opens, closes in spans:
        if first <= opens < start < closes:
            start = opens
        if opens < end < closes <= last:
            end = closes
    return start, end


def whole(text: str, start: int, end: int, within: Span) -> Span:
    """``start:end`` with the rest of the words, code spans and brackets that it cuts."""
    first, last = within
    while start > first and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < last and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return widened([*code_spans(text[:last]), *brackets(text, first, last)], start, end, within)


def brackets(text: str, start: int, end: int) -> list[Span]:
    """The parts between brackets, with them; the inner ones first."""
    opened: list[int] = []
    found: list[Span] = []
    for place in range(start, end):
        sign = text[place]
        if sign in _OPENS:
            opened.append(place)
        elif sign in _CLOSES and opened and text[opened[-1]] == _CLOSES[sign]:
            found.append((opened.pop(), place + 1))
    return found


def closed_at(text: str, start: int, end: int, last: int) -> int:
    """The end after the brackets that close right behind ``end`` what was opened before it."""
    while end < last and text[end] in _CLOSES:
        if text.count(_CLOSES[text[end]], start, end) <= text.count(text[end], start, end):
            break
        end += 1
    return end


def bare(text: str) -> str:
    """A text without the signs round it that belong to nothing in it."""
    while True:
        inner = [*code_spans(text), *brackets(text, 0, len(text))]
        start, end = 0, len(text)
        while start < end and text[start] in _LOOSE and not _belongs(inner, start):
            start += 1
        while end > start and text[end - 1] in _LOOSE and not _belongs(inner, end - 1):
            end -= 1
        if (start, end) in brackets(text, 0, len(text)):
            start, end = start + 1, end - 1
        if (start, end) == (0, len(text)):
            return text
        text = text[start:end]


def _belongs(spans: Iterable[Span], place: int) -> bool:
    return any(first <= place < last for first, last in spans)
