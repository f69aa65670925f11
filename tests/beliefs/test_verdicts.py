from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.beliefs.confidence import confidence, explain, newest
from tom_swe.beliefs.draft import Draft
from tom_swe.beliefs.feedback import verdicts
from tom_swe.errors import UsageError
from tom_swe.model.advice import Outcome
from tom_swe.model.belief import (
    Belief,
    Evidence,
    Judge,
    Kind,
    Source,
    Stance,
    Status,
    Verdict,
)
from tom_swe.testing import START

LATER = START + timedelta(days=1)


def evidence(day: int = 0, session: int = 1, **fields: Any) -> Evidence:
    return Evidence(
        **{
            "observation_id": session,
            "session_id": session,
            "host": "jsonl",
            "repository": "",
            "ordinal": 0,
            "quote": "use pnpm",
            "stance": Stance.SUPPORTS,
            "source": Source.INSTRUCTION,
            "at": START + timedelta(days=day),
        }
        | fields
    )


def verdict(stance: Stance, weight: float = 1.0, day: int = 1, advice: int | None = 1) -> Verdict:
    return Verdict(
        consultation_id=advice,
        stance=stance,
        weight=weight,
        by=Judge.PERSON,
        at=START + timedelta(days=day),
    )


def status_of(held: list[Evidence], judged: list[Verdict]) -> Status:
    return weighed(belief(held, judged)).status


def weighed(belief: Belief) -> Belief:
    draft = Draft.of(belief)
    draft.weigh()
    return draft.value()


def belief(held: list[Evidence], judged: list[Verdict]) -> Belief:
    return Belief(
        id=1,
        kind=Kind.PREFERENCE,
        statement="Use pnpm",
        first_seen=START,
        last_seen=START,
        evidence=tuple(held),
        verdicts=tuple(judged),
    )


def on(outcome: Outcome, cited: tuple[int, ...] = (1, 2, 3, 4), **fields: Any):
    given: dict[str, Any] = {"right": None, "by": Judge.PERSON, "at": LATER} | fields
    shared = verdicts(12, cited, outcome, **given)
    return {i: [(v.stance, v.weight) for v in each] for i, each in shared.items()}


def test_an_outcome_is_shared_by_the_beliefs_it_falls_on() -> None:
    """Of four cited beliefs each has a quarter of the one session that an outcome weighs."""
    assert on(Outcome.ACCEPTED) == {i: [(Stance.SUPPORTS, 0.25)] for i in (1, 2, 3, 4)}
    assert on(Outcome.REJECTED) == {i: [(Stance.CONTRADICTS, 0.25)] for i in (1, 2, 3, 4)}


def test_what_an_agent_reports_counts_half() -> None:
    """An agent may have misread the person."""
    assert on(Outcome.ACCEPTED, (7,), by=Judge.AGENT) == {7: [(Stance.SUPPORTS, 0.5)]}


def test_partly_tells_the_right_ones_from_the_others() -> None:
    """Those named right are supported and the rest contradicted, each with its whole share."""
    assert on(Outcome.PARTLY, (1, 2), right=[2]) == {
        1: [(Stance.CONTRADICTS, 0.5)],
        2: [(Stance.SUPPORTS, 0.5)],
    }


def test_partly_without_names_speaks_both_ways() -> None:
    """Where nobody says which were right, half of each share is for it and half against."""
    assert on(Outcome.PARTLY, (1,)) == {1: [(Stance.SUPPORTS, 0.5), (Stance.CONTRADICTS, 0.5)]}


def test_advice_without_beliefs_has_no_verdicts() -> None:
    """There is nothing for its outcome to fall on."""
    assert on(Outcome.REJECTED, ()) == {}


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REJECTED])
def test_the_right_ones_are_only_named_of_partly(outcome: Outcome) -> None:
    """What was accepted or rejected as a whole has no right part."""
    with pytest.raises(UsageError, match="partly"):
        on(outcome, right=[1])


def test_only_cited_beliefs_can_be_right() -> None:
    """A belief that the advice did not rest on is named in the error."""
    with pytest.raises(UsageError, match="does not cite b9"):
        on(Outcome.PARTLY, right=[1, 9])


