import contextlib
import fcntl
import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tom_swe import LOCAL_USER, Settings, Tom, load_settings, open_tom
from tom_swe.hosts import hook, inbox
from tom_swe.hosts.inbox import Place
from tom_swe.hosts.learner import Noted, _read, _take, transcript_of
from tom_swe.mind.learn import BATCH
from tom_swe.model.advice import Adherence
from tom_swe.model.session import Role
from tom_swe.testing import HashEmbedder, session_of

HOOK = [sys.executable, "-m", "tom_swe.hosts.hook"]
LEARNER = [sys.executable, "-m", "tom_swe.hosts.learner"]
SECRET = "please use pnpm, the key is hunter2hunter2"
HEAVY = {
    "alembic",
    "chromadb",
    "keyring",
    "litellm",
    "numpy",
    "onnxruntime",
    "pydantic",
    "rich",
    "sqlalchemy",
    "sqlcipher3",
    "typer",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "tom"


@pytest.fixture
def told(home: Path) -> Iterator[Tom]:
    """A memory with one briefing for everywhere and one for acme/shop."""
    tom = open_tom(Settings(home=home), embedder=HashEmbedder())
    tom.add_session(LOCAL_USER, session_of("from now on use pnpm, not npm", host_id="1"))
    tom.add_session(
        LOCAL_USER,
        session_of(
            "in this repo, never touch the vendor folder", host_id="2", repository="acme/shop"
        ),
    )
    tom.learn(LOCAL_USER)
    tom.close()
    yield tom
    tom.close()


def claude(event: str, session: str = "s1", **more: str) -> dict[str, object]:
    return {
        "hook_event_name": event,
        "session_id": session,
        "prompt": SECRET,
        "cwd": "/w/x",
        **more,
    }


def openhands(event: str, session: str = "s1", **more: str) -> dict[str, object]:
    return {
        "event_type": event,
        "session_id": session,
        "message": SECRET,
        "working_dir": "/w/x",
        "tool_name": None,
        "metadata": {},
        **more,
    }


def fire(event: str, told: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """One hook as its host runs it."""
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    return subprocess.run(
        [*HOOK, event], input=data, capture_output=True, env={**os.environ, **environ}, timeout=20
    )


def context(result: subprocess.CompletedProcess[bytes]) -> str:
    """What a host would put before its model, the same for both of them."""
    assert result.returncode == 0
    assert result.stderr == b""
    if not result.stdout:
        return ""
    answer = json.loads(result.stdout)
    nested = answer["hookSpecificOutput"]
    assert nested["hookEventName"] == "UserPromptSubmit"
    assert nested["additionalContext"] == answer["additionalContext"]
    return answer["additionalContext"]


def noted(home: Path) -> list[dict[str, str]]:
    path = home / "hosts" / "inbox.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def logged(home: Path, name: str = "hook.log") -> list[str]:
    path = home / "hosts" / name
    return path.read_text().splitlines() if path.exists() else []


def learners(home: Path) -> list[int]:
    """The processes of this memory's learner."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                environ = (entry / "environ").read_bytes()
                # A process that is only just being started has no command line yet.
                starting = not command and bool((entry / "exe").readlink())
            except OSError:
                continue
            ours = b"tom_swe.hosts.learner" in command and f"TOM_HOME={home}".encode() in environ
            if ours or starting:
                found.append(int(entry.name))
    return found


def ids_of(tom: Tom, user: str) -> list[str]:
    """The hosts' names of the sessions that are stored."""
    sessions = tom.memory.sessions
    return [sessions.get(user, each.id).host_id for each in sessions.summaries(user)]


def rested(home: Path, seconds: float = 60) -> None:
    """Waits until no learner of this memory is left."""
    until = time.monotonic() + seconds
    while learners(home):
        assert time.monotonic() < until, logged(home, "learner.log")
        time.sleep(0.05)


def transcript(folder: Path, *messages: str, session: str = "c-1") -> Path:
    """A session in Claude Code's format."""
    lines = [
        {
            "type": "user",
            "uuid": f"{session}-{number}",
            "sessionId": session,
            "cwd": "/w/shop",
            "version": "2.1.0",
            "timestamp": f"2026-11-0{number + 1}T10:00:00Z",
            "message": {"role": "user", "content": message},
        }
        for number, message in enumerate(messages)
    ]
    path = folder / "projects" / "-w-shop" / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    return path


# Telling


@pytest.mark.parametrize("shape", [claude, openhands])
def test_a_session_is_told_its_briefing_once_and_byte_for_byte(
    shape, told: Tom, home: Path
) -> None:
    """The first prompt of a session gets the stored text as it is; later ones get nothing."""
    stored = told.brief(LOCAL_USER, "x").text
    assert stored.startswith("<tom-briefing>")
    first = fire("UserPromptSubmit", shape("UserPromptSubmit"))
    assert context(first) == stored
    for _ in range(2):
        assert fire("UserPromptSubmit", shape("UserPromptSubmit")).stdout == b""
    assert fire("UserPromptSubmit", shape("UserPromptSubmit", "s2")).stdout == first.stdout
    assert logged(home) == []


def test_a_compacted_session_is_told_again(told: Tom, home: Path) -> None:
    """At its next prompt, once; a start for another reason changes and prints nothing."""
    first = fire("UserPromptSubmit", claude("UserPromptSubmit"))
    assert context(first)
    for source in ("startup", "resume", "compact"):
        assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""
        assert fire("SessionStart", claude("SessionStart", source=source)).stdout == b""
    assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == first.stdout
    assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""
    assert fire("SessionStart", claude("SessionStart", "s9", source="compact")).stdout == b""
    assert {line["event"] for line in noted(home)} == {"UserPromptSubmit"}
    assert logged(home) == []


def test_hosts_do_not_share_a_session_id(told: Tom) -> None:
    """The same id at two hosts is two sessions, and each is told."""
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert context(fire("UserPromptSubmit", openhands("UserPromptSubmit")))


def test_two_hooks_at_once_tell_a_session_once(told: Tom, home: Path) -> None:
    """Of prompts that arrive together one is told, and every one is noted."""
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda _: fire("UserPromptSubmit", claude("UserPromptSubmit")), range(8))
        )
    assert sum(bool(context(each)) for each in results) == 1
    assert len(noted(home)) == 8


