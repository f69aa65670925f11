"""Going on without a language model for a while."""

import time
from collections.abc import Callable
from threading import Lock

from tom_swe.errors import BudgetReached, ModelBusy, ModelFault, ModelUnavailable

# Nobody waits for a server that was not there a moment ago, nor for ever without one that is. One
# that is busy is asked again sooner.
SECONDS = 300.0
BUSY_SECONDS = 60.0


class Outage:
    """Remembers that the model cannot be used now; says so once for each reason. Thread-safe."""

    def __init__(
        self, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._clock = clock
        self._until = 0.0
        self._said: set[type[ModelFault]] = set()
        self._lock = Lock()

    @property
    def lasts(self) -> bool:
        """Whether the model was not there a short while ago."""
        return self._clock() < self._until

    def note(self, error: ModelFault, then: str) -> None:
        """Takes notice of what went wrong; ``then`` tells the person what is done instead.

        A budget is asked for again at every call, which costs nothing.
        """
        with self._lock:
            if isinstance(error, ModelUnavailable | ModelBusy):
                busy = isinstance(error, ModelBusy)
                self._until = self._clock() + (BUSY_SECONDS if busy else SECONDS)
            kind = BudgetReached if isinstance(error, BudgetReached) else type(error)
            first = kind not in self._said
            self._said.add(kind)
        if first:
            self._say(f"{error}; {then}")
