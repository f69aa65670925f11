"""Runs a program to its end, or ends it: nothing that it started is left."""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO, NamedTuple

MOST_BYTES = 4_000_000  # of each stream; the rest is read and dropped
GRACE = 2.0  # seconds from the request to end to the end
_CHUNK = 65_536
_running: set[subprocess.Popen[bytes]] = set()
_lock = Lock()
_over = Event()


class Finished(NamedTuple):
    """How a program ended: its exit status, None if it took too long, and what it printed."""

    status: int | None
    out: str
    err: str


def run(
    command: Sequence[str],
    *,
    stdin: str,
    environ: Mapping[str, str],
    folder: Path,
    seconds: float,
) -> Finished:
    """Runs a command in a process group of its own, which is gone afterwards.

    So it is after Ctrl-C or any other exception, and when this process ends while a thread of it
    waits here. Raises OSError where it cannot be started.
    """
    with _lock:
        if _over.is_set():
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        if not _running:
            # After the caller made its folder, so that the program goes before the folder does.
            atexit.unregister(_end_all)
            atexit.register(_end_all)
        process = subprocess.Popen(  # noqa: S603 - one of the programs that tom knows
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        _running.add(process)
    out, err = _Taken(process.stdout), _Taken(process.stderr)
    status: int | None = None
    try:
        _Given(process.stdin, stdin.encode(errors="replace")).start()
        out.start()
        err.start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(seconds)
    finally:
        _end(process)
        _running.discard(process)
    return Finished(status, out.text(), err.text())


def _end_all() -> None:
    """Ends what threads still wait for that do not keep this process from ending."""
    with _lock:
        _over.set()
    for process in list(_running):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program with all that it started, whether it has ended or not."""
    try:
        if process.poll() is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
    finally:
        # Also what it left in its group when it ended by itself.
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


class _Given(Thread):
    """Writes what a program reads, which may end before it has read it."""

    def __init__(self, stream: IO[bytes] | None, data: bytes) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._data = data

    def run(self) -> None:
        if self._stream:
            with contextlib.suppress(OSError), self._stream as stream:
                stream.write(self._data)


class _Taken(Thread):
    """Reads what a program prints, and keeps the beginning."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._kept = bytearray()

    def run(self) -> None:
        if self._stream:
            with contextlib.suppress(OSError, ValueError), self._stream as stream:
                while chunk := os.read(stream.fileno(), _CHUNK):
                    self._kept += chunk[: max(0, MOST_BYTES - len(self._kept))]

    def text(self) -> str:
        """What was printed, once the program is gone."""
        # A process that left the group may still hold the stream: nobody waits for it.
        self.join(GRACE)
        return bytes(self._kept).decode(errors="replace")
