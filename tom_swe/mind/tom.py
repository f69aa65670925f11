"""Tom: learns from sessions, answers about the person, briefs the next session."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tom_swe.checkout import place_of
from tom_swe.errors import UsageError
from tom_swe.mind.services import Services
from tom_swe.model.belief import EVERYWHERE, Belief, Scope
from tom_swe.model.session import OWN_HOST
from tom_swe.model.user import UserModel

if TYPE_CHECKING:
    from tom_swe.explain.why_not import WhyNot
    from tom_swe.memory.nearest import NearestTurns
    from tom_swe.mind.learn import Learned, Progress
    from tom_swe.model.advice import Briefing, Outcome, Query, Recalled, Suggestion
    from tom_swe.model.memory import Mentions, Put
    from tom_swe.model.pointers import PointedAt
    from tom_swe.model.portable import Export
    from tom_swe.model.session import Session
    from tom_swe.model.user_acts import UserAct
    from tom_swe.ports import Embedder


def quietly(_: int) -> None:
    """Shows nobody how far it is."""


class Tom(Services):
    """The mind of one memory. Every call names its user; nothing is ambient. Thread-safe.

    ``parts`` is called when something has first to be read or compared, since that
    loads a model. ``redact`` cleans what a query says before it is kept. ``say`` is told
    once about anything that works less well than it could. ``recurrence`` proposes what recurs,
    ``reading`` says what reading takes, ``in_session`` has a coding agent read.
    """

    @property
    def embedder(self) -> Embedder | None:
        """What turns texts into vectors; None where no model could be loaded."""
        return self._mind.embedder

    @property
    def index(self) -> NearestTurns:
        """The derived index of past turns."""
        return self._mind.parts.index

    # Learning

    def add_session(self, user_id: str, session: Session) -> Put:
        """Keeps a session and queues it; learning from it is `learn`'s.

        Raises UsageError for a session of tom's own host, which only `state` makes.
        """
        if session.host == OWN_HOST:
            raise UsageError(f"{OWN_HOST!r} is not a host: use `remember` for statements")
        return self.memory.sessions.put(user_id, session)

    def learn(self, user_id: str, progress: Progress = quietly) -> Learned:
        """Reads every queued session and makes what was said findable: `read`, then `catch_up`."""
        learned = self.read(user_id, progress)
        if learned.sessions:
            self.catch_up(user_id)
        return learned

    def read(self, user_id: str, progress: Progress = quietly, *, again: bool = False) -> Learned:
        """Reads every queued session, oldest first, and changes the user model by it.

        ``progress`` gets the number of sessions in each batch that is done. One session that
        fails is given back with its error and the rest go on. Safe to run in several processes,
        and to kill. Sessions older than the settings keep are forgotten then, with all that
        rested on them alone.

        ``again`` reads what another reader read as well, the oldest reading first, until a
        language model that reads has no budget left or cannot be reached.
        """
        reading = self._learner.again if again else self._learner.read
        learned = reading(user_id, progress)
        return learned.model_copy(update={"expired": self._expire(user_id)})

    def _expire(self, user_id: str) -> int:
        if self._keep_days is None:
            return 0
        oldest = datetime.now(UTC) - timedelta(days=self._keep_days)
        return self._forgetting.older(user_id, oldest)

    def catch_up(self, user_id: str) -> None:
        """Embeds the turns that were not, and brings the index up where this process can own it.

        Until then those turns are found by their words alone.
        """
        self._learner.catch_up(user_id)

    def rebrief(self, user_id: str) -> int:
        """Makes anew what later sessions are told; how many briefings that changed."""
        with self.memory.learning.from_outside(user_id) as change:
            return self._deriving.rebrief(user_id, change)

    def remember(
        self, user_id: str, text: str, scope: Scope = EVERYWHERE, at: datetime | None = None
    ) -> tuple[Belief, ...]:
        """Believes what the person says to tom itself; the beliefs on it, as they stand then.

        The words are kept as a session of tom's own, redacted, and learned at once; ``at`` is when
        they were said, now unless given. The same words again change nothing as long as they
        hold, and forgotten ones count again. Raises UsageError.
        """
        return self.statements.state(user_id, text, scope, at or datetime.now(UTC))

    def point_at(self, user_id: str, quote: str, repository: str = "") -> PointedAt:
        """Keeps that an agent says the person said this; nothing is believed on its word.

        Once a session is read in which the person says the quote, word for word, what they
        say there counts as an instruction, where the reader made nothing of those words. A
        session of the last day is read again at once. Raises UsageError.
        """
        return self.statements.point_at(user_id, quote, repository)

    # Answering

    def recall(self, user_id: str, query: Query) -> Recalled:
        """The beliefs that apply to a query, and what was said in its repository that bears on
        it.
        """
        return self._recall.recall(self._known(user_id), self._placed(user_id, query))

    def search(self, user_id: str, query: Query) -> Recalled:
        """The beliefs on a query's topic, wherever they hold, and the past turns like it."""
        return self._recall.search(self._known(user_id), self._placed(user_id, query))

    def _known(self, user_id: str) -> UserModel:
        return UserModel(user_id=user_id, beliefs=self.memory.beliefs.told(user_id))

    def _placed(self, user_id: str, query: Query) -> Query:
        """The query with the names of its repository."""
        names = self.names_of(user_id, query.repository, query.folder)
        return query if names is None else query.model_copy(update={"names": names})

    def names_of(self, user_id: str, repository: str, folder: str) -> tuple[str, ...] | None:
        """The names of the repository that a folder is in; None where the folder says nothing."""
        place = place_of(folder)
        return self.memory.beliefs.names_of(user_id, repository, place) if place else None

    def consult(self, user_id: str, query: Query) -> Suggestion:
        """Whether to proceed with a request or ask the person, and what they would want."""
        said = {"text": query.text, "before": query.before, "repository": query.repository}
        query = query.model_copy(update={name: self._redact(each) for name, each in said.items()})
        query = self._placed(user_id, query)
        user = self._known(user_id)
        library = _Library(
            lambda text: self._recall.looked_up(user, query.model_copy(update={"text": text})),
            lambda session_id: self.memory.sessions.get(user_id, session_id),
        )
        bearing = self._recall.bearing(user, query)
        suggestion = self._mind.adviser.advise(query, user, bearing, library)
        kept = self.memory.consultations.put(user_id, query, suggestion)
        return suggestion.model_copy(update={"consultation_id": kept})

    def brief(
        self,
        user_id: str,
        repository: str = "",
        budget: int | None = None,
        *,
        folder: str = "",
    ) -> Briefing:
        """The briefing for a session in this folder: the stored one, unless a budget is given."""
        if budget is None:
            stored = self.memory.beliefs.briefing(user_id, repository, place_of(folder))
            if stored is not None:
                return stored
        from tom_swe.advise.brief import brief

        user = self.memory.beliefs.user_model(user_id)
        names = self.names_of(user_id, repository, folder)
        return brief(user, repository, budget or self._briefing_tokens, names)

    # What became of advice

    def judge(
        self,
        user_id: str,
        consultation_id: int,
        outcome: Outcome,
        *,
        right: Collection[int] | None = None,
        by_agent: bool = False,
    ) -> tuple[Belief, ...]:
        """Keeps what became of a suggestion; the beliefs that it cited, as they stand then.

        ``right`` names the cited beliefs that held in a partly accepted one. Judging again
        replaces what was said before, but an agent does not overrule the person. Raises
        NotFound and UsageError.
        """
        return self._feedback.judge(
            user_id, consultation_id, outcome, right=right, by_agent=by_agent
        )

    # What the person decides

    def confirm(self, user_id: str, belief_id: int) -> Belief:
        """Holds a belief on the person's word, until they say otherwise later. Raises NotFound."""
        return self._decisions.confirm(user_id, belief_id)

    def reject(self, user_id: str, belief_id: int) -> Belief:
        """Retires a belief permanently unless the person states it outright. Raises NotFound.

        Its quotes stay to be seen; neither they nor what says the same bring it back.
        """
        return self._decisions.reject(user_id, belief_id)

    def pin(self, user_id: str, belief_id: int) -> Belief:
        """Has a belief always told, and first. Raises NotFound; UsageError of one given up."""
        return self._decisions.pin(user_id, belief_id)

    def unpin(self, user_id: str, belief_id: int) -> Belief:
        """Has a belief told like any other. Raises NotFound; UsageError of one not pinned."""
        return self._decisions.unpin(user_id, belief_id)

    def edit(self, user_id: str, belief_id: int, text: str, *, confirm: bool = False) -> Belief:
        """Words a belief as the person does, redacted. Raises NotFound and UsageError."""
        return self._decisions.edit(user_id, belief_id, text, confirm=confirm)

    def rescope(self, user_id: str, belief_id: int, scope: Scope) -> Belief:
        """Has a belief hold just there; it is never widened. Raises NotFound and UsageError."""
        return self._decisions.rescope(user_id, belief_id, scope)

    def merge(self, user_id: str, kept_id: int, other_id: int) -> Belief:
        """Makes one belief part of another. Raises NotFound; UsageError where they oppose."""
        return self._decisions.merge(user_id, kept_id, other_id)

    def undo(self, user_id: str, count: int = 1) -> tuple[UserAct, ...]:
        """Takes back what the person did last: deciding, merging, stating, accepting, judging.

        What was taken back, the last first. Nothing that was forgotten comes back. Raises
        UsageError where there is nothing.
        """
        return self._undoing.undo(user_id, count)

    def why_not(self, user_id: str, text: str) -> WhyNot:
        """What is known on a statement, and why it is not believed. Raises UsageError."""
        return self._recall.why_not(user_id, text)

    # Forgetting

    def forget_session(self, user_id: str, session_id: int) -> None:
        """Deletes a session and all that rested on it alone. Raises NotFound."""
        self._forgetting.sessions(user_id, [session_id])

    def forget_sessions(self, user_id: str, session_ids: Collection[int]) -> None:
        """Deletes sessions and all that rested on them alone. Raises NotFound."""
        self._forgetting.sessions(user_id, session_ids)

    def mentions(self, user_id: str, phrase: str) -> Mentions:
        """Everything in which a phrase stands, however it is cased. Raises UsageError."""
        return self._forgetting.mentions(user_id, phrase)

    def forget_mentions(self, user_id: str, mentions: Mentions) -> None:
        """Deletes all of this, and what rested on it alone. Raises NotFound."""
        self._forgetting.everything_in(user_id, mentions)

    def forget_belief(self, user_id: str, belief_id: int) -> None:
        """Deletes a belief; it is not learned again from the same words. Raises NotFound."""
        self._forgetting.belief(user_id, belief_id)

    def reset(self, user_id: str) -> None:
        """Deletes everything about a user."""
        self._forgetting.everything(user_id)

    # Moving

    def restore(self, user_id: str, export: Export, *, replace: bool = False) -> None:
        """Makes an export all that is kept about a user, and derives the rest from it again.

        All of it or nothing, whoever wrote it under whatever user id; `memory.portable.rows`
        is what an export is made of. Raises UsageError where it is not sound, or where there
        is a memory already that it is not to replace.
        """
        self.memory.portable.put(user_id, export, replace=replace)
        if replace:
            self._forgetting.purge()
        if not export.tables.get("user"):
            return  # of somebody who was never heard of
        with self.memory.learning.from_outside(user_id) as change:
            self._deriving.brief(user_id, change)
        self.recurrence.catch_up(user_id)
        self._learner.embed_beliefs(user_id)
        self._learner.catch_up(user_id)

    def close(self) -> None:
        """Lets go of the memory and the index."""
        if self._mind.is_awake:
            self.index.close()
        self.memory.close()


class _Library:
    """What the memory holds about one person, for one request."""

    def __init__(
        self, search: Callable[[str], Recalled], session: Callable[[int], Session]
    ) -> None:
        self._search = search
        self._session = session

    def search(self, text: str) -> Recalled:
        """The beliefs and past turns that bear on a text, in the request's place."""
        return self._search(text)

    def session(self, session_id: int) -> Session:
        """One of the person's sessions. Raises NotFound."""
        return self._session(session_id)
