"""Programs that are run to their end, with all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LOOK_SECONDS = 1.0


class Finished(NamedTuple):
    """How a program ended. ``late`` where it was ended for taking too long."""

    code: int
    output: str
    errors: str
    late: bool = False


def finished(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    given: str = "",
) -> Finished:
    """Runs a program and waits for it; when it takes longer, it and its children are killed.

    Raises OSError where it cannot be started.
    """
    with subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        late = False
        try:
            output, errors = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            late = True
            _kill(process.pid)
            output, errors = process.communicate()
        except BaseException:
            _kill(process.pid)
            raise
    return Finished(process.returncode, output, errors, late)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def end_with_parent() -> None:
    """Ends this process, and all that it started, soon after the one that started it is gone.

    A run that is killed leaves no agent behind that goes on and pays for it.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        _kill_started()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _kill_started() -> None:
    # Here, since only those who run agents have it.
    import psutil

    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            process.kill()
