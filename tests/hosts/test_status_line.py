"""The line that the hook gives to a status line."""

from pathlib import Path

from hooks import (
    SHOP,
    claude,
    fire,
    logged,
    noted,
)

from tom_swe import LOCAL_USER, Tom


def test_the_status_line_counts_what_holds_here(told: Tom, home: Path) -> None:
    """What agents hear here and what waits for review; nothing is made and nothing noted."""
    elsewhere = fire("StatusLine", claude("Status", cwd="/w/x"))
    assert elsewhere.stdout.decode() == "tom: 1 belief, 2 to review\n"
    assert fire("StatusLine", claude("Status", cwd=SHOP)).stdout.startswith(b"tom: 2 beliefs")
    assert noted(home) == logged(home) == []
    assert not list((home / "hosts").glob("*.session"))


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