def test_the_repository_of_the_working_directory_is_briefed(told: Tom, tmp_path: Path) -> None:
    """A checkout of acme/shop, or a folder called shop, gets that repository's briefing."""
    checkout = tmp_path / "anywhere"
    (checkout / ".git").mkdir(parents=True)
    (checkout / ".git" / "config").write_text(
        '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n'
    )
    (checkout / "src").mkdir()
    own = told.brief(LOCAL_USER, "acme/shop").text
    assert "vendor" in own
    for number, cwd in enumerate((str(checkout / "src"), "/gone/shop")):
        shown = fire("UserPromptSubmit", claude("UserPromptSubmit", f"r{number}", cwd=cwd))
        assert context(shown) == own
    other = fire("UserPromptSubmit", claude("UserPromptSubmit", "r9", cwd="/gone/other"))
    assert context(other) == told.brief(LOCAL_USER, "other").text != own


def test_the_hook_keeps_its_things_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home and user are those of `load_settings`, whatever the environment and config.toml hold."""
    config = tmp_path / "configured"
    (config / "tom").mkdir(parents=True)
    (config / "tom" / "config.toml").write_text('user = "grace"\n')
    monkeypatch.chdir(tmp_path)
    for environ in (
        {"TOM_HOME": str(tmp_path / "a")},
        {"TOM_HOME": "~/b"},
        {"TOM_HOME": "relative/c"},
        {"TOM_HOME": "", "XDG_DATA_HOME": str(tmp_path / "data")},
        {"XDG_DATA_HOME": ""},
        {"XDG_DATA_HOME": "  "},
        {"XDG_DATA_HOME": "not/absolute"},
        {"XDG_CONFIG_HOME": str(config)},
        {"XDG_CONFIG_HOME": str(config), "TOM_USER": "ada"},
        {"TOM_USER": ""},
    ):
        with monkeypatch.context() as patch:
            patch.delenv("TOM_HOME")
            for name, value in environ.items():
                patch.setenv(name, value)
            settings = load_settings()
            place = Place(os.environ)
            assert (Path(place.home), place.user) == (settings.home, settings.user), environ


def test_nothing_but_the_standard_library_is_loaded(told: Tom) -> None:
    """A whole hook, the briefing told, imports none of what tom itself needs."""
    code = (
        "import os, sys\n"
        "from tom_swe.hosts import hook\n"
        "hook.run('UserPromptSubmit', dict(os.environ))\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(claude("UserPromptSubmit")).encode(),
        capture_output=True,
    )
    assert b"<tom-briefing>" in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
    assert "tom_migrations" in loaded
    assert not HEAVY & loaded


def test_off_means_off(told: Tom, home: Path) -> None:
    """TOM_OFF=1 or a file called off: nothing is told, noted, logged or started."""
    assert fire("UserPromptSubmit", claude("UserPromptSubmit"), TOM_OFF="1").stdout == b""
    (home / "off").touch()
    assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""
    assert fire("Stop", claude("Stop")).stdout == b""
    assert not (home / "hosts").exists()
    assert learners(home) == []


# Faults


def locked(path: Path) -> sqlite3.Connection:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA journal_mode = DELETE")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def corrupt(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def missing(path: Path) -> None:
    path.unlink()


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()


@pytest.mark.parametrize("fault", [locked, missing, corrupt, newer, foreign])
def test_a_database_that_cannot_be_read_costs_the_host_nothing(
    fault, told: Tom, home: Path
) -> None:
    """Exit 0, nothing on stdout, one line in the log, the session noted; told when it is fixed."""
    held = fault(home / "tom.db")
    result = fire("UserPromptSubmit", claude("UserPromptSubmit"))
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    (line,) = logged(home)
    assert "UserPromptSubmit" in line
    assert "hunter2" not in line
    assert len(noted(home)) == 1
    assert fault is not missing or not (home / "tom.db").exists()
    if held:
        held.close()
        assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b"\xff\xfe", b"nul", b"[" * 100_000, b'{"session_id": 7}']
)
def test_broken_stdin_costs_the_host_nothing(data: bytes, told: Tom, home: Path) -> None:
    """Whatever a host writes, the hook exits 0 in silence and logs a line without it."""
    result = fire("UserPromptSubmit", data)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert len(logged(home)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_costs_the_host_nothing(home: Path) -> None:
    """Where not even the log can be written the hook is silent."""
    home.mkdir(mode=0o500)
    result = fire("UserPromptSubmit", claude("UserPromptSubmit"))
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_a_home_that_is_a_file_costs_the_host_nothing(home: Path) -> None:
    """Where no folder can be made the hook is silent."""
    home.write_text("mine")
    for event in hook.EVENTS:
        result = fire(event, claude(event))
        assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert home.read_text() == "mine"


def test_the_log_is_bounded(told: Tom, home: Path) -> None:
    """A log that has grown is put aside once, so that two of its size are the most there is."""
    (home / "hosts").mkdir()
    (home / "hosts" / "hook.log").write_text("x" * (inbox.LOG_LIMIT + 1))
    for _ in range(2):
        fire("UserPromptSubmit", b"")
    assert len(logged(home)) == 2
    assert (home / "hosts" / "hook.log.old").stat().st_size == inbox.LOG_LIMIT + 1


# Noting


@pytest.mark.parametrize("shape", [claude, openhands])
def test_no_word_of_a_message_is_kept(shape, told: Tom, home: Path) -> None:
    """What is noted names the session, its transcript and, by their ids, the beliefs it was told.

    Every file is the person's alone.
    """
    fire("UserPromptSubmit", shape("UserPromptSubmit", transcript_path="/t.jsonl"))
    (line,) = noted(home)
    assert line.pop("at")
    assert line == {
        "host": "claude-code" if shape is claude else "openhands",
        "session": "s1",
        "user": "local",
        "cwd": "/w/x",
        "transcript_path": "/t.jsonl",
        "event": "UserPromptSubmit",
        "told": "[1]",
    }
    for path in (home / "hosts").rglob("*"):
        assert b"hunter2" not in path.read_bytes()
        assert b"pnpm" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert (home / "hosts").stat().st_mode & 0o077 == 0


def test_only_a_prompt_that_was_told_something_says_so(told: Tom, home: Path) -> None:
    """The ids stand in the line of the prompt that was told, whatever else is noted."""
    for session, cwd in (("s1", "/w/x"), ("s1", "/w/x"), ("s2", "/gone/shop")):
        fire("UserPromptSubmit", claude("UserPromptSubmit", session, cwd=cwd))
    here = told.brief(LOCAL_USER, "acme/shop").belief_ids
    first, again, other = noted(home)
    assert (first["told"], "told" in again) == ("[1]", False)
    assert json.loads(other["told"]) == list(here) == [1, 2]


def test_two_hooks_at_once_say_once_what_was_told(told: Tom, home: Path) -> None:
    """Of prompts that arrive together one was told, and its line alone says so."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fire("UserPromptSubmit", claude("UserPromptSubmit")), range(8)))
    assert [each["told"] for each in noted(home) if "told" in each] == ["[1]"]


