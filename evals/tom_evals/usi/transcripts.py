"""Conversations of users with an agent as frozen values, cleaned of what no one said.

The index's own data are read, too: its lexicons and its frozen map of how hard tasks are.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

TRAJECTORIES = "gpt-4o-airline.json.gz"
DOMAIN = "airline"
LEXICONS = "lexicons.json"
DIFFICULTY = "difficulty.json"

_MARKUP = re.compile(
    r"<\|(think|tool)\|>.*?<\|/\1\|>|<function=.*?(?:</function>|\Z)",
    re.DOTALL,
)
_STOPS = ("/stop", "###STOP###")
_COMMANDS = ("\\tau ", "\\reward")
_SCREEN = ("<|canvas|>", "<|highlight|>", "<|survey|>")


class Unreadable(Exception):
    """A file of the index's data is not what it should be."""


class Missing(Unreadable):
    """A file of the index's data is not where it is looked for."""


class Conversation(NamedTuple):
    """One session on one task, by those of its turns that were said."""

    task: str
    """The domain and the number: ``airline_0``."""
    run: int
    success: bool
    user: tuple[str, ...]
    agent: tuple[str, ...]


def _varied(levels: Mapping[str, int]) -> Mapping[str, int]:
    if len(set(levels.values())) < 2:
        raise ValueError("a field needs two levels or more")
    return levels


class Patterns(BaseModel, frozen=True):
    """The index's patterns. All but ``formality`` are for lower-cased text."""

    politeness: re.Pattern[str]
    emotion: re.Pattern[str]
    formality: re.Pattern[str]
    ack_only: re.Pattern[str]
    """For a whole turn, white space stripped."""
    identifier: re.Pattern[str]
    uncertainty: re.Pattern[str]
    certainty: re.Pattern[str]
    pushback_q: re.Pattern[str]
    clarify_q: re.Pattern[str]
    info_q: re.Pattern[str]
    accusation: re.Pattern[str]
    pivot: re.Pattern[str]
    identity_confusion: re.Pattern[str]


class Lexicons(BaseModel, frozen=True):
    """What the index goes by: its patterns, and the level of each answer to its survey."""

    patterns: Patterns
    survey: Mapping[str, Annotated[Mapping[str, int], AfterValidator(_varied)]] = Field(
        alias="survey_ordinals"
    )


class _Message(BaseModel):
    role: str
    content: str | None = None


class _Trajectory(BaseModel):
    task_id: int
    trial: int
    reward: float
    traj: list[_Message]


class _Difficulty(BaseModel):
    difficulty: dict[str, float]


def said(text: str) -> str | None:
    """A message without the agent's markup; None, where it is no part of the conversation.

    Such are commands to the platform, messages of its canvas and survey, and a stop token that
    stands alone. One that ends a sentence stays, as it does in the index's released scorer.
    """
    if text.strip() in _STOPS or text.startswith(_COMMANDS):
        return None
    if any(mark in text for mark in _SCREEN):
        return None
    return _MARKUP.sub("", text)


def conversation(
    task: str, run: int, success: bool, messages: Sequence[tuple[str, str]]
) -> Conversation:
    """A conversation from (role, text) pairs; only ``user`` and ``assistant`` speak.

    A user's empty message is a turn; an agent's is none, since calls of tools are such.
    """
    cleaned = [(role, text) for role, raw in messages if (text := said(raw)) is not None]
    return Conversation(
        task,
        run,
        success,
        user=tuple(text for role, text in cleaned if role == "user"),
        agent=tuple(text for role, text in cleaned if role == "assistant" and text.strip()),
    )


def trajectories(data: Path) -> tuple[Conversation, ...]:
    """The released tau-bench conversations; raises `Missing` or `Unreadable`."""
    rows = _read(data, TRAJECTORIES, TypeAdapter(list[_Trajectory]))
    if not rows:
        raise Unreadable(f"{data / 'usi' / TRAJECTORIES} holds no conversation")
    return tuple(
        conversation(
            f"{DOMAIN}_{row.task_id}",
            row.trial,
            row.reward > 0,
            [(message.role, message.content or "") for message in row.traj],
        )
        for row in rows
    )


def lexicons(data: Path) -> Lexicons:
    """The index's lexicons; raises `Missing` or `Unreadable`."""
    return _read(data, LEXICONS, TypeAdapter(Lexicons))


def difficulty(data: Path) -> Mapping[str, float]:
    """The share of the baseline simulators' runs that solved each task, between 0 and 1.

    Frozen with the index: pooled over its published baselines, at least 10 runs a task. Raises
    `Missing` or `Unreadable`.
    """
    return _read(data, DIFFICULTY, TypeAdapter(_Difficulty)).difficulty


def _read[T](data: Path, file: str, kind: TypeAdapter[T]) -> T:
    path = data / "usi" / file
    try:
        raw = path.read_bytes()
        return kind.validate_json(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except FileNotFoundError as error:
        raise Missing(
            f"{path} is not there: set TOM_SHARED_DATA to the folder that holds usi/"
        ) from error
    except (OSError, EOFError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Unreadable(
            f"{path} is not as expected at {where or 'its start'}: {first['msg']}"
        ) from error
