"""UserVille's tasks as rows of prompts, which verl and `tom_evals.ppp.real` train on.

A row has verl's columns: ``prompt``, ``data_source``, ``agent_name``, ``reward_model`` and
``extra_info``, which holds all that a session needs but the repository's places. Those are in a
file beside it, once a repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tom_evals.ppp.dialogue import opened
from tom_evals.ppp.session import Session
from tom_evals.userville.episode import Episode
from tom_evals.userville.index import Index
from tom_evals.userville.preferences import BY_ID, NO_PREFERENCE, PREFERENCES
from tom_evals.userville.simulator import Simulator, by_rules
from tom_evals.userville.task import Task

SOURCE = "userville"
type Json = Mapping[str, Any]


class NoRows(Exception):
    """A file that holds no rows of prompts; says what to do."""


class Row(NamedTuple):
    """A task with a person, to be played."""

    task: Task
    preference: str
    vague: bool

    def session(self, places: Mapping[str, Index], simulator: Simulator = by_rules) -> Session:
        """A new session; the person is played by rules, if nobody else is named."""
        episode = Episode(self.task, BY_ID[self.preference], simulator, vague=self.vague)
        return Session(episode, places.get(self.task.repository))

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.task.id}/{self.preference}/{'vague' if self.vague else 'precise'}"


def rows_of(tasks: Iterable[Task]) -> Iterator[Row]:
    """A task's rows: vague with each person that training sees, and precise once, as PPP has it."""
    for task in tasks:
        for preference in PREFERENCES:
            if preference.is_seen:
                yield Row(task, preference.id, vague=True)
        yield Row(task, NO_PREFERENCE.id, vague=False)


def as_json(row: Row, index: int) -> Json:
    """A row as verl reads it."""
    request = row.task.vague if row.vague else row.task.precise
    return {
        "data_source": SOURCE,
        "agent_name": SOURCE,
        "prompt": [each._asdict() for each in opened(BY_ID[row.preference], request)],
        "ability": "localisation",
        "reward_model": {"style": "rule", "ground_truth": "\n".join(sorted(row.task.wanted))},
        "extra_info": {
            "index": index,
            "task": row.task._asdict(),
            "preference": row.preference,
            "vague": row.vague,
        },
    }


def row_of(extra_info: Json) -> Row:
    """The row that a session was of."""
    held = extra_info["task"]
    task = Task(
        id=held["id"],
        repository=held["repository"],
        vague=held["vague"],
        precise=held["precise"],
        files=tuple(held["files"]),
        functions=tuple(held["functions"]),
        hints=held["hints"],
    )
    return Row(task, extra_info["preference"], bool(extra_info["vague"]))


def write(rows: Sequence[Row], places: Mapping[str, Index], out: Path) -> Path:
    """Writes rows, one a line, and the places beside them; says where those are."""
    lines = (json.dumps(as_json(row, index)) for index, row in enumerate(rows))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    beside = places_file(out)
    held = {
        repository: [(place.file, place.symbol) for place in index.places]
        for repository, index in places.items()
    }
    beside.write_text(json.dumps(held), encoding="utf-8")
    return beside


def places_file(rows: Path) -> Path:
    """Where the places of a file of rows are."""
    return rows.with_suffix(".places.json")


def read(rows: Path) -> list[Row]:
    """The rows of a file. Raises NoRows."""
    try:
        lines = rows.read_text(encoding="utf-8").splitlines()
        found = [row_of(json.loads(line)["extra_info"]) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoRows(f"{rows} cannot be read: write it with `ppp data --out FILE`") from error
    if not found:
        raise NoRows(f"{rows} is empty: write it with `ppp data --out FILE`")
    return found


def read_places(file: Path) -> dict[str, Index]:
    """The places by repository. Raises NoRows."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoRows(f"{file} cannot be read: `ppp data` writes it with the rows") from error
    return {name: Index((place, symbol) for place, symbol in each) for name, each in held.items()}
