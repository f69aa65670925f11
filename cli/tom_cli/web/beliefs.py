"""One belief: why it is held, what came of it, its history, and what the person does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.forgetting import forget
from tom_cli.render import became_text, decided
from tom_cli.web import listed
from tom_cli.web.changes import LISTS, back, last_change
from tom_cli.web.desk import Desk, Form, id_in, whole
from tom_cli.web.meanwhile import changed
from tom_cli.web.words import done_text, place_of
from tom_swe.advise.recall import is_idle
from tom_swe.beliefs.confidence import explain
from tom_swe.errors import NotFound, UsageError
from tom_swe.explain import history
from tom_swe.explain.stats import became
from tom_swe.model.belief import EVERYWHERE, Belief, DecisionKind, Reach, Scope, Stance, Status
from tom_swe.model.memory import Mentions
from tom_swe.model.user import told as told_of

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

QUOTES = 6  # the rest is folded away
TELLINGS = 10
ALIKE = 8  # that are offered to be merged
LONGEST_PLACE = 200


class BeliefPages:
    """A belief, its history, and the forms that change it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        doing = self._desk.doing
        return [
            Route("/beliefs/{id:int}", self.one),
            Route("/beliefs/{id:int}/history", self.history),
            Route("/beliefs/{id:int}/forget", self.ask_to_forget),
            Route("/beliefs/{id:int}/forget", doing(self.forget), methods=["POST"]),
            Route("/beliefs/{id:int}/{action}", doing(self.rule), methods=["POST"]),
        ]

    def one(self, request: Request) -> Response:
        """A belief: why it is held, and what telling it did."""
        number, user = id_in(request, "belief"), self._desk.user
        with self._desk.tom() as tom:
            memory = tom.memory
            belief = memory.beliefs.get(user, number)
            lines = memory.belief_lists.lines(user)
            told = memory.tellings.of_belief(user, number)
            alike = [each for each, _ in memory.search.beliefs(user, belief.statement, ALIKE)]
            repositories = memory.session_lists.places(user).repositories
            last = last_change(tom, user)
        by_id = {line.id: line for line in lines}
        in_force = number in {line.id for line in told_of(lines)} and not is_idle(belief)
        counts = became(told, number)
        places = {name for name, _, _ in listed.places(lines)}
        return self._desk.page(
            "belief",
            belief=belief,
            place=place_of(belief.scope),
            notes=listed.notes_on(by_id[number]),
            is_told=in_force,
            is_retired=(retired := belief.status is Status.RETIRED),
            may_confirm=retired or belief.decision(DecisionKind.CONFIRM) is None,
            decided=[(decided(each).rstrip(","), each.at) for each in belief.decisions],
            most=QUOTES,
            supporting=belief.supporting[::-1],
            against=[e for e in reversed(belief.evidence) if e.stance is Stance.CONTRADICTS],
            arithmetic=explain(belief),
            alike=[
                by_id[each]
                for each in alike
                if each in by_id and each != number and by_id[each].status is not Status.RETIRED
            ],
            places=sorted(places | {f"repository:{name}" for name in repositories}),
            became=became_text(counts) if counts.sessions else "",
            tellings=told[: -TELLINGS - 1 : -1],
            done=done_text(request.query_params.get("done", "")),
            count=whole(request.query_params.get("count"), 1, ALIKE),
            last=last,
        )

    def history(self, request: Request) -> Response:
        """How a belief came about, the newest first: all that was heard is gone through again."""
        number, user = id_in(request, "belief"), self._desk.user
        with self._desk.tom() as tom:
            belief = tom.memory.beliefs.get(user, number)
            timeline = history.entries(tom.memory, user, belief_id=number)
        return self._desk.page("history", belief=belief, timeline=timeline[::-1])

    def rule(self, request: Request, form: Form) -> Response:
        """Does to a belief what the person decided, and shows it, its list, or the next one."""
        number, action = id_in(request, "belief"), request.path_params["action"]
        with self._desk.tom() as tom:
            if (other := changed(self._desk, tom, form, action, [number])) is not None:
                return other
            self._ruled(tom, number, action, form)
            if action == "edit" and "skipped" in form:
                # A candidate that is worded anew in a review is confirmed by that.
                tom.confirm(self._desk.user, number)
        if "skipped" in form:
            skipped = whole(form["skipped"], 0) or None
            return self._desk.go("/review", skipped=skipped, done=action)
        if form.get("list") in LISTS:
            return back(self._desk, form, action, at=number)
        return self._desk.go(f"/beliefs/{number}", done=action)

    def _ruled(self, tom: Tom, number: int, action: str, form: Form) -> Belief:
        user = self._desk.user
        match action:
            case "confirm":
                return tom.confirm(user, number)
            case "reject":
                return tom.reject(user, number)
            case "pin":
                return tom.pin(user, number)
            case "unpin":
                return tom.unpin(user, number)
            case "edit":
                return tom.edit(user, number, form.get("text", ""))
            case "scope":
                return tom.rescope(user, number, scope_in(form.get("place", "")))
            case "merge":
                return tom.merge(user, number, whole(form.get("other"), 0))
            case _:
                raise NotFound(f"there is no action {action} here")

    def ask_to_forget(self, request: Request) -> Response:
        """What forgetting means, and whether it is meant."""
        with self._desk.tom() as tom:
            belief = tom.memory.beliefs.get(self._desk.user, id_in(request, "belief"))
        return self._desk.page("forget", belief=belief)

    def forget(self, request: Request, form: Form) -> Response:
        """Takes a belief out permanently."""
        number = id_in(request, "belief")
        with self._desk.tom() as tom:
            if (other := changed(self._desk, tom, form, "forget", [number])) is not None:
                return other
            gone = Mentions(beliefs=(tom.memory.beliefs.get(self._desk.user, number).id,))
            forget(tom, self._desk.settings, gone, None)
        return self._desk.go("/profile", done="forget")


def scope_in(given: str) -> Scope:
    """The place that a form names; a name alone is a repository's. Raises UsageError."""
    place = given.strip()[:LONGEST_PLACE]
    if not place:
        raise UsageError("say where it holds: everywhere, a repository, or language:NAME")
    if place == str(EVERYWHERE):
        return EVERYWHERE
    reach, found, name = place.partition(":")
    if found and reach in (Reach.REPOSITORY, Reach.LANGUAGE) and name.strip():
        return Scope(reach=Reach(reach), name=name.strip())
    return Scope(reach=Reach.REPOSITORY, name=place)
