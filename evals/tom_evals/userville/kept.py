"""What was said in a session as JSON, and back: for files and other processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tom_evals.people import Exchange, Level
from tom_evals.userville.episode import Record
from tom_evals.userville.preferences import Preference
from tom_evals.userville.task import Task

type Json = Mapping[str, Any]


def said_as_json(record: Record) -> Json:
    """What was said, without the task and the person."""
    return {
        "answer": record.answer,
        "exchanges": list(record.exchanges),
    }


def record_of(task: Task, preference: Preference, vague: bool, said: Json) -> Record:
    """A session again, from what it was about and what was said in it."""
    exchanges = tuple(
        Exchange(query, answer, manner, after, None if level is None else Level(level), broke)
        for query, answer, manner, after, level, broke in said["exchanges"]
    )
    return Record(task, preference, vague, exchanges, said["answer"])
