"""The sessions that were read: where and when they were, what they showed, what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.tree import shown_in
from tom_cli.web.desk import Desk, id_in, whole
from tom_swe.model.session import Role, Turn

SESSIONS = 25  # a page
TURNS = 40  # a page
SHORT = 400  # characters of what an agent or a tool said, before the rest is folded away
LONGEST = 20_000  # characters of it that are shown at all


class Paged(NamedTuple):
    """A page's part of a row of things: pages are counted from 1."""

    number: int
    of: int
    start: int
    end: int


class Said(NamedTuple):
    """A turn in pieces, each with whether a belief rests on it; and what is folded away of it."""

    turn: Turn
    who: str
    pieces: list[tuple[bool, str]]
    rest: str
    left_out: int


class SessionPages:
    """The sessions, newest first, and each with its turns."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [Route("/sessions", self.all), Route("/sessions/{id:int}", self.one)]

    def all(self, request: Request) -> Response:
        """A page of sessions."""
        with self._desk.tom() as tom:
            summaries = tom.memory.sessions.summaries(self._desk.user)
        page = paged(len(summaries), SESSIONS, whole(request.query_params.get("page"), 1))
        return self._desk.page(
            "sessions",
            sessions=summaries[page.start : page.end],
            count=len(summaries),
            page=page,
        )

    def one(self, request: Request) -> Response:
        """What a session showed, and a page of its turns."""
        number = id_in(request, "session")
        with self._desk.tom() as tom:
            session = tom.memory.sessions.get(self._desk.user, number)
            summaries = tom.memory.sessions.summaries(self._desk.user)
            beliefs = tom.memory.beliefs.all(self._desk.user)
            tasks = tom.memory.beliefs.for_one_task(self._desk.user)
        shown = shown_in(number, beliefs)
        for_one_task = [each.observation for each in tasks if each.session_id == number]
        wanted = whole(request.query_params.get("page"), 1)
        if turn := request.query_params.get("turn"):
            before = sum(each.ordinal <= whole(turn, 0) for each in session.turns)
            wanted = max(before - 1, 0) // TURNS + 1
        page = paged(len(session.turns), TURNS, wanted)
        quotes = [(each.ordinal, each.quote) for _, each in shown]
        return self._desk.page(
            "session",
            number=number,
            session=session,
            summary=next((each for each in summaries if each.id == number), None),
            shown=shown,
            for_one_task=for_one_task,
            turns=[said(turn, quotes) for turn in session.turns[page.start : page.end]],
            page=page,
        )


def paged(count: int, size: int, wanted: int) -> Paged:
    """The page that is wanted, or the last one where there are not so many."""
    of = max(-(-count // size), 1)
    number = min(wanted, of)
    return Paged(number=number, of=of, start=(number - 1) * size, end=min(number * size, count))


def said(turn: Turn, quotes: Iterable[tuple[int, str]]) -> Said:
    """A turn as it is shown: the person's words whole, the start of what others said."""
    if turn.role is Role.USER:
        own = [quote for ordinal, quote in quotes if ordinal == turn.ordinal]
        text, who, rest = turn.text[:LONGEST], "You", turn.attachment
        left_out = len(turn.text) - len(text)
        pieces = marked(text, own)
    else:
        who = turn.tool or turn.role.value.capitalize()
        pieces, rest, left_out = [(False, turn.text[:SHORT])], turn.text[SHORT:], 0
    return Said(
        turn=turn,
        who=who,
        pieces=pieces,
        rest=rest[:LONGEST],
        left_out=left_out + max(len(rest) - LONGEST, 0),
    )


def marked(text: str, quotes: Sequence[str]) -> list[tuple[bool, str]]:
    """A text in pieces, each with whether a quote covers it."""
    covered = [False] * len(text)
    for quote in quotes:
        if quote and (start := text.find(quote)) >= 0:
            covered[start : start + len(quote)] = [True] * len(quote)
    pieces: list[tuple[bool, str]] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or covered[place] != covered[start]:
            pieces.append((covered[start], text[start:place]))
            start = place
    return pieces
