"""What a check would have caught in the sessions that tom keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from tom_swe.checks.judging import (
    Past,
    Spec,
    is_asked_for,
    is_close,
    judge,
    looks_at,
    request_words,
    runs_first,
    unsettles,
)
from tom_swe.checks.steps import COMMAND, FILE, REPLY, Step, names_in, writes
from tom_swe.model.session import Role, Turn
from tom_swe.shell import SHELL_TOOLS


class PastStep(NamedTuple):
    """A step of a session that a check looks at; ``found`` is what breaches it, "" for nothing.

    One that ``is_close`` is much like a breach, whether it is one or not.
    """

    ordinal: int
    step: Step
    found: str
    is_close: bool


def replayed(spec: Spec, turns: Iterable[Turn]) -> Iterator[PastStep]:
    """The steps of a session that a check looks at, in order.

    Of what a tool was given and gave only a line or two is kept, so less is met than would be.
    """
    named: set[str] = set()
    ran = False
    for asked, step_turns in _by_request(turns):
        named.update(name for text in asked for name in names_in(text))
        is_asked = any(is_asked_for(spec, request_words(text)) for text in asked)
        wrote = False
        for ordinal, step in _steps(step_turns):
            past = Past(asked=is_asked, ran=ran, wrote=wrote, named=named.__contains__)
            if looks_at(spec, step):
                found = judge(spec, step, past)
                yield PastStep(ordinal, step, found, bool(found) or is_close(spec, step))
            if unsettles(spec, step):
                ran, wrote = False, True
            ran = ran or runs_first(spec, step)


def _by_request(turns: Iterable[Turn]) -> Iterator[tuple[list[str], list[Turn]]]:
    """The person's messages, each group with the turns that follow it."""
    asked: list[str] = []
    for is_user, group in groupby(turns, lambda turn: turn.role in {Role.USER, Role.COPY}):
        if is_user:
            asked = [f"{turn.text}\n{turn.attachment}" for turn in group]
        else:
            yield asked, list(group)


def _steps(turns: list[Turn]) -> Iterator[tuple[int, Step]]:
    reply: Turn | None = None
    for turn in turns:
        if turn.role is Role.AGENT and turn.text:
            reply = turn
        elif turn.role is Role.TOOL:
            tool = turn.tool.lower()
            if tool in SHELL_TOOLS:
                yield turn.ordinal, Step(COMMAND, turn.text)
            elif writes(tool) and turn.text and "\n" not in turn.text:
                yield turn.ordinal, Step(FILE, "", turn.text, known=False, whole="edit" not in tool)
    if reply is not None:
        yield reply.ordinal, Step(REPLY, reply.text)
