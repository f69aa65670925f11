"""A simulated person with a preference: what they answer, and what that costs them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple, Protocol, cast

from tom_evals.harness import speech
from tom_evals.harness.speech import Wording
from tom_evals.stateful_swe.asking import Sort, questions, sort
from tom_evals.stateful_swe.user_by_rules import best, pieces
from tom_evals.stateful_swe.wording import content
from tom_evals.userville.effort import Level
from tom_evals.userville.preferences import Answering, Preference
from tom_evals.userville.task import Task
from tom_swe.advise.ask_preferences.checks import asks_for_file, asks_for_symbol, has_options

# The released code answers four questions; from the fifth on it refuses.
ANSWERED = 4
UNKNOWN = "I don't know."
ENOUGH = "I have answered enough, do the rest yourself."
_PIECES = 2
_OPTION = re.compile(r"(?:(?<=\s)|\A)\(?([A-E])[).:]\s*(.+?)(?=\s\(?[A-E][).:]\s|\n|\Z)", re.DOTALL)
_QUOTATION = re.compile(r"“[^”]*”|`[^`]*`(?:\s*\([^()\s]*\))?")


class Reply(NamedTuple):
    """What the person said, the most sensitive thing in it, and whether the question broke
    their preference; None where nobody judged.
    """

    text: str
    level: Level | None
    broke: bool | None = None


class Exchange(NamedTuple):
    """A question, its reply, and how much the agent had done before it."""

    query: str
    reply: Reply
    after: int


class Simulator(Protocol):
    """Who answers."""

    def reply(
        self, task: Task, preference: Preference, query: str, before: Sequence[Exchange]
    ) -> Reply:
        """The answer to a query. Raises ModelFault where a model plays the person."""
        ...


class ByRules:
    """The person without a model: the precise request's own sentences, and what must be known.

    What is least sensitive comes first: a message that asks for the place as well as for
    something that the request answers is answered on the latter. Nothing is said twice. What is
    said is worded as developers talk (`speech`), or with ``Wording.PLAIN`` as it was found.
    """

    def __init__(self, wording: Wording = Wording.LIKE_DEVELOPERS) -> None:
        self._wording = wording

    def reply(
        self, task: Task, preference: Preference, query: str, before: Sequence[Exchange]
    ) -> Reply:
        """The same words always get the same reply."""
        reply = self._found(task, preference, query, before)
        if self._wording is Wording.PLAIN or preference.answering is Answering.OPTION_ONLY:
            return reply
        random = Random(f"userville/{preference.id}/{task.id}/{len(before)}")
        if reply.level is Level.REFUSED:
            enough = len(before) >= ANSWERED
            text = speech.no_more(random) if enough else speech.not_known(random)
        else:
            text = speech.worded(
                reply.text,
                nth_question=len(before) + 1,
                random=random,
                keep=(*task.files, *task.functions),
            )
        return reply._replace(text=text)

    def _found(
        self, task: Task, preference: Preference, query: str, before: Sequence[Exchange]
    ) -> Reply:
        if len(before) >= ANSWERED:
            return Reply(ENOUGH, Level.REFUSED)
        if preference.answering is Answering.OPTION_ONLY:
            return _picked(task, query)
        # A form that is no prose, JSON or capitals, hides no question; what the message quotes
        # is there to say what it is about, and asks for nothing.
        text = _QUOTATION.sub(" ", _plain(query))
        asked = questions(text) or [text]
        told = {each.reply.text for each in before}
        return (
            _from_request(task, asked, told)
            or _from_place(task, preference, asked)
            or _from_hints(task, asked, told)
            or Reply(UNKNOWN, Level.REFUSED)
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


def _from_request(task: Task, asked: Sequence[str], told: set[str]) -> Reply | None:
    """What of the precise request answers a question that is not after the place."""
    known = [each for each in pieces(task.precise) if not speech.told_before(each.text, told)]
    for question in asked:
        if _is_place(question):
            continue
        own = content(question) - _OF_ANYTHING
        if own and (found := best(" ".join(own), known, _PIECES)):
            return Reply(" ".join(_line(each.text) for each in found), Level.REQUEST)
        # Who is asked to say more says what the vague request left out first.
        if sort(question) is Sort.GENERIC or _is_about_trouble(question):
            seen = content(task.vague)
            left = [each for each in known if not each.is_block and each.words - seen]
            if left:
                text = " ".join(each.text for each in left[:_PIECES])
                return Reply(text, Level.REQUEST)
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


def _from_place(task: Task, preference: Preference, asked: Sequence[str]) -> Reply | None:
    if preference.answering is Answering.NO_PLACES:
        return None
    if any(map(asks_for_symbol, asked)) and task.functions:
        return Reply(f"It is {' and '.join(task.functions)}.", Level.SYMBOL)
    if any(map(asks_for_file, asked)) and task.files:
        return Reply(f"It is in {' and '.join(task.files)}.", Level.FILE)
    return None


def _from_hints(task: Task, asked: Sequence[str], told: set[str]) -> Reply | None:
    known = [
        each
        for each in pieces(task.hints)
        if not each.is_block and not speech.told_before(each.text, told)
    ]
    for question in asked:
        if not _is_place(question) and (found := best(question, known, 1)):
            return Reply(found[0].text, Level.HINT)
    return None


def _picked(task: Task, query: str) -> Reply:
    """The option that shares most with the request, by its letter alone; else nothing is known."""
    if not has_options(query):
        return Reply(UNKNOWN, Level.REFUSED)
    held = content(task.precise)
    options = [(match[1], content(match[2])) for match in _OPTION.finditer(query)]
    letter, shared = max(options, key=lambda pair: len(pair[1] & held))
    return Reply(f"{letter}.", Level.REQUEST) if shared & held else Reply(UNKNOWN, Level.REFUSED)