def test_an_inbox_that_cannot_be_written_keeps_no_briefing_back(told: Tom, home: Path) -> None:
    """The session is marked as told by then, so it is told; that it was is not known."""
    (home / "hosts" / "inbox.jsonl").mkdir(parents=True)
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert len(logged(home)) == 1


def test_a_line_that_was_begun_before_the_inbox_is_taken_is_not_lost(home: Path) -> None:
    """The learner waits for writers it has overtaken, and later ones begin another inbox."""
    place = Place({"TOM_HOME": str(home)})
    place.make()
    stop = time.monotonic() + 1.0
    count = 0

    def write(writer: int) -> int:
        done = 0
        while time.monotonic() < stop:
            inbox.append(
                place.file("inbox.jsonl"), json.dumps({"host": f"{writer}-{done}"}).encode() + b"\n"
            )
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        while time.monotonic() < stop + 0.1:
            for file in _take(Path(place.hosts)):
                count += len(list(_read(place, file)))
        written = sum(each.result() for each in writers)
    for file in _take(Path(place.hosts)):
        count += len(list(_read(place, file)))
    assert count == written > 100


# Learning


def test_a_session_that_rests_is_learned_from(home: Path, tmp_path: Path) -> None:
    """Stop starts a learner that nobody waits for; it learns from the real transcript and ends."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    start = time.monotonic()
    result = fire("Stop", claude("Stop", "c-1", transcript_path=str(path)))
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert time.monotonic() - start < 2
    assert learners(home)
    rested(home)
    tom = open_tom(Settings(home=home))
    assert any("pnpm" in belief.statement for belief in tom.memory.beliefs.all(LOCAL_USER))
    assert tom.memory.queue.pending(LOCAL_USER) == 0
    tom.close()
    assert noted(home) == []
    assert not list((home / "hosts").glob("taken-*"))
    assert "pnpm" in context(
        fire("UserPromptSubmit", claude("UserPromptSubmit", "c-2", cwd="/w/shop"))
    )


def test_what_a_session_was_told_is_kept_and_held_against_what_it_did(
    told: Tom, home: Path, tmp_path: Path
) -> None:
    """From the hook's prompt over the inbox to the belief: told, kept to, a little surer."""
    path = transcript(tmp_path, "add a chart", "thanks", session="c-1")
    prompt = claude("UserPromptSubmit", "c-1", transcript_path=str(path), cwd="/w/shop")
    before = {b.id: b.confidence for b in told.memory.beliefs.all(LOCAL_USER)}
    assert context(fire("UserPromptSubmit", prompt))
    ran = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "pnpm add d3"}}
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    line = {
        "type": "assistant",
        "uuid": "a",
        "sessionId": "c-1",
        "timestamp": stamp,
        "message": {"role": "assistant", "content": [ran]},
    }
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    fire("Stop", claude("Stop", "c-1", transcript_path=str(path), cwd="/w/shop"))
    rested(home)
    telling = told.memory.tellings.of_session(LOCAL_USER, "claude-code", "c-1")
    assert telling
    assert (telling.repository, telling.session_id) == ("shop", 3)
    assert telling.belief_ids == told.brief(LOCAL_USER, "shop").belief_ids
    (pnpm,) = [b for b in told.memory.beliefs.all(LOCAL_USER) if "pnpm" in b.statement]
    assert telling.adherence == {pnpm.id: Adherence.OBEYED}
    assert pnpm.confidence > before[pnpm.id]


