"""What memory answers of that which a request leaves open. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.choices import OpenChoice, open_choices
from tom_swe.extract import asking
from tom_swe.extract.catalogue import match
from tom_swe.model.advice import Missing, PastTurn
from tom_swe.model.belief import Belief, Polarity

# So much of a taste word is its stem: "cleaner", "clean up" and "cleaning" share it.
STEM = 5


class Answered(NamedTuple):
    """What is still open, which choices memory made, and the beliefs that say so."""

    missing: tuple[Missing, ...]
    dimensions: frozenset[str]
    beliefs: tuple[Belief, ...]


def answered_by_memory(
    missing: Sequence[Missing],
    text: str,
    beliefs: Sequence[Belief],
    turns: Iterable[PastTurn] = (),
) -> Answered:
    """Takes out what the beliefs in force, or past turns on the same, already say.

    A choice is made by a belief for a value of its dimension; what good is, by a belief that
    speaks of the same taste in more words than the request; where, by a belief or a past turn
    that names a place and says all the request's own words.
    """
    choices = open_choices(text)
    made = {c.dimension: b for c in choices if (b := _choosing(c, beliefs)) is not None}
    by: list[Belief] = list(made.values())
    left: list[Missing] = []
    for what in missing:
        if what is Missing.CHOICE and choices and len(made) == len(choices):
            continue
        if what is Missing.ACCEPTANCE and (meant := _meaning(text, beliefs)):
            by.append(meant)
            continue
        if what is Missing.TARGET:
            if place := next((b for b in beliefs if _places(text, _words(b))), None):
                by.append(place)
                continue
            if any(_places(text, turn.text) for turn in turns):
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


def _places(text: str, said: str) -> bool:
    own = {w for w in wording.WORD.findall(text.lower()) if len(w) > 2} - asking.SMALL
    place = wording.FILE.search(said) or wording.IDENTIFIER.search(said)
    return bool(own) and place is not None and own <= set(wording.WORD.findall(said.lower()))


def _words(belief: Belief) -> str:
    return " ".join((belief.statement, *belief.quotes))
