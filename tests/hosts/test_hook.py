"""What the hook tells a session, and what it notes."""

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
from tom_swe.model.advice import Query
from tom_swe.testing import session_of

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


# Where `session_of` says that acme/shop is.
SHOP = "/home/someone/acme/shop"


def remote(path: Path, url: str) -> Path:
    """A checkout with this remote."""
    (path / ".git").mkdir(parents=True, exist_ok=True)
    (path / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {url}\n')
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


def test_a_compacted_session_is_told_again_at_once(told: Tom, home: Path) -> None:
    """The turn goes on after a compaction, so its start is answered; other starts are not."""
    first = context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert first
    for source in ("startup", "resume", "clear"):
        assert fire("SessionStart", claude("SessionStart", source=source)).stdout == b""
    for _ in range(2):
        again = fire("SessionStart", claude("SessionStart", source="compact"))
        assert context(again, "SessionStart") == first
        assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""
    events = [line["event"] for line in noted(home) if "told" in line]
    assert events == ["UserPromptSubmit", "SessionStart", "SessionStart"]
    assert logged(home) == []


def test_openhands_reads_no_answer_to_a_start(told: Tom) -> None:
    """Its next prompt carries what it knows already only once."""
    assert context(fire("UserPromptSubmit", openhands("UserPromptSubmit")))
    started = fire("SessionStart", openhands("SessionStart", source="compact"))
    assert started.stdout == b""


def test_a_running_session_is_told_what_changed(told: Tom, home: Path) -> None:
    """What is new by itself; all of it where something does not hold any more; else nothing."""

    def tell() -> str:
        return context(fire("UserPromptSubmit", claude("UserPromptSubmit")))

    first = tell()
    told.remember(LOCAL_USER, "always sign commits with gpg")
    added = tell()
    assert "gpg" in added
    assert "pnpm" not in added
    assert tell() == ""
    told.remember(LOCAL_USER, "use yarn, never pnpm")
    instead = tell()
    assert instead.startswith("<tom-briefing>\nThis replaces")
    assert instead.count("tom-briefing") == 2
    assert "yarn" in instead
    assert "gpg" in instead
    assert "from now on use pnpm" not in instead
    assert tell() == ""
    assert tell() != first
    assert logged(home) == []


def test_a_session_hears_that_all_was_taken_back(told: Tom) -> None:
    """An agent that goes on by a rule nobody holds any more would do wrong."""
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    told.reset(LOCAL_USER)
    gone = context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert "no longer holds" in gone
    assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""


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
    """A checkout of acme/shop, or the folder it was used in, gets that repository's briefing."""
    checkout = tmp_path / "anywhere"
    (checkout / ".git").mkdir(parents=True)
    (checkout / ".git" / "config").write_text(
        '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n'
    )
    (checkout / "src").mkdir()
    own = told.brief(LOCAL_USER, "acme/shop").text
    assert "vendor" in own
    for number, cwd in enumerate((str(checkout / "src"), SHOP)):
        shown = fire("UserPromptSubmit", claude("UserPromptSubmit", f"r{number}", cwd=cwd))
        assert context(shown) == own
    for number, cwd in enumerate(("/gone/other", "/gone/shop")):
        other = fire("UserPromptSubmit", claude("UserPromptSubmit", f"r9{number}", cwd=cwd))
        assert context(other) == told.brief(LOCAL_USER, "other").text != own
    assert told.brief(LOCAL_USER, "acme/shop", folder="/gone/x").text == own
    assert told.brief(LOCAL_USER, "shop", folder="/gone/shop").text != own


def test_a_folder_whose_remote_changed_keeps_what_was_said_in_it(told: Tom, tmp_path: Path) -> None:
    """As does the same repository with its owner written in other case, in another folder."""
    checkout = remote(tmp_path / "shop", "git@github.com:acme/shop.git")
    told.add_session(
        LOCAL_USER,
        session_of(
            "in this repo, never edit the generated files", host_id="9", repository="acme/shop"
        ).model_copy(update={"cwd": str(checkout / "src")}),
    )
    told.learn(LOCAL_USER)
    remote(checkout, "git@github.com:newco/store.git")
    other = remote(tmp_path / "again", "https://github.com/Acme/Shop")
    theirs = remote(tmp_path / "theirs" / "shop", "git@github.com:newco/store.git")
    for number, (cwd, tells) in enumerate(((checkout, True), (other, True), (theirs, False))):
        shown = context(
            fire("UserPromptSubmit", claude("UserPromptSubmit", f"m{number}", cwd=str(cwd)))
        )
        assert ("generated" in shown) == tells
    query = Query(text="edit the generated files", repository="newco/store", folder=str(checkout))
    assert "generated" in str(told.recall(LOCAL_USER, query).beliefs)
    query = query.model_copy(update={"folder": str(theirs)})
    assert "generated" not in str(told.recall(LOCAL_USER, query).beliefs)


def test_a_session_that_moves_is_told_what_holds_there(told: Tom, home: Path) -> None:
    """What it was told already is not said again; compaction has it all told again."""

    def tell(cwd: str) -> str:
        return context(fire("UserPromptSubmit", claude("UserPromptSubmit", "moving", cwd=cwd)))

    everywhere, shop = (told.brief(LOCAL_USER, name).text for name in ("", "acme/shop"))
    assert tell("/w/x") == everywhere
    assert tell("/w/y") == tell("/w/x") == ""
    added = tell(SHOP)
    assert "vendor" in added
    assert "pnpm" not in added
    assert tell(SHOP) == tell("/w/y") == ""
    again = fire("SessionStart", claude("SessionStart", "moving", source="compact", cwd=SHOP))
    assert context(again, "SessionStart") == shop
    assert logged(home) == []


def test_a_schema_from_before_folders_is_read(told: Tom, home: Path) -> None:
    """Until tom next opens it, a repository is known by its name alone."""
    with sqlite3.connect(home / "tom.db") as connection:
        connection.execute("ALTER TABLE briefing DROP COLUMN folders")
        connection.execute("UPDATE alembic_version SET version_num = '0008'")
    connection.close()
    shown = fire("UserPromptSubmit", claude("UserPromptSubmit", cwd="/gone/shop"))
    assert "vendor" in context(shown)
    assert logged(home) == []


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
    """The briefing is told, and told once, where the machine has a folder for a while."""
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
    """The session is marked as told by then, so it is told; that it was is not known."""
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


# The status line


def test_the_status_line_counts_what_holds_here(told: Tom, home: Path) -> None:
    """Rules of the folder and what waits for review; no file is made and nothing is noted."""
    elsewhere = fire("StatusLine", claude("Status", cwd="/w/x"))
    assert elsewhere.stdout.decode() == "tom: 1 rule, 2 to review\n"
    assert fire("StatusLine", claude("Status", cwd=SHOP)).stdout.startswith(b"tom: 2 rules")
    assert noted(home) == logged(home) == []
    assert not list((home / "hosts").glob("*.session"))


def test_what_tom_says_at_a_stop_is_no_turn_of_the_person(told: Tom, home: Path) -> None:
    """Where an agent sends it as a message, nothing is told, noted or taken for a wish."""
    fire("UserPromptSubmit", claude("UserPromptSubmit", cwd="/w/x"))
    before = noted(home)
    sent = {**claude("UserPromptSubmit", cwd="/w/x"), "prompt": "<tom-check>npm</tom-check>"}
    assert fire("UserPromptSubmit", sent).stdout == b""
    assert noted(home) == before


def test_the_status_line_counts_the_breaches_of_this_session(told: Tom) -> None:
    """Each rule once a turn; another session has none."""
    told.remember(LOCAL_USER, "never run npm, use pnpm")
    call = {"tool_name": "Bash", "tool_input": {"command": "npm install"}}
    fire("UserPromptSubmit", claude("UserPromptSubmit", cwd="/w/x"))
    for _ in range(2):
        fire("PreToolUse", {**claude("PreToolUse", cwd="/w/x"), **call})
    assert b", 1 breach, " in fire("StatusLine", claude("Status", cwd="/w/x")).stdout
    assert b"breach" not in fire("StatusLine", claude("Status", "s2", cwd="/w/x")).stdout


def test_the_status_line_says_that_tom_is_off(told: Tom, home: Path, tmp_path: Path) -> None:
    """Everywhere, or in a folder that it leaves alone."""
    (tmp_path / ".tomignore").touch()
    assert fire("StatusLine", claude("Status", cwd=str(tmp_path))).stdout == b"tom: off\n"
    assert fire("StatusLine", claude("Status"), TOM_OFF="1").stdout == b"tom: off\n"
    told.reset(LOCAL_USER)
    nothing = fire("StatusLine", claude("Status", cwd="/w/x"))
    assert nothing.stdout == b"tom: nothing known here yet\n"