@pytest.mark.slow
@pytest.mark.parametrize("told_as", [None, "", "nonsense", "{}", '["b1"]', [1], 7])
def test_lines_that_say_nothing_of_what_was_told_are_learned_from(
    told_as: object, home: Path, tmp_path: Path
) -> None:
    """Those of an older hook, and those that say it in a way that is not understood."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    (home / "hosts").mkdir(parents=True)
    line = {"host": "claude-code", "session": "c-1", "transcript_path": str(path), "at": "now"}
    if told_as is not None:
        line["told"] = told_as
    (home / "hosts" / "inbox.jsonl").write_text(json.dumps(line) + "\n")
    assert subprocess.run(LEARNER, timeout=60).returncode == 0
    tom = open_tom(Settings(home=home))
    assert ids_of(tom, LOCAL_USER) == ["c-1"]
    assert tom.memory.tellings.all(LOCAL_USER) == []
    tom.close()


def test_the_lines_of_a_session_are_one_session(home: Path) -> None:
    """It is stored once, with all that its lines say it was told."""
    place = Place({"TOM_HOME": str(home)})
    place.make()
    prompt = claude("UserPromptSubmit", transcript_path="/t.jsonl")
    for told_ids in ("[1, 2]", "", "[3]"):
        event = hook.Event("UserPromptSubmit", json.dumps(prompt).encode())
        inbox.append(place.file("inbox.jsonl"), event.line("ada", told_ids))
    (file,) = _take(Path(place.hosts))
    (one,) = _read(place, file)
    assert (one.session, one.user, one.transcript) == ("s1", "ada", "/t.jsonl")
    assert [each.belief_ids for each in one.told] == [(1, 2), (3,)]
    assert {each.cwd for each in one.told} == {"/w/x"}


def test_the_learner_holds_nothing_of_its_host(home: Path, tmp_path: Path) -> None:
    """It is in a session of its own, with no pipe of the host's, and it yields to others."""
    (home / "hosts").mkdir(parents=True)
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        process = subprocess.run(
            [*HOOK, "SessionEnd"],
            input=json.dumps(claude("SessionEnd", transcript_path=str(path))).encode(),
            capture_output=True,
            close_fds=False,
        )
    assert process.returncode == 0
    seen = False
    while pids := learners(home):
        try:
            files = {str(each.readlink()) for each in Path(f"/proc/{pids[0]}/fd").iterdir()}
            nice = os.getpriority(os.PRIO_PROCESS, pids[0])
            session = os.getsid(pids[0])
        except OSError:
            continue
        if nice > 0:
            seen = True
            assert session == pids[0] != os.getsid(0)
            assert str(tmp_path / "held") not in files
            assert not any(name.startswith("pipe:") for name in files)
        time.sleep(0.02)
    assert seen


