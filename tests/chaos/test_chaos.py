"""Everything at once on one memory, and kills at random: nothing acknowledged is lost."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from chaos.storm import CLI, EVERYONE, LEARNER, Storm, breaks_index, hosts, learner, rules

from tom_swe.memory.store import Store

# A process waits for another for 30 seconds at most; the rest is sixteen sharing two cores.
MOST_SECONDS = 90


def finished(storm: Storm) -> None:
    """What holds of a memory after a storm, whatever happened in it."""
    while any(storm.learners()):
        storm_over = subprocess.run(LEARNER, timeout=300)
        assert storm_over.returncode == 0
    print(report(storm))
    assert storm.errors == []
    assert storm.longest[0] < MOST_SECONDS, storm.longest
    repaired = tom("db", "check", "--repair")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert subprocess.run(LEARNER, timeout=300).returncode == 0
    assert tom("learn").returncode == 0
    assert tom("db", "check").returncode == 0
    store = Store(storm.home / "tom.db")
    assert store.queue.pending("local") == 0
    store.close()
    with closing(sqlite3.connect(storm.home / "tom.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for name in ("turn_user_fts", "turn_agent_fts", "belief_fts"):
            connection.execute(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")
        assert lost(storm, connection) == []
    assert (storm.home / "index" / "chroma.sqlite3").exists()


def lost(storm: Storm, connection: sqlite3.Connection) -> list[str]:
    """What was acknowledged and is not there."""
    done = storm.done
    said = {text for (text,) in connection.execute("SELECT text FROM turn")}
    stated = said_to_tom(connection)
    missing = [f"session {each}" for each, text in done.sessions.items() if text not in said]
    undone = "SELECT count(*) FROM person_change WHERE did = 'remember' AND undone_at IS NOT NULL"
    (taken_back,) = connection.execute(undone).fetchone()
    assert taken_back <= done.undone
    gone = [f"statement {text}" for text in done.statements if text not in stated]
    missing += gone[taken_back:]
    there = {number for (number,) in connection.execute("SELECT id FROM belief")}
    changes = {
        (did, number)
        for did, ids in connection.execute("SELECT did, beliefs FROM person_change")
        for number in json.loads(ids)
    }
    # A statement that was taken back takes the rulings on its belief with it.
    missing += [f"{d} b{n}" for d, n in done.decisions if n in there and (d, n) not in changes]
    kept = {number for (number,) in connection.execute("SELECT id FROM consultation")}
    missing += [f"advice a{each}" for each in done.consultations if each not in kept]
    pointers = {quote for (quote,) in connection.execute("SELECT quote FROM noted")}
    missing += [f"pointer {each}" for each in done.pointers if each not in pointers]
    return missing


def said_to_tom(connection: sqlite3.Connection) -> set[str]:
    query = "SELECT turn.text FROM turn JOIN session ON session.id = session_id WHERE host = 'tom'"
    return {text for (text,) in connection.execute(query)}


def report(storm: Storm) -> str:
    return (
        f"\nacknowledged: {dict(sorted(storm.done.counts.items()))}; sessions "
        f"{len(storm.done.sessions)}, statements {len(storm.done.statements)}, rulings "
        f"{len(storm.done.decisions)}, advice {len(storm.done.consultations)}, pointers "
        f"{len(storm.done.pointers)}\nstarted: {dict(sorted(storm.started.items()))}"
        f"\nkilled: {sum(storm.killed.values())} {dict(sorted(storm.killed.items()))}"
        f"\nlongest: {storm.longest[0]:.1f} s ({storm.longest[1]}); waited: {storm.waited}"
    )


def tom(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CLI, *arguments], capture_output=True, text=True, timeout=300)


@pytest.fixture(autouse=True)
def _indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the turns are, there is a vector index to be kept in step."""
    monkeypatch.setenv("TOM_INDEX_ABOVE", "0")


@pytest.mark.slow
@pytest.mark.parametrize("index_breaks", [False, True], ids=["index-whole", "index-broken"])
def test_sixteen_processes_lose_nothing(index_breaks: bool, tmp_path: Path) -> None:
    """Hooks, learners, commands and MCP servers for a minute, and a third of them killed.

    None of those that were not killed ends with anything but a bounded wait; in the end the
    database is sound, all that was acknowledged is there, nothing is queued, and the vector
    index is in step, also where its folder was deleted and damaged meanwhile.
    """
    storm = Storm(tmp_path, seed=11 + index_breaks, seconds=60, kills=0.35)
    storm.run([*EVERYONE, *[breaks_index] * index_breaks])
    finished(storm)


@pytest.mark.slow
def test_a_short_storm_loses_nothing(tmp_path: Path) -> None:
    """As above, for three seconds and with four processes."""
    storm = Storm(tmp_path, seed=5, seconds=3, kills=0.35)
    storm.run([hosts, hosts, learner, rules])
    finished(storm)
