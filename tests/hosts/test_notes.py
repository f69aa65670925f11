"""What agents' own memories hold is read once, as what it is, and none of it is written."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.doctor.report import report
from tom_swe.hosts.notes import contradictions, items, note_files, read_notes
from tom_swe.model.belief import Source
from tom_swe.redact.redactor import Redactor
from tom_swe.testing import HashEmbedder, session_of

MINE = """\
---
name: mine
---
# Me

- Always use pnpm, never npm
- Keep `git` history linear,
  without merges
1. Answer in French

Never push without asking me.

```sh
- not a rule, a program
```
@other.md
<!-- tom:begin 0123abcd b1 | by `tom sync`, which reads your changes back -->
- Written by tom itself <!-- b1 01234567 -->
<!-- tom:end 0123abcd -->
- no
"""
SAID = [
    "Always use pnpm, never npm",
    "Keep `git` history linear, without merges",
    "Answer in French",
    "Never push without asking me.",
]


@pytest.fixture
def tom(home: Path) -> Iterator[Tom]:
    opened = open_tom(Settings(home=home), embedder=HashEmbedder())
    yield opened
    opened.close()


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """A home with what a person and their agents keep."""
    home = tmp_path / "person"
    files = {
        ".claude/CLAUDE.md": MINE,
        ".claude/projects/-w-shop/memory/MEMORY.md": "- they want small diffs, always\n",
        ".codex/memories/MEMORY.md": "- Prefers tabs over spaces\n",
        ".openhands/memory/MEMORY.md": "- Likes short answers\n",
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / ".claude/projects/-w-shop/one.jsonl").write_text('{"cwd": "/w/shop"}\n')
    return home


def read(tom: Tom, person: Path) -> tuple[int, int]:
    return read_notes(tom, LOCAL_USER, note_files({}, person), Redactor())


def test_items_are_what_a_person_lists() -> None:
    """Not headings, programs, other files, what is too short, nor what tom put there."""
    found = list(items(MINE))
    assert [each.text for each in found] == SAID
    assert [MINE.splitlines()[each.line - 1][2:8] for each in found[:1]] == ["Always"]


@given(st.text())
def test_any_text_has_items(text: str) -> None:
    """Whatever stands in the file; each item is on one line of bounded length."""
    for each in items(text):
        assert "\n" not in each.text
        assert 8 <= len(each.text) <= 400


def test_what_a_person_keeps_is_stated_by_them(tom: Tom, person: Path) -> None:
    """With the file's own words as the quote, at the file's own time."""
    when = datetime(2026, 3, 1, tzinfo=UTC)
    file = person / ".claude" / "CLAUDE.md"
    os.utime(file, (when.timestamp(), when.timestamp()))
    assert read(tom, person) == (4, 3)
    beliefs = tom.memory.beliefs.told(LOCAL_USER)
    quotes = {quote for belief in beliefs for quote in belief.quotes}
    assert quotes == set(SAID)
    assert {e.source for b in beliefs for e in b.supporting} == {Source.STATED}
    assert {e.at for b in beliefs for e in b.supporting} == {when}


def test_an_agents_note_is_only_a_pointer(tom: Tom, person: Path) -> None:
    """Nothing is believed on its word; where the person said it, they are quoted."""
    (person / ".claude" / "CLAUDE.md").unlink()
    assert read(tom, person) == (0, 3)
    assert tom.memory.beliefs.all(LOCAL_USER) == []
    pointers = tom.memory.pointers.all(LOCAL_USER)
    assert {(each.quote, each.repository) for each in pointers} == {
        ("they want small diffs, always", "shop"),
        ("Prefers tabs over spaces", ""),
        ("Likes short answers", ""),
    }


def test_each_is_read_once(tom: Tom, person: Path) -> None:
    """What was forgotten stays so when the file is read again; what is new in it is read."""
    read(tom, person)
    before = {path: path.read_bytes() for path in person.rglob("*") if path.is_file()}
    (mine,) = [b for b in tom.memory.beliefs.told(LOCAL_USER) if "French" in b.said]
    tom.forget_belief(LOCAL_USER, mine.id)
    assert read(tom, person) == (0, 0)
    assert {path: path.read_bytes() for path in person.rglob("*") if path.is_file()} == before
    with (person / ".claude" / "CLAUDE.md").open("a") as file:
        file.write("- Sign your commits always\n")
    assert read(tom, person) == (1, 0)
    said = {b.said for b in tom.memory.beliefs.told(LOCAL_USER)}
    assert "Sign your commits always" in said
    assert "Answer in French" not in said


def test_an_older_file_does_not_end_what_was_said_since(tom: Tom, person: Path) -> None:
    """Its words are as old as the file."""
    file = person / ".claude" / "CLAUDE.md"
    os.utime(file, (0, 0))
    for number in ("1", "2"):
        tom.add_session(LOCAL_USER, session_of("from now on use yarn, not pnpm", host_id=number))
    tom.learn(LOCAL_USER)
    read(tom, person)
    told = tom.brief(LOCAL_USER, "x").text
    assert "yarn" in told


def test_doctor_says_where_they_contradict(tom: Tom, person: Path) -> None:
    """With the file and its line; what agrees is passed over."""
    assert contradictions(note_files({}, person), tom.memory.beliefs.told(LOCAL_USER)) == []
    tom.remember(LOCAL_USER, "use npm, never pnpm")
    (found,) = contradictions(note_files({}, person), tom.memory.beliefs.told(LOCAL_USER))
    assert found.item.text == "Always use pnpm, never npm"
    problems = report(tom, Settings(home=tom.memory.path.parent), {}, person).problems
    assert any("CLAUDE.md:6 says 'Always use pnpm" in each.what for each in problems)


def test_other_places_are_where_the_variables_say(person: Path, tmp_path: Path) -> None:
    """And an agent that keeps nothing has no file."""
    assert note_files({}, tmp_path / "nobody") == []
    named = {"CLAUDE_CONFIG_DIR": str(person / ".claude"), "CODEX_HOME": str(person / ".codex")}
    assert len(note_files(named, tmp_path / "nobody")) == 3


def test_notes_of_a_folder_that_is_left_alone_are_not_read(person: Path, tmp_path: Path) -> None:
    """As its sessions are not."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / ".tomignore").touch()
    transcript = person / ".claude/projects/-w-shop/one.jsonl"
    transcript.write_text(f'{{"cwd": "{tmp_path / "shop"}"}}\n')
    assert not any("-w-shop" in str(each.path) for each in note_files({}, person))


def test_what_was_said_in_a_session_goes_before_a_file_of_any_age(tom: Tom, person: Path) -> None:
    """The file may be old, and its time says only when it was last saved."""
    session = session_of("in this repo, use yarn, never pnpm", host_id="1", repository="shop")
    tom.add_session(LOCAL_USER, session)
    tom.learn(LOCAL_USER)
    read(tom, person)
    assert "yarn" in tom.brief(LOCAL_USER, "shop").text


def test_the_personal_file_of_every_agent_counts(tom: Tom, tmp_path: Path) -> None:
    """But not what Gemini CLI adds to it, under a heading of its own."""
    home = tmp_path / "other"
    for name in (".gemini/GEMINI.md", ".config/opencode/AGENTS.md"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(f"- Keep what stands in {name[:4]} short\n")
    with (home / ".gemini/GEMINI.md").open("a") as file:
        file.write("\n## Gemini Added Memories\n- The user likes cats more than dogs\n")
    assert read(tom, home) == (2, 0)
    assert "cats" not in str(tom.memory.beliefs.all(LOCAL_USER))