def test_one_learner_is_enough(home: Path) -> None:
    """While the lock is held no other learner is started, and one started by hand goes at once."""
    (home / "hosts").mkdir(parents=True)
    with (home / "hosts" / "learner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert fire("Stop", claude("Stop")).returncode == 0
        assert learners(home) == []
        assert subprocess.run(LEARNER, timeout=30).returncode == 0
        assert len(noted(home)) == 1


def test_what_is_wrong_with_one_line_keeps_no_other_waiting(home: Path, tmp_path: Path) -> None:
    """Broken lines, unknown hosts and transcripts that are gone are logged and passed over."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    (home / "hosts").mkdir(parents=True)
    gone = {"host": "claude-code", "session": "x", "transcript_path": "/gone.jsonl"}
    folder = {"host": "claude-code", "session": "y", "transcript_path": str(tmp_path)}
    escaping = {"host": "openhands", "session": "../../etc"}
    real = {"host": "claude-code", "session": "c-1", "user": "ada", "transcript_path": str(path)}
    lines = [json.dumps(each) for each in (gone, folder, escaping, {"host": "emacs"}, [1], real)]
    (home / "hosts" / "inbox.jsonl").write_text("\n".join(["{torn", *lines]))
    assert subprocess.run(LEARNER, timeout=60).returncode == 0
    assert len([line for line in logged(home, "learner.log") if "skipped" in line]) == 6
    tom = open_tom(Settings(home=home))
    assert ids_of(tom, "ada") == ["c-1"]
    assert tom.memory.sessions.summaries(LOCAL_USER) == []
    tom.close()


def test_a_memory_that_cannot_be_used_keeps_the_lines(home: Path, tmp_path: Path) -> None:
    """The learner ends with 1 and what it took is there for the next one."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    (home / "hosts").mkdir(parents=True)
    corrupt(home / "tom.db")
    event = hook.Event("Stop", json.dumps(claude("Stop", transcript_path=str(path))).encode())
    inbox.append(str(home / "hosts" / "inbox.jsonl"), event.line(LOCAL_USER))
    assert subprocess.run(LEARNER, timeout=60).returncode == 1
    assert "is damaged" in logged(home, "learner.log")[0]
    assert noted(home) or list((home / "hosts").glob("taken-*"))
    (home / "tom.db").unlink()
    assert subprocess.run(LEARNER, timeout=60).returncode == 0
    tom = open_tom(Settings(home=home))
    assert len(tom.memory.sessions.summaries(LOCAL_USER)) == 1
    tom.close()


def test_a_conversation_of_openhands_is_found_by_its_id(tmp_path: Path) -> None:
    """The host gives the id with dashes, the folder has it without, under the importer's roots."""
    folder = tmp_path / "oh" / "conversations" / ("a" * 32)
    folder.mkdir(parents=True)
    dashed = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
    environ = {"OH_PERSISTENCE_DIR": str(tmp_path / "oh")}
    assert transcript_of(Noted("openhands", dashed, "", ""), environ) == folder
    assert transcript_of(Noted("openhands", "b" * 32, "", ""), environ) is None


def test_what_was_told_is_never_learned_again(told: Tom, home: Path, tmp_path: Path) -> None:
    """A briefing that a host wrote into its transcript comes back as no message and no belief."""
    briefing = context(fire("UserPromptSubmit", claude("UserPromptSubmit", "c-1")))
    path = transcript(tmp_path, f"{briefing}\n\nadd a chart to the report", briefing)
    before = [(each.id, each.confidence) for each in told.memory.beliefs.all(LOCAL_USER)]
    told.close()
    fire("SessionEnd", claude("SessionEnd", "c-1", transcript_path=str(path)))
    rested(home)
    tom = open_tom(Settings(home=home))
    after = [(each.id, each.confidence) for each in tom.memory.beliefs.all(LOCAL_USER)]
    (stored,) = [e for e in tom.memory.sessions.summaries(LOCAL_USER) if e.host == "claude-code"]
    session = tom.memory.sessions.get(LOCAL_USER, stored.id)
    tom.close()
    assert after == before
    assert [turn.text for turn in session.turns if turn.role is Role.USER] == [
        "add a chart to the report"
    ]


# Kills


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Waits until something holds."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.002)


def rows(home: Path, question: str) -> int:
    """A number that the database holds now; 0 where there is no such table yet."""
    path = home / "tom.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return int(connection.execute(question).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


STORED = "SELECT count(*) FROM session"
LEARNED = "SELECT count(*) FROM session_model"
PENDING = "SELECT count(*) FROM learn_queue"


def was_taken(home: Path) -> bool:
    return any((home / "hosts").glob("taken-*")) and rows(home, STORED) == 0


def was_stored_in_part(home: Path) -> bool:
    return rows(home, STORED) > 0


def was_learned_in_part(home: Path) -> bool:
    return rows(home, LEARNED) > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        was_taken,
        pytest.param(was_stored_in_part, marks=pytest.mark.slow),
        pytest.param(was_learned_in_part, marks=pytest.mark.slow),
    ],
)
def test_a_killed_learner_loses_no_session(
    moment: Callable[[Path], bool], home: Path, tmp_path: Path
) -> None:
    """Killed while it stores or learns, what it had not done is done after the next hook."""
    # More than one batch: what is learned in part is learned a batch at a time.
    names = [f"k-{number}" for number in range(2 * BATCH)]
    for number, name in enumerate(names):
        path = transcript(tmp_path, f"from now on use tool{number} please, always", session=name)
        fire("UserPromptSubmit", claude("UserPromptSubmit", name, transcript_path=str(path)))
    assert learners(home) == []
    learner = subprocess.Popen(LEARNER)
    eventually(lambda: moment(home) or learner.poll() is not None, "the learner never got there")
    learner.send_signal(signal.SIGKILL)
    assert learner.wait() == -signal.SIGKILL
    assert rows(home, LEARNED) < len(names)
    assert learners(home) == []
    path = transcript(tmp_path, "thanks", session="next")
    fire("Stop", claude("Stop", "next", transcript_path=str(path)))
    rested(home)
    tom = open_tom(Settings(home=home))
    assert set(ids_of(tom, LOCAL_USER)) == {*names, "next"}
    assert tom.memory.queue.pending(LOCAL_USER) == 0
    tom.close()
    assert rows(home, LEARNED) == len(names) + 1
    assert rows(home, PENDING) == 0
    assert noted(home) == []
    assert not list((home / "hosts").glob("taken-*"))


