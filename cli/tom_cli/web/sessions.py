"""The sessions as a timeline, what was said in them searched, and each with its turns."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.tree import shown_in
from tom_cli.web.desk import Desk, id_in, whole
from tom_cli.web.paging import paged
from tom_cli.web.turns import said
from tom_swe.memory.session_listing import Wanted
from tom_swe.model.memory import SessionSummary
from tom_swe.model.session import Role

SESSIONS = 25  # a page
FOUND = 25  # turns a page
TURNS = 40  # a page
WHO = {"user": "You", "agent": "Agents"}


class SessionPages:
    """The sessions, newest first, and each with its turns."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [Route("/sessions", self.all), Route("/sessions/{id:int}", self.one)]

    def all(self, request: Request) -> Response:
        """A page of sessions, or of the turns in which the words stand that are looked for."""
        asked, user = request.query_params, self._desk.user
        words = asked.get("words", "").strip()[:200]
        wanted = Wanted(asked.get("host", "")[:200], asked.get("repository", "")[:300])
        who = asked.get("who", "") if asked.get("who") in WHO else "user"
        at = whole(asked.get("page"), 1)
        with self._desk.tom() as tom:
            lists = tom.memory.session_lists
            places = lists.places(user)
            if words:
                start = (at - 1) * FOUND if at < 10_000 else 0
                count, turns = lists.search(user, words, wanted, Role(who), start, FOUND)
                page, sessions = paged(count, FOUND, at), []
                if page.start != start:
                    _, turns = lists.search(user, words, wanted, Role(who), page.start, FOUND)
            else:
                count, turns = lists.count(user, wanted), []
                page = paged(count, SESSIONS, at)
                sessions = lists.page(user, wanted, page.start, SESSIONS)
        given = {"words": words, "host": wanted.host, "repository": wanted.repository}
        given |= {"who": who} if words and who != "user" else {}
        return self._desk.page(
            "sessions",
            months=by_month(sessions),
            turns=turns,
            count=count,
            known=sum(places.hosts.values()),
            page=page,
            places=places,
            words=words,
            wanted=wanted,
            who=who,
            whos=WHO,
            asked=urlencode({name: value for name, value in given.items() if value}),
        )

    def one(self, request: Request) -> Response:
        """What a session showed, and a page of its turns."""
        number, user = id_in(request, "session"), self._desk.user
        with self._desk.tom() as tom:
            memory = tom.memory
            session = memory.sessions.get(user, number)
            summary = memory.session_lists.one(user, number)
            beliefs = memory.belief_lists.full(user, memory.belief_lists.of_session(user, number))
            tasks = memory.beliefs.for_one_task(user)
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
            summary=summary,
            shown=shown,
            for_one_task=for_one_task,
            turns=[said(turn, quotes) for turn in session.turns[page.start : page.end]],
            page=page,
        )


def by_month(sessions: Iterable[SessionSummary]) -> dict[str, list[SessionSummary]]:
    """Sessions by the month in which they began, on the person's own clock."""
    months: dict[str, list[SessionSummary]] = {}
    for each in sessions:
        month = f"{each.started.astimezone():%B %Y}" if each.started else "Without a date"
        months.setdefault(month, []).append(each)
    return months
