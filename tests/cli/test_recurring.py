"""What recurs, as a person meets it: at the end of `tom init` and in `tom review`."""

import io
import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

TOM = Path(sys.executable).with_name("tom")
DRAFTS = ("push and open a draft PR", "open a draft PR", "launch a draft PR", "draft PR please")
FAILS = ("argh, lint fails", "lint failed on CI", "the linter is red", "why is lint failing?")


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    """Eight sessions in which two things recur, where aider leaves them."""
    log = tmp_path / "person" / "project" / ".aider.chat.history.md"
    log.parent.mkdir(parents=True)
    log.write_text(
        "\n".join(
            f"# aider chat started at 2026-09-{day:02} 10:00:00\n\n#### {said}  \n\nDone.\n"
            for day, said in enumerate((*DRAFTS, *FAILS), start=1)
        )
    )
    return log


def test_init_ends_with_what_recurs(tom, chats: Path) -> None:
    """Where nobody can answer it is listed with its quotes, and the way to decide is named."""
    result = tom("init", "--yes")
    assert result.code == 0
    assert "In 4 sessions you asked: open a draft PR. Always?" in result.out
    assert "rule: When you open a PR: open a draft PR" in result.out
    assert "“draft PR please”  2026-09-04, aider s4" in result.out
    assert "tom review" in result.err


def test_json_has_what_recurs(tom, chats: Path) -> None:
    """`init` and `review` give the same, with each quote and where it was said."""
    recurring = tom("init", "--yes", "--json").json["recurring"]
    assert [each["key"] for each in recurring] == ["check", "twist pr draft"]
    assert [each["quote"] for each in recurring[1]["requests"]] == list(DRAFTS)
    assert tom("review", "--json").json["recurring"] == recurring


@pytest.mark.slow
def test_a_review_asks_about_what_recurs_first(tom, chats: Path) -> None:
    """A yes makes a belief with the quotes, a no is for good, and undo takes each back."""
    tom("init", "--yes")
    before = tom("memory", "list", "--json").json
    screen = io.StringIO()
    child = pexpect.spawn(
        str(TOM),
        ["review"],
        env={**os.environ, "TERM": "xterm"},  # pyright: ignore[reportArgumentType]
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 120),
    )
    child.logfile_read = screen
    child.expect("Always before a push")
    child.expect("q quit")
    child.send("n")
    child.expect("open a draft PR. Always")
    child.expect("q quit")
    child.send("y")
    child.expect("2 decided")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, screen.getvalue()
    assert tom("review", "--json").json["recurring"] == []
    (made,) = (b for b in tom("memory", "list", "--json").json if b not in before)
    assert made["statement"] == "When you open a PR: open a draft PR"
    why = tom("why", f"b{made['id']}").out
    assert all(f"“{said}”" in why for said in DRAFTS)
    assert "you confirmed it" in why
    assert "said that it always holds" in why
    assert "undone: accept" in tom("undo").err
    assert tom("memory", "list", "--json").json == before
    assert "undone: dismiss “Before you push" in tom("undo").err
    keys = [each["key"] for each in tom("review", "--json").json["recurring"]]
    assert keys == ["check", "twist pr draft"]


@pytest.mark.slow
def test_init_asks_where_somebody_can_answer(tom, chats: Path) -> None:
    """The person may put it in their own words on the spot, and skip or leave the rest."""
    screen = io.StringIO()
    child = pexpect.spawn(
        str(TOM),
        ["init"],
        env={**os.environ, "TERM": "xterm"},  # pyright: ignore[reportArgumentType]
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 120),
    )
    child.logfile_read = screen
    child.expect("Read these into")
    child.send("y")
    child.expect("1 of 2")
    child.expect("q quit")
    child.send("s")
    child.expect("2 of 2")
    child.expect("q quit")
    child.send("e")
    child.expect("in your words")
    child.sendline("open every PR as a draft")
    child.expect("1 decided")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, screen.getvalue()
    statements = [each["statement"] for each in tom("memory", "list", "--json").json]
    assert "open every PR as a draft" in statements
    assert [each["key"] for each in tom("review", "--json").json["recurring"]] == ["check"]
    assert json.loads(tom("memory", "list", "--json").out)
