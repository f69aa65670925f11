"""Forgetting by phrase, repository, host and time; switching off; as a person does it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tom_swe.checkout import is_ignored

SECRET = "Project Zinnober"


def line(session: str, text: str, at: str, cwd: str = "/home/x/shop", role: str = "user") -> str:
    return json.dumps({"session": session, "role": role, "text": text, "at": at, "cwd": cwd})


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    lines = [
        line("a", f"from now on use pnpm in {SECRET}", "2026-09-01T10:00:00Z"),
        line("b", "from now on keep the diff small", "2026-09-10T23:30:00Z", "/home/x/blog"),
        line("b", f"the name is {SECRET.upper()}", "2026-09-10T23:31:00Z", role="agent"),
        line("c", "from now on write tests first", "2026-10-01T10:00:00Z"),
        line("d", "always use ruff, never flake8", "2026-10-05T10:00:00Z"),
    ]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def learned(tom, learned_from, history: Path):
    learned_from(history)
    return tom


def sessions(tom) -> list[str]:
    found: list[dict[str, Any]] = json.loads(tom("memory", "list", "--sessions", "--json").out)
    return sorted(f"s{each['id']}" for each in found)


def everything(tmp_path: Path) -> bytes:
    files = [path for path in (tmp_path / "tom").rglob("*") if path.is_file()]
    return b"\n".join(path.read_bytes() for path in files)


def test_a_phrase_leaves_no_byte(learned, history: Path, tmp_path: Path) -> None:
    """Sessions, beliefs, answers and what was typed that hold it go from every file."""
    learned("consult", f"rename the button in {SECRET}")
    learned("consult", "rename the button")
    home = tmp_path / "tom"
    (home / "history").write_text(f"# typed\n+fix {SECRET.lower()}\n")
    kept = home / "conversations" / ("0" * 32) / "events"
    kept.mkdir(parents=True)
    (kept / "event-1.json").write_text(json.dumps({"text": SECRET}))
    assert SECRET.encode() in everything(tmp_path)
    refused = learned("memory", "forget", "--phrase", SECRET)
    assert refused.code == 2
    assert "2 whole sessions" in refused.err
    done = learned("memory", "forget", "--phrase", SECRET.lower(), "--yes")
    assert done.code == 0
    left = everything(tmp_path).lower()
    for part in (SECRET.lower().encode(), b"zinnober"):
        assert part not in left
    assert len(sessions(learned)) == 2
    assert not (home / "history").exists()
    assert not kept.exists()
    again = learned("import", "jsonl", str(history))
    assert b"zinnober" not in everything(tmp_path).lower()
    assert again.code == 0


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["--repository", "blog"], ["s1", "s3", "s4"]),
        (["--host", "jsonl"], []),
        (["--since", "2026-10-01"], ["s1", "s2"]),
        (["--until", "2026-09-30"], ["s3", "s4"]),
        (["--since", "2026-09-02", "--until", "2026-10-02", "-r", "shop"], ["s1", "s2", "s4"]),
        (["s3"], ["s1", "s2", "s4"]),
    ],
)
def test_sessions_go_by_place_and_time(learned, arguments: list[str], left: list[str]) -> None:
    """All that is asked for has to hold; what rested on them goes with them."""
    assert learned("memory", "forget", *arguments, "--yes").code == 0
    assert sessions(learned) == left
    beliefs = json.loads(learned("memory", "list", "--json").out)
    held = {e["session_id"] for b in beliefs for e in b["evidence"]}
    assert {f"s{i}" for i in held} <= set(left)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say what to forget"),
        (["b1", "--phrase", "x y z"], "say what to forget"),
        (["--phrase", "ab", "--yes"], "at least 3 characters"),
        (["--phrase", "nobody said this", "--yes"], "nothing matches"),
        (["--host", "codex", "--yes"], "nothing matches"),
        (["x1"], "neither a belief nor a session"),
        (["s99", "--yes"], "no session s99"),
        (["b99", "--yes"], "no belief b99"),
    ],
)
def test_what_cannot_be_forgotten_is_said(learned, arguments: list[str], says: str) -> None:
    """Nothing is deleted by a command that is not understood."""
    result = learned("memory", "forget", *arguments)
    assert result.code == 2
    assert says in result.err
    assert len(sessions(learned)) == 4


def test_off_here_keeps_tom_out_of_a_folder(
    tom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sessions are not imported until it is on again; those of other folders are."""
    work = tmp_path / "work" / "inner"
    work.mkdir(parents=True)
    path = tmp_path / "history.jsonl"
    path.write_text(
        "\n".join(
            [
                line("in", "from now on use pnpm", "2026-09-01T10:00:00Z", str(work)),
                line("out", "keep the diff small", "2026-09-01T10:00:00Z", str(tmp_path)),
            ]
        )
    )
    monkeypatch.chdir(work.parent)
    told = tom("off", "--here")
    assert told.code == 0
    assert ".tomignore" in told.err
    assert "1 ignored (.tomignore)" in tom("import", "jsonl", str(path)).out
    assert len(sessions(tom)) == 1
    monkeypatch.chdir(work)
    still = tom("on", "--here")
    assert still.code == 1
    assert "still off here" in still.err
    monkeypatch.chdir(work.parent)
    assert tom("on", "--here").code == 0
    assert tom("import", "jsonl", str(path)).code == 0
    assert len(sessions(tom)) == 2


