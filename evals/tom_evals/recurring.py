"""What tom proposes to people because they ask for it again and again.

``python -m tom_evals.recurring`` shows it for the three developers of the shared data,
``--wild`` for the people of ``wild.jsonl`` with four sessions or more. ``--data DIR`` takes
another folder of the same shape. Whether a proposal is right is for a reader to say: each comes
with quotes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.messages import START
from tom_evals.common.real_data import shared_data
from tom_swe import Role, Session, Settings, Tom, Turn, import_transcripts, open_tom
from tom_swe.model.recurring import Recurring
from tom_swe.testing import HashEmbedder

FEWEST_SESSIONS = 4
QUOTES = 4
WIDTH = 90  # of a quote, in characters


class Proposed(NamedTuple):
    """What is proposed to one person, of so many sessions."""

    person: str
    sessions: int
    found: tuple[Recurring, ...]


def developers(data: Path) -> Iterator[Proposed]:
    """The real histories, read as `tom import claude-code` reads them."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(data / "sessions" / "claude-code-real.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        for place in sorted(each.parent for each in Path(folder).rglob("projects")):
            with tempfile.TemporaryDirectory() as home:
                tom = _opened(home)
                import_transcripts(tom, place.name, "claude-code", place)
                yield _proposed(tom, place.name)


def wild(data: Path) -> Iterator[Proposed]:
    """The people of the labelled messages."""
    for person, sessions in sessions_of_people(data):
        with tempfile.TemporaryDirectory() as home:
            tom = _opened(home)
            for each in sessions:
                tom.add_session(person, each)
            yield _proposed(tom, person)


def sessions_of_people(data: Path) -> Iterator[tuple[str, list[Session]]]:
    """Each person of enough sessions with these; a file of kept prompts is no session."""
    people: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    with (data / "reading" / "wild.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            if said["host"] != "prompts-md":
                people[said["user"]][said["session"]].append(said)
    for person, sessions in people.items():
        if len(sessions) >= FEWEST_SESSIONS:
            numbered = enumerate(sessions.items())
            yield person, [_session(number, name, said) for number, (name, said) in numbered]


def _session(number: int, name: str, messages: list[dict[str, str]]) -> Session:
    at = START + timedelta(days=number)
    said: list[tuple[Role, str]] = []
    for each in messages:
        if each["prev_agent"]:
            said.append((Role.AGENT, each["prev_agent"]))
        said.append((Role.USER, each["text"]))
    turns = (
        Turn(ordinal=place, role=role, text=text, at=at + timedelta(minutes=place))
        for place, (role, text) in enumerate(said)
    )
    return Session(host="jsonl", host_id=name, started=at, ended=at, turns=tuple(turns))


def _opened(home: str) -> Tom:
    return open_tom(Settings(home=Path(home)), embedder=HashEmbedder(), say=lambda _: None)


def _proposed(tom: Tom, person: str) -> Proposed:
    tom.read(person)
    found = Proposed(person, tom.memory.requests.sessions(person), tom.recurrence.all(person))
    tom.close()
    return found


def main() -> None:
    """Prints every proposal, and how many people get one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder of the shared data's shape")
    parser.add_argument("--wild", action="store_true", help="the people of wild.jsonl")
    given = parser.parse_args()
    data = given.data or shared_data()
    everyone = list(wild(data) if given.wild else developers(data))
    for each in everyone:
        if each.found or not given.wild:
            sys.stdout.write(f"\n{each.person}, {each.sessions} sessions\n")
        for found in each.found:
            sys.stdout.write(f"  {found.question}\n    rule: {found.statement} ({found.scope})\n")
            for said in found.requests[-QUOTES:]:
                sys.stdout.write(f"    “{' '.join(said.quote.split())[:WIDTH]}”\n")
    asked = [each for each in everyone if each.found]
    count = sum(len(each.found) for each in asked)
    sys.stdout.write(f"\n{len(asked)} of {len(everyone)} people are asked, {count} times in all\n")


if __name__ == "__main__":
    main()
