"""What is believed: all of it, one belief with its reasons, and what the person does to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.forgetting import forget
from tom_cli.render import TITLES, became_text, decided, newest_quotes, notes_on
from tom_cli.web.desk import Desk, Form, id_in, whole
from tom_swe.advise.recall import is_idle
from tom_swe.beliefs.confidence import explain
from tom_swe.errors import NotFound, UsageError
from tom_swe.explain import figures, history
from tom_swe.explain.counts import counts as counts_of
from tom_swe.explain.stats import became
from tom_swe.model.belief import Belief, DecisionKind, Kind, Stance, Status
from tom_swe.model.memory import Mentions
from tom_swe.model.user import surest_first, told
from tom_swe.model.user_acts import UserAct

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

SHOWS = {
    "told": "In briefings",
    "confirmed": "Confirmed",
    "candidate": "Seen once",
    "human": "Decided by you",
    "retired": "Retired",
    "all": "Everything",
}
DONE = {
    "confirm": "Confirmed.",
    "reject": "Rejected. Briefings leave it out from now on.",
    "pin": "Pinned: it comes first in briefings.",
    "unpin": "Unpinned.",
    "edit": "Reworded.",
    "forget": "Forgotten permanently.",
    "undo": "Undone.",
    "accept": "It is a rule from now on.",
    "dismiss": "tom does not ask about it again.",
}
QUOTES = 6  # the rest is folded away
TELLINGS = 10


class BeliefPages:
    """The user model and its beliefs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        doing = self._desk.doing
        return [
            Route("/", self.all),
            Route("/beliefs/{id:int}", self.one),
            Route("/beliefs/{id:int}/forget", self.ask_to_forget),
            Route("/beliefs/{id:int}/forget", doing(self.forget), methods=["POST"]),
            Route("/beliefs/{id:int}/{action}", doing(self.rule), methods=["POST"]),
            Route("/undo", doing(self.undo), methods=["POST"]),
        ]

    def all(self, request: Request) -> Response:
        """The user model, or the part of it that is looked for."""
        asked = request.query_params
        words = asked.get("words", "")[:200]
        show = asked.get("show", "") if asked.get("show") in SHOWS else "told"
        kind = asked.get("kind", "") if asked.get("kind") in {*Kind} else ""
        with self._desk.tom() as tom:
            beliefs = tom.memory.beliefs.all(self._desk.user)
            recurring = len(tom.recurrence.all(self._desk.user))
            counts = counts_of(tom.memory, self._desk.user, beliefs=beliefs, proposals=recurring)
            last = last_change(tom, self._desk.user)
        here = [b for b in surest_first(told(beliefs)) if not is_idle(b)]
        found = found_by(words, here if show == "told" else surest(beliefs, show))
        groups = [
            (title, [b for b in found if b.kind is each])
            for each, title in TITLES.items()
            if kind in ("", each)
        ]
        return self._desk.page(
            "beliefs",
            counts=counts,
            figures=figures,
            groups=[group for group in groups if group[1]],
            found=sum(len(held) for _, held in groups),
            notes_on=notes_on,
            newest_quotes=newest_quotes,
            titles=TITLES,
            shows=SHOWS,
            words=words,
            show=show,
            kind=kind,
            done=DONE.get(asked.get("done", "")),
            last=last,
        )

    def one(self, request: Request) -> Response:
        """A belief: why it is held, how it came about and what telling it did."""
        number = id_in(request, "belief")
        with self._desk.tom() as tom:
            belief = tom.memory.beliefs.get(self._desk.user, number)
            timeline = history.entries(tom.memory, self._desk.user, belief_id=number)
            told = tom.memory.tellings.all(self._desk.user)
            told_now = {b.id for b in tom.memory.beliefs.told(self._desk.user)}
            last = last_change(tom, self._desk.user)
        tellings = [each for each in told if number in each.belief_ids]
        counts = became(told, number)
        return self._desk.page(
            "belief",
            belief=belief,
            notes=notes_on(belief),
            is_told=number in told_now and not is_idle(belief),
            is_retired=(retired := belief.status is Status.RETIRED),
            may_confirm=retired or belief.decision(DecisionKind.CONFIRM) is None,
            decided=[(decided(each).rstrip(","), each.at) for each in belief.decisions],
            most=QUOTES,
            supporting=belief.supporting[::-1],
            against=[e for e in reversed(belief.evidence) if e.stance is Stance.CONTRADICTS],
            arithmetic=explain(belief),
            timeline=timeline[::-1],
            became=became_text(counts) if counts.sessions else "",
            tellings=tellings[: -TELLINGS - 1 : -1],
            done=DONE.get(request.query_params.get("done", "")),
            last=last,
        )

    def rule(self, request: Request, form: Form) -> Response:
        """Does to a belief what the person decided, and shows it or the next one to review."""
        number, action = id_in(request, "belief"), request.path_params["action"]
        with self._desk.tom() as tom:
            self._ruled(tom, number, action, form.get("text", ""))
            if action == "edit" and "at" in form:
                # A candidate that is worded anew in a review is confirmed by that.
                tom.confirm(self._desk.user, number)
        if "at" in form:
            return self._desk.go("/review", at=whole(form["at"], 1), done=action)
        return self._desk.go(f"/beliefs/{number}", done=action)

    def _ruled(self, tom: Tom, number: int, action: str, text: str) -> Belief:
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
                return tom.edit(user, number, text)
            case _:
                raise NotFound(f"there is no action {action} here")

    def ask_to_forget(self, request: Request) -> Response:
        """What forgetting means, and whether it is meant."""
        with self._desk.tom() as tom:
            belief = tom.memory.beliefs.get(self._desk.user, id_in(request, "belief"))
        return self._desk.page("forget", belief=belief)

    def forget(self, request: Request, _: Form) -> Response:
        """Takes a belief out permanently."""
        number = id_in(request, "belief")
        with self._desk.tom() as tom:
            gone = Mentions(beliefs=(tom.memory.beliefs.get(self._desk.user, number).id,))
            forget(tom, self._desk.settings, gone, None)
        return self._desk.go("/", done="forget")

    def undo(self, _: Request, form: Form) -> Response:
        """Takes the last change back, if it is still the one that the page showed."""
        with self._desk.tom() as tom:
            last = last_change(tom, self._desk.user)
            if last is None or str(last.id) != form.get("change"):
                raise UsageError(
                    "the memory changed since that page was loaded, so nothing was undone: "
                    "go back and reload the page"
                )
            tom.undo(self._desk.user)
            held = {belief.id for belief in tom.memory.beliefs.all(self._desk.user)}
        about = next((each for each in last.belief_ids if each in held), None)
        if "at" in form:
            return self._desk.go("/review", at=about or 1, done="undo")
        return self._desk.go("/" if about is None else f"/beliefs/{about}", done="undo")


def last_change(tom: Tom, user: str) -> UserAct | None:
    """What the person did last and did not take back."""
    changes = reversed(tom.memory.user_acts.all(user))
    return next((each for each in changes if each.undone_at is None), None)


def surest(beliefs: Iterable[Belief], show: str) -> Sequence[Belief]:
    """Those of a sort, the surest first."""
    kept = [
        belief
        for belief in beliefs
        if show in ("all", belief.status) or (show == "human" and belief.decisions)
    ]
    return sorted(kept, key=lambda b: (-b.confidence, b.id))


def found_by(words: str, beliefs: Iterable[Belief]) -> list[Belief]:
    """Those in whose statement, scope or quotes every word stands, however it is cased."""
    wanted = words.casefold().split()
    return [
        belief
        for belief in beliefs
        if all(
            word in "\n".join((belief.statement, str(belief.scope), *belief.quotes)).casefold()
            for word in wanted
        )
    ]
