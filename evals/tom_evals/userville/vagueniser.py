"""Makes a precise request vague: the same intent, part of the information, nothing specific."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from tom_evals.common.models import Language
from tom_evals.people.names import named_files, named_symbols
from tom_evals.people.words import content, count, has_code
from tom_evals.userville.prompts import render
from tom_evals.userville.task import Task
from tom_swe.errors import BadReply
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

TRIES = 3
# Of what a vague text says, so much has to be in the precise one too: it leaves out, it adds not.
SHARED = 0.1
_SPECIFIC = re.compile(r"`[^`\n]+`|\b\w+_\w+\b|\b\w+\.\w+\(|\b\d+(?:\.\d+)+\b|https?://\S+")


class Kind(StrEnum):
    """What is wrong with a vague text."""

    EMPTY = "empty"
    LONG = "long"
    CODE = "code"
    FILE = "file"
    SYMBOL = "symbol"
    NEW = "new"
    OTHER = "other"


class Fault(NamedTuple):
    """One thing that a vague text must not have; ``what`` says it in words."""

    kind: Kind
    what: str


def faults(text: str, task: Task) -> tuple[Fault, ...]:
    """What any vague text of a task has to be without; none if it is as it should be."""
    return tuple(_faults(text, task))


def _faults(text: str, task: Task) -> Iterator[Fault]:
    said = content(text)
    if not said:
        yield Fault(Kind.EMPTY, "it says nothing")
        return
    if count(text) >= count(task.precise):
        yield Fault(Kind.LONG, "as many words as the precise request, or more")
    if has_code(text):
        yield Fault(Kind.CODE, "a code block or a traceback")
    for file in named_files(text, task.files):
        yield Fault(Kind.FILE, f"the file or module {file}")
    for symbol in named_symbols(text, task.functions):
        yield Fault(Kind.SYMBOL, f"the name {symbol}")
    for each in dict.fromkeys(_SPECIFIC.findall(text)):
        if each.strip("`") not in task.precise:
            yield Fault(Kind.NEW, f"{each}, which the precise request does not have")
    if len(said & content(task.precise)) < SHARED * len(said):
        yield Fault(Kind.OTHER, "hardly a word of the precise request: another intent")


class Vague(Value):
    """What a model writes."""

    request: str


class Written(NamedTuple):
    """A vague text; where the model's had ``faults`` to the last it is the task's own."""

    text: str
    by_model: bool
    tries: int
    faults: tuple[Fault, ...] = ()


def by_model(task: Task, language: Language) -> Written:
    """The text that a model writes, told what was wrong and asked again, `TRIES` times in all.

    Raises ModelFault where the model cannot be asked.
    """
    first = Message(role="user", text=task.precise)
    messages: tuple[Message, ...] = (first,)
    found: tuple[Fault, ...] = ()
    for number in range(1, TRIES + 1):
        try:
            prompt = Prompt(system=render("vague"), messages=messages)
            text = " ".join(language.ask(prompt, Vague).request.split())
        except BadReply:
            continue
        found = faults(text, task)
        if not found:
            return Written(text, by_model=True, tries=number)
        wrong = "; ".join(each.what for each in found)
        messages = (
            first,
            Message(role="assistant", text=text or "(nothing)"),
            Message(role="user", text=f"Write it again. It must not have: {wrong}."),
        )
    return Written(task.vague, by_model=False, tries=TRIES, faults=found)
