"""What tom asks a coding agent, where the agent keeps it after all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tom_swe.ingest import Tally
from tom_swe.model.session import Session
from tom_swe.text.own_questions import FOLDER, MARK

type Write = Callable[[str, list[dict[str, Any]]], Path]
type Read = Callable[[str, Path], list[Session]]


def claude(text: str, cwd: str) -> list[dict[str, Any]]:
    """A line of Claude Code's."""
    message = {"role": "user", "content": text}
    at = "2026-01-01T00:00:00Z"
    return [
        {"type": "user", "sessionId": "a", "cwd": cwd, "timestamp": at, "message": message},
    ]


@pytest.mark.parametrize(
    ("text", "cwd"),
    [
        ("use pnpm from now on", f"/tmp/{FOLDER}x1y2/work"),
        (f"{MARK}\n\nuse pnpm from now on", "/home/ada/shop"),
        (f"{MARK}\n\nuse pnpm from now on", ""),
    ],
    ids=["by its folder", "by its first line", "without a folder"],
)
def test_it_is_no_session(text: str, cwd: str, write: Write, read: Read, tally: Tally) -> None:
    """One mark is enough, since not every agent keeps both; it is counted as a program's."""
    path = write("p/a.jsonl", claude(text, cwd))
    assert read("claude-code", path.parent) == []
    assert tally.by_programs == 1


def test_a_person_may_speak_of_it(write: Write, read: Read) -> None:
    """Words about such a folder or line are the person's."""
    said = f"why is {FOLDER}x1 left in /tmp, and who writes {MARK}?"
    (session,) = read("claude-code", write("p/a.jsonl", claude(said, "/home/ada/shop")).parent)
    assert json.dumps(said) in json.dumps([turn.text for turn in session.turns])
