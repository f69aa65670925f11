"""Is a request clear enough to act on, and what does it leave open. Pure, no language model."""

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.wording import Seen, features, is_report, seen
from tom_swe.extract import asking
from tom_swe.extract.catalogue import Dimension, catalogue
from tom_swe.model.advice import Clarity, Missing
from tom_swe.text.prose import Sentence, sentences

CLEAR = 0.5  # a request that scores less is better asked about than guessed at
ASKED = 0.7  # one that scores more is asked about by nobody, however they like questions
# What asks for a choice without making it is unclear however well the rest is said.
OPEN_CHOICE = 0.4

_CLAUSE = re.compile(r"[,;:]\s+|\s[-\u2013\u2014]\s+")
_NOTHING = Clarity(score=1.0, is_request=False)


def assess(text: str, before: str = "") -> Clarity:
    """How well a message says what is wanted, and what it leaves open.

    ``before`` is what the agent said just before it, "" where nothing or not known: "fix it"
    is clear after "I found the bug".
    """
    said = sentences(text)
    if not said or asking.APPROVAL.match(text):
        return _NOTHING
    # Whoever ends on a colon meant to paste something to be dealt with.
    if not _is_request(said) and not text.rstrip().endswith(":"):
        return _NOTHING
    if asking.GO_ON.match(text.strip()):
        return Clarity(score=1.0)
    score = round(clarity_of(text, before), 2)
    if open_choices(text):
        score = min(score, OPEN_CHOICE)
    return Clarity(score=score, missing=missing_from(text, before) if score < ASKED else ())


def is_underspecified(clarity: Clarity) -> bool:
    """Whether it is a request that is better asked about than guessed at."""
    return clarity.is_request and clarity.score < CLEAR


def only_asks(text: str) -> bool:
    """Whether a message only asks something, or approves of something."""
    said = sentences(text)
    if not said or asking.APPROVAL.match(text):
        return True
    return all(s.is_question or asking.QUESTION.match(s.words) for s in said)


def _is_request(said: tuple[Sentence, ...]) -> bool:
    asks = [s for s in said if asking.IMPERATIVE.match(s.words) or asking.ASKING.search(s.words)]
    changes = [s for s in asks if not s.is_question or asking.WANTS_CHANGE.match(s.words)]
    changes = [
        s
        for s in changes
        if not asking.QUESTION.match(s.words) or asking.WANTS_CHANGE.match(s.words)
    ]
    if changes or any(_orders(s) for s in said):
        return True
    told = [s for s in said if not s.is_question and not asking.QUESTION.match(s.words)]
    trouble = (asking.ABSTRACT, asking.BROKEN, wording.COMPLAINT)
    return any(pattern.search(s.words) for s in told for pattern in trouble)


def _orders(sentence: Sentence) -> bool:
    """Whether a later clause asks for a change: "it shows nothing, fix it", "..., can you ...?"."""
    later = _CLAUSE.split(sentence.words)[1:]
    if sentence.is_question:
        return any(asking.WANTS_CHANGE.match(each) for each in later)
    return any(asking.IMPERATIVE.match(each) for each in later)


# The score: two small logistic regressions, whose weights are data.
# `evals/tom_evals/clarity/train.py` makes `coefficients.json`, and says of what.


class ClarityScorer(NamedTuple):
    """Weights of features. Above ``ask_above`` a request is vaguer than is worth guessing at."""

    bias: float
    ask_above: float
    weights: Mapping[str, float]

    def vagueness(self, seen: Mapping[str, float]) -> float:
        """The weighted sum of the features; the more, the vaguer."""
        return self.bias + sum(weight * seen[name] for name, weight in self.weights.items())

    def clarity(self, seen: Mapping[str, float]) -> float:
        """Between 0 and 1; 0.5 where a question begins to be worth it."""
        return 1.0 / (1.0 + math.exp(self.vagueness(seen) - self.ask_above))


class Scorers(NamedTuple):
    """Messages to an agent and reports of trouble are vague in different ways.

    A message of three words is clear after the agent's question; a report is vague by its
    abstract nouns, which a message hardly has. One regression for both is worse at each.
    """

    message: ClarityScorer
    report: ClarityScorer

    def of(self, text: str, before: str = "") -> ClarityScorer:
        """The one that a text is for."""
        return self.report if is_report(text, before) else self.message


@cache
def shipped() -> Scorers:
    """The scorers of the package."""
    file = resources.files(__package__).joinpath("coefficients.json")
    raw = json.loads(file.read_text(encoding="utf-8"))
    return Scorers(message=_scorer(raw["message"]), report=_scorer(raw["report"]))


def clarity_of(text: str, before: str = "") -> float:
    """How clear a request is, 0 to 1; ``before`` is what the agent said before it."""
    return shipped().of(text, before).clarity(features(text, before))


def _scorer(raw: Mapping[str, object]) -> ClarityScorer:
    bias, ask_above, weights = raw["bias"], raw["ask_above"], raw["weights"]
    assert isinstance(bias, float)
    assert isinstance(ask_above, float)
    assert isinstance(weights, dict)
    return ClarityScorer(bias, ask_above, weights)


