"""Forgetting: what is deleted, what rested on it, and what remains of it on the disk."""

from collections.abc import Callable, Sequence

from tom_swe.mind.alike import Likeness
from tom_swe.mind.faculties import Mind
from tom_swe.mind.learn import Learner
from tom_swe.mind.read.pointed import shares_words
from tom_swe.mind.reconsider import reconsider
from tom_swe.model.session import Role
from tom_swe.ports import ChangeOfMind, MemoryStore


class Forgetting:
    """Deletes, derives what is left again, and purges."""

    def __init__(
        self, memory: MemoryStore, mind: Mind, learner: Learner, say: Callable[[str], None]
    ) -> None:
        self._memory = memory
        self._mind = mind
        self._learner = learner
        self._say = say

    def session(self, user_id: str, session_id: int) -> None:
        """Deletes a session and all that rested on it alone. Raises NotFound."""
        session = self._memory.sessions.get(user_id, session_id)
        said = [turn.text for turn in session.by(Role.USER)]
        pointers = self._pointers_to(user_id, said)
        with self._memory.learning.from_outside(user_id) as change:
            change.drop_pointers(pointers)
            change.forget_session(session_id)
            self._think_again(user_id, change)
        self._purge()

    def belief(self, user_id: str, belief_id: int) -> None:
        """Deletes a belief; it is not learned again from the same words. Raises NotFound."""
        belief = self._memory.beliefs.get(user_id, belief_id)
        pointers = self._pointers_to(user_id, belief.quotes)
        with self._memory.learning.from_outside(user_id) as change:
            change.drop_pointers(pointers)
            change.forget_belief(belief_id)
            self._think_again(user_id, change)
        self._purge()

    def everything(self, user_id: str) -> None:
        """Deletes everything about a user."""
        self._memory.reset(user_id)
        self._purge()

    def _think_again(self, user_id: str, change: ChangeOfMind) -> None:
        change.drop_unsupported()
        alike = Likeness(change.vectors(self._mind.embedder_name))
        change.apply(reconsider(change.beliefs(), alike), {}, "")
        change.drop_consultations()
        self._learner.brief(user_id, change)

    def _pointers_to(self, user_id: str, texts: Sequence[str]) -> list[int]:
        return [p.id for p in self._memory.noted.all(user_id) if shares_words(p, texts)]

    def _purge(self) -> None:
        if not self._memory.purge():
            self._say(
                "another process still has the old log of the database open; what was "
                "forgotten leaves the disk when that process ends"
            )
        # Chroma keeps deleted vectors in its files, so the index is made anew.
        if not self._mind.faculties.index.drop():
            self._say("another process owns the vector index; run `tom db reindex` later")
