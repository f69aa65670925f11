"""Turns of people, with what is known of each: whether it corrects the agent.

``read.json`` names the messages of ``reading/wild.jsonl`` that were read for this project: some
drawn, at most ten of a person, and some chosen because a first model was sure or unsure of them.
It holds no words. ``written.jsonl`` are turns that were written for this project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tom_evals.corrections.data import HUMAN, Developer, Message, developers, records
from tom_swe.extract.corrective import Spoken

READ = Path(__file__).with_name("read.json")
WRITTEN = Path(__file__).with_name("written.jsonl")
WRITER = "writer"
WILD = Path("reading") / "wild.jsonl"
CORRECTS, PERHAPS = "corrects", "perhaps"
SWT_WEIGHT = 2.0
# The public labels miss many: what they do not name is no sure no.
UNREAD_WEIGHT = 0.5
WRITTEN_WEIGHT = 0.7
# A reader in doubt is right less than half the time to call it a correction.
PERHAPS_SO = 0.3


class Example(NamedTuple):
    """A turn. ``corrects`` is how likely it does; ``is_drawn`` says that it may be counted."""

    id: tuple[str, int]
    person: str
    spoken: Spoken
    corrects: float
    weight: float
    is_drawn: bool


def examples(data: Path) -> list[Example]:
    """All turns of which something is known."""
    return [*_of_developers(data), *_of_wild(data), *written()]


def written() -> list[Example]:
    """Turns written to train with: objections and their opposites in eight languages."""
    return [
        Example(
            id=(row["id"], 0),
            person=WRITER,
            spoken=Spoken(row["text"], row["before"], "", 1, after_tool=False),
            corrects=float(row["corrects"]),
            weight=WRITTEN_WEIGHT,
            is_drawn=False,
        )
        for row in records(WRITTEN)
    ]


def _of_developers(data: Path) -> Iterator[Example]:
    for developer in developers(data):
        yield from _of_developer(developer)


def _of_developer(developer: Developer) -> Iterator[Example]:
    known = {message.place: message for message in developer.messages}
    for file in sorted(developer.folder.glob("*.jsonl")):
        before: list[str] = []
        previous, nth, after_tool = "", 0, False
        for line, row in enumerate(records(file), 1):
            if row["role"] != "user":
                after_tool = row["role"] == "tool"
                if not after_tool:
                    before.append(row["text"])
                continue
            message = known[row["session"], line]
            if message.kind == HUMAN:
                spoken = Spoken(row["text"], "\n".join(before), previous, nth, after_tool)
                yield _labelled(message, spoken)
            before.clear()
            previous, nth, after_tool = row["text"], nth + 1, False


def _labelled(message: Message, spoken: Spoken) -> Example:
    corrects = message.label if message.read is None else message.read
    weight = SWT_WEIGHT * (UNREAD_WEIGHT if message.read is None else 1.0)
    return Example(message.place, message.developer, spoken, float(corrects), weight, False)


def _of_wild(data: Path) -> Iterator[Example]:
    read: dict[str, tuple[float, bool]] = {
        name: ({CORRECTS: 1.0, PERHAPS: PERHAPS_SO}.get(label, 0.0), part == "drawn")
        for part, labels in json.loads(READ.read_text(encoding="utf-8")).items()
        for label, names in labels.items()
        for name in names
    }
    previous: dict[tuple[str, str], tuple[str, int]] = {}
    for row in records(data / WILD):
        session = (row["user"], row["session"])
        last, nth = previous.get(session, ("", 0))
        previous[session] = (row["text"], nth + 1)
        if row["id"] in read:
            corrects, is_drawn = read[row["id"]]
            spoken = Spoken(row["text"], row["prev_agent"] or "", last, nth, after_tool=False)
            yield Example((row["id"], 0), row["user"], spoken, corrects, 1.0, is_drawn)
