"""Reviewing the beliefs that were seen once, one after the other."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.commands.review import to_review
from tom_cli.render import newest_quotes, notes_on
from tom_cli.web.beliefs import DONE, last_change
from tom_cli.web.desk import Desk, whole

QUOTES = 3


class ReviewPages:
    """One candidate, and what may become of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [Route("/review", self.next)]

    def next(self, request: Request) -> Response:
        """The first candidate from an id on; what is before it was decided or skipped."""
        at = whole(request.query_params.get("at"), 1)
        with self._desk.tom() as tom:
            waiting = to_review(tom.memory.beliefs.all(self._desk.user))
            last = last_change(tom, self._desk.user)
        left = [belief for belief in waiting if belief.id >= at]
        belief = left[0] if left else None
        return self._desk.page(
            "review",
            belief=belief,
            notes=notes_on(belief) if belief else [],
            quotes=newest_quotes(belief)[:QUOTES] if belief else [],
            left=len(left),
            skipped=len(waiting) - len(left),
            done=DONE.get(request.query_params.get("done", "")),
            last=last,
        )
