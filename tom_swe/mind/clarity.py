"""Is a request clear enough to act on, and what to ask where it is not. Pure, no model."""

import re

from tom_swe.mind.read import asking
from tom_swe.mind.read.sentences import Sentence, sentences
from tom_swe.mind.read.tidy import shorten
from tom_swe.model.advice import Clarity, Missing

CLEAR = 0.5  # a request that scores less is better asked about than guessed at

_NOTHING = Clarity(score=1.0, is_request=False)
_COST = {
    Missing.TARGET: 0.35,
    Missing.BEHAVIOUR: 0.35,
    Missing.REFERENCE: 0.25,
    Missing.CHOICE: 0.25,
    Missing.ACCEPTANCE: 0.25,
}
# Lowest effort for the person first: picking, pointing, then describing.
_EFFORT = (
    Missing.CHOICE,
    Missing.REFERENCE,
    Missing.TARGET,
    Missing.BEHAVIOUR,
    Missing.ACCEPTANCE,
)


def assess(text: str) -> Clarity:
    """How well a message says what is wanted, and what it leaves open."""
    said = sentences(text)
    if not said or asking.APPROVAL.match(text):
        return _NOTHING
    if not _is_request(said):
        return _NOTHING
    if asking.GO_ON.match(text.strip()):
        return Clarity(score=1.0)
    missing = _missing(text)
    cost = sum(_COST[what] for what in missing)
    return Clarity(score=max(0.0, round(1.0 - cost, 2)), missing=missing)


def is_underspecified(clarity: Clarity) -> bool:
    """Whether it is a request that is better asked about than guessed at."""
    return clarity.is_request and clarity.score < CLEAR


def questions(clarity: Clarity, text: str, *, short: bool, limit: int) -> tuple[str, ...]:
    """What to ask, lowest effort for the person first; at most ``limit``, none where clear."""
    if not clarity.is_request:
        return ()
    asked = [_ask(what, text, short=short) for what in _EFFORT if what in clarity.missing]
    return tuple(asked[: max(0, limit)])


def _is_request(said: tuple[Sentence, ...]) -> bool:
    asks = [s for s in said if asking.IMPERATIVE.match(s.words) or asking.ASKING.search(s.words)]
    changes = [s for s in asks if not s.is_question or asking.WANTS_CHANGE.match(s.words)]
    changes = [
        s
        for s in changes
        if not asking.QUESTION.match(s.words) or asking.WANTS_CHANGE.match(s.words)
    ]
    if changes:
        return True
    told = [s for s in said if not s.is_question and not asking.QUESTION.match(s.words)]
    prose = sum(len(s.words.split()) for s in said)
    if any(asking.ABSTRACT.search(s.words) for s in told):
        return True
    return prose >= 2 and any(asking.BROKEN.search(s.words) for s in told)


def _missing(text: str) -> tuple[Missing, ...]:
    words = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", text.lower())
    content = [w for w in words if w not in asking.SMALL and len(w) > 2]
    specifics = len(asking.SPECIFIC.findall(text))
    evidence = asking.EVIDENCE.search(text) is not None
    found: set[Missing] = set()
    brief = len(words) <= 14 and not specifics
    broken = (
        asking.BROKEN.search(text) is not None
        or re.search(r"\bfix\b", text, re.IGNORECASE) is not None
    )
    if (
        brief
        and len(content) <= 1
        and asking.POINTER.search(text)
        and (broken or asking.VAGUE_VERB.search(text))
    ):
        found |= {Missing.REFERENCE, Missing.TARGET}
    if brief and broken and len(content) <= 3 and not evidence and not asking.TELLS.search(text):
        found |= {Missing.BEHAVIOUR}
        if len(content) <= 2:
            found |= {Missing.TARGET}
    if brief and len(content) <= 3 and asking.TASTE.search(text):
        found |= {Missing.ACCEPTANCE}
        if len(content) <= 2:
            found |= {Missing.TARGET}
    if brief and len(content) <= 4 and asking.CHOOSE.search(text):
        found |= {Missing.CHOICE}
    told = asking.ABSTRACT.search(text) or not asking.PERSON.search(text)
    if len(words) >= 20 and not evidence and told and not asking.IMPERATIVE.match(text):
        found |= {Missing.BEHAVIOUR, Missing.ACCEPTANCE}
    return tuple(what for what in Missing if what in found)


def _ask(what: Missing, text: str, *, short: bool) -> str:
    named = shorten(" ".join(text.split()).rstrip(".!? "), 60)
    pointer = found.group().lower() if (found := asking.POINTER.search(text)) else "it"
    taste = found.group().lower() if (found := asking.TASTE.search(text)) else "done"
    match what, short:
        case Missing.CHOICE, True:
            return "Which one: mine to choose?"
        case Missing.CHOICE, False:
            return f"“{named}” leaves a choice open. Do you have one in mind, or may I choose?"
        case Missing.REFERENCE, True:
            return f"What is “{pointer}”?"
        case Missing.REFERENCE, False:
            return f"What does “{pointer}” in “{named}” refer to?"
        case Missing.TARGET, True:
            return "Which file or part?"
        case Missing.TARGET, False:
            return f"Which file, function, page or service is “{named}” about?"
        case Missing.BEHAVIOUR, True:
            return "What happens, and what should happen?"
        case Missing.BEHAVIOUR, False:
            return (
                f"For “{named}”: what do you see now, what should happen instead, "
                "and how can I reproduce it?"
            )
        case _, True:
            return f"When does it count as “{taste}”?"
        case _:
            return (
                f"How would you tell that “{named}” is done: what should be different afterwards?"
            )
