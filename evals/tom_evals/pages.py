"""Measure how fast the page answers in a large memory: ``python -m tom_evals.pages``.

The memory is made from a seed: rows are written straight into the tables, for what readers would
make of ten thousand sessions takes an hour. `tom web` then serves it as it serves a person's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple

import psutil
from rich.console import Console
from rich.table import Table

from tom_evals.common.messages import NOUNS, SEED, VERBS, message
from tom_swe import LOCAL_USER, Settings, open_tom

HOSTS = ("claude-code", "codex", "openhands", "aider")
REPOSITORIES = tuple(f"acme/{noun}" for noun in NOUNS)
SUBJECTS = ("", "", "package_manager", "test_style", "commit_style", "comments", "answer_length")
TURNS = 8  # a session
QUOTES = 3  # a belief
LIMIT_MS = 300
PAGES = (
    "/",
    "/?repository=acme/parser",
    "/profile",
    "/profile?by=place",
    "/profile?words=invoice&show=all",
    "/profile?show=all&page=20",
    "/beliefs/1000",
    "/review",
    "/review/list",
    "/sessions",
    "/sessions?page=200",
    "/sessions?host=codex&repository=acme/parser",
    "/sessions?words=scheduler+webhook",
    "/sessions/5000",
    "/costs",
    "/health",
)


def fill(settings: Settings, sessions: int, beliefs: int) -> None:
    """Writes this many sessions and beliefs into a fresh memory, with what hangs on them."""
    tom = open_tom(settings)
    tom.memory.began(LOCAL_USER)
    tom.close()
    rng = random.Random(SEED)
    with sqlite3.connect(settings.database) as rows:
        _sessions(rows, sessions, rng)
        _beliefs(rows, sessions, beliefs, rng)
        _tellings(rows, sessions, beliefs, rng)
    rows.close()
    tom = open_tom(settings)
    tom.rebrief(LOCAL_USER)
    tom.close()


def _at(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="microseconds")


def _day(number: int, of: int) -> datetime:
    """Two years back to now, evenly."""
    return datetime.now(UTC) - timedelta(days=730) * (1 - number / of)


def _put(
    rows: sqlite3.Connection, table: str, columns: str, values: list[tuple[object, ...]]
) -> None:
    marks = ", ".join("?" * len(columns.split(", ")))
    rows.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608


def _sessions(rows: sqlite3.Connection, count: int, rng: random.Random) -> None:
    _put(rows, "user", "id, created_at", [(LOCAL_USER, _at(_day(0, 1)))])
    kept: list[tuple[object, ...]] = []
    turns: list[tuple[object, ...]] = []
    models: list[tuple[object, ...]] = []
    corrected: list[tuple[object, ...]] = []
    for number in range(1, count + 1):
        at = _day(number, count)
        said = [message(rng) for _ in range(TURNS)]
        text = _at(at)
        kept.append(
            (
                *(number, LOCAL_USER, rng.choice(HOSTS), f"h{number}", "/work"),
                *(rng.choice(REPOSITORIES), "", text, _at(at + timedelta(hours=1)), "x", text),
            )
        )
        for place, words in enumerate(said):
            role = "agent" if place % 2 else "user"
            turns.append(
                ((number - 1) * TURNS + place + 1, number, place, role, words, "", "", text)
            )
        models.append((number, said[0], "", "rules", "x", text, TURNS // 2 - 1))
        if rng.random() < 0.3:
            corrected.append(((number - 1) * TURNS + 3, 0.9))
    columns = "id, user_id, host, host_id, cwd, repository, source, started_at, ended_at, "
    _put(rows, "session", f"{columns}content_hash, imported_at", kept)
    _put(rows, "turn", "id, session_id, ordinal, role, text, attachment, tool, at", turns)
    columns = "session_id, intent, summary, reader, content_hash, made_at, turns_judged"
    _put(rows, "session_model", columns, models)
    _put(rows, "requests_read", "session_id, version", [(each[0], 1_000_000) for each in kept])
    _put(rows, "corrective_turn", "turn_id, score", corrected)


def _beliefs(rows: sqlite3.Connection, sessions: int, count: int, rng: random.Random) -> None:
    kept: list[tuple[object, ...]] = []
    seen: list[tuple[object, ...]] = []
    holds: list[tuple[object, ...]] = []
    for number in range(1, count + 1):
        first = rng.randrange(1, sessions * 9 // 10)
        subject = rng.choice(SUBJECTS)
        value = rng.choice(NOUNS) if subject else ""
        place = (
            ("everywhere", "") if rng.random() < 0.4 else ("repository", rng.choice(REPOSITORIES))
        )
        statement = f"{rng.choice(VERBS)} the {rng.choice(NOUNS)} {rng.choice(NOUNS)} {number}"
        kind = rng.choice(("preference", "constraint", "preference", "habit"))
        status = rng.choice(("confirmed", "confirmed", "candidate", "retired"))
        first_at, last_at = _at(_day(first, sessions)), _at(_day(sessions, sessions))
        kept.append(
            (
                *(number, LOCAL_USER, kind, statement, subject, value, "for", *place, status),
                *(round(rng.uniform(0.2, 0.95), 4), first_at, last_at, f"e{number}", first_at),
            )
        )
        for place_of in range(QUOTES):
            observation = (number - 1) * QUOTES + place_of + 1
            session = min(sessions, first + place_of * 20)
            turn = (session - 1) * TURNS + 1
            source = rng.choice(("instruction", "correction", "preference"))
            seen.append(
                (
                    *(observation, session, turn, statement, kind, source, statement, subject),
                    *(value, "for", *place, 1, ""),
                )
            )
            holds.append((number, observation, "supports"))
    columns = (
        "id, user_id, kind, statement, dimension, value, polarity, reach, scope_name, status, "
    )
    _put(rows, "belief", f"{columns}confidence, first_seen, last_seen, founded_on, made_at", kept)
    columns = (
        "id, session_id, turn_id, quote, kind, source, statement, dimension, value, polarity, "
    )
    _put(rows, "observation", f"{columns}reach, scope_name, count, basis", seen)
    _put(rows, "evidence", "belief_id, observation_id, stance", holds)


def _tellings(rows: sqlite3.Connection, sessions: int, beliefs: int, rng: random.Random) -> None:
    """Each of the newest sessions got ten beliefs in its briefing, and kept to some of them."""
    told: list[tuple[object, ...]] = []
    kept: list[tuple[object, ...]] = []
    hosts = dict(rows.execute("SELECT id, host FROM session"))
    for number in range(sessions // 2, sessions + 1):
        kept.append(
            (
                number,
                LOCAL_USER,
                hosts[number],
                f"h{number}",
                "acme/parser",
                _at(_day(number, sessions)),
            )
        )
        told += [
            (number, each, rng.choice((None, None, "obeyed", "disobeyed", "corrected")))
            for each in rng.sample(range(1, beliefs + 1), 10)
        ]
    _put(rows, "telling", "id, user_id, host, host_id, repository, at", kept)
    _put(rows, "told", "telling_id, belief_id, adherence", told)


@contextmanager
def served(home: Path, person: Path) -> Generator[tuple[str, psutil.Process]]:
    """The address of a `tom web` on a memory, and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tom_cli", "web"],
        env={"PATH": os.environ["PATH"], "HOME": str(person), "TOM_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


class Taken(NamedTuple):
    """How long a page took, in milliseconds: for the person, and of processors."""

    wall: float
    processor: float


def measured(home: Path, person: Path, pages: Sequence[str], runs: int) -> dict[str, Taken]:
    """The medians of each page, after one run that is not counted."""
    with served(home, person) as (address, process):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        browser.open(address).read()
        root = re.sub(r"/\?token=.*", "", address)
        found: dict[str, Taken] = {}
        for page in pages:
            browser.open(root + page).read()
            runs_of = [_taken(browser, root + page, process) for _ in range(runs)]
            wall, processor = zip(*runs_of, strict=True)
            found[page] = Taken(statistics.median(wall), statistics.median(processor))
    return found


def _taken(browser: urllib.request.OpenerDirector, url: str, process: psutil.Process) -> Taken:
    used, start = sum(process.cpu_times()[:2]), time.perf_counter()
    browser.open(url).read()
    wall = time.perf_counter() - start
    return Taken(wall * 1000, (sum(process.cpu_times()[:2]) - used) * 1000)


def main() -> None:
    """Makes the memory, asks for each page and prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tom_evals.pages", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--beliefs", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5, help="runs behind each median")
    parser.add_argument("--home", type=Path, help="keep the memory here, or use the one that is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "memory"
        person = Path(folder) / "person"
        person.mkdir()
        settings = Settings(home=home)
        if not settings.database.exists():
            fill(settings, options.sessions, options.beliefs)
        found = measured(home, person, PAGES, options.runs)
    if options.json:
        print(json.dumps({page: taken._asdict() for page, taken in found.items()}))
        return
    table = Table("page", "ms", "of processors", box=None)
    for page, taken in found.items():
        style = "red" if taken.wall > LIMIT_MS else ""
        table.add_row(page, f"{taken.wall:.0f}", f"{taken.processor:.0f}", style=style)
    Console().print(table)


if __name__ == "__main__":
    main()
