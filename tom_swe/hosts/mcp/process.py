"""The server as a process: it has stdout to itself and ends when its parent does."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

POLL_SECONDS = 2.0


def own_stdout() -> TextIO:
    """Stdout for the protocol alone: whatever else this process prints goes to stderr."""
    sys.stdout.flush()
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    # Without a stderr there is nowhere else for prints to go.
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
    return protocol


def watch_parent(parent: int, tick: Callable[[], None], close: Callable[[], None]) -> None:
    """Ends this process, after ``close``, once its parent is not ``parent`` any more.

    A host that was killed may leave stdin open in another process, so that its end
    never shows there. ``tick`` is called every two seconds until then.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
            # What goes wrong in housekeeping must not end the watch.
            with contextlib.suppress(Exception):
                tick()
        try:
            close()
        finally:
            os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
