"""Sessions by a script that asks all kinds of question alike, to learn a language from."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from random import Random
from typing import NamedTuple, Protocol

from tom_evals.ppp.synthetic import Repository, files_of
from tom_evals.ppp.words import words


class Kind(StrEnum):
    """What a question asks for."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


# What kind each of them is by a simulator's rules is tested.
QUERIES = {
    Kind.LOW: (
        "What is the faulty behaviour?",
        "What is the intended outcome?",
        "What was the trigger?",
    ),
    Kind.MEDIUM: ("Which version do you use?", "Are you in a hurry?"),
    Kind.HIGH: ("Which file should change?", "Which file is wrong?"),
}
# How often a script keeps to what the person wants; if not, how often it asks two things at once.
_KEEPS, _BOTH = 0.5, 0.3
_MOST = 3
# Questions in a session; 1 where nothing else is wanted.
_WANTED = {"no_ask": 0, "answer_more": _MOST}


class Asked(Protocol):
    """A simulated person."""

    def ask(self, query: str) -> str:
        """The person's reply."""
        ...


class Piece(NamedTuple):
    """A part of a session, and whether the agent said it."""

    text: str
    own: bool


def opened(repository: Repository, preference: str, request: str) -> str:
    """How a session begins: the files, the request, and how the person wants to be asked."""
    files = " ".join(repository.files)
    return f"<files> {files} <request> {request} <{preference}>"


def asked(query: str) -> str:
    """A question as the agent says it."""
    return f"<ask> {query} <end>"


def replied(reply: str, preference: str) -> str:
    """A reply as the agent is told it, reminded of how the person wants to be asked."""
    return f"<reply> {reply} <{preference}>"


def answered(entries: str) -> str:
    """The answer as the agent says it."""
    return f"<answer> {entries} <end>"


def scripted(
    repository: Repository, prompt: str, preference: str, person: Asked, random: Random
) -> Iterator[Piece]:
    """A session: as many questions as the person wants every other time, else any number.

    What is asked for is drawn alike. The answer is the file if it was told or follows from what
    was; else any file there is.
    """
    yield Piece(prompt, own=False)
    told = prompt.partition("<request>")[2]
    keeps = random.random() < _KEEPS
    many = _WANTED.get(preference, 1) if keeps else random.choice((0, 0, 1, 1, 1, 2, _MOST))
    for _ in range(many):
        kind = random.choice(tuple(Kind))
        both = random.random() < _BOTH and not keeps
        query = " ".join(QUERIES[kind]) if both else random.choice(QUERIES[kind])
        yield Piece(asked(query), own=True)
        reply = person.ask(query)
        yield Piece(replied(reply, preference), own=False)
        told += f" {reply}"
    yield Piece(answered(_found(repository, told, random)), own=True)


def _found(repository: Repository, told: str, random: Random) -> str:
    """The file that was told, else one of those that deal with the thing, else any there is."""
    said = words(told)
    named = [each for each in repository.files if each in said]
    dealing = [file for word in said for file in files_of(word) if file in repository.files]
    return random.choice(named or dealing or repository.files)
