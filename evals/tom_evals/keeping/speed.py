"""``python -m tom_evals.keeping.speed [SESSIONS]``: how long it takes to learn so many sessions.

The sessions are a planted history's: real messages of one developer, and wishes among them. The
product reads them as it ships, into a memory on a disk, one process with all that it does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tom_evals.common.real_data import shared_data
from tom_evals.common.report import Cell, Report, Table, as_markdown
from tom_evals.keeping.generate import histories
from tom_evals.keeping.material import Side, material
from tom_evals.keeping.planted import History
from tom_swe import Role, Settings, open_tom

SESSIONS = 1_000


def timed(history: History) -> list[tuple[Cell, ...]]:
    """Seconds on the clock and of the processor: of importing, reading, and making findable."""
    rows: list[tuple[Cell, ...]] = []

    def of(name: str, action: Callable[[], object]) -> None:
        clock, processor = time.perf_counter(), time.process_time()
        action()
        rows.append((name, time.perf_counter() - clock, time.process_time() - processor))

    with TemporaryDirectory(prefix="tom-speed-") as home:
        tom = open_tom(Settings(home=Path(home), user=history.user))
        try:
            of("put away", lambda: [tom.add_session(history.user, s) for s in history.sessions])
            of("read and learn", lambda: tom.read(history.user))
            of("make findable", lambda: tom.catch_up(history.user))
        finally:
            tom.close()
    return rows


def main() -> None:
    """Prints the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    (history,) = histories(material(shared_data(), Side.REPORTED), (count,))
    said = sum(turn.role is Role.USER for each in history.sessions for turn in each.turns)
    table = Table(
        f"{count} sessions, {said} messages of one person", ("", "s", "s of CPU"), timed(history)
    )
    report = Report("Speed of learning", [table])
    sys.stdout.write(f"{as_markdown(report, f'python -m tom_evals.keeping.speed {count}')}\n")


if __name__ == "__main__":
    main()
