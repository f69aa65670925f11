"""Codex's prompt history, and what is typed of its custom prompts."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.ingest.codex_prompts import typed
from tom_swe.model.session import Provenance, Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "codex-history"
ID = "019a177c-49e7-7602-92e4-570ab0816b6e"
FILE = ".codex/history.jsonl"
NEWER = """
## User Input

```text
{}
```

You **MUST** consider the user input before proceeding (if not empty).

## Outline

Never skip a failing test of `{}`.
"""
OLDER = """---
description: Make a plan.
---

The user input to you can be provided directly by the agent or as a command argument - you \
**MUST** consider it before proceeding with the prompt (if not empty).

User input:

{}

Given that feature description, do this:

1. Never leave a placeholder.
"""


def prompt(text: object, second: int = 0, session: object = ID) -> dict[str, object]:
    """A line."""
    return {"session_id": session, "ts": 1761330600 + second, "text": text}


def words(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for each in sessions for turn in each.by(Role.USER) if turn.text]


def newer(text: str) -> str:
    """A prompt of today's form, with this typed."""
    return NEWER.replace("{}", text)


@pytest.mark.parametrize("form", [NEWER, OLDER, NEWER.replace("\n", "\r\n"), NEWER.lstrip()])
@pytest.mark.parametrize("text", ["use vitest", "one\n\ntwo", "1. one\n2. two"])
def test_what_was_typed_of_a_prompt(form: str, text: str) -> None:
    """The fence, or what follows ``User input:``, of several paragraphs too."""
    assert typed(form.replace("{}", text)) == text


@pytest.mark.parametrize("form", [NEWER, OLDER, NEWER.replace("```text", "```")])
@pytest.mark.parametrize("text", ["", "$ARGUMENTS", " "])
def test_nothing_was_typed(form: str, text: str) -> None:
    """An empty place, or the variable itself."""
    assert typed(form.replace("{}", text)) == ""


def test_what_is_typed_may_hold_a_fence() -> None:
    """The end is where the prompt goes on."""
    assert typed(newer("run\n```\nnpm test\n```\nfirst")) == "run\n```\nnpm test\n```\nfirst"


def test_front_matter_may_stand_before_a_prompt() -> None:
    """With nothing known behind it, nothing was typed."""
    front = "---\ndescription: x\n---\n"
    assert typed(front + newer("hi")) == "hi"
    assert typed(f"{front}\nReview the code. Always be strict.") == ""


def test_an_older_prompt_of_another_text() -> None:
    """Where nothing tells the end, the first paragraph is the person's."""
    text = OLDER.replace("Given that feature description, do this:", "Now think hard.")
    assert typed(text.replace("{}", "use vitest")) == "use vitest"
    assert typed(text.replace("{}", "")) == ""


@pytest.mark.parametrize(
    "text",
    [
        "use tabs",
        "",
        "## User Input\n\nmust be checked",
        "## User Input\n\n```text\nx\n```\nis what the page shows",
        "---\ntitle: x\n---\nwhy is this empty?",
        "User input:\n\nis never cleaned",
    ],
)
def test_other_texts_are_no_prompts(text: str) -> None:
    """They are told apart by the prompt's own sentences."""
    assert typed(text) is None


@pytest.mark.parametrize(
    "part", ["---\n", "```\n", "## User Input\n\n```text\n", "\n", "User input:\n"]
)
def test_long_texts_take_no_time(part: str) -> None:
    """Markers without end, alone and in a prompt."""
    started = time.perf_counter()
    typed(part * 100_000)
    typed("---\ndescription: x\n" + part * 100_000)
    typed("## User Input\n\n```text\n" + part * 100_000)
    typed(OLDER.partition("Given")[0] + part * 100_000)
    assert time.perf_counter() - started < 1


def test_the_prompts_of_a_session_are_its_words(write: Write, read: Read) -> None:
    """With their times; no folder is known. A mirror of the rollout, whose id it has."""
    lines = [prompt("use tabs"), prompt("hi", 1, "other"), prompt("and spaces", 2)]
    first, second = read(HOST, write(FILE, lines))
    assert (first.host_id, first.cwd, words([first])) == (ID, "", ["use tabs", "and spaces"])
    assert first.provenance is Provenance.MIRROR
    assert first.started == datetime(2025, 10, 24, 18, 30, tzinfo=UTC)
    assert words([second]) == ["hi"]


def test_of_a_custom_prompt_only_what_was_typed_counts(write: Write, read: Read) -> None:
    """The rest is beside it."""
    lines = [prompt(newer("use vitest")), prompt(newer(""), 5), prompt("/init", 9)]
    (session,) = read(HOST, write(FILE, lines))
    assert words([session]) == ["use vitest"]
    assert all("Never skip" in turn.attachment for turn in session.turns)


def test_broken_lines_do_not_stop_the_rest(write: Write, read: Read, tally: Tally) -> None:
    """They are counted, and a time that is none is left out."""
    broken = ["{", {"x": 1}, prompt(None), prompt("x", session=5)]
    odd = {**prompt("fine"), "ts": [1]}
    (session,) = read(HOST, write(FILE, [*broken, json.dumps(odd)]))
    assert (words([session]), session.started) == (["fine"], None)
    assert tally.lines_skipped == 4


def test_its_places_follow_the_environment(write: Write, tmp_path: Path) -> None:
    """Where there is a history: at home on every system, or where the variable says."""
    importer = IMPORTERS[HOST]
    assert importer.roots({}, tmp_path) == []
    write(FILE, [prompt("x")])
    write("mine/history.jsonl", [prompt("x")])
    assert importer.roots({}, tmp_path) == [tmp_path / ".codex"]
    mine = tmp_path / "mine"
    assert importer.roots({"CODEX_HOME": str(mine)}, tmp_path) == [mine]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """The person's messages, in the order in which they were typed in any session."""
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    one = Conversation(ID, "/w", (Said(True, "a", at), Said(True, "c", at + timedelta(minutes=2))))
    two = Conversation("other", "/w", (Said(True, "b", at + timedelta(minutes=1)),))
    found = read(HOST, writer_of(HOST)(tmp_path, [one, two]))
    assert [(each.host_id, words([each])) for each in found] == [(ID, ["a", "c"]), ("other", ["b"])]
