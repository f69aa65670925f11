"""What is loaded behind the prompt while the person types."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any


class Loading[T]:
    """A value that a thread makes; awaiting it raises what making it raised.

    The thread is no reason for the process to stay: leaving does not wait for it. It begins
    once the one that it comes ``after`` has ended: both at once would be slower.
    """

    def __init__(self, make: Callable[[], T], after: Loading[Any] | None = None) -> None:
        self._future: Future[T] = Future()
        self._make = make
        self._after = after
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        if self._after is not None:
            self._after.wait()
        try:
            self._future.set_result(self._make())
        except BaseException as error:
            # Whoever awaits it is the one to be told.
            self._future.set_exception(error)

    @property
    def now(self) -> T | None:
        """The value where it is there already and was made without an error."""
        if self._future.done() and self._future.exception() is None:
            return self._future.result()
        return None

    def wait(self) -> None:
        """Returns once it is made, or could not be."""
        wait([self._future])

    async def get(self) -> T:
        """The value, once it is there."""
        return await asyncio.shield(asyncio.wrap_future(self._future))

    def then(self, loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
        """Has a loop make a call once the value is there; none where the loop is gone by then."""

        def ready(_: Future[T]) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(call)

        self._future.add_done_callback(ready)
