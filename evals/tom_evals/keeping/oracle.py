"""A reader that knows what was planted, so that keeping is measured apart from reading."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from tom_evals.keeping.material import meanings
from tom_evals.keeping.planted import LASTING, SAID_BY_THE_PERSON, Planting
from tom_swe import Observation, Session, SessionModel
from tom_swe.extract.catalogue import catalogue
from tom_swe.model.belief import EVERYWHERE, Quote, Reach, Source
from tom_swe.model.belief import Kind as BeliefKind
from tom_swe.text.prose import tidy

_SOURCE = {
    "correction": Source.CORRECTION,
    "implicit": Source.PREFERENCE,
}


class Noise(NamedTuple):
    """How an oracle errs.

    ``misses``: the share of lasting words that it does not see. ``false``: the share of the
    person's passing words that it takes for lasting ones. ``own_words``: the share of what it
    sees whose value the catalogue does not give it, only the subject.
    """

    misses: float = 0.0
    false: float = 0.0
    own_words: float = 0.0


class Oracle:
    """Reads the planted observations of a history, and nothing else, but for its noise."""

    def __init__(self, log: Iterable[Planting], noise: Noise, seed: int) -> None:
        random = Random(seed)
        self._seen: dict[str, list[tuple[Planting, bool]]] = {}
        for planting in log:
            # Drawn for every planting, so that one kind of noise does not change another.
            chance, plainly = random.random(), random.random() >= noise.own_words
            wanted = planting.kind in LASTING
            seen = chance >= noise.misses if wanted else chance < noise.false
            if seen and planting.kind in SAID_BY_THE_PERSON:
                self._seen.setdefault(planting.session, []).append((planting, plainly))

    @property
    def name(self) -> str:
        """What reads."""
        return "oracle"

    @property
    def at_once(self) -> int:
        """1: it looks things up."""
        return 1

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What was planted in the session, as far as this oracle sees it."""
        del session_id  # reading costs nothing
        seen = self._seen.get(session.host_id, [])
        observations = tuple(_observation(planting, plainly) for planting, plainly in seen)
        return SessionModel(intent="", summary="", observations=observations, reader=self.name)


def _observation(planting: Planting, plainly: bool) -> Observation:
    dimension, _, value = meanings()[planting.preference, planting.held][0].partition("=")
    # What is misread as lasting is read as holding everywhere.
    scope = EVERYWHERE if planting.said_of.reach is Reach.TASK else planting.said_of
    return Observation(
        kind=BeliefKind.PREFERENCE,
        source=_SOURCE.get(planting.how, Source.INSTRUCTION),
        statement=_statement(dimension, value) if plainly else tidy(planting.quote),
        quote=Quote(ordinal=planting.turn, text=planting.quote),
        dimension=dimension,
        value=value if plainly else "",
        scope=scope,
    )


def _statement(dimension: str, value: str) -> str:
    for each in catalogue():
        for choice in each.values:
            if (each.id, choice.id) == (dimension, value):
                return choice.statement
    return f"{dimension}: {value}"
