"""The processes that an agent's terminal runs, which the SDK alone neither stops nor ends.

Its shell has job control, so a command is in a process group of its own, and a signal to
the shell's group does not reach it.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable

import psutil

END_SECONDS = 1.0


def started() -> list[psutil.Process]:
    """Every process that this one has started and that lives, with all of theirs."""
    return psutil.Process().children(recursive=True)


def commands() -> list[psutil.Process]:
    """What runs in the terminals that this process has opened, their shells left out."""
    ours = psutil.Process()
    found: list[psutil.Process] = []
    for shell in ours.children():
        with contextlib.suppress(psutil.Error):
            if shell.terminal() and shell.terminal() != ours.terminal():
                found += shell.children(recursive=True)
    return found


def interrupt(processes: Iterable[psutil.Process]) -> None:
    """Has each stop as by Ctrl-C."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGINT)


def end(processes: list[psutil.Process]) -> None:
    """Ends each that still lives: asked first, killed after a second."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=END_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
