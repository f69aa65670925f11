"""The sessions of a run, each told as it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tom_evals.common import engine
from tom_evals.common.engine import Engine, Job, Json, Ledger, Work
from tom_evals.common.harness.session import Ended

type Tell = Callable[[str], None]


class Result(Protocol):
    """What came of a session, as far as it is told."""

    @property
    def resolved(self) -> bool:
        """Whether the patch is right."""
        ...

    @property
    def ended(self) -> Ended:
        """Why the session ended."""
        ...


def run_sessions(
    jobs: Sequence[Job],
    session: Work,
    row_of: Callable[[Json], Result],
    ledger: Ledger,
    *,
    on: Engine,
    at_once: int,
    again: bool,
    tell: Tell,
) -> list[engine.Row]:
    """The rows of all sessions, those that failed too. Raises EngineFault."""
    done = ledger.rows()
    left = sum(job.key not in done for job in jobs)
    tell(f"{len(jobs)} sessions, {left} still to run")

    def outcome(row: engine.Row) -> str:
        if row.failed:
            return f"failed: {row.failed.splitlines()[-1][:200]}"
        found = row_of(row.result)
        return f"{'resolved' if found.resolved else 'not resolved'}, {found.ended.value}"

    return engine.run(
        jobs,
        session,
        ledger,
        engine=on,
        at_once=at_once,
        again=again,
        tell=lambda row: tell(f"{row.key}: {outcome(row)}"),
    )
