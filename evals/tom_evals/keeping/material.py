"""What histories are made of: written utterances, real messages, and who is on which side."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, cast
from zlib import crc32


class Side(StrEnum):
    """What is fitted on, and what is reported."""

    TUNING = "tuning"
    REPORTED = "reported"


class Utterance(NamedTuple):
    """One written utterance. ``quote`` carries the preference; a distractor has ``trap`` instead.

    ``how`` is explicit, implicit, correction, reversal or distractor.
    """

    id: str
    preference: str
    how: str
    text: str
    before: str
    quote: str
    personal: bool
    trap: str


class Message(NamedTuple):
    """One real message that states nothing durable, and the agent's words before it."""

    author: str
    text: str
    before: str


class Material(NamedTuple):
    """All that the histories of one side are made of."""

    utterances: tuple[Utterance, ...]
    messages: Mapping[str, tuple[Message, ...]]

    @property
    def preferences(self) -> tuple[str, ...]:
        """The preferences that the utterances are about, in order."""
        return tuple(dict.fromkeys(each.preference for each in self.utterances))


@cache
def meanings() -> Mapping[tuple[str, bool], tuple[str, ...]]:
    """The catalogue's "dimension=value" words for a preference, and for its opposite (False)."""
    file = resources.files(__package__).joinpath("subjects.toml")
    raw = cast("dict[str, dict[str, list[str]]]", tomllib.loads(file.read_text(encoding="utf-8")))
    return {
        (preference, name == "held"): tuple(said)
        for preference, sides in raw.items()
        for name, said in sides.items()
    }


def dimensions(preference: str) -> frozenset[str]:
    """The catalogue's dimensions that a preference or its opposite is on."""
    both = (*meanings()[preference, True], *meanings()[preference, False])
    return frozenset(said.partition("=")[0] for said in both)


def side_of(preference: str) -> Side:
    """Preferences on one dimension are on one side: drawn by its name, not by how they fare."""
    return _drawn(meanings()[preference, True][-1].partition("=")[0])


def side_of_author(author: str) -> Side:
    """The side of a real developer, drawn by their id."""
    return _drawn(author)


def _drawn(name: str) -> Side:
    return Side.REPORTED if crc32(name.encode()) % 2 else Side.TUNING


def material(data: Path, side: Side) -> Material:
    """One side's utterances and real messages.

    The file of utterances is by one hand, so that it is split by what they are about: no
    wording of a reported preference has been tuned on, and neither has its dimension. The
    real messages around them are split by their authors.
    """
    said = [_utterance(row) for row in _rows(data / "reading" / "utterances.jsonl")]
    known = {preference for preference, _ in meanings()}
    messages: dict[str, list[Message]] = {}
    for each in _messages(data / "reading"):
        if side_of_author(each.author) is side:
            messages.setdefault(each.author, []).append(each)
    return Material(
        utterances=tuple(
            u for u in said if u.preference in known and side_of(u.preference) is side
        ),
        messages={author: tuple(each) for author, each in messages.items()},
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def _utterance(row: Mapping[str, Any]) -> Utterance:
    return Utterance(
        id=row["id"],
        preference=row["pref"],
        how=row["label"],
        text=row["text"],
        before=row["prev_agent"] or "",
        quote=row["quote"] or "",
        personal=row["scope"] == "user",
        trap=row["distractor_kind"] or "",
    )


def _messages(reading: Path) -> list[Message]:
    """The messages that were labelled as stating nothing durable, whole."""
    found: list[Message] = []
    for texts, labels in (("messages", "message_labels"), ("claude_code", "claude_code_labels")):
        label = {row["id"]: row["standing"] for row in _rows(reading / f"{labels}.jsonl")}
        found += [
            Message(author=row["user"], text=row["text"], before=row["prev_agent"])
            for row in _rows(reading / f"{texts}.jsonl")
            if label.get(row["id"]) == "none" and not row["truncated"] and row["text"].strip()
        ]
    return found
