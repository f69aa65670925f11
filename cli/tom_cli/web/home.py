"""The first page: what the next session hears, what one can ask and say, and a few charts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.web import figures, listed
from tom_cli.web.changes import last_change
from tom_cli.web.desk import Desk
from tom_cli.web.words import KINDS, done_text
from tom_swe.explain import figures as words
from tom_swe.explain.counts import standing
from tom_swe.memory.session_listing import Wanted
from tom_swe.model.belief import Belief

WAITING = 3  # that are shown
AT_FIRST = 6  # beliefs of a section, before the rest is folded away
PINNED = "Most important"


class HomePage:
    """The briefing for a repository, and how things stand."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where it is."""
        return [Route("/", self.home)]

    def home(self, request: Request) -> Response:
        """The briefing of the repository that is asked for, else of the newest session's."""
        user = self._desk.user
        with self._desk.tom() as tom:
            memory = tom.memory
            lines = memory.belief_lists.lines(user)
            places = memory.session_lists.places(user)
            newest = memory.session_lists.page(user, Wanted(), 0, 1)
            since = figures.since_of((newest[0].started if newest else None) or datetime.now(UTC))
            named = sorted(
                {*places.repositories, *memory.belief_lists.briefed(user)}, key=str.casefold
            )
            asked = request.query_params.get("repository")
            if asked is None:
                asked = newest[0].repository if newest else ""
            chosen = asked if asked in named else ""
            briefing = tom.brief(user, chosen)
            briefed = memory.belief_lists.full(user, briefing.belief_ids)
            charts = [
                figures.corrections(memory.session_lists.read(user, since), since),
                figures.kept(memory.belief_lists.kept(user, since)),
                figures.growth(lines),
            ]
            counts = standing(memory.counts(user, corrections=False), lines)
            last = last_change(tom, user)
        waits = listed.waiting(lines)
        return self._desk.page(
            "home",
            repositories=named,
            chosen=chosen,
            briefing=briefing,
            sections=in_sections(briefed),
            counts=counts,
            words=words,
            waits=len(waits),
            first=waits[:WAITING],
            # Those without data last, so that they leave no hole.
            charts=sorted(charts, key=lambda chart: not chart.rows),
            at_first=AT_FIRST,
            newest=newest,
            done=done_text(request.query_params.get("done", "")),
            last=last,
        )


def in_sections(beliefs: Iterable[Belief]) -> list[tuple[str, list[Belief]]]:
    """The beliefs of a briefing under the titles that it has."""
    held = list(beliefs)
    sections = [(PINNED, [each for each in held if each.is_pinned])]
    for kind, title in KINDS.items():
        sections.append((title, [b for b in held if b.kind is kind and not b.is_pinned]))
    return [section for section in sections if section[1]]
