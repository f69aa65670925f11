"""What the person states to tom itself: kept as a session, read as their own word."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from tom_swe.errors import UsageError
from tom_swe.extract.catalogue import match
from tom_swe.extract.cues import heard
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Kind,
    Observation,
    Polarity,
    Quote,
    Reach,
    Scope,
    SessionModel,
    Source,
    Status,
)
from tom_swe.model.session import OWN_HOST, Role, Session, Turn
from tom_swe.text.prose import tidy

LONGEST = 2000  # characters
# A longer text says more than which value of one dimension is wanted.
MOST_WORDS = 12
TOLD = "you told tom this"


def session_of_statements(texts: Iterable[str], scope: Scope, at: datetime) -> Session:
    """The session in which the person stated texts, each in a turn of its own; for a place.

    Raises UsageError.
    """
    texts = [text.strip() for text in texts]
    for text in texts:
        if not any(sign.isalnum() for sign in text):
            raise UsageError("there is nothing to remember: say it in words")
        if len(text) > LONGEST:
            raise UsageError(f"that is {len(text)} characters: use at most {LONGEST}")
    if scope.reach is Reach.TASK or (scope.reach is not Reach.EVERYWHERE and not scope.name):
        raise UsageError("give a scope: everywhere, a named repository or a named language")
    return Session(
        host=OWN_HOST,
        host_id=uuid.uuid4().hex,
        repository=scope.name if scope.reach is Reach.REPOSITORY else "",
        started=at,
        ended=at,
        stated_scope=scope,
        turns=tuple(
            Turn(ordinal=ordinal, role=Role.USER, text=text, at=at)
            for ordinal, text in enumerate(texts)
        ),
    )


def same_statement(one: Session, other: Session) -> bool:
    """Whether both state the same words, however spaced and cased, for the same place."""
    return _words(one) == _words(other) and _scope(one).same_as(_scope(other))


def holding(beliefs: Iterable[Belief], session_id: int, model: SessionModel) -> tuple[Belief, ...]:
    """The beliefs on a statement, where all that it showed is kept and none was given up."""
    on_it = [
        (belief, each)
        for belief in beliefs
        for each in belief.supporting
        if each.session_id == session_id
    ]
    whole = len({each.observation_id for _, each in on_it}) == len(set(model.observations))
    if not whole or any(belief.status is Status.RETIRED for belief, _ in on_it):
        return ()
    return tuple({belief.id: belief for belief, _ in on_it}.values())


def as_stated(session: Session, found: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """What statements show: what a reader found said in each, else the whole of it.

    The person's scope and trust go before what the reader made of them. Hints are no reading
    of a statement: they would put one of its sentences in the place of the whole.
    """
    unsaid = {Source.BEHAVIOUR, Source.HINT}
    said = [each for each in found if each.source not in unsaid]
    heard = {each.quote.ordinal for each in said}
    said += [each for each in _whole(session) if each.quote.ordinal not in heard]
    scope = _scope(session)
    return tuple(
        each.model_copy(update={"source": Source.STATED, "scope": scope, "basis": TOLD})
        for each in said
    )


def _whole(session: Session) -> list[Observation]:
    return [plainly(turn.text, turn) for turn in session.by(Role.USER)]


def plainly(text: str, turn: Turn) -> Observation:
    """Words of a turn as a preference, with the subject where the catalogue knows just one.

    What forbids is held against what it names.
    """
    subjects = match(text) if len(text.split()) <= MOST_WORDS else ()
    subject = subjects[0] if len(subjects) == 1 else None
    if subject:
        polarity = Polarity.AGAINST if subject.negated else Polarity.FOR
    else:
        cues = heard(text, question=False)
        polarity = cues[0].cue.polarity if cues else Polarity.FOR
    return Observation(
        kind=Kind.PREFERENCE,
        source=Source.INSTRUCTION,
        statement=tidy(text),
        quote=Quote(ordinal=turn.ordinal, text=text),
        dimension=subject.dimension.id if subject else "",
        value=subject.choice.id if subject else "",
        polarity=polarity,
    )


def _scope(session: Session) -> Scope:
    return session.stated_scope or EVERYWHERE


def _words(session: Session) -> list[list[str]]:
    return [turn.text.casefold().split() for turn in session.by(Role.USER)]
