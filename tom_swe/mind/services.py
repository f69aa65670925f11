"""What Tom is made of. A service is made when it is first used: whoever only looks at a memory
loads nothing that reads, compares or changes it, which takes most of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, Any, Self, overload

from tom_swe.mind.parts import Mind

if TYPE_CHECKING:
    from tom_swe.memory.store import Store
    from tom_swe.mind.decide import Decisions
    from tom_swe.mind.derive import Deriving
    from tom_swe.mind.feedback import Feedback
    from tom_swe.mind.forget import Forgetting
    from tom_swe.mind.in_session import InSession
    from tom_swe.mind.learn import Learner
    from tom_swe.mind.parts import Parts
    from tom_swe.mind.reading import Reading
    from tom_swe.mind.recall import Recall
    from tom_swe.mind.recurring import Recurrence
    from tom_swe.mind.remember import Statements
    from tom_swe.mind.undo import Undoing
    from tom_swe.ports import Adviser


class service[T]:  # noqa: N801 - used as a decorator
    """A property that is made once, also where several threads ask for it first."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Services, owner: type) -> T: ...
    def __get__(self, instance: Services | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # What is kept under this name is found before this is asked again.
        with instance.making:
            if self._name not in instance.__dict__:
                instance.__dict__[self._name] = self._make(instance)
            made: T = instance.__dict__[self._name]
            return made


class Services:
    """The services of one memory. Thread-safe."""

    def __init__(
        self,
        memory: Store,
        parts: Callable[[], Parts],
        *,
        redact: Callable[[str], str],
        say: Callable[[str], None],
        briefing_tokens: int,
        keep_days: int | None = None,
        adviser: Callable[[], Adviser] | None = None,
    ) -> None:
        self.making = RLock()
        self.memory = memory
        self._mind = Mind(parts, adviser)
        self._redact = redact
        self._say = say
        self._briefing_tokens = briefing_tokens
        self._keep_days = keep_days

    @service
    def reading(self) -> Reading:
        """Says what reading takes."""
        from tom_swe.mind.reading import Reading

        return Reading(self.memory, self._mind)

    @service
    def statements(self) -> Statements:
        """Keeps what the person says to tom itself."""
        from tom_swe.mind.remember import Statements

        return Statements(self.memory, self._deriving, self.reading, self._learner, self._redact)

    @service
    def in_session(self) -> InSession:
        """Has a coding agent read."""
        from tom_swe.mind.in_session import InSession

        return InSession(self.memory, self._mind, self.reading, self._learner, self._redact)

    @service
    def recurrence(self) -> Recurrence:
        """Proposes what recurs."""
        from tom_swe.mind.recurring import Recurrence

        return Recurrence(self.memory, self._deriving, self._redact)

    @service
    def _deriving(self) -> Deriving:
        from tom_swe.mind.derive import Deriving

        return Deriving(lambda: self._mind.embedder, self._briefing_tokens)

    @service
    def _learner(self) -> Learner:
        from tom_swe.mind.learn import Learner

        return Learner(self.memory, self._mind, self.reading, self._deriving, self._say)

    @service
    def _decisions(self) -> Decisions:
        from tom_swe.mind.decide import Decisions

        return Decisions(self.memory, self._deriving, self._redact)

    @service
    def _feedback(self) -> Feedback:
        from tom_swe.mind.feedback import Feedback

        return Feedback(self.memory, self._deriving)

    @service
    def _undoing(self) -> Undoing:
        from tom_swe.mind.undo import Undoing

        return Undoing(self.memory, self._deriving)

    @service
    def _recall(self) -> Recall:
        from tom_swe.mind.recall import Recall

        return Recall(self.memory, self._mind, self.recurrence.all)

    @service
    def _forgetting(self) -> Forgetting:
        from tom_swe.mind.forget import Forgetting

        return Forgetting(self.memory, self._mind, self._deriving, self._say)
