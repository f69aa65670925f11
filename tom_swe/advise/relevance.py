"""Which beliefs bear on a request, by the words that both share. Pure.

A word counts by how much it says of what a text is about and by how few of the person's beliefs
hold it, as for what the person said before (`tom_swe.memory.earlier`). What is shared is weighed
against the whole request and against the whole belief: a request that shares one word of many
with a belief is on something else, and so is a belief that shares one of many.
`python -m tom_evals clarity` measures it.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from tom_swe.advise.clarity.wording import FILE, IDENTIFIER, LINK
from tom_swe.advise.recall import in_force
from tom_swe.extract.catalogue import named_values
from tom_swe.model.advice import Query
from tom_swe.model.belief import Belief, Kind
from tom_swe.text.terms import UNKNOWN, terms, topics

# A belief bears on a request from here on, and where it shares at least so much of each of the two.
LEAST, LEAST_SHARE = 0.08, 0.2
# What was said before has to share this much of both: of 30 things shown for 150 requests that
# were labelled by reading 29 were right, and at 0.2 44 of 53.
SAID_SHARE = 0.25
# What shares more than this says the request over again.
SAID_MOST = 0.6
# What is shared has to hold a word that says this much of what a text is about.
_TELLING = 0.5
# A quote holds more than the wish that was taken from it: what is shared with it alone has to be
# this much of it.
_MOST_OF_IT = 0.5
# So many beliefs are taken to be there beside those that are: of few, a word is in many of them.
_FEW = 20
# A request that is about no more than this is about nothing: "go on", "yes, do it".
_FAINTEST = 0.5
# So many of a belief's quotes are looked at, the newest.
_QUOTES = 3
# The words of paths and identifiers say little of what is to be done.
_NAME = re.compile(r"(?<![\w/])/?[\w.-]*[_/][\w./-]*")
_TICKET = re.compile(r"\b[a-z]{2,}-\d+\b", re.IGNORECASE)
_OF_ONE_TASK = (FILE, IDENTIFIER, LINK, _NAME, _TICKET)
# One thing that people call by two names.
_CALLED: Mapping[tuple[str, ...], str] = {
    ("pull", "request"): "pr",
    ("merge", "request"): "pr",
    ("mr",): "pr",
    ("review", "comment"): "review",
    ("pr", "comment"): "review",
    ("pr", "review"): "review",
    ("feedback",): "review",
    ("respond",): "reply",
    ("answer",): "reply",
    ("db",): "database",
    ("dep",): "dependency",
    ("doc",): "document",
    ("documentation",): "document",
    ("configuration",): "config",
    ("repository",): "repo",
    ("ts",): "typescript",
    ("js",): "javascript",
}


class BeliefTerms(NamedTuple):
    """A belief with the terms of its statement, then of each quote that says it otherwise.

    ``beside`` are words that it does not hold and bears on all the same: what it was chosen over,
    and what is done with it.
    """

    belief: Belief
    said: Sequence[frozenset[str]]
    beside: frozenset[str]


def bearing(beliefs: Iterable[Belief], query: Query) -> list[Belief]:
    """The beliefs in force that bear on a query, at most ``query.limit``, the nearest first.

    What the person pinned comes first, whatever the query is about; habits never do.
    """
    here = in_force(beliefs, query.repository, query.languages, query.names)
    scored = relevances(query.text, [each for each in here if each.kind is not Kind.HABIT])
    pinned = [each for each in here if each.is_pinned]
    near = [(score, each) for each, score in scored if score >= LEAST and not each.is_pinned]
    near.sort(key=lambda pair: (-pair[0], -pair[1].confidence, pair[1].id))
    return [*pinned, *(each for _, each in near)][: query.limit]


def relevances(text: str, beliefs: Sequence[Belief]) -> list[tuple[Belief, float]]:
    """How much each belief has to do with a text: 0 for nothing, 1 for the same words."""
    held = [BeliefTerms(each, _sayings(each), _beside(each.dimension)) for each in beliefs]
    weights = _weights(held)
    asked = frozenset(named(text))
    whole = _sum(asked, weights)
    if whole < _FAINTEST:
        return [(each.belief, 0.0) for each in held]
    return [(each.belief, _relevance(asked, whole, each, weights)) for each in held]


def named(text: str) -> list[str]:
    """The terms of a text, where a thing has one name; what only names something has none."""
    kept: list[str] = []
    for term in terms(_NAME.sub(" ", text)):
        kept.append(_CALLED.get((term,), term))
        while len(kept) > 1 and (name := _CALLED.get((kept[-2], kept[-1]))):
            kept[-2:] = [name]
    return kept


def shares_enough(text: str, said: str) -> bool:
    """Whether a text and what was said before are on one thing, and neither only touches it.

    What names a file, a ticket or a branch that the text does not name was said of other work.
    """
    one, other = frozenset(named(text)), frozenset(named(said))
    both = _sum(one & other, {})
    whole = max(_sum(one, {}), _sum(other, {}), _FAINTEST)
    if not _tells(one & other) or not SAID_SHARE <= both / whole <= SAID_MOST:
        return False
    return all(name in text for pattern in _OF_ONE_TASK for name in pattern.findall(said))


def _sayings(belief: Belief) -> list[frozenset[str]]:
    texts = [belief.statement, *belief.quotes[:_QUOTES]]
    return [frozenset(named(text)) for text in texts]


@cache
def _beside(dimension: str) -> frozenset[str]:
    words = (*_bears_on().get(dimension, ()), *named_values().get(dimension, ()))
    return frozenset(term for word in words for term in named(word))


@cache
def _bears_on() -> Mapping[str, Sequence[str]]:
    file = resources.files(__package__).joinpath("bears_on.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _weights(held: Sequence[BeliefTerms]) -> Mapping[str, float]:
    """How rare each term of the beliefs is among them, 1 where hardly any holds it."""
    counts: dict[str, int] = {}
    for each in held:
        for term in frozenset[str]().union(*each.said):
            counts[term] = counts.get(term, 0) + 1
    most = math.log(len(held) + _FEW)
    return {
        term: max(0.0, math.log((len(held) + _FEW) / (count + 1)) / most)
        for term, count in counts.items()
    }


def _sum(words: Iterable[str], weights: Mapping[str, float]) -> float:
    about = topics()
    return sum(about.get(term, UNKNOWN) * weights.get(term, 1.0) for term in words)


def _relevance(
    asked: frozenset[str], whole: float, held: BeliefTerms, weights: Mapping[str, float]
) -> float:
    best = 0.0
    for said in held.said:
        both = asked & said
        of_request = _sum(both, weights) / whole
        of_belief = _sum(both, weights) / max(_sum(said, weights), _FAINTEST)
        stated = both if of_belief >= _MOST_OF_IT else both & held.said[0]
        if _tells(stated) and min(of_request, of_belief) >= LEAST_SHARE:
            best = max(best, of_request * of_belief)
    of_request = _sum(asked & held.beside, weights) / whole
    return max(best, of_request) if of_request >= LEAST_SHARE else best


def _tells(words: Iterable[str]) -> bool:
    """Whether one of the words says what a text is about."""
    about = topics()
    return any(about.get(term, UNKNOWN) >= _TELLING for term in words)
