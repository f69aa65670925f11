"""Whether a session kept to what it was told, and what that says of the beliefs.

Mostly nothing is known, and silence is no evidence: that no command shows a choice, that the
person says nothing. What is known comes from the agent's commands (`deeds`) and from the
person's own words, never from what the agent writes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tom_swe.beliefs.commands_run import Choice, choices
from tom_swe.beliefs.feedback import WEIGHT
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.belief import (
    Belief,
    Evidence,
    Judge,
    Observation,
    Polarity,
    Source,
    Stance,
    Verdict,
)
from tom_swe.model.session import Role, Session

# The ways in which a person tells an agent what to do otherwise. A liking is none: one that is
# said again may be praise ("nice and small, thats how I like my diffs").
GUIDANCE = frozenset({Source.CORRECTION, Source.INSTRUCTION})


def adherence(
    session: Session,
    telling: Telling,
    told: Iterable[Belief],
    observations: Iterable[Observation],
) -> dict[int, Adherence]:
    """What became of each told belief, by its id; nothing where nothing is known.

    ``observations`` are what the session showed. CORRECTED: the person said it again, as a
    correction or an instruction, after the agent had acted on what it was told.
    OBEYED: commands show the value of the belief and no other one of its dimension, and the
    person said nothing on it in the session: what they ask for themselves is not done for the
    telling. DISOBEYED: commands show other values only, or what the belief speaks against.
    """
    began = _began(session, telling.at)
    if began is None:
        return {}
    shown = choices(turn for turn in session.turns if turn.ordinal >= began)
    said = list(observations)
    found: dict[int, Adherence] = {}
    for belief in told:
        heard = [e for e in belief.evidence if e.session_id == telling.session_id]
        on_it = [each for each in said if _is_on(each, belief)]
        if _is_again(belief, heard, on_it, began):
            found[belief.id] = Adherence.CORRECTED
        elif not heard and not on_it and (done := _done(belief, shown)):
            found[belief.id] = done
    return found


def kept_to(telling: Telling, found: Mapping[int, Adherence]) -> dict[int, Verdict]:
    """The session's verdict on each belief that it kept to, by the belief's id."""
    verdict = Verdict(
        consultation_id=None,
        stance=Stance.SUPPORTS,
        weight=WEIGHT[Judge.SESSION],
        by=Judge.SESSION,
        at=telling.at,
        session_id=telling.session_id,
    )
    return {key: verdict for key, became in found.items() if became is Adherence.OBEYED}


def _began(session: Session, at: datetime) -> int | None:
    """The agent's first turn since it was told; None where it has not acted since."""
    since = (
        turn.ordinal
        for turn in session.turns
        if turn.role is not Role.USER and (turn.at is None or turn.at >= at)
    )
    return next(since, None)


def _is_on(said: Observation, belief: Belief) -> bool:
    return bool(belief.dimension) and said.dimension == belief.dimension


def _is_again(
    belief: Belief, heard: Iterable[Evidence], on_it: Iterable[Observation], began: int
) -> bool:
    quoted = [
        each.ordinal for each in heard if each.stance is Stance.SUPPORTS and each.source in GUIDANCE
    ]
    quoted += [
        each.quote.ordinal
        for each in on_it
        if each.source in GUIDANCE
        and each.value
        and each.value == belief.value
        and each.polarity is belief.polarity
    ]
    return any(ordinal > began for ordinal in quoted)


def _done(belief: Belief, shown: Iterable[Choice]) -> Adherence | None:
    on_it = {value for dimension, value in shown if dimension == belief.dimension}
    if not belief.value or not on_it:
        return None
    if belief.polarity is Polarity.AGAINST:
        # That something else was used keeps to no ban: it may never have come up.
        return Adherence.DISOBEYED if belief.value in on_it else None
    if on_it == {belief.value}:
        return Adherence.OBEYED
    return None if belief.value in on_it else Adherence.DISOBEYED
