"""Sessions of simulators and of people from the files that others publish, and from tom's own.

Two published forms are read. tau-bench's: a list of rows with ``task_id``, ``trial``, ``reward``
and ``traj``. The index's (sunnweiwei/OdysSim, ``agents/tau_usi``): entries with
``conversation``, ``survey``, ``reward`` and ``keep``, by their ids or as a list under
``results``; an id is ``airline_3``, with ``_2`` for a simulator's second run and ``_ann2`` for
the second batch of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from pydantic import BaseModel, TypeAdapter, model_validator

from tom_evals.usi.survey import Answers
from tom_evals.usi.transcripts import (
    Conversation,
    Message,
    Trajectory,
    Unreadable,
    conversation,
    of_tau_bench,
    read_json,
)
from tom_swe import Role, Session

DOMAINS = ("airline", "retail")
_ID = re.compile(
    rf"(?:(?P<task>(?:{'|'.join(DOMAINS)})_\d+)(?:_(?P<run>\d+))?|(?P<other>.+?))"
    r"(?:_ann(?P<batch>\d+))?"
)
_HINT = "give a file of sessions that exists"


class _Answer(BaseModel):
    answer: str | None = None


class _Entry(BaseModel):
    """``keep`` is false where those who asked for the session threw it away."""

    conversation: list[Message] | None = None
    survey: dict[str, _Answer | None] | None = None
    reward: float | None = None
    keep: bool | None = None

    @property
    def answers(self) -> Answers:
        asked = (self.survey or {}).items()
        return {field: said.answer for field, said in asked if said and said.answer is not None}


class _Result(_Entry):
    instance_id: str | None = None
    domain: str | None = None
    task_index: int | None = None

    @property
    def id(self) -> str:
        return self.instance_id or f"{self.domain}_{self.task_index}"


class _File(BaseModel):
    """A document of either form: one of the three is there."""

    trajectories: list[Trajectory] | None = None
    results: list[_Result] | None = None
    entries: dict[str, _Entry] = {}

    @model_validator(mode="before")
    @classmethod
    def _formed(cls, raw: object) -> Mapping[str, object]:
        if isinstance(raw, list):
            rows = cast("list[object]", raw)
            listed = any(isinstance(row, dict) and "conversation" in row for row in rows)
            return {"results" if listed else "trajectories": rows}
        if isinstance(raw, dict) and "results" in raw:
            return {"results": cast("dict[str, object]", raw)["results"]}
        return {"entries": cast("object", raw)}

    @property
    def named(self) -> Sequence[tuple[str, _Entry]]:
        """The entries of the index's form with their ids."""
        return [*self.entries.items(), *((each.id, each) for each in self.results or ())]


_FILE = TypeAdapter(_File)


def read(path: Path, domain: str | None = None) -> tuple[Conversation, ...]:
    """The sessions of a file of either form, gzipped or not.

    tau-bench's rows tell only a task's number: the domain is the one that the file's name has
    in it, or the one that is given. Raises `Missing` or `Unreadable`.
    """
    file = read_json(path, _FILE, _HINT)
    if file.trajectories is not None:
        return of_tau_bench(file.trajectories, _domain(path, domain), path)
    found = tuple(_session(*each, path) for each in file.named if each[1].keep is not False)
    if not found:
        raise Unreadable(f"{path} has no session that was kept")
    return found


def surveys(path: Path) -> Mapping[int, Mapping[str, Answers]]:
    """The answers to the survey in a file of the index's form, by batch and task.

    They are about the sessions of people: a simulator was shown each and judged it. Raises
    `Missing` or `Unreadable`.
    """
    found: dict[int, dict[str, Answers]] = {}
    for name, each in read_json(path, _FILE, _HINT).named:
        task, batch = _numbered(name)
        if each.answers:
            found.setdefault(batch, {})[task] = each.answers
    if not found:
        raise Unreadable(f"{path} has no answer to a survey")
    return found


def groups(files: Iterable[Sequence[Conversation]]) -> list[list[Conversation]]:
    """The runs of a simulator, or the batches of people, of all files together.

    A run of one file goes to the first run of earlier files that has none of its tasks (airline
    and retail are often apart), or is one more. Raises `Unreadable` where a file has two sessions
    on one task in one run.
    """
    found: list[list[Conversation]] = []
    for sessions in files:
        before = len(found)
        taken: set[int] = set()
        for number in sorted({each.run for each in sessions}):
            run = [each for each in sessions if each.run == number]
            tasks = {each.task for each in run}
            if len(tasks) < len(run):
                again = next(t for t in sorted(tasks) if sum(e.task == t for e in run) > 1)
                raise Unreadable(f"run {number} has two sessions on {again}")
            free = (
                place
                for place in range(before)
                if place not in taken and not tasks & {each.task for each in found[place]}
            )
            place = next(free, None)
            if place is None:
                found.append(run)
            else:
                taken.add(place)
                found[place] += run
    return found


def of_session(session: Session, most: int | None = None) -> Conversation | None:
    """A session of tom's as a conversation, up to so many turns of the person.

    Only the person's own words are turns of theirs: what hosts wrote and what was pasted is not.
    Nobody told whether its task was done. None, where the person wrote nothing.
    """
    spoken = [turn for turn in session.turns if turn.text and turn.role is not Role.TOOL]
    messages = [("user" if turn.role is Role.USER else "assistant", turn.text) for turn in spoken]
    found = conversation(f"{session.host}/{session.host_id}", 0, None, messages)
    return found._replace(user=found.user[:most]) if found.user else None


def _session(name: str, entry: _Entry, path: Path) -> Conversation:
    if entry.conversation is None:
        raise Unreadable(f"{path} has no conversation at {name}, so it has no sessions")
    task, run = _numbered(name)
    messages = [(each.role, each.content or "") for each in entry.conversation]
    return conversation(task, run, (entry.reward or 0) > 0, messages, entry.answers)


def _numbered(name: str) -> tuple[str, int]:
    """The task of an id, and the run or batch that it names: the first, where it names none."""
    match = _ID.fullmatch(name)
    if not match:
        return name, 1
    return match["task"] or match["other"], int(match["batch"] or match["run"] or 1)


def _domain(path: Path, given: str | None) -> str:
    named = [domain for domain in DOMAINS if domain in path.name]
    if given or len(named) == 1:
        return given or named[0]
    raise Unreadable(f"{path} does not say which domain its tasks are from: give it with --domain")
