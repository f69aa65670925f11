"""What is made of a session by a model that is shown what the rules found in it. Pure.

The same whether tom asks the model or a coding agent reads within the person's own session.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from tom_swe.extract.grounding import Checked, Unfounded, overlaps
from tom_swe.extract.reading_form import SummedUpForm
from tom_swe.model.belief import Belief, Observation, SessionModel, Source
from tom_swe.model.session import OWN_HOST, Role, Session
from tom_swe.text.safe import json_line

MOST_CANDIDATES = 40  # of a session
SUMMARY = 200  # characters


class ToRead(NamedTuple):
    """A session with what is known of it before a model reads it."""

    session: Session
    embedded: SessionModel
    candidates: tuple[Observation, ...]
    first: int  # the number of its first candidate


def has_words(session: Session) -> bool:
    """Whether there is something to ask a model about."""
    said = any(turn.text.strip() for turn in session.by(Role.USER))
    return said and session.host != OWN_HOST


def to_read(read: Iterable[tuple[Session, SessionModel]], first: int = 1) -> list[ToRead]:
    """The sessions with their candidates, numbered on from one session to the next."""
    given: list[ToRead] = []
    for session, model in read:
        found = [each for each in model.observations if each.source is not Source.BEHAVIOUR]
        candidates = tuple(found[:MOST_CANDIDATES])
        given.append(ToRead(session, model, candidates, first))
        first += len(candidates)
    return given


def head(number: int, session: Session) -> str:
    """The line that a session begins with."""
    return json_line(session=number, repository=session.repository)


def lines_of_known(known: Mapping[int, Belief]) -> list[str]:
    """What is believed already, by number, a line each."""
    return [json_line(known=number, statement=each.statement) for number, each in known.items()]


def lines_of_candidates(given: ToRead) -> list[str]:
    """What the rules found in a session, a line each."""
    return [
        json_line(
            candidate=number,
            turn=each.quote.ordinal,
            quote=each.quote.text,
            statement=each.statement,
        )
        for number, each in enumerate(given.candidates, start=given.first)
    ]


def as_read(
    given: ToRead,
    noted: Sequence[Checked | Unfounded],
    rejected: Collection[int],
    about: SummedUpForm | None,
    reader: str,
    *,
    hints_stay: bool = False,
) -> SessionModel:
    """What the session showed: what was noted, and the candidates that were not rejected.

    Hints that were not noted go, unless ``hints_stay``.
    """
    session = given.session
    places = {number - given.first for number in rejected}
    kept = [
        each
        for place, each in enumerate(given.candidates)
        if place not in places and each.source is not Source.HINT
    ]
    hints = [
        each
        for place, each in enumerate(given.candidates)
        if hints_stay and place not in places and each.source is Source.HINT
    ]
    found = [each for each in noted if isinstance(each, Checked)]
    related = [each.observation for each in found if each.related]
    # What goes with something known says so, which the candidate does not.
    kept = [each for each in kept if not is_among(each, related, session)]
    new = [
        each.observation
        for each in found
        if each.related or not is_among(each.observation, kept, session)
    ]
    hints = [each for each in hints if not is_among(each, (*kept, *new), session)]
    habits = [e for e in given.embedded.observations if e.source is Source.BEHAVIOUR]
    return SessionModel(
        intent=about.intent if about else given.embedded.intent,
        summary=_short(about.summary) if about else given.embedded.summary,
        observations=tuple(dict.fromkeys((*kept, *new, *hints, *habits))),
        faint=given.embedded.faint,
        sayings=given.embedded.sayings,
        reader=reader,
        related=tuple(each.related for each in found if each.related),
    )


def is_among(said: Observation, others: Iterable[Observation], session: Session) -> bool:
    """Whether one of these says something on the same words, in the same direction."""
    return any(
        overlaps(said.quote, each.quote, session) and said.polarity is each.polarity
        for each in others
    )


def _short(summary: str) -> str:
    return " ".join(summary.split())[:SUMMARY]
