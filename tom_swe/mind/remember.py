"""What the person says to tom itself, and what agents say that they said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tom_swe.extract.pointers import beliefs_on, places_of, quote_of
from tom_swe.extract.sayings import VERSION
from tom_swe.extract.stated import holding, same_statement, session_of_statements
from tom_swe.mind.derive import Deriving
from tom_swe.mind.learn import Learner
from tom_swe.mind.no_secrets import as_kept
from tom_swe.mind.reading import Reading
from tom_swe.mind.user_acts import user_act_of
from tom_swe.model.belief import Belief, Scope, SessionModel
from tom_swe.model.corrections import JudgedTurns
from tom_swe.model.pointers import PointedAt, Pointer
from tom_swe.model.session import OWN_HOST, Session
from tom_swe.model.user_acts import Did

if TYPE_CHECKING:
    from tom_swe.memory.store import Store

# A session in which something was said since then may still be going on.
RECENT = timedelta(days=1)


class Statements:
    """Takes in statements at once, and pointers to the person's words once these are found."""

    def __init__(
        self,
        memory: Store,
        deriving: Deriving,
        reading: Reading,
        learner: Learner,
        redact: Callable[[str], str],
    ) -> None:
        self._memory = memory
        self._deriving = deriving
        self._reading = reading
        self._learner = learner
        self._redact = redact

    def state(self, user_id: str, text: str, scope: Scope, at: datetime) -> tuple[Belief, ...]:
        """Believes one statement, as `remember` does. Raises UsageError, also for a secret."""
        return self.remember(user_id, [as_kept(text, self._redact)], scope, at)

    def remember(
        self, user_id: str, texts: Iterable[str], scope: Scope, at: datetime
    ) -> tuple[Belief, ...]:
        """Believes what the person says to tom itself; the beliefs on it, as they stand then.

        Texts are one statement: they are kept, undone and found again together. Raises UsageError.
        """
        scope = scope.model_copy(update={"name": self._redact(scope.name)})
        session = session_of_statements(map(self._redact, texts), scope, at)
        model = self._reading.model_of(session)
        if known := self._holding(user_id, session, model):
            return known
        statements = self._reading.vectors(model)
        quotes = [each.quote.text for each in model.observations]
        with self._memory.learning.from_statement(user_id, session, quotes) as change:
            made = set(change.session.observe(model))
            change.session.keep_corrective_turns(JudgedTurns())
            change.sayings.keep(change.session.id, model.sayings or (), (), VERSION)
            change.sayings.tidy([change.session.id])
            self._deriving.derive(user_id, change, vectors=statements)
            beliefs = change.beliefs.all()
            stated = tuple(b for b in beliefs if made & {e.observation_id for e in b.supporting})
            # What takes something back makes no belief; it is on those that it ends.
            stated = stated or tuple(
                b for b in beliefs if made & {e.observation_id for e in b.evidence}
            )
            now = datetime.now(UTC)
            ids = [belief.id for belief in stated]
            change.user_edits.log(
                user_act_of(Did.REMEMBER, ids, (), now, forgotten=change.remembered_again)
            )
            return stated

    def _holding(self, user_id: str, session: Session, model: SessionModel) -> tuple[Belief, ...]:
        """The beliefs on a statement, where it was made before and all of it still holds."""
        beliefs = self._memory.beliefs.all(user_id)
        before = {e.session_id for b in beliefs for e in b.supporting if e.host == OWN_HOST}
        for session_id in sorted(before, reverse=True):
            if same_statement(session, self._memory.sessions.get(user_id, session_id)):
                return holding(beliefs, session_id, model)
        return ()

    def point_at(self, user_id: str, quote: str, repository: str) -> PointedAt:
        """Keeps that an agent says the person said this; nothing is believed on its word."""
        quote, repository = quote_of(self._redact(quote)), self._redact(repository)
        now = datetime.now(UTC)
        pointer = Pointer(id=0, quote=quote, repository=repository, at=now)
        recent = self._recent_with(user_id, pointer, now - RECENT)
        if recent and (known := self._on_pointed(user_id, recent, pointer)):
            return PointedAt(belief_ids=known)
        pointer = self._memory.pointers.put(user_id, quote, repository)
        if recent is None or (job := self._memory.queue.take_again(user_id, recent[0])) is None:
            return PointedAt()
        self._learner.learn_one(job)
        return PointedAt(belief_ids=self._on_pointed(user_id, recent, pointer))

    def _recent_with(
        self, user_id: str, pointer: Pointer, since: datetime
    ) -> tuple[int, Session] | None:
        """The newest session since then in which the person says what a pointer points at."""
        for session_id in self._memory.sessions.said_since(user_id, since):
            session = self._memory.sessions.get(user_id, session_id)
            if places_of(pointer, session):
                return session_id, session
        return None

    def _on_pointed(
        self, user_id: str, recent: tuple[int, Session], pointer: Pointer
    ) -> tuple[int, ...]:
        return beliefs_on(pointer, *recent, self._memory.beliefs.all(user_id))
