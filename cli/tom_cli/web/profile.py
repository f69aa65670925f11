"""All beliefs in groups, filtered, a page at a time; and what is done to several of them."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.render import newest_quotes
from tom_cli.web import listed
from tom_cli.web.changes import back, last_change
from tom_cli.web.desk import Desk, Form, whole
from tom_cli.web.meanwhile import changed
from tom_cli.web.paging import paged
from tom_cli.web.words import BYS, KINDS, SHOWS, done_text
from tom_swe.advise.recall import is_idle
from tom_swe.errors import NotFound, UsageError
from tom_swe.explain import figures
from tom_swe.explain.counts import standing
from tom_swe.model.belief import Kind
from tom_swe.model.listing import BeliefLine
from tom_swe.model.user import told

ROWS = 50  # a page


class ProfilePages:
    """The user model as a list."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        doing = self._desk.doing
        return [
            Route("/profile", self.all),
            Route("/profile/many", doing(self.many), methods=["POST"]),
            Route("/profile/merge", doing(self.merge), methods=["POST"]),
        ]

    def all(self, request: Request) -> Response:
        """The user model, or the part of it that is looked for."""
        chosen = _chosen(request)
        user = self._desk.user
        with self._desk.tom() as tom:
            memory = tom.memory
            lines = memory.belief_lists.lines(user)
            in_force = frozenset(each.id for each in told(lines) if not is_idle(each))
            quotes = memory.belief_lists.quotes(user) if chosen.words else {}
            found = [
                each
                for each in listed.found_by(
                    chosen.words, listed.shown(lines, in_force, chosen.show), quotes
                )
                if chosen.kind in ("", each.kind) and listed.is_at(each, chosen.place)
            ]
            ordered = listed.in_groups(found, chosen.by)
            page = paged(len(ordered), ROWS, whole(request.query_params.get("page"), 1))
            part = ordered[page.start : page.end]
            full = {b.id: b for b in memory.belief_lists.full(user, [b.id for _, b in part])}
            counts = standing(memory.counts(user, corrections=False), lines)
            last = last_change(tom, user)
        groups: dict[str, list[BeliefLine]] = {}
        for title, line in part:
            groups.setdefault(title, []).append(line)
        asked = {name: value for name, value in chosen._asdict().items() if value}
        shown = asked | ({"page": str(page.number)} if page.number > 1 else {})
        return self._desk.page(
            "profile",
            chosen=chosen,
            asked=urlencode(asked),
            back=urlencode(shown),
            known=len(lines),
            counts=counts,
            words=figures,
            found=len(ordered),
            groups=groups,
            sizes=Counter(title for title, _ in ordered),
            full=full,
            places=listed.places(lines),
            kinds=KINDS,
            shows=SHOWS,
            bys=BYS,
            page=page,
            newest_quotes=newest_quotes,
            notes_on=listed.notes_on,
            done=done_text(request.query_params.get("done", ""), request.query_params.get("count")),
            count=whole(request.query_params.get("count"), 1, ROWS),
            last=last,
        )

    def many(self, _: Request, form: Form) -> Response:
        """Confirms, rejects or pins the beliefs that are ticked; asks before it merges them."""
        ids, action, user = form.ids("id"), form.get("action", ""), self._desk.user
        if not ids:
            raise UsageError("nothing is ticked: tick the beliefs first")
        with self._desk.tom() as tom:
            if (other := changed(self._desk, tom, form, action, ids)) is not None:
                return other
            acts = {"confirm": tom.confirm, "reject": tom.reject, "pin": tom.pin}
            if action == "merge":
                if len(ids) < 2:
                    raise UsageError("a merge takes two beliefs or more: tick another one")
                beliefs = tom.memory.belief_lists.full(user, ids)
                return self._desk.page(
                    "merge",
                    beliefs=beliefs,
                    newest_quotes=newest_quotes,
                    back=form.get("back", ""),
                    list=form.get("list", ""),
                )
            if action not in acts:
                raise NotFound(f"there is no action {action} here")
            for each in ids:
                acts[action](user, each)
        return back(self._desk, form, action, count=len(ids))

    def merge(self, _: Request, form: Form) -> Response:
        """Makes the others part of the one that is kept."""
        kept = whole(form.get("kept"), 0)
        others = [each for each in form.ids("id") if each != kept]
        if not kept or not others:
            raise UsageError("choose the belief whose words stay, and another one beside it")
        with self._desk.tom() as tom:
            if (other := changed(self._desk, tom, form, "merge", [kept, *others])) is not None:
                return other
            for each in others:
                tom.merge(self._desk.user, kept, each)
        return self._desk.go(f"/beliefs/{kept}", done="merge", count=len(others))


def _chosen(request: Request) -> listed.Chosen:
    """What the address asks for; what is unknown in it is left out."""
    asked = request.query_params
    show, kind, by = asked.get("show", ""), asked.get("kind", ""), asked.get("by", "")
    return listed.Chosen(
        words=asked.get("words", "")[:200],
        show=show if show in SHOWS else "told",
        kind=kind if kind in {*Kind} else "",
        place=asked.get("place", "")[:300],
        by=by if by in BYS else "subject",
    )
