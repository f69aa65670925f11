"""`tom init` at a terminal: each step, left and taken up again, on the demo's home folder."""

import json
import os
import shutil
import sys
from importlib import resources
from pathlib import Path

import pexpect
import pytest

TOM = Path(shutil.which("tom", path=f"{Path(sys.executable).parent}") or "tom")
READ, DECIDE, CONNECT = "Read these into", "u undo", "show the changes"


@pytest.fixture
def mira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's home folder as one's own."""
    home = tmp_path / "mira"
    with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
        shutil.copytree(shipped, home)
    for hidden in home.glob("dot-*"):
        hidden.rename(home / hidden.name.replace("dot-", ".", 1))
    monkeypatch.setenv("HOME", str(home))
    # One agent, and none of this machine.
    for other in (".codex", ".openhands"):
        shutil.rmtree(home / other)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(home)
    return home


class Terminal:
    """`tom init` as a person sees it."""

    def __init__(self) -> None:
        self.child = pexpect.spawn(
            str(TOM),
            ["init", "--host", "claude-code"],
            env={**os.environ, "TERM": "xterm"},  # pyright: ignore[reportArgumentType]
            encoding="utf-8",
            timeout=60,
            dimensions=(50, 100),
        )
        self.shown = ""

    def until(self, words: str) -> None:
        self.child.expect([words])
        self.shown += str(self.child.before) + str(self.child.after)

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.shown += str(self.child.before)
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -1


@pytest.mark.slow
def test_a_guided_minute(mira: Path, tom) -> None:
    """Beliefs, one key a decision, agents connected, and what the next session hears."""
    first = Terminal()
    first.until(READ)
    first.child.send("y")
    first.until("What tom believes about you")
    first.until(DECIDE)
    first.child.send("y")
    first.until(DECIDE)
    first.child.send("q")
    first.until("Connect Claude Code")
    first.until(CONNECT)
    first.child.send("d")
    first.until("settings.json")
    first.until(CONNECT)
    first.child.send("\r")
    first.until("Claude Code is connected")
    first.until("What your next session in ledger-web will hear")
    assert first.end() == 0, first.shown
    assert "1 decided" in first.shown
    waiting = tom("review", "--json").json
    left = len(waiting["recurring"]) + len(waiting["beliefs"])
    assert f"{left} wait for your review" in first.shown
    assert "tom-hook" in (mira / ".claude" / "settings.json").read_text()
    decided = [each for each in tom("memory", "list", "--json").json if each["decisions"]]
    assert len(decided) == 1

    again = Terminal()
    again.until(READ)
    again.child.send("y")
    again.until(DECIDE)
    again.child.send("q")
    assert again.end() == 0, again.shown
    assert "Claude Code: connected" in again.shown
    asked = again.shown.partition("Is this so?")[2].partition("Your agents")[0]
    assert decided[0]["statement"] not in asked


@pytest.mark.slow
@pytest.mark.parametrize("step", [READ, DECIDE, CONNECT])
def test_ctrl_c_leaves_and_the_next_run_goes_on(mira: Path, tom, step: str) -> None:
    """At each question Ctrl-C ends with 130; what was decided before it stays decided."""
    first = Terminal()
    first.until(READ)
    if step != READ:
        first.child.send("y")
        first.until(DECIDE)
    if step == CONNECT:
        first.child.send("y")
        first.until(DECIDE)
        first.child.send("q")
        first.until(CONNECT)
    first.child.sendcontrol("c")
    assert first.end() == 130, first.shown
    assert "Traceback" not in first.shown

    again = Terminal()
    again.until(READ)
    again.child.send("y")
    again.until(DECIDE)
    again.child.send("q")
    again.until(CONNECT)
    again.child.send("n")
    assert again.end() == 0, again.shown
    assert not (mira / ".claude" / "settings.json").exists()
    kept = [each for each in tom("memory", "list", "--json").json if each["decisions"]]
    assert len(kept) == (step == CONNECT)


@pytest.mark.slow
def test_without_a_terminal_it_says_how_to_go_on(mira: Path, tom) -> None:
    """With --yes nothing is asked and no agent's file is changed; each step names its command."""
    shown = tom("init", "--host", "claude-code", "--yes")
    assert shown.code == 0
    assert "What your next session in ledger-web will hear" in shown.out
    assert "`tom plugin install claude-code` connects Claude Code" in shown.err
    assert "`tom review`" in shown.err
    assert not (mira / ".claude" / "settings.json").exists()
    assert json.loads(tom("init", "--host", "claude-code", "--yes", "--json").out)["user_model"]