# What an unclear request leaves open


def missing_from(text: str, before: str = "") -> tuple[Missing, ...]:
    """What an unclear text leaves open; something always is, or it were not unclear."""
    it = seen(text)
    report = is_report(text, before)
    if open_choices(text):
        return (Missing.CHOICE,)
    found = _of_report(it) if report else _of_message(it, text, before)
    if not report and asking.CHOOSE.search(text):
        found.add(Missing.CHOICE)
    if not found:
        found.add(Missing.BEHAVIOUR if it.trouble or it.fix else Missing.ACCEPTANCE)
    return tuple(what for what in Missing if what in found)


def _of_report(it: Seen) -> set[Missing]:
    return {Missing.BEHAVIOUR} if it.named else {Missing.BEHAVIOUR, Missing.TARGET}


def _of_message(it: Seen, text: str, before: str) -> set[Missing]:
    if text.rstrip().endswith(":"):
        return {Missing.BEHAVIOUR}
    found: set[Missing] = set()
    pointing = it.pointer_only and not before.strip()
    if pointing:
        found.add(Missing.REFERENCE)
    untold = (it.trouble or it.fix) and not it.result and it.details <= 2
    if it.untold or untold:
        found.add(Missing.BEHAVIOUR)
    taste = asking.TASTE.search(text) is not None
    making = wording.MAKE.search(text) and not it.named and it.content <= 3
    if taste or making or (wording.SWEEP.search(text) and not found):
        found.add(Missing.ACCEPTANCE)
    if not it.named and not pointing and it.content == 0 and (it.trouble or taste):
        found.add(Missing.TARGET)
    return found


# What a request leaves to be chosen, by the catalogue's dimensions

_OPTIONS = 3
# How people call what a dimension is about, when they ask for one without saying which.
_NOUNS = {
    "test_framework": r"test(?:ing)? (?:framework|runner|library|suite|setup)",
    "package_manager": r"package manager",
    "python_packages": r"(?:python package|dependency|environment) manager",
    "backend_framework": r"(?:backend|server) framework|backend",
    "frontend_framework": r"(?:frontend|front-end|ui) framework|frontend",
    "web_framework": r"web framework",
    "web_linter": r"(?:js|javascript|typescript|ts|frontend) linter",
    "python_linter": r"(?:python )?linter",
    "type_checker": r"type ?checker",
    "database": r"database|db",
    "auth_method": r"auth(?:entication)? (?:method|scheme|mechanism)",
    "http_client": r"http (?:client|library)",
    "bundler": r"bundler",
    "styling": r"(?:css|styling|component) (?:framework|library)",
    "deployment": r"(?:hosting|deployment) (?:provider|platform|target|service)",
    "answer_language": r"(?:human |natural |spoken )?language",
}
_BRINGING_IN = (
    r"(?:set ?up|add|choose|pick|introduce|use|using|need|want|with|bring in|install|create|"
    r"translate \w+ (?:in)?to|answer in|in|into)"
)
_ANY = r"(?:an?|some|which(?:ever)?|the (?:best|right)|another)"
_GOOD = r"(?:(?:good|suitable|proper|decent|modern|simple|new|nice|different) )?"
_DELEGATED = re.compile(
    r"\b(?:(?:of )?your (?:own )?choice|you (?:can )?(?:decide|choose|pick)|up to you|your call|"
    r"any (?:\w+ )?(?:is fine|will do)|whatever you|don'?t (?:care|mind))\b",
    re.IGNORECASE,
)
_FOLLOWING = (
    r"and|or|for|to|in|into|on|of|with|that|which|so|please|pls|from|as|by|where|when|if|but|then"
)
_PATTERNS = {
    dimension: re.compile(
        rf"\b{_BRINGING_IN} (?P<open>{_ANY} {_GOOD}(?P<noun>{noun}))\b"
        # "a database schema", "a db format" and "a linter named X" are none.
        rf"(?=\s*(?:\Z|[^\w\s]|(?:{_FOLLOWING})\b))",
        re.IGNORECASE,
    )
    for dimension, noun in _NOUNS.items()
}


class OpenChoice(NamedTuple):
    """A choice that the text leaves open: "set up a linter", without saying which."""

    dimension: str
    fragment: str
    noun: str
    options: tuple[str, ...]


def open_choices(text: str) -> tuple[OpenChoice, ...]:
    """The choices that a request asks to be made and does not make, one a noun.

    None where it names one of the dimension's values, or leaves the choice to the agent.
    """
    if _DELEGATED.search(text):
        return ()
    found: dict[str, OpenChoice] = {}
    for dimension in catalogue():
        pattern = _PATTERNS.get(dimension.id)
        if pattern is None or (match := pattern.search(text)) is None or _named(dimension, text):
            continue
        noun = match["noun"].lower()
        options = tuple(value.id for value in dimension.values[:_OPTIONS])
        found.setdefault(noun, OpenChoice(dimension.id, match["open"], noun, options))
    return tuple(found.values())


def _named(dimension: Dimension, text: str) -> bool:
    return any(
        part.search(text) for value in dimension.values for cue in value.cues for part in cue
    )