@pytest.mark.slow
def test_a_learner_that_is_killed_each_time_gets_through_in_the_end(
    home: Path, tmp_path: Path
) -> None:
    """Kills at moments of chance, a hook after each: no session is lost or kept twice."""
    chance = random.Random(7)
    names = [f"c-{number}" for number in range(6)]
    for name in names:
        path = transcript(tmp_path, f"from now on use {name} please, always", session=name)
        fire("Stop", claude("Stop", name, transcript_path=str(path)))
        with contextlib.suppress(AssertionError):
            rested(home, seconds=chance.uniform(0.0, 1.5))
        for pid in learners(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    fire("SessionEnd", claude("SessionEnd", names[0], transcript_path=str(path)))
    rested(home)
    tom = open_tom(Settings(home=home))
    assert sorted(ids_of(tom, LOCAL_USER)) == names
    assert tom.memory.queue.pending(LOCAL_USER) == 0
    tom.close()


def test_a_killed_hook_leaves_whole_lines(told: Tom, home: Path) -> None:
    """Killed at moments of chance it has noted its event or not, and the next one works."""
    chance = random.Random(7)
    for number in range(40):
        data = json.dumps(claude("UserPromptSubmit", f"h-{number}")).encode()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        with subprocess.Popen([*HOOK, "UserPromptSubmit"], **pipes) as hooked:
            assert hooked.stdin
            hooked.stdin.write(data)
            hooked.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                hooked.wait(chance.uniform(0.0, 0.08))
            hooked.kill()
    # How many were noted is for the machine's speed to say; each is there whole, and once.
    names = [line["session"] for line in noted(home)]
    assert len(set(names)) == len(names)
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit", "after")))
    assert noted(home)[-1]["session"] == "after"


@pytest.mark.parametrize("last", ["UserPromptSubmit", "Stop"])
def test_a_host_that_is_killed_loses_no_session(last: str, home: Path, tmp_path: Path) -> None:
    """With its whole group, after a prompt or while its learner works: the session is learned.

    After a prompt alone that is when the next session rests. No process stays behind.
    """
    path = transcript(tmp_path, "from now on use pnpm, not npm", session="killed")
    event = claude(last, "killed", transcript_path=str(path))
    (tmp_path / "event").write_text(json.dumps(event))
    command = f"{shlex.join([*HOOK, last])} < event; echo done; exec tail -f event"
    with subprocess.Popen(
        ["sh", "-c", command], cwd=tmp_path, start_new_session=True, stdout=subprocess.PIPE
    ) as host:
        assert host.stdout
        assert host.stdout.readline() == b"done\n"
        os.killpg(host.pid, signal.SIGKILL)
    if last == "UserPromptSubmit":
        assert learners(home) == []
        assert [line["session"] for line in noted(home)] == ["killed"]
        other = transcript(tmp_path, "thanks", session="next")
        fire("Stop", claude("Stop", "next", transcript_path=str(other)))
    rested(home)
    tom = open_tom(Settings(home=home))
    assert "killed" in ids_of(tom, LOCAL_USER)
    assert any("pnpm" in belief.statement for belief in tom.memory.beliefs.all(LOCAL_USER))
    tom.close()
