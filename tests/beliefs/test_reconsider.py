from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tom_swe.beliefs.reconsider import GONE, REJECTED, reconsider, weighed
from tom_swe.beliefs.revise import revise
from tom_swe.beliefs.similarity import Similarity
from tom_swe.model.belief import (
    Belief,
    Change,
    Judge,
    Kind,
    Observation,
    Polarity,
    Quote,
    Source,
    Stance,
    Status,
    Verdict,
)
from tom_swe.model.revision import Heard
from tom_swe.testing import START

SIMILAR = Similarity({})


def heard(number: int, value: str, day: int, polarity: Polarity = Polarity.FOR) -> Heard:
    said = Observation(
        kind=Kind.PREFERENCE,
        source=Source.INSTRUCTION,
        statement=f"{polarity} {value}",
        quote=Quote(ordinal=0, text=value),
        dimension="package_manager",
        value=value,
        polarity=polarity,
    )
    at = START + timedelta(days=day)
    return Heard(id=number, session_id=number, host="jsonl", repository="", at=at, observation=said)


def told(*said: Heard) -> list[Belief]:
    now: dict[int, Belief] = {}
    for revision in revise([], said, SIMILAR):
        now[revision.belief.id] = revision.belief
    return list(now.values())


def judged(belief: Belief, stance: Stance, day: int) -> Belief:
    verdict = Verdict(
        consultation_id=day,
        stance=stance,
        weight=1.0,
        by=Judge.PERSON,
        at=START + timedelta(days=day),
    )
    return belief.model_copy(update={"verdicts": (*belief.verdicts, verdict)})


def test_a_chain_of_changes_of_mind_loses_a_link() -> None:
    """With the middle one of three gone, the first is not held beside the last."""
    npm, _, yarn = told(heard(1, "npm", 1), heard(2, "pnpm", 2), heard(3, "yarn", 3))
    orphan = npm.model_copy(update={"superseded_by": None, "evidence": npm.evidence[:1]})
    revisions = reconsider([orphan, yarn], SIMILAR)
    assert [r.change for r in revisions] == [Change.STRENGTHEN, Change.RETIRE]
    assert revisions[-1].belief.superseded_by == yarn.id


def test_only_the_beliefs_in_question_are_weighed() -> None:
    """A verdict on one belief leaves the others as they are, whatever is stored of them."""
    one, other = (
        judged(belief, Stance.CONTRADICTS, day)
        for day in (5,)
        for belief in told(heard(1, "npm", 1), heard(2, "pnpm", 2, Polarity.AGAINST))
    )
    (revision,) = weighed([one, other], [other.id], SIMILAR, "why")
    assert (revision.belief.id, revision.change, revision.reason) == (
        other.id,
        Change.WEAKEN,
        "why",
    )


stories = st.lists(
    st.tuples(
        st.sampled_from(["npm", "pnpm", "yarn"]), st.integers(1, 9), st.sampled_from(Polarity)
    ),
    min_size=1,
    max_size=8,
)
decisions = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(Stance), st.integers(1, 20)), max_size=8
)


@given(stories, decisions, st.integers(0, 8))
def test_whatever_is_judged_the_beliefs_stay_consistent(
    story: list[tuple[str, int, Polarity]], ruled: list[tuple[int, Stance, int]], withdrawn: int
) -> None:
    """No two live beliefs exclude each other, whatever verdicts come and go again.

    Every change gives its reason, what is confirmed was said in two sessions, and a retired
    belief is superseded or was rejected.
    """
    beliefs = {b.id: b for b in told(*(heard(n, v, day, p) for n, (v, day, p) in enumerate(story)))}
    for step in (ruled, ruled[withdrawn:]):
        for number, old in beliefs.items():
            beliefs[number] = old.model_copy(update={"verdicts": ()})
        for index, stance, day in step:
            number = sorted(beliefs)[index % len(beliefs)]
            beliefs[number] = judged(beliefs[number], stance, day)
        for revision in weighed(list(beliefs.values()), list(beliefs), SIMILAR, "judged"):
            assert revision.reason
            assert revision.change is not Change.ADD
            beliefs[revision.belief.id] = revision.belief
        live = [b for b in beliefs.values() if b.status is not Status.RETIRED]
        wanted = [b.value for b in live if b.polarity is Polarity.FOR]
        unwanted = [b.value for b in live if b.polarity is Polarity.AGAINST]
        assert len(wanted) <= 1
        assert not set(wanted) & set(unwanted)
        for belief in beliefs.values():
            sessions = {e.session_id for e in belief.supporting}
            assert belief.status is not Status.CONFIRMED or len(sessions) >= 2
            if belief.status is Status.RETIRED and belief.superseded_by is None:
                assert any(v.stance is Stance.CONTRADICTS for v in belief.verdicts)
        again = weighed(list(beliefs.values()), list(beliefs), SIMILAR, GONE)
        assert [r for r in again if r.reason == REJECTED] == []
