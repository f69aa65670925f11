"""Is a request clear enough to act on, and what does it leave open. Pure, no language model."""

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.choices import open_choices
from tom_swe.advise.clarity.missing import missing_from
from tom_swe.advise.clarity.scorer import clarity_of
from tom_swe.extract import asking
from tom_swe.model.advice import Clarity
from tom_swe.text.sentences import Sentence, sentences

CLEAR = 0.5  # a request that scores less is better asked about than guessed at
# Where a wrong guess cannot be taken back, a request has to be this much clearer.
RISK = 0.2
# What asks for a choice without making it is unclear however well the rest is said.
OPEN_CHOICE = 0.4

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
    return Clarity(score=score, missing=missing_from(text, before) if score < CLEAR + RISK else ())


def is_underspecified(clarity: Clarity) -> bool:
    """Whether it is a request that is better asked about than guessed at."""
    return clarity.is_request and clarity.score < CLEAR


def is_destructive(text: str) -> bool:
    """Whether a wrong guess at what is meant could not be taken back."""
    return wording.DESTRUCTIVE.search(text) is not None


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
    if any(asking.ABSTRACT.search(s.words) for s in told):
        return True
    return any(asking.BROKEN.search(s.words) for s in told)
