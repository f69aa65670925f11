"""What the person changed last, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.web import listed
from tom_cli.web.desk import Desk, Form, whole
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom
    from tom_swe.model.user_acts import UserAct

MOST = 200  # that are taken back at once
# What the address of a list may hold.
ASKED = frozenset({"words", "show", "kind", "place", "by", "page"})
LISTS = {"profile": "/profile", "review": "/review/list"}


class Changes:
    """Undo."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where it is."""
        return [Route("/undo", self._desk.doing(self.undo), methods=["POST"])]

    def undo(self, _: Request, form: Form) -> Response:
        """Takes the last changes back, if they are still those that the page showed."""
        with self._desk.tom() as tom:
            last = last_change(tom, self._desk.user)
            if last is None or str(last.id) != form.get("change"):
                raise UsageError(
                    "the memory changed since that page was loaded, so nothing was undone: "
                    "go back and reload the page"
                )
            tom.undo(self._desk.user, whole(form.get("count"), 1, MOST))
            lines = tom.memory.belief_lists.lines(self._desk.user)
        held = {each.id for each in lines}
        about = next((each for each in last.belief_ids if each in held), None)
        if "skipped" in form:
            # Back to the belief that waits again.
            places = [each.id for each in listed.waiting(lines)]
            skipped = places.index(about) if about in places else whole(form["skipped"], 0)
            return self._desk.go("/review", skipped=skipped or None, done="undo")
        if form.get("list") in LISTS:
            return back(self._desk, form, "undo")
        return self._desk.go("/" if about is None else f"/beliefs/{about}", done="undo")


def last_change(tom: Tom, user: str) -> UserAct | None:
    """What the person did last and did not take back."""
    changes = reversed(tom.memory.user_acts.all(user))
    return next((each for each in changes if each.undone_at is None), None)


def back(desk: Desk, form: Form, done: str, *, count: int | None = None, at: int = 0) -> Response:
    """To the list that a form was sent from, as it was looked at."""
    asked = {
        name: value
        for name, value in parse_qsl(form.get("back", ""), max_num_fields=20)
        if name in ASKED
    }
    path = LISTS.get(form.get("list", ""), "/profile")
    return desk.go(path, **asked, done=done, count=count, fragment=f"b{at}" if at else "")
