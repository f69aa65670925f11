"""Surroundings that fail: one clear message, nothing stored is lost, and the agent goes on."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chaos.storm import CLI, HOOK, LEARNER
from filelock import FileLock
from safety.mcp_server import serving

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.errors import MemoryFault
from tom_swe.hosts.inbox import LEARNER_LOCK, Place, append
from tom_swe.memory.queue import LEASE
from tom_swe.memory.store import Store
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.tom_agent import create_tom_agent

EVENT = {"session_id": "s1", "cwd": "/w/x", "prompt": "hi"}
DAMAGED, NEWER = "tom db check --repair", "upgrade tom-swe"


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A memory with a briefing."""
    settings = Settings(home=tmp_path / "tom")
    tom = open_tom(settings, embedder=HashEmbedder())
    tom.add_session(LOCAL_USER, session_of("from now on use pnpm, not npm", host_id="1"))
    tom.learn(LOCAL_USER)
    tom.close()
    return settings.database


def tom(*arguments: str) -> list[object]:
    return ["run", [*CLI, *arguments], ""]


def event(name: str, **more: str) -> list[object]:
    return ["run", [*HOOK, name], json.dumps({"hook_event_name": name, **EVENT, **more})]


def on_a_disk(folder: Path, size: str, steps: list[list[object]]) -> list[tuple[int, str, str]]:
    """What each command did there; skips where nothing can be mounted."""
    script = Path(__file__).with_name("on_a_disk.py")
    folder.mkdir()
    done = subprocess.run(
        ["unshare", "-m", sys.executable, str(script), str(folder), size],
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        env={**os.environ, "TOM_HOME": str(folder / "tom")},
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("mounting a disk of its own is for root")
    assert done.returncode == 0, done.stderr
    return [tuple(each) for each in json.loads(done.stdout)]


def said(tool: str, number: int) -> str:
    more = " ".join(f"word{number * 50 + each}" for each in range(50))
    return f"from now on use {tool}, not make. {more}"


def history(tmp_path: Path, name: str, sessions: int) -> str:
    path = tmp_path / f"{name}.jsonl"
    path.write_text(
        "\n".join(
            json.dumps({"session": f"{name}{n}", "role": "user", "text": said(name, n)})
            for n in range(sessions)
        )
    )
    return str(path)


COMMANDS = [
    ("learn",),
    ("remember", "always write tests first"),
    ("consult", "add a page"),
    ("profile",),
    ("memory", "pin", "b1"),
    ("db", "upgrade"),
    ("db", "check"),
    ("db", "check", "--repair"),
]

# Of these, those that have nothing to write here.
READING = [("learn",), ("profile",), ("init", "--yes")]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "sessions"), [("2m", 600), ("8m", 5000)])
def test_a_full_disk_is_called_that_and_loses_nothing(
    size: str, sessions: int, tmp_path: Path
) -> None:
    """By tom itself in the middle of an import, then to the last byte; with room all is fixed."""
    kept, long = history(tmp_path, "ruff", 3), history(tmp_path, "mypy", sessions)
    steps = [tom("import", "jsonl", kept), tom("learn"), tom("import", "jsonl", long)]
    steps += [["fill"], *[tom(*each) for each in COMMANDS]]
    steps += [event("UserPromptSubmit"), event("Stop", transcript_path="/t.jsonl"), ["free"]]
    steps += [tom("db", "check", "--repair"), tom("memory", "list", "--sessions", "--json")]
    results = on_a_disk(tmp_path / "disk", size, steps)
    first, learned, filled = results[:3]
    assert first[0] == learned[0] == 0
    assert filled[0] == 1
    assert "the disk is full" in filled[2]
    for code, out, err in results[3 : 3 + len(COMMANDS)]:
        assert "Traceback" not in err
        assert code == 0 or (code == 1 and "disk is full" in out + err), (out, err)
    prompt, stop, check, listed = results[3 + len(COMMANDS) :]
    assert (prompt[0], prompt[2]) == (stop[0], stop[2]) == (0, "")
    assert check[0] == 0, check
    assert len(json.loads(listed[1])) >= 3


