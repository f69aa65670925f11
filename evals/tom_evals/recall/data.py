"""LoCoMo's dialogues and questions (Maharana et al. 2024), as sessions that tom can store.

Both speakers are the person: what either said is to be found, as in the published figures.
A turn's text is the speaker's name, what they said and what the picture they shared shows.
"""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tom_swe import Role, Session, Turn

# Questions of this category have no answer in the dialogue.
UNANSWERABLE = 5
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}

_SESSION = re.compile(r"session_(\d+)")
# Some references are written D:11:26 or D30:05, and some hold two.
_PLACE = re.compile(r"D:?(\d+):(\d+)")


class Place(NamedTuple):
    """A turn: the number of its session and its number in it, as LoCoMo counts them."""

    session: int
    turn: int


class Question(NamedTuple):
    """A question and the turns that answer it. ``evidence`` can be empty: references err."""

    text: str
    category: int
    evidence: frozenset[Place]


class Dialogue(NamedTuple):
    """Two people's sessions, by number, and the questions about them."""

    name: str
    sessions: dict[int, Session]
    questions: tuple[Question, ...]


def dialogues(data: Path) -> list[Dialogue]:
    """Every dialogue, with its answerable questions that name evidence."""
    with gzip.open(data / "locomo" / "locomo10.json.gz") as file:
        return [_dialogue(each) for each in json.load(file)]


def places(references: list[str]) -> list[Place]:
    """The turns that references name."""
    found = (pair for each in references for pair in _PLACE.findall(each))
    return [Place(int(session), int(turn)) for session, turn in found]


def _dialogue(raw: dict[str, Any]) -> Dialogue:
    talk = raw["conversation"]
    numbers = sorted(int(m[1]) for key in talk if (m := _SESSION.fullmatch(key)))
    sessions = {number: _session(raw["sample_id"], number, talk) for number in numbers}
    there = {
        Place(number, turn.ordinal) for number, each in sessions.items() for turn in each.turns
    }
    questions = tuple(
        Question(each["question"], each["category"], frozenset(places(each["evidence"])) & there)
        for each in raw["qa"]
        if each["category"] != UNANSWERABLE and each["evidence"]
    )
    return Dialogue(raw["sample_id"], sessions, questions)


def _session(name: str, number: int, talk: dict[str, Any]) -> Session:
    said_at = talk[f"session_{number}_date_time"]
    at = datetime.strptime(said_at, "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
    turns = tuple(
        Turn(ordinal=places([each["dia_id"]])[0].turn, role=Role.USER, text=_text(each), at=at)
        for each in talk[f"session_{number}"]
    )
    return Session(host="jsonl", host_id=f"{name}/{number}", started=at, ended=at, turns=turns)


def _text(raw: dict[str, str]) -> str:
    shown = f" [shares {raw['blip_caption']}]" if raw.get("blip_caption") else ""
    return f"{raw['speaker']}: {raw['text']}{shown}"
