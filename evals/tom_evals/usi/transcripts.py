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
HINT = "set TOM_SHARED_DATA to the folder that has usi/"

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
    success: bool | None
    """None, where nobody told whether the task was done."""
    user: tuple[str, ...]
    agent: tuple[str, ...]
    survey: Mapping[str, str] = {}
    """What the user answered to the index's survey, by its fields; those left blank are missing."""


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


class Message(BaseModel, frozen=True):
    """What one party said; calls of tools have no content."""

    role: str
    content: str | None = None


class Trajectory(BaseModel, frozen=True):
    """A row of tau-bench's released results."""

    task_id: int
    trial: int
    reward: float
    traj: list[Message]


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
    task: str,
    run: int,
    success: bool | None,
    messages: Sequence[tuple[str, str]],
    survey: Mapping[str, str] | None = None,
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
        survey=survey or {},
    )


def trajectories(data: Path) -> tuple[Conversation, ...]:
    """The released tau-bench conversations; raises `Missing` or `Unreadable`."""
    path = data / "usi" / TRAJECTORIES
    return of_tau_bench(read_json(path, TypeAdapter(list[Trajectory]), HINT), DOMAIN, path)


def of_tau_bench(rows: Sequence[Trajectory], domain: str, path: Path) -> tuple[Conversation, ...]:
    """tau-bench's rows as conversations; raises `Unreadable` where there is none."""
    if not rows:
        raise Unreadable(f"{path} has no conversation")
    return tuple(
        conversation(
            f"{domain}_{row.task_id}",
            row.trial,
            row.reward > 0,
            [(message.role, message.content or "") for message in row.traj],
        )
        for row in rows
    )


def lexicons(data: Path) -> Lexicons:
    """The index's lexicons; raises `Missing` or `Unreadable`."""
    return read_json(data / "usi" / LEXICONS, TypeAdapter(Lexicons), HINT)


def difficulty(data: Path) -> Mapping[str, float]:
    """The share of the baseline simulators' runs that solved each task, between 0 and 1.

    Frozen with the index: pooled over its published baselines, at least 10 runs a task. Raises
    `Missing` or `Unreadable`.
    """
    return read_json(data / "usi" / DIFFICULTY, TypeAdapter(_Difficulty), HINT).difficulty


def read_json[T](path: Path, kind: TypeAdapter[T], hint: str) -> T:
    """What a JSON file holds, gzipped if its name says so.

    Raises `Missing`, with the hint what to do, or `Unreadable`.
    """
    try:
        raw = path.read_bytes()
        return kind.validate_json(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except FileNotFoundError as error:
        raise Missing(f"{path} does not exist: {hint}") from error
    except (OSError, EOFError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Unreadable(
            f"{path} does not have the expected form at {where or 'its start'}: {first['msg']}"
        ) from error