@pytest.mark.slow
def test_on_a_full_disk_no_memory_is_begun(tmp_path: Path) -> None:
    """`tom init` and the rest say that the disk is full; with room again they work."""
    steps = [
        ["fill"],
        tom("init", "--yes"),
        tom("profile"),
        event("Stop"),
        ["free"],
        tom("profile"),
    ]
    init, profile, stop, after = on_a_disk(tmp_path / "disk", "1m", steps)
    for code, _, err in (init, profile):
        assert code == 1, (code, err)
        assert "the disk is full" in err
        assert "Traceback" not in err
    assert (stop[0], stop[2]) == (0, "")
    assert after[0] == 0


@pytest.mark.slow
def test_a_home_that_can_only_be_read_is_called_that(tmp_path: Path) -> None:
    """What writes ends in one message, what reads works, and with write access all is there."""
    steps = [tom("import", "jsonl", history(tmp_path, "ruff", 3)), tom("learn"), ["ro"]]
    steps += [*[tom(*each) for each in COMMANDS], tom("off"), tom("init", "--yes")]
    steps += [event("UserPromptSubmit"), event("Stop"), ["rw"], tom("db", "check")]
    results = on_a_disk(tmp_path / "disk", "8m", steps)
    for command, (code, out, err) in zip(
        [*COMMANDS, ("off",), ("init", "--yes")], results[2:], strict=False
    ):
        assert "Traceback" not in err
        if command in READING:
            assert code == 0, command
        else:
            assert code == 1, command
            assert re.search("read-only|cannot be read and written", (out + err).lower())
    prompt, stop, check = results[4 + len(COMMANDS) :]
    assert (prompt[0], prompt[2]) == (stop[0], stop[2]) == (0, "")
    assert check[0] == 0, check


def test_a_line_that_a_full_disk_cut_short_takes_no_other_with_it(tmp_path: Path) -> None:
    """What is noted after a torn line stands on a line of its own."""
    inbox = tmp_path / "inbox.jsonl"
    inbox.write_bytes(b'{"host": "claude-co')
    append(str(inbox), b'{"session": "next"}\n')
    append(str(inbox), b'{"session": "last"}\n')
    lines = inbox.read_text().splitlines()
    assert [json.loads(line)["session"] for line in lines[1:]] == ["next", "last"]


def test_a_lease_from_before_the_clock_was_set_back_holds_nothing_up(store: Store) -> None:
    """A learner elsewhere that took a session in what is now the future keeps it no longer."""
    assert store.sessions.put("ada", session_of("hello")).session_id
    job = store.queue.take("ada", lease=timedelta(days=400))
    assert job
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE learn_queue SET owner = 'elsewhere:1:x'")
        connection.commit()
    again = store.queue.take("ada", lease=LEASE)
    assert again
    assert again.session_id == job.session_id


def test_what_was_said_in_the_future_is_believed_and_told(tmp_path: Path) -> None:
    """Sessions from before the clock was set back are learned from, advised by and told."""
    tom = open_tom(Settings(home=tmp_path / "tom"), embedder=HashEmbedder())
    for days in (700, 701, 0):
        started = datetime.now(UTC) + timedelta(days=days)
        said = session_of("from now on use pnpm, not npm", host_id=str(days), started=started)
        tom.add_session(LOCAL_USER, said)
    assert tom.learn(LOCAL_USER).sessions == 3
    (belief,) = tom.memory.beliefs.all(LOCAL_USER)
    assert 0.5 < belief.confidence <= 1
    assert "pnpm" in tom.brief(LOCAL_USER).text
    assert tom.confirm(LOCAL_USER, belief.id).confidence <= 1
    tom.close()


def header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(2048))


