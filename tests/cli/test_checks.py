"""Checks, as a person sees and sets them in a terminal."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

SAID = (
    ("a", "user", "from now on use pnpm, not npm", ""),
    ("a", "tool", "npm install left-pad", "Bash"),
    ("b", "user", "use pnpm, as always. add a chart", ""),
    ("b", "tool", "cd web && pnpm add d3", "Bash"),
    ("b", "user", "run npm audit", ""),
    ("b", "tool", "npm audit", "Bash"),
    ("c", "user", "keep functions small", ""),
    ("d", "user", "always keep functions small", ""),
)


@pytest.fixture
def tom(tom, learned_from, tmp_path: Path):
    """Runs `tom` on a memory with one rule that can be checked and one that cannot."""
    path = tmp_path / "history.jsonl"
    lines = [
        {"session": session, "role": role, "text": text, "at": f"2026-09-0{day}T10:00:00Z"}
        | ({"tool": tool} if tool else {})
        for day, (session, role, text, tool) in enumerate(SAID, 1)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    learned_from(path)
    tom("memory", "confirm", "b2")
    return tom


def test_checks_are_listed_with_their_rule_quote_and_test(tom) -> None:
    """In plain words; --all says why the others have none."""
    code, out, _ = tom("checks")
    assert code == 0
    assert "observe  Use pnpm" in out
    assert "“" in out
    assert "catches a command that runs `npm`" in " ".join(out.split())
    assert "functions" not in out
    everything = " ".join(tom("checks", "--all")[1].split())
    assert "no check: nothing in it shows" in everything
    document = tom("checks", "--all", "--json").json
    assert [each["belief_id"] for each in document["checks"]] == [1]
    assert [each["belief_id"] for each in document["without"]] == [2]


def test_a_check_shows_what_it_would_catch(tom) -> None:
    """Of the person's own past sessions, both what it meets and what it lets through."""
    out = tom("checks", "show", "1")[1]
    caught, _, passed = out.partition("let through:")
    assert "npm install left-pad" in caught
    assert "npm audit" in passed
    assert "pnpm add d3" not in passed
    document = tom("checks", "show", "b1", "--json").json
    assert [each["text"] for each in document["would_catch"]] == ["npm install left-pad"]
    assert document["would_catch"][0]["found"] == "npm install left-pad"


def test_a_mode_is_set_and_switched_off_and_on(tom, monkeypatch, tmp_path: Path) -> None:
    """Everywhere or in this repository."""
    switched = tom("checks", "mode", "1", "remind")
    assert "remind" in switched.out
    assert "would have caught" in switched.out
    checkout = tmp_path / "w"
    (checkout / ".git").mkdir(parents=True)
    monkeypatch.chdir(checkout)
    assert tom("checks", "off", "1", "--here", "--json").json["off_in"] == ["w"]
    assert tom("checks", "on", "1", "--here", "--json").json["off_in"] == []
    assert tom("checks", "off", "1", "--json").json["mode"] == "off"
    assert tom("checks", "on", "1", "--json").json["mode"] == "observe"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mode", "1", "shout"), "not a mode: use observe, remind, ask or block"),
        (("mode", "77", "ask"), "belief b77 has no check"),
        (("show", "x"), "not a valid check id: give one such as 3"),
        (("wrong", "1"), "no breach that could be wrong"),
    ],
)
def test_what_cannot_be_done_says_so(tom, arguments: tuple[str, ...], said: str) -> None:
    """Wrong usage exits 2, with the reason on stderr."""
    code, out, err = tom("checks", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_nothing_here_is_in_no_repository(tom, monkeypatch, tmp_path: Path) -> None:
    """A folder of no repository cannot be left out."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    code, _, err = tom("checks", "off", "1", "--here")
    assert (code, "no repository" in err) == (2, True)


def test_a_memory_of_before_there_were_checks_gets_them_by_learning(tom) -> None:
    """Listing them only reads: it neither makes one nor fails where nothing can be written."""
    with sqlite3.connect(Path(os.environ["TOM_HOME"]) / "tom.db") as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for table in ("compiled_check", "saying", "sayings_read"):
            connection.execute(f"DELETE FROM {table}")
    connection.close()
    assert tom("checks", "--json").json["checks"] == []
    assert tom("learn").code == 0
    assert [each["belief_id"] for each in tom("checks", "--json").json["checks"]] == [1]
