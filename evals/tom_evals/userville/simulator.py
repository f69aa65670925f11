"""A simulated person with a preference: what they answer, and what that costs them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from tom_evals.people import Asked, Behaviour, Finder, Found, Level, Manner, Person, Traits, Unasked
from tom_evals.people.asking import Sort, questions, sort
from tom_evals.people.pieces import best, pieces
from tom_evals.people.speech import Wording, told_before
from tom_evals.people.words import content
from tom_evals.userville.preferences import Answering, Preference
from tom_evals.userville.task import Task
from tom_swe.advise.ask_preferences.checks import asks_for_file, asks_for_symbol, has_options

BEHAVIOUR = Behaviour(
    # The released code answers four questions; from the fifth on it refuses.
    answers=4,
    last_words=Found("I have answered enough, do the rest yourself.", Manner.CAPPED, Level.REFUSED),
    unknown="I don't know.",
    unasked=Unasked.ANSWER,
    notices_repeats=False,
)
_UNKNOWN = Found("", Manner.UNKNOWN, Level.REFUSED)
_PIECES = 2
_OPTION = re.compile(r"(?:(?<=\s)|\A)\(?([A-E])[).:]\s*(.+?)(?=\s\(?[A-E][).:]\s|\n|\Z)", re.DOTALL)
_QUOTATION = re.compile(r"“[^”]*”|`[^`]*`(?:\s*\([^()\s]*\))?")

type Simulator = Callable[[Task, Preference, str], Person]
"""Who plays the people: makes the one of a task, a preference and the request they open with."""


def person(
    task: Task, preference: Preference, request: str, finder: Finder, wording: Wording
) -> Person:
    """Somebody who holds a task and has a preference.

    Names of files and functions stay as they are. Who names options is never worded.
    """
    traits = Traits(
        seed=f"userville/{preference.id}/{task.id}", verbatim=(*task.files, *task.functions)
    )
    if preference.answering is Answering.OPTION_ONLY:
        wording = Wording.PLAIN
    return Person(request, finder, BEHAVIOUR, traits, wording)


def by_rules(
    task: Task, preference: Preference, request: str, wording: Wording = Wording.LIKE_DEVELOPERS
) -> Person:
    """The person without a model, worded as developers talk."""
    return person(task, preference, request, Rules(task, preference), wording)


in_plain_words: Simulator = partial(by_rules, wording=Wording.PLAIN)
"""The person without a model, whose words are as they were found."""


class Rules:
    """A `Finder`: the precise request's own sentences, and what must be known.

    What is least sensitive comes first: a message that asks for the place as well as for
    something that the request answers is answered on the latter. Nothing is said twice.
    """

    def __init__(self, task: Task, preference: Preference) -> None:
        self._task = task
        self._preference = preference

    def find(self, asked: Asked) -> Found:
        """The same words always get the same answer."""
        task, preference, query = self._task, self._preference, asked.message
        if preference.answering is Answering.OPTION_ONLY:
            return _picked(task, query)
        # A form that is no prose, JSON or capitals, hides no question; what the message quotes
        # is there to say what it is about, and asks for nothing.
        text = _QUOTATION.sub(" ", _plain(query))
        wanted = questions(text) or [text]
        told = {each.answer for each in asked.before}
        return (
            _from_request(task, wanted, told)
            or _from_place(task, preference, wanted)
            or _from_hints(task, wanted, told)
            or _UNKNOWN
        )


def _plain(query: str) -> str:
    try:
        held = json.loads(query)
    except ValueError:
        return query.lower() if query == query.upper() else query
    return "\n".join(_strings(held))


def _strings(held: object) -> list[str]:
    match held:
        case str():
            return [held]
        case dict():
            return _strings(list(cast("dict[str, object]", held).values()))
        case list():
            return [text for each in cast("list[object]", held) for text in _strings(each)]
        case _:
            return []


def _is_place(question: str) -> bool:
    return asks_for_symbol(question) or asks_for_file(question)


def _from_request(task: Task, asked: Sequence[str], told: set[str]) -> Found | None:
    """What of the precise request answers a question that is not after the place."""
    known = [each for each in pieces(task.precise) if not told_before(each.text, told)]
    for question in asked:
        if _is_place(question):
            continue
        own = content(question) - _OF_ANYTHING
        if own and (found := best(" ".join(own), known, _PIECES)):
            return Found(" ".join(_line(each.text) for each in found), level=Level.REQUEST)
        # Who is asked to say more says what the vague request left out first.
        if sort(question) is Sort.GENERIC or _is_about_trouble(question):
            seen = content(task.vague)
            left = [each for each in known if not each.is_block and each.words - seen]
            if left:
                text = " ".join(each.text for each in left[:_PIECES])
                return Found(text, level=Level.REQUEST)
    return None


# The words of a question that could be asked about any trouble.
_OF_ANYTHING = content(
    "show case run come out happen instead see wrong result example exactly more tell detail "
    "describe explain clarify thing something want expect mean do one else also matter most done "
    "error message nothing finished main is it that for about please help problem issue details "
    "here know need change"
)
_TROUBLE = re.compile(
    r"\b(?:what|how)\b[^?]*\b(?:happen\w*|expect\w*|should|wrong|see|run|want\w*|mean\w*|behav\w+|"
    r"comes? out|done|finished|exactly)\b|\b(?:case|example|detail)\b"
    r"|\bsuccede\b|\bpasa\b|\bpasse\b|\bsoll\b",
    re.IGNORECASE,
)


def _is_about_trouble(question: str) -> bool:
    return _TROUBLE.search(question) is not None


def _line(text: str) -> str:
    """One line of what may be a block: its last, which of a traceback is the error."""
    return text.strip().splitlines()[-1].strip()


def _from_place(task: Task, preference: Preference, asked: Sequence[str]) -> Found | None:
    if preference.answering is Answering.NO_PLACES:
        return None
    if any(map(asks_for_symbol, asked)) and task.functions:
        return Found(f"It is {' and '.join(task.functions)}.", level=Level.SYMBOL)
    if any(map(asks_for_file, asked)) and task.files:
        return Found(f"It is in {' and '.join(task.files)}.", level=Level.FILE)
    return None


def _from_hints(task: Task, asked: Sequence[str], told: set[str]) -> Found | None:
    known = [
        each
        for each in pieces(task.hints)
        if not each.is_block and not told_before(each.text, told)
    ]
    for question in asked:
        if not _is_place(question) and (found := best(question, known, 1)):
            return Found(found[0].text, level=Level.HINT)
    return None


def _picked(task: Task, query: str) -> Found:
    """The option that shares most with the request, by its letter alone; else nothing is known."""
    if not has_options(query):
        return _UNKNOWN
    held = content(task.precise)
    options = [(match[1], content(match[2])) for match in _OPTION.finditer(query)]
    letter, shared = max(options, key=lambda pair: len(pair[1] & held))
    return Found(f"{letter}.", level=Level.REQUEST) if shared & held else _UNKNOWN