def table(path: Path) -> None:
    """The root of the briefings."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'briefing'"
        (page,) = connection.execute(query).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(2048))


def future(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


@pytest.mark.slow
@pytest.mark.parametrize(("harm", "said"), [(header, DAMAGED), (future, NEWER)])
def test_every_way_in_says_what_to_do(
    harm: Callable[[Path], None], said: str, told: Path, tmp_path: Path
) -> None:
    """Command, learner, MCP, drop-in: one message. A hook says nothing, and the prompt goes on."""
    good = told.read_bytes()
    harm(told)
    bad = told.read_bytes()
    command = subprocess.run([*CLI, "profile"], capture_output=True, text=True)
    assert command.returncode == 1
    assert said in command.stderr
    assert "Traceback" not in command.stderr
    # Stop starts no learner of its own while one holds the lock: the test's is then the only one.
    with FileLock(Place(os.environ).file(LEARNER_LOCK)):
        for name in ("UserPromptSubmit", "Stop"):
            data = json.dumps({"hook_event_name": name, **EVENT}).encode()
            fired = subprocess.run([*HOOK, name], input=data, capture_output=True)
            assert (fired.returncode, fired.stdout, fired.stderr) == (0, b"", b"")
    assert subprocess.run(LEARNER, timeout=60).returncode == 1
    assert said in (told.parent / "hosts" / "learner.log").read_text()
    with pytest.raises(MemoryFault, match=said):
        create_tom_agent().give_suggestions(query="add a page")
    with serving(tmp_path / "log") as server:
        for _ in range(2):
            result = server.call("profile")
            assert result["isError"]
            assert said in result["content"][0]["text"]
        assert told.read_bytes() == bad
        told.write_bytes(good)
        assert not server.call("profile").get("isError")
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.slow
def test_a_damaged_briefing_stops_no_prompt_and_is_repaired_by_what_is_saved(told: Path) -> None:
    """The hook tells nothing; the repair saves the rest, and once restored all is told again."""
    table(told)
    data = json.dumps({"hook_event_name": "UserPromptSubmit", **EVENT}).encode()
    fired = subprocess.run([*HOOK, "UserPromptSubmit"], input=data, capture_output=True)
    assert (fired.returncode, fired.stdout, fired.stderr) == (0, b"", b"")
    repair = [*CLI, "db", "check", "--repair", "--json"]
    first = subprocess.run(repair, capture_output=True, text=True)
    assert first.returncode == 1
    (left,) = json.loads(first.stdout)["left"]
    saved = Path(left["fix"].split("tom db restore ")[1].split("`")[0])
    assert subprocess.run([*CLI, "db", "restore", "--yes", str(saved)]).returncode == 0
    second = subprocess.run(repair, capture_output=True, text=True)
    assert second.returncode == 0, second.stdout
    assert "briefing" in second.stdout
    fired = subprocess.run([*HOOK, "UserPromptSubmit"], input=data, capture_output=True)
    assert b"pnpm" in fired.stdout
    third = subprocess.run(repair, capture_output=True, text=True)
    assert json.loads(third.stdout) == {"fixed": [], "left": []}


CRASHING = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("INSERT INTO user VALUES ('kept', '2026-01-01')")
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO user VALUES ('torn', '2026-01-01')")
connection.execute("PRAGMA cache_spill = 1")
print("ready", flush=True)
sys.stdin.read()
"""


def whole(log: Path) -> None:
    """The log as the crash left it."""


def cut(log: Path) -> None:
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2 + 7])


def garbage(log: Path) -> None:
    log.write_bytes(os.urandom(log.stat().st_size))


@pytest.mark.parametrize("harm", [whole, cut, garbage])
def test_a_log_from_a_crash_is_played_as_far_as_it_is_sound(
    harm: Callable[[Path], None], told: Path
) -> None:
    """What was committed is there, what was not is not; a log that is none is passed over."""
    with subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(told)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    harm(told.with_name("tom.db-wal"))
    # The index of the log is rebuilt by whoever opens it after a crash of the machine.
    told.with_name("tom.db-shm").unlink()
    data = json.dumps({"hook_event_name": "UserPromptSubmit", **EVENT}).encode()
    fired = subprocess.run([*HOOK, "UserPromptSubmit"], input=data, capture_output=True)
    assert b"pnpm" in fired.stdout
    store = Store(told)
    assert ("kept" in store.users()) is (harm is whole)
    assert "torn" not in store.users()
    assert store.check() == []
    store.close()
