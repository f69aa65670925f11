"""How often the person has to say a thing again, and what came of what sessions were told. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tom_swe.advise.ask_preferences.preference import wanted_by
from tom_swe.advise.ask_preferences.served import Served, served, serving
from tom_swe.beliefs.adherence import GUIDANCE
from tom_swe.explain.corrected import Corrected, corrected
from tom_swe.explain.kept import Became, Obedience, obedience
from tom_swe.model.advice import Adherence, Outcome, PastConsultation, Telling
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Source, Stance
from tom_swe.model.checks import Check
from tom_swe.model.corrections import Correction
from tom_swe.model.memory import SessionSummary
from tom_swe.model.session import OWN_HOST, Session

if TYPE_CHECKING:
    from tom_swe.ports import Vector

LOOKED_INTO = 50  # sessions


class Advised(Value):
    """Advice given and its outcomes. ``taken`` is the accepted share of what was judged."""

    given: int = 0
    accepted: int = 0
    partly: int = 0
    rejected: int = 0
    not_said: int = 0
    taken: float | None = None


class Stats(Value):
    """What happened since a time. A share of nothing is None.

    ``said`` counts what the person told agents to do: each belief once in each session, by an
    instruction or a correction; ``said_by_correction`` are those of the latter. What they told
    tom itself, likings, facts, hints and what their behaviour shows are left out. ``repeats`` are
    those said in a later session than the one that first supported the belief, but for those
    that take it up again after something else. ``repeats_though_told`` came after an agent that
    was told the belief had acted. ``corrected`` counts all turns that correct an agent, whether
    they say anything lasting or not. ``newest`` is the last session of
    all times. ``served`` is of the newest of these sessions, and ``kept`` of all.
    """

    since: datetime
    sessions: int
    said: int
    said_by_correction: int
    repeats: int
    repeat_rate: float | None
    repeats_per_100_sessions: float | None
    repeats_though_told: int
    told: Became
    advice: Advised
    corrected: Corrected = Corrected()
    newest: datetime | None = None
    served: Served = Served()
    kept: Obedience = Obedience()


class _Mention(NamedTuple):
    """That a belief was said in a session."""

    session_id: int
    at: datetime
    is_correction: bool
    is_repeat: bool


def stats(
    *,
    sessions: Iterable[SessionSummary],
    beliefs: Iterable[Belief],
    tellings: Iterable[Telling],
    consultations: Iterable[PastConsultation],
    since: datetime,
    corrections: Iterable[Correction] = (),
    judged: Mapping[int, int] | None = None,
    foreign: Collection[int] = (),
    vectors: Mapping[int, Vector] | None = None,
    checks: Iterable[Check] = (),
    look: Callable[[int], Session] | None = None,
) -> Stats:
    """What happened from then on. Sessions without a time, and tom's own, are left out.

    ``corrections`` are all corrective turns, with the ``vectors`` of them by turn; ``judged`` says
    how many turns of a session could be judged, and ``foreign`` ones have none for their language.

    ``look`` gets the newest `LOOKED_INTO` of them in full; without it nothing is said on how they
    served the person and kept to what they were told.
    """
    sessions, beliefs = list(sessions), list(beliefs)
    corrections = list(corrections)
    dated = [
        (at, each)
        for each in sessions
        if each.host != OWN_HOST and (at := each.started or each.ended)
    ]
    counted = [(at, each) for at, each in dated if at >= since]
    count = len(counted)
    tellings = list(tellings)
    told_again = {
        (telling.session_id, belief_id)
        for telling in tellings
        for belief_id, became in telling.adherence.items()
        if became is Adherence.CORRECTED
    }
    said = [(b.id, each) for b in beliefs for each in _said(b) if each.at >= since]
    repeats = [(belief_id, each) for belief_id, each in said if each.is_repeat]
    return Stats(
        since=since,
        sessions=count,
        said=len(said),
        said_by_correction=sum(each.is_correction for _, each in said),
        repeats=len(repeats),
        repeat_rate=len(repeats) / len(said) if said else None,
        repeats_per_100_sessions=100 * len(repeats) / count if count else None,
        repeats_though_told=sum((each.session_id, i) in told_again for i, each in repeats),
        told=became(telling for telling in tellings if telling.at >= since),
        advice=_advised([each for each in consultations if each.at >= since]),
        corrected=corrected(
            {each.id: at for at, each in dated},
            judged or {},
            corrections,
            vectors or {},
            since=since,
            foreign=foreign,
        ),
        newest=max((at for at, _ in dated), default=None),
        served=_served(
            [(at, each) for at, each in counted if (judged or {}).get(each.id)],
            beliefs,
            {each.session_id for each in corrections},
            look,
        )
        if look
        else Served(),
        kept=obedience(
            sessions=sessions,
            beliefs=beliefs,
            tellings=tellings,
            checks=checks,
            since=since,
            look=look,
        )
        if look
        else Obedience(),
    )


def _served(
    sessions: Iterable[tuple[datetime, SessionSummary]],
    beliefs: Sequence[Belief],
    corrected: Collection[int],
    look: Callable[[int], Session],
) -> Served:
    """How the newest of these sessions served the person, by what they had said before each."""
    newest = sorted(sessions, key=lambda pair: (pair[0], pair[1].id), reverse=True)[:LOOKED_INTO]
    found = (
        serving(
            look(each.id),
            wanted_by(belief for belief in beliefs if belief.first_seen < at),
            corrected=each.id in corrected,
        )
        for at, each in newest
    )
    return served(each for each in found if each)


def became(tellings: Iterable[Telling], belief_id: int | None = None) -> Became:
    """What became of what was told, or of one belief of it; beliefs that are gone count no more."""
    told = [
        each
        for each in tellings
        if (each.belief_ids if belief_id is None else belief_id in each.belief_ids)
    ]
    counts = Counter(
        each.adherence.get(one)
        for each in told
        for one in each.belief_ids
        if belief_id in {None, one}
    )
    return Became(
        sessions=len(told),
        obeyed=counts[Adherence.OBEYED],
        disobeyed=counts[Adherence.DISOBEYED],
        corrected=counts[Adherence.CORRECTED],
        unknown=counts[None],
        last=max((each.at for each in told), default=None),
    )


def _said(belief: Belief) -> Iterator[_Mention]:
    """The sessions in which the person told an agent a belief, the earliest first."""
    first: int | None = None
    given_up = False
    said: dict[int, _Mention] = {}
    for each in belief.evidence:
        if each.stance is Stance.CONTRADICTS:
            given_up = True
            continue
        first = each.session_id if first is None else first
        if each.source in GUIDANCE:
            correction = each.source is Source.CORRECTION
            repeat = each.session_id != first and not given_up
            one = said.get(each.session_id) or _Mention(
                each.session_id, each.at, correction, repeat
            )
            said[each.session_id] = one._replace(is_correction=one.is_correction or correction)
        given_up = False
    yield from said.values()


def _advised(given: Sequence[PastConsultation]) -> Advised:
    counts = Counter(each.outcome for each in given)
    judged = len(given) - counts[None]
    taken = counts[Outcome.ACCEPTED] + counts[Outcome.PARTLY]
    return Advised(
        given=len(given),
        accepted=counts[Outcome.ACCEPTED],
        partly=counts[Outcome.PARTLY],
        rejected=counts[Outcome.REJECTED],
        not_said=counts[None],
        taken=taken / judged if judged else None,
    )