def test_off_silences_the_hook_here_and_everywhere(learned, tmp_path: Path) -> None:
    """A prompt in an ignored folder, or while tom is off, is told nothing and noted nowhere."""
    work = tmp_path / "shop"
    work.mkdir()

    def prompt(session: str) -> str:
        event = {"hook_event_name": "UserPromptSubmit", "session_id": session, "cwd": str(work)}
        done = subprocess.run(
            [sys.executable, "-m", "tom_swe.hosts.hook", "UserPromptSubmit"],
            input=json.dumps(event),
            capture_output=True,
            text=True,
            env={**os.environ},
            timeout=60,
        )
        assert done.returncode == 0
        return done.stdout

    assert "tom-briefing" in prompt("one")
    (work / ".tomignore").touch()
    assert prompt("two") == ""
    (work / ".tomignore").unlink()
    assert learned("off").code == 0
    assert prompt("three") == ""
    assert learned("on").code == 0
    assert "tom-briefing" in prompt("four")


@pytest.mark.parametrize("folder", ["", "relative/x", "/nowhere/at/all", "/a\0b", "C:\\x"])
def test_a_folder_that_is_not_here_is_not_ignored(folder: str) -> None:
    """Folders come from transcripts of anywhere."""
    assert not is_ignored(folder)


def test_what_is_older_than_is_kept_is_forgotten(
    learned, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With keep_days set, learning forgets old sessions and what rested on them; not what was
    stated to tom itself, and nothing comes back with the next import.
    """
    tom = learned
    assert tom("remember", "name things in English").code == 0
    monkeypatch.setenv("TOM_KEEP_DAYS", "20000")
    assert "older than" not in tom("learn").err
    assert len(sessions(tom)) == 5
    monkeypatch.setenv("TOM_KEEP_DAYS", "1")
    result = tom("learn")
    assert (result.code, "4 sessions older than 1 day\n" in result.err) == (0, True)
    listed = tom("memory", "list").out
    assert "English" in listed
    assert "pnpm" not in listed
    assert b"zinnober" not in everything(tmp_path).lower()
    history.write_text(history.read_text() + "\n")
    assert tom("import", "jsonl", str(history)).code == 0
    assert len(sessions(tom)) == 1
    assert tom("db", "check").code == 0


def test_a_reset_can_be_of_a_part(learned) -> None:
    """`tom reset` of a repository takes its sessions alone; without one, everything."""
    tom = learned
    assert tom("reset", "--repository", "blog", "--yes").code == 0
    assert len(sessions(tom)) == 3
    assert tom("reset").code == 2  # nobody to ask
    assert tom("reset", "--yes").code == 0
    assert sessions(tom) == []


def test_the_memory_is_a_tree(learned) -> None:
    """`tom memory` shows the user model with its quotes, and sessions with what they showed."""
    out = learned("memory", "-n", "2").out
    assert "user model: " in out
    assert "“always use ruff, never flake8”  2026-10-05, s4" in out
    assert "; the newest 2" in out
    assert "“always use ruff, never flake8”  2026-10-05, b" in out
    assert "2026-09-01, b" not in out


@pytest.fixture(params=["everywhere", "here"])
def off(
    request: pytest.FixtureRequest, learned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The working directory, in which tom is off."""
    (work := tmp_path / "work").mkdir()
    monkeypatch.chdir(work)
    assert learned("off", *["--here"] * (request.param == "here")).code == 0
    return work


def test_no_command_tells_an_agent_anything(learned, off: Path) -> None:
    """`brief` and `consult` print nothing and keep no request; `sync` writes no file."""
    (off / "AGENTS.md").write_text("# x\n")
    before = learned("doctor", "--json").json["facts"]
    for command in (["brief"], ["consult", "merge the purchase of Example Corp"], ["sync", "-y"]):
        done = learned(*command)
        assert (done.code, done.out) == (0, "")
        assert "off here, by " in done.err
    for command in (["brief", "--json"], ["consult", "x", "--json"]):
        assert learned(*command).json["text"] == ""
    assert (off / "AGENTS.md").read_text() == "# x\n"
    assert learned("doctor", "--json").json["facts"] == before


def test_the_person_still_sees_their_own_memory(learned, off: Path) -> None:
    """What they ask for with their own hands is no agent's door."""
    assert off
    assert learned("profile").out
    assert learned("memory", "list").out
