"""Forgetting: what is deleted, what rested on it, and what remains of it on the disk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tom_swe.errors import UsageError
from tom_swe.extract.pointers import shares_words
from tom_swe.mind.derive import Deriving
from tom_swe.mind.parts import Mind
from tom_swe.mind.user_acts import texts_of
from tom_swe.model.memory import Mentions
from tom_swe.model.session import Role

if TYPE_CHECKING:
    from tom_swe.memory.learning import ChangeOfMind
    from tom_swe.memory.store import Store

SHORTEST_PHRASE = 3


class Forgetting:
    """Deletes, derives what is left again, and purges."""

    def __init__(
        self, memory: Store, mind: Mind, deriving: Deriving, say: Callable[[str], None]
    ) -> None:
        self._memory = memory
        self._mind = mind
        self._deriving = deriving
        self._say = say

    def sessions(self, user_id: str, session_ids: Collection[int]) -> None:
        """Deletes sessions and all that rested on them alone. Raises NotFound."""
        self._delete(user_id, Mentions(sessions=tuple(session_ids)))

    def mentions(self, user_id: str, phrase: str) -> Mentions:
        """Everything in which a phrase stands, however it is cased. Raises UsageError."""
        if len(phrase.strip()) < SHORTEST_PHRASE:
            raise UsageError(f"give a phrase of at least {SHORTEST_PHRASE} characters")
        wanted = phrase.strip().casefold()

        def has(*texts: str) -> bool:
            return any(wanted in text.casefold() for text in texts)

        memory = self._memory
        return Mentions(
            sessions=tuple(memory.sessions.holding(user_id, wanted)),
            beliefs=tuple(b.id for b in memory.beliefs.all(user_id) if has(*b.wordings)),
            consultations=tuple(
                c.id for c in memory.consultations.all(user_id) if has(c.query, c.text)
            ),
            pointers=tuple(p.id for p in memory.pointers.all(user_id) if has(p.quote)),
            user_acts=tuple(c.id for c in memory.user_acts.all(user_id) if has(*texts_of(c))),
        )

    def everything_in(self, user_id: str, mentions: Mentions) -> None:
        """Deletes all of this, and what rested on it alone. Raises NotFound."""
        self._delete(user_id, mentions)

    def _delete(self, user_id: str, gone: Mentions) -> None:
        said: list[str] = []
        for session_id in gone.sessions:
            session = self._memory.sessions.get(user_id, session_id)
            said += [turn.text for turn in session.by(Role.USER)]
        pointers = {*gone.pointers, *self._pointers_to(user_id, said)}
        with self._memory.learning.from_outside(user_id) as change:
            change.erase.pointers(pointers)
            for session_id in gone.sessions:
                change.erase.session(session_id)
            left = {belief.id for belief in change.beliefs.all() if belief.supporting}
            for belief_id in gone.beliefs:
                if belief_id in left:
                    change.erase.belief(belief_id)
            change.erase.answers(gone.consultations)
            change.erase.user_acts(gone.user_acts)
            self._derive(user_id, change)
        self.purge()

    def older(self, user_id: str, moment: datetime) -> int:
        """Deletes what sessions before then showed, and answers given before; how many sessions.

        What the person stated to tom itself stays.
        """
        gone = Mentions(
            sessions=tuple(self._memory.sessions.ended_before(user_id, moment)),
            consultations=tuple(
                each.id for each in self._memory.consultations.all(user_id) if each.at < moment
            ),
        )
        if not gone.is_empty:
            self._delete(user_id, gone)
        return len(gone.sessions)

    def belief(self, user_id: str, belief_id: int) -> None:
        """Deletes a belief; it is not learned again from the same words. Raises NotFound."""
        belief = self._memory.beliefs.get(user_id, belief_id)
        pointers = self._pointers_to(user_id, belief.quotes)
        with self._memory.learning.from_outside(user_id) as change:
            change.erase.pointers(pointers)
            change.erase.belief(belief_id)
            self._derive(user_id, change)
        self.purge()

    def everything(self, user_id: str) -> None:
        """Deletes everything about a user."""
        self._memory.reset(user_id)
        self.purge()

    def _derive(self, user_id: str, change: ChangeOfMind) -> None:
        self._deriving.derive(user_id, change)
        change.erase.answers()

    def _pointers_to(self, user_id: str, texts: Sequence[str]) -> list[int]:
        return [p.id for p in self._memory.pointers.all(user_id) if shares_words(p, texts)]

    def purge(self) -> None:
        """Takes what was deleted off the disk, the index's files with it."""
        if not self._memory.purge():
            self._say(
                "another process still has the database's old log open; the disk holds "
                "forgotten data until that process ends"
            )
        # Chroma keeps deleted vectors in its files, so the index is made anew.
        if not self._mind.parts.index.drop():
            self._say("another process is using the vector index; run `tom db reindex` later")
