"""What memory answers of that which a request leaves open. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.assess import OpenChoice, open_choices
from tom_swe.advise.irreversible.reading import Irreversible
from tom_swe.extract import asking
from tom_swe.extract.catalogue import match
from tom_swe.model.advice import Missing, PastTurn
from tom_swe.model.belief import Belief, Polarity
from tom_swe.text.terms import UNKNOWN, terms, topics

# So much of a taste word is its stem: "cleaner", "clean up" and "cleaning" share it.
STEM = 5
# What says as much of what a request is about is no small word.
_TELLING = 0.3
_PERMITS = re.compile(
    r"\b(?:may|can|always|is (?:fine|ok(?:ay)?|allowed)|are (?:fine|ok(?:ay)?|allowed)|feel free|"
    r"no need to ask|without (?:asking|confirmation)|don't ask|do not ask)\b",
    re.IGNORECASE,
)


class Answered(NamedTuple):
    """What is still open, which choices memory made, and the beliefs that say so."""

    missing: tuple[Missing, ...]
    dimensions: frozenset[str]
    beliefs: tuple[Belief, ...]


def answered_by_memory(
    missing: Sequence[Missing],
    text: str,
    beliefs: Sequence[Belief],
    turns: Sequence[PastTurn] = (),
    act: Irreversible | None = None,
) -> Answered:
    """Takes out what the beliefs in force, or past turns on the same, already say.

    A choice is made by a belief for a value of its dimension; what good is, by a belief that
    speaks of the same taste in more words than the request, or by what was said on the same
    before. That an act may be done is said by a belief that permits just this.
    """
    choices = open_choices(text) if Missing.CHOICE in missing else ()
    made = {c.dimension: b for c in choices if (b := _choosing(c, beliefs)) is not None}
    by: list[Belief] = list(made.values())
    left: list[Missing] = []
    for what in missing:
        if what is Missing.CHOICE and choices and len(made) == len(choices):
            continue
        if what is Missing.ACCEPTANCE:
            if meant := _meaning(text, beliefs):
                by.append(meant)
                continue
            if turns:
                continue
        permitting = [b for b in beliefs if act is not None and _permits(act, b)]
        if what is Missing.CONFIRMATION and permitting:
            by.append(permitting[0])
            continue
        left.append(what)
    return Answered(tuple(left), frozenset(made), tuple(dict.fromkeys(by)))


def _choosing(choice: OpenChoice, beliefs: Sequence[Belief]) -> Belief | None:
    chosen = (
        b for b in beliefs if b.polarity is Polarity.FOR and choice.dimension in _chosen_by(b)
    )
    return max(chosen, key=lambda b: b.confidence, default=None)


def _chosen_by(belief: Belief) -> set[str]:
    """The dimensions on which a belief names a value, whichever of them it is filed under."""
    if belief.dimension and belief.value:
        return {belief.dimension}
    return {found.dimension.id for found in match(belief.statement) if not found.negated}


def _meaning(text: str, beliefs: Sequence[Belief]) -> Belief | None:
    taste = asking.TASTE.search(text)
    if taste is None:
        return None
    stem = taste.group().lower()[:STEM]
    longer = max(4, len(wording.WORD.findall(taste.group())) + 3)
    for belief in beliefs:
        said = [w.lower() for w in wording.WORD.findall(belief.statement)]
        if len(said) >= longer and any(word.startswith(stem) for word in said):
            return belief
    return None


def _permits(act: Irreversible, belief: Belief) -> bool:
    """Whether a belief says that just this may be done."""
    if act.is_open or belief.polarity is not Polarity.FOR:
        return False
    said = " ".join((belief.statement, *belief.quotes))
    about = topics()
    own = {term for term in terms(act.words) if about.get(term, UNKNOWN) >= _TELLING}
    if not own or not own <= set(terms(said)):
        return False
    return _PERMITS.search(said) is not None


def chosen_elsewhere(dimension: str, beliefs: Iterable[Belief]) -> tuple[Belief, ...]:
    """What the person chose on a dimension in other places, the surest first."""
    found = [
        b
        for b in beliefs
        if b.dimension == dimension and b.value and b.polarity is Polarity.FOR and b.scope.name
    ]
    return tuple(sorted(found, key=lambda b: -b.confidence))
