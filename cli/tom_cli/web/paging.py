"""Which part of a long list a page shows. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Paged(NamedTuple):
    """A page's part of a row of things: pages are counted from 1."""

    number: int
    of: int
    start: int
    end: int


def paged(count: int, size: int, wanted: int) -> Paged:
    """The page that is wanted, or the last one where there are not so many."""
    of = max(-(-count // size), 1)
    number = min(wanted, of)
    return Paged(number=number, of=of, start=(number - 1) * size, end=min(number * size, count))
