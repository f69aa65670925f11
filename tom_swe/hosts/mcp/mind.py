"""The one Tom of a server: opened at the first call, kept, one call at a time."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.checkout import kept_out
from tom_swe.errors import TomError

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

# An index held for as long as a host's session would keep other processes from wiping it.
RESTS_AFTER = 30.0

log = logging.getLogger(__name__)


class ServedMind:
    """Tom on the memory of this process's settings. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tom: Tom | None = None
        self._user = self._home = ""
        self._said: list[str] = []
        self._searched: float | None = None
        self.since = datetime.now(UTC)
        # What the client calls itself; it says so before its first call.
        self.client = ""

    @contextlib.contextmanager
    def held(self, *, searches: bool = False) -> Generator[tuple[Tom, str, list[str]]]:
        """Tom, its user and what it has to say about this call.

        Raises TomError, also where the person has switched tom off.

        ``searches`` says that the call uses the vector index, which `rest` lets go of later.
        """
        with self._lock:
            if self._tom is None:
                from tom_swe.app import open_tom
                from tom_swe.settings import load_settings

                settings = load_settings()
                self._tom = open_tom(settings, say=self._say)
                self._user, self._home = settings.user, str(settings.home)
            if by := kept_out(self._home, os.environ, str(Path.cwd())):
                raise TomError(f"tom is switched off here, by {by}: go on without it")
            self._said.clear()
            try:
                yield self._tom, self._user, self._said
            finally:
                if searches:
                    self._searched = time.monotonic()

    def rest(self) -> None:
        """Lets go of the vector index when nothing was searched for a while."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            since = self._searched
            if self._tom and since is not None and time.monotonic() - since > RESTS_AFTER:
                self._searched = None
                self._tom.index.close()
        finally:
            self._lock.release()

    def close(self, patience: float = -1) -> None:
        """Closes Tom, after the call under way or when ``patience`` seconds are over."""
        acquired = self._lock.acquire(timeout=patience)
        try:
            if self._tom:
                self._tom.close()
                self._tom = None
        finally:
            if acquired:
                self._lock.release()

    def _say(self, message: str) -> None:
        self._said.append(message)
        log.warning("%s", message)
