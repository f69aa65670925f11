"""The vague request that a session opens with: what its user wants, without the detail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from tom_evals.common.harness.gold import gold
from tom_evals.common.harness.instance import Instance
from tom_evals.common.models import Language
from tom_evals.people.names import named_files, named_symbols
from tom_evals.people.words import content, count, has_code, prose, sentences
from tom_evals.stateful_swe import subjects
from tom_evals.stateful_swe.profile import Profile, Verbosity
from tom_evals.stateful_swe.prompts import render
from tom_swe.errors import BadReply
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

SENTENCES = 3
TRIES = 3
VOICE = {
    Verbosity.CONCISE: "One short sentence without greeting or courtesies.",
    Verbosity.VERBOSE: "Two or three full sentences in a conversational tone.",
}

type Quotes = Mapping[str, Iterable[str]]


class Kind(StrEnum):
    """What a request gives away or overdoes."""

    LONG = "long"  # more than three sentences
    LONGER = "longer"  # more words than the issue has
    FILE = "file"
    SYMBOL = "symbol"
    CODE = "code"
    PREFERENCE = "preference"


class Leak(NamedTuple):
    """One thing that a request must not have; ``what`` says it in words."""

    kind: Kind
    what: str


class By(StrEnum):
    """Who wrote a request."""

    MODEL = "model"
    RULES = "rules"


class Vague(NamedTuple):
    """A request, who wrote it, how often a model was asked for it, and what leaked last.

    ``leaks`` are those of the model's last text where the rules had to take over. Of a text by
    rules they are its own, and empty unless the issue has fewer than two words.
    """

    text: str
    by: By
    tries: int
    leaks: tuple[Leak, ...]


def leaks(
    text: str, instance: Instance, profile: Profile, quotes: Quotes | None = None
) -> tuple[Leak, ...]:
    """What a request must not have, none if it is as it should be.

    ``quotes`` are people's words for preferences, by preference (see `subjects.quotes`).
    """
    return tuple(_leaks(text, instance, profile, quotes))


def _leaks(
    text: str, instance: Instance, profile: Profile, quotes: Quotes | None
) -> Iterator[Leak]:
    said = len(sentences(text))
    if said > SENTENCES:
        yield Leak(Kind.LONG, f"{said} sentences instead of {SENTENCES} at most")
    if count(text) > count(instance.issue):
        yield Leak(Kind.LONGER, "more words than the issue has")
    if has_code(text):
        yield Leak(Kind.CODE, "a code block or a traceback")
    names = gold(instance.patch)
    for file in named_files(text, names.files):
        yield Leak(Kind.FILE, f"the file or module {file}")
    for symbol in named_symbols(text, names.symbols):
        yield Leak(Kind.SYMBOL, f"the name {symbol}")
    for preference in subjects.told(text, profile, instance.issue, quotes):
        yield Leak(Kind.PREFERENCE, f"the preference {preference}")


class Request(Value):
    """What a model writes."""

    request: str


def by_model(
    instance: Instance, profile: Profile, language: Language, quotes: Quotes | None = None
) -> Vague:
    """The request that a model writes; the rules' one after three with leaks or out of form.

    It is told the manner of writing only, so that it knows no preference to give away. Raises
    ModelFault where the model cannot be asked.
    """
    prompt = Prompt(
        system=render("vague", voice=VOICE[profile.verbosity]),
        messages=(Message(role="user", text=instance.issue),),
    )
    found: tuple[Leak, ...] = ()
    for number in range(1, TRIES + 1):
        try:
            text = " ".join(language.ask(prompt, Request).request.split())
        except BadReply:
            continue
        found = leaks(text, instance, profile, quotes)
        if text and not found:
            return Vague(text, By.MODEL, number, ())
        wrong = "; ".join(each.what for each in found) or "it is empty"
        again = f"Write it again. It must not have: {wrong}."
        prompt = Prompt(
            system=prompt.system,
            messages=(
                *prompt.messages,
                Message(role="assistant", text=text or "(nothing)"),
                Message(role="user", text=again),
            ),
        )
    return by_rules(instance, profile, quotes)._replace(tries=TRIES, leaks=found)


def by_rules(instance: Instance, profile: Profile, quotes: Quotes | None = None) -> Vague:
    """The request out of the issue's title, ever more general until nothing leaks."""
    text, found = "", ()
    for text in _ever_more_general(instance, profile):
        if not (found := leaks(text, instance, profile, quotes)):
            return Vague(text, By.RULES, 0, ())
    return Vague(text, By.RULES, 0, found)


def _ever_more_general(instance: Instance, profile: Profile) -> Iterator[str]:
    title, _, rest = instance.issue.strip().partition("\n")
    said = [title, *sentences(prose(_FORM.sub("", rest)))]
    stripped = [each for each in map(_stripped, said[:2]) if len(content(each)) > 1]
    verbose = profile.verbosity is Verbosity.VERBOSE
    for line in stripped:
        if verbose:
            yield (
                f"I came across something that I would like you to look into. {line}. "
                "Please take care of it when you can."
            )
        yield f"{line}."
    topic = _topic(said)
    if topic and verbose:
        yield f"There is a problem with {topic} that I keep running into. Could you sort it out?"
    if topic:
        yield f"Something is wrong with {topic}."
    if verbose:
        yield "Something in this project does not behave as it should. Could you sort it out?"
    yield "Something does not work."
    yield "Fix this."


# What is no plain word: code, quotes, paths, names with joints or capitals inside, numbers.
_SPAN = re.compile(
    r"`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)|https?://\S+|\[[^\]]*\]\([^)]*\)"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]|\{[^}]*\}")
_PLAIN = re.compile(r"[A-Za-z][a-z]*(?:['\u2019-][A-Za-z]?[a-z]+)*")
_LABEL = re.compile(r"\A\W*(?:[\w.]+\s*:\s*)+")
_SOMETHING = "something"
# Where the circumstances begin, once the matter has been said.
_WHEN = frozenset(
    ("when", "if", "because", "after", "while", "unless", "since", "whenever", "due", "where")
)
_ENOUGH = 4  # words
# The line that Django's issues have after their title.
_FORM = re.compile(r"\A\s*Description[ \t]*$", re.MULTILINE)


def _stripped(sentence: str) -> str:
    """The matter of a sentence, with "something" for each run of what is no plain word."""
    text = _LABEL.sub("", _BRACKETS.sub("", _SPAN.sub(" 0 ", sentence)))
    found: list[str] = []
    for token in text.split():
        bare = token.strip(".,;:!?*\"'")
        plain = bool(_PLAIN.fullmatch(bare))
        if not plain and found and found[-1].lower() in ("a", "an", "the", _SOMETHING):
            found.pop()
        if bare.lower() in _WHEN and len(found) >= _ENOUGH:
            break
        if plain or re.search(r"\w", token):
            found.append(bare if plain else _SOMETHING)
    text = " ".join(found)
    return text[:1].upper() + text[1:]


def _topic(said: list[str]) -> str:
    """The first plain lower-case word of some length; English has its subject early."""
    for sentence in said:
        for token in _stripped(sentence).split()[1:]:
            if len(token) > 5 and token.islower() and token != _SOMETHING and content(token):
                return f"the {token} part"
    return ""
