from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.beliefs.confidence import HALF_LIFE, confidence, explain
from tom_swe.model.belief import Belief, Evidence, Kind, Source, Stance
from tom_swe.testing import START


def evidence(
    session: int = 1,
    stance: Stance = Stance.SUPPORTS,
    source: Source = Source.INSTRUCTION,
    days: float = 0,
) -> Evidence:
    return Evidence(
        observation_id=1,
        session_id=session,
        host="jsonl",
        repository="",
        ordinal=0,
        quote="q",
        stance=stance,
        source=source,
        at=START - timedelta(days=days),
    )


any_evidence = st.builds(
    evidence,
    session=st.integers(1, 5),
    stance=st.sampled_from(Stance),
    source=st.sampled_from(Source),
    days=st.floats(0, 2000),
)


def test_worked_values() -> None:
    """The values that the docstring and the documentation name."""
    twice = [evidence(1), evidence(2)]
    assert confidence([evidence(1)], START) == pytest.approx(2 / 3)
    assert confidence(twice, START) == pytest.approx(4 / 5)
    assert confidence([evidence(n) for n in range(4)], START) == pytest.approx(8 / 9)
    against = evidence(3, Stance.CONTRADICTS)
    assert confidence([*twice, against], START) == pytest.approx(4 / 7)
    stated = evidence(1, source=Source.STATED)
    assert confidence([stated], START) == pytest.approx(8 / 9)
    old = evidence(1, days=HALF_LIFE.days)
    assert confidence([old], START) == pytest.approx(0.5 / 1.0)


def test_saying_it_often_in_one_session_counts_once() -> None:
    """Repeating oneself within a session makes a belief no surer."""
    assert confidence([evidence(1)] * 5, START) == confidence([evidence(1)], START)


@given(st.lists(any_evidence, max_size=8))
def test_it_is_a_share_and_never_certain(held: list[Evidence]) -> None:
    """Confidence lies in [0, 1), whatever the evidence."""
    assert 0.0 <= confidence(held, START) < 1.0


@given(st.lists(any_evidence, max_size=8), any_evidence)
def test_evidence_moves_it_the_way_it_speaks(held: list[Evidence], more: Evidence) -> None:
    """Support never lowers it, contradiction never raises it."""
    before, after = confidence(held, START), confidence([*held, more], START)
    if more.stance is Stance.SUPPORTS:
        assert after >= before
    else:
        assert after <= before


@given(st.lists(any_evidence, min_size=1, max_size=8))
def test_the_explained_sum_is_the_confidence(held: list[Evidence]) -> None:
    """The last line of the explanation ends in the figure that is stored."""
    stored = confidence(held, max(each.at for each in held))
    belief = Belief(
        id=1,
        kind=Kind.PREFERENCE,
        statement="q",
        first_seen=START,
        last_seen=START,
        evidence=tuple(held),
    )
    assert explain(belief)[-1].endswith(f"= {stored:.2f}")
