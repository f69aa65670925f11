"""Tries many bent inputs: `PYTHONPATH=tests python -m safety.fuzz 100000 [HOST or hook ...]`.

`--seconds N` ends each of them after a time. Prints, for each, how many were tried, the slowest,
and the seeds of those that crashed or took longer than a second.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from safety.inputs import bent_file, event, files

from tom_swe.errors import SourceError
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.hosts import hook
from tom_swe.hosts.hook import process
from tom_swe.hosts.hook.answer import written
from tom_swe.hosts.inbox import HookFault, Place
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions

LIMIT = 1.0
REDACTOR = Redactor()
READER = EmbeddedReader()

type Try = Callable[[int], None]


class Tried(NamedTuple):
    """What came of it: how many, the slowest, and the faults by seed."""

    count: int
    slowest: float
    faults: list[tuple[int, str]]


def importer(host: str, folder: Path) -> Try:
    """Reads one bent session of a host: every session of it can be stored, and is read."""
    good = files(host, folder / "good")
    there = folder / "bent"
    for name in good:
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_bytes(good[name])
    place = there
    if host in ("aider", "jsonl", "codex"):
        place = there / next(iter(good))

    def attempt(seed: int) -> None:
        of = random.Random(seed)
        name = of.choice(list(good))
        (there / name).write_bytes(bent_file(of, good[name]))
        try:
            for session in read_sessions(IMPORTERS[host], place, Tally(), REDACTOR):
                session.model_dump_json().encode()
                assert session.content_hash
                if seed % 20 == 0:
                    READER.read(session)
        except SourceError:
            pass
        finally:
            (there / name).write_bytes(good[name])

    return attempt


def stdin(folder: Path) -> Try:
    """What a hook makes of one bent event, in this process: noted or refused, never told wrong."""
    place = Place({"TOM_HOME": str(folder / "tom")})
    place.make()

    def attempt(seed: int) -> None:
        of = random.Random(seed)
        name = of.choice((*hook.EVENTS, "", "Other"))
        try:
            told = hook.Event(name, event(of))
        except (HookFault, ValueError, RecursionError) as error:
            # `hook.run` logs these; nothing of what was sent is in the line.
            process.log_fault(place, name, error)
            return
        assert len(told.line("local")) < 40_000
        answer, _ = process.respond(place, told)
        written(told, answer)

    return attempt


def tried(attempt: Try, count: int, seconds: float, first: int = 0) -> Tried:
    """Tries seeds until that many were tried or the time is up."""
    slowest, faults = 0.0, list[tuple[int, str]]()
    until = time.monotonic() + seconds
    number = 0
    while number < count and time.monotonic() < until:
        began = time.process_time()
        try:
            attempt(first + number)
        except Exception as error:
            faults.append((first + number, f"{type(error).__name__}: {str(error)[:120]}"))
        took = time.process_time() - began
        slowest = max(slowest, took)
        if took > LIMIT:
            faults.append((first + number, f"took {took:.1f} s"))
        number += 1
    return Tried(number, slowest, faults)


def attempt_of(name: str, folder: Path) -> Try:
    """What to try for a host, or for the hook."""
    return stdin(folder) if name == "hook" else importer(name, folder)


def main(arguments: list[str]) -> int:
    """Tries them; 1 where there was a fault."""
    seconds = 1e9
    if "--seconds" in arguments:
        at = arguments.index("--seconds")
        seconds = float(arguments[at + 1])
        arguments = [*arguments[:at], *arguments[at + 2 :]]
    words = [each for each in arguments if not each.startswith("-")]
    names = [each for each in words if each in IMPORTERS or each == "hook"]
    numbers = [int(each) for each in words if each.isdigit()]
    failed = 0
    os.environ["TOM_OFF"] = "0"
    for name in names or [*IMPORTERS, "hook"]:
        with tempfile.TemporaryDirectory() as folder:
            found = tried(attempt_of(name, Path(folder)), numbers[0] if numbers else 1000, seconds)
        print(f"{name:20} {found.count:8} tried, slowest {found.slowest:.3f} s", flush=True)
        for seed, fault in found.faults[:20]:
            print(f"    seed {seed}: {fault}", flush=True)
        print(f"    {len(found.faults)} faults", flush=True)
        failed |= bool(found.faults)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
