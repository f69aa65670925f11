"""How the hook starts, what it bears, and what it notes."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hooks import (
    HOOK,
    SHOP,
    claude,
    context,
    corrupt,
    fire,
    learners,
    logged,
    noted,
    openhands,
    without_root,
)

from tom_swe import LOCAL_USER, Tom, load_settings
from tom_swe.hosts import hook, inbox
from tom_swe.hosts.inbox import Place
from tom_swe.hosts.learner import _read, _take

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
    assert not HEAVY & loaded


def test_nothing_of_the_folder_is_run(told: Tom, tmp_path: Path) -> None:
    """Not where the shell of the host has PYTHONPATH=., as direnv and editors set it."""
    for name in ("types", "re", "tom_swe", "sitecustomize", "encodings"):
        (tmp_path / f"{name}.py").write_text(
            f"open('ran_{name}', 'w').close(); raise SystemExit(2)"
        )
    script = Path(sys.executable).with_name("tom-hook")
    (linked := tmp_path / "bin").mkdir()
    (linked / "tom-hook").symlink_to(script)
    module = [sys.executable, "-IS", str(Path(hook.__file__).with_name("__main__.py"))]
    for number, command in enumerate(([str(script)], [str(linked / "tom-hook")], module)):
        done = subprocess.run(
            [*command, "UserPromptSubmit"],
            input=json.dumps(claude("UserPromptSubmit", f"p{number}")).encode(),
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": ".", "PYTHONSTARTUP": "types.py"},
        )
        assert context(done)
    assert not list(tmp_path.glob("ran_*"))


@pytest.mark.parametrize("lacks", ["interpreter", "program"])
def test_a_hook_without_tom_ends_well(lacks: str, tmp_path: Path) -> None:
    """An agent whose hook fails may hold up the prompt."""
    script = tmp_path / "tom-hook"
    script.write_bytes(Path(sys.executable).with_name("tom-hook").read_bytes())
    script.chmod(0o755)
    if lacks == "program":
        (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "python").chmod(0o755)
    done = subprocess.run([script, "Stop"], input=b"{}", capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"")


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


@pytest.mark.parametrize("beside", [False, True])
def test_a_home_that_cannot_be_written_is_read(
    beside: bool, told: Tom, home: Path, tmp_path: Path
) -> None:
    """The session gets its briefing, once if the machine has a folder for temporary files."""
    told.close()
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)} if beside else {"XDG_RUNTIME_DIR": "/nowhere"}
    for path in (*home.rglob("*"), home):
        path.chmod(path.stat().st_mode & ~0o222)
    command = [*without_root(), *HOOK, "UserPromptSubmit"]
    found: list[str] = []
    for _ in range(2):
        data = json.dumps(claude("UserPromptSubmit")).encode()
        env = {**os.environ, **environ}
        found.append(context(subprocess.run(command, input=data, capture_output=True, env=env)))
    assert "pnpm" in found[0]
    assert bool(found[1]) is not beside
    for path in (home, *home.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    assert not (home / "hosts").exists()


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
    for session, cwd in (("s1", "/w/x"), ("s1", "/w/x"), ("s2", SHOP)):
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
    """The session still gets its briefing; the log alone knows that the note is missing."""
    (home / "hosts" / "inbox.jsonl").mkdir(parents=True)
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert len(logged(home)) == 1


@pytest.mark.slow
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
