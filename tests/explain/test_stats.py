"""How often the person has to repeat themselves: counted by hand, then by the code."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tom_swe.explain.kept import Became
from tom_swe.explain.stats import Stats, became, stats
from tom_swe.model.advice import Action, Adherence, Outcome, PastConsultation, Telling
from tom_swe.model.belief import Belief, Evidence, Kind, Source, Stance
from tom_swe.model.memory import SessionSummary
from tom_swe.testing import START

DAY = timedelta(days=1)
CORRECTION, INSTRUCTION = Source.CORRECTION, Source.INSTRUCTION


def session(number: int, day: float, host: str = "codex") -> SessionSummary:
    at = START + day * DAY
    return SessionSummary(
        id=number, host=host, repository="", started=at, ended=at, user_turns=1, turns=2
    )


def said(
    session_id: int,
    day: float,
    source: Source = INSTRUCTION,
    stance: Stance = Stance.SUPPORTS,
) -> Evidence:
    return Evidence(
        observation_id=session_id,
        session_id=session_id,
        host="codex",
        repository="",
        ordinal=0,
        quote="q",
        stance=stance,
        source=source,
        at=START + day * DAY,
    )


def belief(number: int, *evidence: Evidence) -> Belief:
    return Belief(
        id=number,
        kind=Kind.PREFERENCE,
        statement="Use pnpm",
        first_seen=evidence[0].at,
        last_seen=evidence[-1].at,
        evidence=evidence,
    )


def told(
    session_id: int | None, day: float, *ids: int, found: Mapping[int, Adherence] | None = None
) -> Telling:
    return Telling(
        host="codex",
        host_id=f"host-{session_id}-{day}",
        repository="",
        belief_ids=ids,
        at=START + day * DAY,
        session_id=session_id,
        adherence=found or {},
    )


def advice(day: float, outcome: Outcome | None) -> PastConsultation:
    return PastConsultation(
        id=1,
        repository="",
        query="q",
        action=Action.PROCEED,
        text="t",
        belief_ids=(),
        confidence=0.5,
        outcome=outcome,
        at=START + day * DAY,
    )


def counted(
    *beliefs: Belief,
    sessions: tuple[SessionSummary, ...] = (),
    tellings: tuple[Telling, ...] = (),
    consultations: tuple[PastConsultation, ...] = (),
    day: float = 0,
) -> Stats:
    return stats(
        sessions=sessions,
        beliefs=beliefs,
        tellings=tellings,
        consultations=consultations,
        since=START + day * DAY,
    )


def test_of_nothing_there_is_no_share() -> None:
    """With nothing heard, told or judged every share is None, and every count is 0."""
    empty = counted()
    assert (empty.said, empty.repeats, empty.told, empty.advice.given) == (0, 0, Became(), 0)
    assert empty.repeat_rate is None
    assert empty.repeats_per_100_sessions is None
    assert empty.advice.taken is None
    assert counted(consultations=(advice(1, None),)).advice.taken is None


def test_a_repeat_is_said_in_a_later_session() -> None:
    """By hand: 5 said, of them 2 corrections; 2 repeats, 0.4 of what was said, 50 in 100."""
    pnpm = belief(
        1,
        said(1, 1),
        said(1, 1.1, CORRECTION),  # again in the first session: once said, no repeat
        said(2, 2, CORRECTION),  # a repeat
        said(2, 2.1),
        said(3, 3),  # a repeat
    )
    short = belief(2, said(4, 4))
    diffs = belief(3, said(4, 4))
    found = counted(pnpm, short, diffs, sessions=tuple(session(n, n) for n in range(1, 5)))
    assert (found.sessions, found.said, found.said_by_correction, found.repeats) == (4, 5, 2, 2)
    assert found.repeat_rate == pytest.approx(0.4)
    assert found.repeats_per_100_sessions == pytest.approx(50)


def test_what_is_not_said_to_an_agent_is_no_repeat() -> None:
    """Statements to tom, likings, behaviour, hints and facts; but they may come first."""
    others = [s for s in Source if s not in {CORRECTION, INSTRUCTION}]
    silent = belief(1, said(1, 1), *(said(n, n, s) for n, s in enumerate(others, start=2)))
    assert (counted(silent).said, counted(silent).repeats) == (1, 0)
    stated = belief(1, said(1, 1, Source.STATED), said(2, 2))
    assert (counted(stated).said, counted(stated).repeats) == (1, 1)


def test_a_change_of_mind_and_back_is_no_repeat() -> None:
    """What is said after something else held instead was given up, not ignored."""
    back = belief(
        1,
        said(1, 1),
        said(2, 2, stance=Stance.CONTRADICTS),
        said(3, 3),  # taken up again
        said(4, 4),  # a repeat
    )
    assert (counted(back).said, counted(back).repeats) == (3, 1)


def test_only_what_happened_since_counts() -> None:
    """A repeat counts by when it was said, whenever the belief was first heard."""
    pnpm = belief(1, said(1, 1), said(2, 2), said(3, 30))
    found = counted(
        pnpm,
        sessions=(session(1, 1), session(2, 2), session(3, 30), session(4, 31, host="tom")),
        tellings=(told(2, 2, 1), told(3, 30, 1)),
        consultations=(advice(2, Outcome.ACCEPTED), advice(30, Outcome.REJECTED)),
        day=10,
    )
    assert (found.sessions, found.said, found.repeats, found.told.sessions) == (1, 1, 1, 1)
    assert (found.advice.given, found.advice.taken) == (1, 0.0)


def test_repeats_that_came_although_the_session_was_told() -> None:
    """Those that adherence saw corrected: of three repeats one; of five told pairs one obeyed."""
    pnpm = belief(1, said(1, 1), said(2, 2), said(3, 3), said(4, 4))
    found = counted(
        pnpm,
        tellings=(
            told(2, 2, 1, 2, found={1: Adherence.CORRECTED, 2: Adherence.OBEYED}),
            told(3, 3, 1, 2, found={2: Adherence.DISOBEYED}),  # said before the agent acted
            told(None, 5, 2),  # not kept
        ),
    )
    assert (found.repeats, found.repeats_though_told) == (3, 1)
    assert found.told == Became(
        sessions=3, obeyed=1, disobeyed=1, corrected=1, unknown=2, last=START + 5 * DAY
    )


def test_what_became_of_one_belief() -> None:
    """Only the sessions that were told it count, each once."""
    tellings = [
        told(1, 1, 3, found={3: Adherence.OBEYED}),
        told(2, 2, 3, 4, found={3: Adherence.CORRECTED, 4: Adherence.OBEYED}),
        told(3, 3, 4),
        told(4, 4, 3),
    ]
    assert became(tellings, 3) == Became(
        sessions=3, obeyed=1, corrected=1, unknown=1, last=START + 4 * DAY
    )
    assert became(tellings, 9) == Became()


def test_advice_and_what_became_of_it() -> None:
    """By hand: 2 of the 3 judged were taken."""
    outcomes = (Outcome.ACCEPTED, Outcome.PARTLY, Outcome.REJECTED, None, None)
    found = counted(consultations=tuple(advice(1, each) for each in outcomes)).advice
    counts = (found.given, found.accepted, found.partly, found.rejected, found.not_said)
    assert counts == (5, 1, 1, 1, 2)
    assert found.taken == pytest.approx(2 / 3)