def test_a_verdict_is_a_line_of_the_arithmetic() -> None:
    """The explanation names the advice, who judged it, which way, and what it counts."""
    judged = [
        verdict(Stance.SUPPORTS, 0.25, advice=12),
        verdict(Stance.CONTRADICTS, 0.5, advice=13).model_copy(update={"by": Judge.AGENT}),
        verdict(Stance.SUPPORTS, 0.1, advice=14),
        verdict(Stance.CONTRADICTS, 0.1, advice=14),
        verdict(Stance.CONTRADICTS, 0.2, advice=None),
    ]
    assert explain(belief([evidence()], judged)) == [
        "session s1 counts 1.00 for it",
        "advice a12 you accepted counts 0.25 for it",
        "advice a13 an agent says you rejected counts 0.50 against it",
        "advice a14 you partly accepted counts 0.10 for it",
        "advice a14 you partly accepted counts 0.10 against it",
        "deleted advice, which you rejected counts 0.20 against it",
        "1.35 / (1.35 + 0.80 + 0.50) = 0.51",
    ]


def test_verdicts_age_as_quotes_do() -> None:
    """A verdict 270 days older than the newest quote counts half."""
    old = [verdict(Stance.SUPPORTS, day=0)]
    assert confidence([evidence(270)], START + timedelta(days=270), old) == pytest.approx(1.5 / 2.0)


def test_a_verdict_confirms_nothing() -> None:
    """However often advice on it is accepted, a belief shown by one session is a candidate."""
    judged = [verdict(Stance.SUPPORTS, advice=n) for n in range(9)]
    assert status_of([evidence()], judged) is Status.CANDIDATE


def test_what_rejections_outweigh_is_retired() -> None:
    """One rejection leaves what was said once in doubt; a second is more than was said for it."""
    once, twice = [verdict(Stance.CONTRADICTS)], [verdict(Stance.CONTRADICTS)] * 2
    assert weighed(belief([evidence()], once)).status is Status.CANDIDATE
    ended = weighed(belief([evidence()], twice))
    assert (ended.status, ended.superseded_by) == (Status.RETIRED, None)
    accepted = [*twice, verdict(Stance.SUPPORTS)]
    assert weighed(belief([evidence()], accepted)).status is Status.CANDIDATE


def test_what_is_said_after_the_rejections_holds() -> None:
    """Saying it again later outdoes any number of earlier rejections."""
    judged = [verdict(Stance.CONTRADICTS, day=day) for day in range(1, 9)]
    assert status_of([evidence(0)], judged) is Status.RETIRED
    assert status_of([evidence(0), evidence(9, 2)], judged) is Status.CONFIRMED


def test_stated_outright_is_confirmed_at_once() -> None:
    """Once is enough, for a confidence of 0.8."""
    stated = [evidence(source=Source.STATED)]
    held = weighed(belief(stated, []))
    assert held.status is Status.CONFIRMED
    assert held.confidence == pytest.approx(8 / 9)


any_evidence = st.builds(
    evidence,
    day=st.integers(0, 900),
    session=st.integers(1, 5),
    stance=st.sampled_from(Stance),
    source=st.sampled_from(Source),
)
any_verdict = st.builds(
    verdict,
    stance=st.sampled_from(Stance),
    weight=st.floats(0.01, 1.0),
    day=st.integers(0, 900),
    advice=st.integers(1, 9),
)
some_evidence = st.lists(any_evidence, min_size=1, max_size=6)
some_verdicts = st.lists(any_verdict, max_size=6)


@given(some_evidence, some_verdicts, any_verdict)
def test_a_verdict_moves_confidence_the_way_it_speaks(
    held: list[Evidence], judged: list[Verdict], more: Verdict
) -> None:
    """An acceptance never lowers it, a rejection never raises it, and it stays in [0, 1)."""
    before = confidence(held, newest(held), judged)
    after = confidence(held, newest(held), [*judged, more])
    assert 0.0 <= after < 1.0
    assert after >= before if more.stance is Stance.SUPPORTS else after <= before


@given(some_evidence, st.permutations([(n, s) for n in range(4) for s in Stance]))
def test_the_order_of_judging_does_not_matter(
    held: list[Evidence], order: list[tuple[int, Stance]]
) -> None:
    """The same verdicts in another order give the same confidence and the same status."""
    judged = [verdict(stance, 1 / (n + 3), day=n * 50, advice=n) for n, stance in order]
    again = sorted(judged, key=lambda v: (v.at, v.stance))
    assert confidence(held, newest(held), judged) == confidence(held, newest(held), again)
    assert status_of(held, judged) is status_of(held, again)


@given(some_evidence, some_verdicts)
def test_the_explained_sum_is_the_confidence(held: list[Evidence], judged: list[Verdict]) -> None:
    """With verdicts, too, the last line ends in the figure that is computed."""
    computed = confidence(held, newest(held), judged)
    lines = explain(belief(held, judged))
    assert lines[-1].endswith(f"= {computed:.2f}")
    assert sum("advice" in line for line in lines) == len(judged)
