"""Reviewing what recurs, and the beliefs that were seen once, one after the other."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.render import newest_quotes, notes_on
from tom_cli.web.beliefs import DONE, last_change
from tom_cli.web.desk import Desk, Form, whole
from tom_swe.errors import NotFound
from tom_swe.explain.counts import to_review

QUOTES = 3


class ReviewPages:
    """What recurs and one candidate, and what may become of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        decide = self._desk.doing(self.decide)
        return [
            Route("/review", self.next),
            Route("/review/recurring", decide, methods=["POST"]),
        ]

    def decide(self, _: Request, form: Form) -> Response:
        """Makes what recurs a rule, or never asks about it again."""
        key, action = form.get("key", ""), form.get("action", "")
        with self._desk.tom() as tom:
            match action:
                case "accept":
                    tom.recurrence.accept(self._desk.user, key, form.get("text", ""))
                case "dismiss":
                    tom.recurrence.dismiss(self._desk.user, key)
                case _:
                    raise NotFound(f"there is no action {action} here")
        return self._desk.go("/review", done=action)

    def next(self, request: Request) -> Response:
        """The first candidate from an id on; what is before it was decided or skipped."""
        at = whole(request.query_params.get("at"), 1)
        with self._desk.tom() as tom:
            waiting = to_review(tom.memory.beliefs.all(self._desk.user))
            last = last_change(tom, self._desk.user)
            recurring = () if at > 1 else tom.recurrence.all(self._desk.user)
        left = [belief for belief in waiting if belief.id >= at]
        belief = left[0] if left else None
        return self._desk.page(
            "review",
            recurring=[(each, each.requests[: -QUOTES - 1 : -1]) for each in recurring],
            belief=belief,
            notes=notes_on(belief) if belief else [],
            quotes=newest_quotes(belief)[:QUOTES] if belief else [],
            left=len(left),
            skipped=len(waiting) - len(left),
            done=DONE.get(request.query_params.get("done", "")),
            last=last,
        )
