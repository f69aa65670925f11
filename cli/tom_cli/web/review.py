"""Reviewing: what recurs, and the beliefs that were seen once, one by one or in a list."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.render import newest_quotes
from tom_cli.web import listed
from tom_cli.web.changes import last_change
from tom_cli.web.desk import Desk, Form, whole
from tom_cli.web.paging import paged
from tom_cli.web.words import done_text
from tom_swe.errors import NotFound

QUOTES = 3
ROWS = 50  # a page


class ReviewPages:
    """What waits for the person's word, and what may become of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        decide = self._desk.doing(self.decide)
        return [
            Route("/review", self.next),
            Route("/review/list", self.list),
            Route("/review/recurring", self.recurring),
            Route("/review/recurring", decide, methods=["POST"]),
        ]

    def next(self, request: Request) -> Response:
        """The candidate after those that were skipped, of which the address has the number."""
        skipped = whole(request.query_params.get("skipped"), 0)
        user = self._desk.user
        with self._desk.tom() as tom:
            waits = listed.waiting(tom.memory.belief_lists.lines(user))
            skipped = min(skipped, len(waits))
            left = waits[skipped:]
            found = tom.memory.belief_lists.full(user, [left[0].id]) if left else []
            last = last_change(tom, user)
        belief = found[0] if found else None
        return self._desk.page(
            "review",
            waits=len(waits),
            belief=belief,
            notes=listed.notes_on(left[0]) if left else [],
            quotes=newest_quotes(belief)[:QUOTES] if belief else [],
            left=len(left),
            skipped=skipped,
            done=done_text(request.query_params.get("done", "")),
            last=last,
        )

    def list(self, request: Request) -> Response:
        """All candidates as rows, to be decided on several at once."""
        asked, user = request.query_params, self._desk.user
        with self._desk.tom() as tom:
            waits = listed.waiting(tom.memory.belief_lists.lines(user))
            page = paged(len(waits), ROWS, whole(asked.get("page"), 1))
            part = waits[page.start : page.end]
            full = {b.id: b for b in tom.memory.belief_lists.full(user, [b.id for b in part])}
            last = last_change(tom, user)
        return self._desk.page(
            "review_list",
            waits=len(waits),
            rows=part,
            full=full,
            page=page,
            back=f"page={page.number}" if page.number > 1 else "",
            newest_quotes=newest_quotes,
            notes_on=listed.notes_on,
            done=done_text(asked.get("done", ""), asked.get("count")),
            count=whole(asked.get("count"), 1, ROWS),
            last=last,
        )

    def recurring(self, request: Request) -> Response:
        """What the person asks for in session after session."""
        with self._desk.tom() as tom:
            found = tom.recurrence.all(self._desk.user)
            waits = len(listed.waiting(tom.memory.belief_lists.lines(self._desk.user)))
            last = last_change(tom, self._desk.user)
        return self._desk.page(
            "recurring",
            recurring=[(each, each.requests[: -QUOTES - 1 : -1]) for each in found],
            waits=waits,
            done=done_text(request.query_params.get("done", "")),
            last=last,
        )

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
        return self._desk.go("/review/recurring", done=action)
