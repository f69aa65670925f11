"""What the person asks for again and again, and what they say when they are asked about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tom_swe.beliefs.draft import Draft
from tom_swe.beliefs.recurring import recurring, says
from tom_swe.errors import NotFound, UsageError
from tom_swe.extract.vocabulary import forms_of
from tom_swe.mind.no_secrets import as_kept
from tom_swe.mind.user_acts import user_act_of
from tom_swe.model.belief import Belief, Decision, DecisionKind, Observation, Quote, Source, Status
from tom_swe.model.recurring import VERSION, Recurring, SessionRequest
from tom_swe.model.session import Role, Turn
from tom_swe.model.user_acts import Did, UserAct

# What reads sentences is imported where one is read: a profile only counts what recurs.
if TYPE_CHECKING:
    from tom_swe.memory.store import Store
    from tom_swe.mind.derive import Deriving

# How many sessions are read before what they ask for is kept.
AT_ONCE = 64
BASIS = "you ask for this in several sessions, and said that it always holds"


class Recurrence:
    """Proposes what recurs, and keeps what the person makes of it."""

    def __init__(self, memory: Store, deriving: Deriving, redact: Callable[[str], str]) -> None:
        self._memory = memory
        self._deriving = deriving
        self._redact = redact

    def all(self, user_id: str) -> tuple[Recurring, ...]:
        """What recurs, is not believed and was not decided on, most sessions first."""
        self.catch_up(user_id)
        requests = self._memory.requests
        found = recurring(
            requests.recurring(user_id),
            lambda word: requests.said_in(user_id, forms_of(word)),
            requests.sessions(user_id),
        )
        acts = self._memory.user_acts.all(user_id)
        decided = {each.image.request for each in acts if each.undone_at is None}
        known = [
            each.statement
            for each in self._memory.beliefs.all(user_id)
            if each.status is Status.CONFIRMED or each.is_rejected_by_user
        ]
        return tuple(
            each
            for each in found
            if decided.isdisjoint(each.keys) and not any(says(words, each) for words in known)
        )

    def catch_up(self, user_id: str) -> None:
        """Finds the requests of learned sessions whose requests are not kept."""
        sessions, requests = self._memory.sessions, self._memory.requests
        waiting = requests.unread(user_id, VERSION)
        if not waiting:
            return
        from tom_swe.extract.requests import requests_of_session

        for first in range(0, len(waiting), AT_ONCE):
            made = {
                each: requests_of_session(
                    sessions.get(user_id, each), sessions.templates(user_id, each)
                )
                for each in waiting[first : first + AT_ONCE]
            }
            requests.keep(made, VERSION)

    def accept(self, user_id: str, key: str, text: str = "") -> Belief:
        """Believes what recurs, in the person's words if given. Raises NotFound and UsageError.

        The sentences that ask for it become the belief's quotes.
        """
        from tom_swe.mind.decide import checked_words, moment

        found = self._one(user_id, key)
        words = checked_words(as_kept(text, self._redact)) if text else found.statement
        said = {each.session_id: _observation(each, words, found) for each in found.requests}
        with self._memory.learning.from_outside(user_id) as change:
            before = {each.id: each for each in change.beliefs.all()}
            observed = change.requests.observe(said)
            if not observed:
                raise NotFound("those words are gone")
            self._deriving.derive(user_id, change)
            held = next((e for e in change.beliefs.all() if _rests_on(e, observed)), None)
            if held is None:
                raise UsageError(
                    "you rejected a belief on those words: `tom remember` states it anew"
                )
            at = moment(change.beliefs.all(), held)
            draft = Draft.of(held)
            draft.decide(Decision(kind=DecisionKind.CONFIRM, at=at))
            change.beliefs.decide(held.id, draft.value().decisions)
            was = [before[held.id]] if held.id in before else []
            act = user_act_of(Did.ACCEPT, (held.id,), was, at, detail=words)
            change.user_edits.log(_on(act, found.key, observed))
            self._deriving.derive(user_id, change)
            return next(each for each in change.beliefs.all() if each.id == held.id)

    def dismiss(self, user_id: str, key: str) -> None:
        """Does not propose it again. Raises NotFound."""
        found = self._one(user_id, key)
        act = user_act_of(Did.DISMISS, (), (), datetime.now(UTC), detail=found.statement)
        with self._memory.learning.from_outside(user_id) as change:
            change.user_edits.log(_on(act, found.key, ()))

    def _one(self, user_id: str, key: str) -> Recurring:
        found = next((each for each in self.all(user_id) if each.key == key), None)
        if found is None:
            raise NotFound("that does not recur any more: `tom review` shows what does")
        return found


def _observation(request: SessionRequest, words: str, found: Recurring) -> Observation:
    """What one of the sessions shows, if the request always holds."""
    from tom_swe.extract.stated import plainly

    turn = Turn(ordinal=request.ordinal, role=Role.USER, text=request.quote)
    return plainly(words, turn).model_copy(
        update={
            "statement": words,
            "source": Source.INSTRUCTION,
            "quote": Quote(ordinal=request.ordinal, text=request.quote),
            "scope": found.scope,
            "basis": BASIS,
        }
    )


def _rests_on(belief: Belief, observed: tuple[int, ...]) -> bool:
    return any(each.observation_id in observed for each in belief.supporting)


def _on(act: UserAct, key: str, observed: tuple[int, ...]) -> UserAct:
    """An act on what recurs."""
    image = act.image.model_copy(update={"request": key, "observed": observed})
    return act.model_copy(update={"image": image})
