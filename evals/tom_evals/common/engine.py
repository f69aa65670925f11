"""Many jobs, side by side: on this machine or on a Ray cluster; what is done is kept and skipped.

A job is a key and what it takes, as JSON; its row is what came of it, as JSON. A row is written
before the next job starts, so that a run that is killed goes on where it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, cast

from filelock import FileLock, Timeout

from tom_swe.extras import install_command

type Json = Mapping[str, Any]
type Work = Callable[[Json], Json]


class EngineFault(Exception):
    """A run that cannot start: says what to do."""


class Engine(StrEnum):
    """Where jobs run."""

    LOCAL = "local"
    RAY = "ray"


class Job(NamedTuple):
    """One piece of work. ``given`` is JSON; the key is unique in a run."""

    key: str
    given: Json


class Row(NamedTuple):
    """What came of a job: its result, or why there is none."""

    key: str
    result: Json
    failed: str = ""


class Ledger:
    """The rows of a run in a file, one a line, behind a line that says what the run is.

    One process writes it at a time. A line that a kill cut short is dropped, its job done again.
    """

    def __init__(self, file: Path, run: Json) -> None:
        self._file = file
        self._run = json.loads(json.dumps(run))
        self._lock = FileLock(f"{file}.lock")

    def __enter__(self) -> Ledger:
        """Raises EngineFault where another process has it, or it is of another run."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise EngineFault(
                f"another process is writing {self._file}: wait until it ends"
            ) from error
        try:
            self._begin()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _begin(self) -> None:
        whole = self._whole_lines()
        if not whole:
            self._file.write_text(f"{json.dumps({'run': self._run})}\n", encoding="utf-8")
            return
        began = json.loads(whole[0]).get("run")
        if began != self._run:
            raise EngineFault(
                f"{self._file} belongs to a run with other options "
                f"({_difference(began, self._run)}): use another folder, or remove the file"
            )
        self._file.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")

    def _whole_lines(self) -> list[str]:
        if not self._file.exists():
            return []
        text = self._file.read_text(encoding="utf-8", errors="replace")
        return text[: text.rfind("\n") + 1].splitlines()

    def rows(self) -> dict[str, Row]:
        """What is done, by key; the newest, where a job was done again."""
        rows = (json.loads(line) for line in self._whole_lines()[1:])
        return {row["key"]: Row(row["key"], row["result"], row["failed"]) for row in rows}

    def add(self, row: Row) -> None:
        """Writes a row so that it outlives a loss of power."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(row._asdict())}\n")
            file.flush()
            os.fsync(file.fileno())


def run(
    jobs: Sequence[Job],
    work: Work,
    ledger: Ledger,
    *,
    engine: Engine = Engine.LOCAL,
    at_once: int = 2,
    again: bool = False,
    tell: Callable[[Row], None] = lambda _: None,
) -> list[Row]:
    """The rows of all jobs, in their order; those in the ledger are not run again.

    A job that raises is a row that says why, and the rest go on; with ``again`` such rows are
    tried anew. ``tell`` is given each row as it comes. Raises EngineFault.
    """
    done = ledger.rows()
    left = [j for j in jobs if j.key not in done or (again and done[j.key].failed)]
    on = _on_ray if engine is Engine.RAY else _locally
    for row in on(left, work, at_once):
        ledger.add(row)
        done[row.key] = row
        tell(row)
    return [done[job.key] for job in jobs]


def _tried(job: Job, work: Work) -> Row:
    try:
        return Row(job.key, work(job.given))
    except Exception as error:
        # Whatever is wrong with one instance, the others are still worth having.
        return Row(job.key, {}, f"{type(error).__name__}: {error}"[:2000])


def _locally(jobs: Sequence[Job], work: Work, at_once: int) -> Iterator[Row]:
    # Threads: each job waits for processes of its own.
    pool = ThreadPoolExecutor(at_once)
    try:
        for future in as_completed([pool.submit(_tried, job, work) for job in jobs]):
            yield future.result()
    finally:
        # Interrupted, it does not wait for hours of work: the children end with this process.
        pool.shutdown(wait=False, cancel_futures=True)


def _on_ray(jobs: Sequence[Job], work: Work, at_once: int) -> Iterator[Row]:
    try:
        import ray  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        command = install_command("ray", of="tom-evals")
        raise EngineFault(f"--engine ray needs the `ray` package: run {command}") from error
    cluster = cast("Any", ray)
    if not cluster.is_initialized():
        cluster.init(log_to_driver=False)
    tried = cluster.remote(num_cpus=1, max_retries=0)(_tried)
    waiting = list(reversed(jobs))
    running: dict[Any, Job] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            job = waiting.pop()
            running[tried.remote(job, work)] = job
        ready, _ = cluster.wait(list(running), num_returns=1)
        for each in cast("Iterable[Any]", ready):
            job = running.pop(each)
            try:
                yield cluster.get(each)
            except Exception as error:
                # A machine that is lost takes its job along, not the run.
                yield Row(job.key, {}, f"{type(error).__name__}: {error}"[:2000])


def _difference(began: object, now: object) -> str:
    one = cast("dict[str, object]", began) if isinstance(began, dict) else {}
    other = cast("dict[str, object]", now) if isinstance(now, dict) else {}
    names = sorted(name for name in one | other if one.get(name) != other.get(name))
    return ", ".join(f"{name}: {one.get(name)!r}, now {other.get(name)!r}" for name in names)
