from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tom_swe.model.belief import Belief, Judge, Kind, Stance, Status, Verdict
from tom_swe.model.user import FADES, told
from tom_swe.testing import START, session_of


def belief(number: int, status: Status, day: int) -> Belief:
    at = START + timedelta(days=day)
    return Belief(
        id=number,
        kind=Kind.PREFERENCE,
        statement="Use pnpm",
        status=status,
        first_seen=at,
        last_seen=at,
    )


def accepted(on: Belief, at: datetime) -> Belief:
    verdict = Verdict(consultation_id=1, stance=Stance.SUPPORTS, weight=1.0, by=Judge.PERSON, at=at)
    return on.model_copy(update={"verdicts": (verdict,)})


def test_a_candidate_fades_by_what_is_heard_since() -> None:
    """It is told until FADES of newer quotes have not said it again; confirmed ones stay."""
    once, twice = belief(1, Status.CANDIDATE, 0), belief(2, Status.CONFIRMED, 0)
    before, then = (belief(3, Status.CONFIRMED, FADES.days + day) for day in (-1, 0))
    assert told([once, twice]) == (once, twice)
    assert told([once, twice, before]) == (once, twice, before)
    assert told([once, twice, then]) == (twice, then)


def test_accepted_advice_keeps_a_candidate_from_fading() -> None:
    """What is obeyed need not be said again: advice that rested on it and was taken counts."""
    once, now = belief(1, Status.CANDIDATE, 0), belief(2, Status.CONFIRMED, FADES.days + 10)
    assert told([once, now]) == (now,)
    kept = accepted(once, START + timedelta(days=20))
    assert told([kept, now]) == (kept, now)


def test_a_change_of_mind_does_not_fade() -> None:
    """What superseded another belief is told however long ago it was said, for all there is."""
    old = belief(1, Status.RETIRED, 0).model_copy(update={"superseded_by": 2})
    new, now = belief(2, Status.CANDIDATE, 1), belief(3, Status.CONFIRMED, 2 * FADES.days)
    assert told([old, new, now]) == (new, now)


def test_what_is_given_up_is_not_told() -> None:
    """A retired belief is never among those told."""
    assert told([belief(1, Status.RETIRED, 0)]) == ()
    assert told([]) == ()


@given(st.lists(st.tuples(st.sampled_from(Status), st.integers(0, 400)), max_size=8))
def test_telling_is_a_choice_among_live_beliefs(held: list[tuple[Status, int]]) -> None:
    """Nothing retired is told, everything confirmed is, and the order stays."""
    beliefs = [belief(n, status, day) for n, (status, day) in enumerate(held)]
    shown = told(beliefs)
    assert [b for b in beliefs if b in shown] == list(shown)
    assert all(b.status is not Status.RETIRED for b in shown)
    assert {b.id for b in beliefs if b.status is Status.CONFIRMED} <= {b.id for b in shown}


def test_a_faded_candidate_is_kept_but_neither_shown_nor_briefed(make_tom) -> None:
    """It leaves the user model and the briefing, keeps its quotes, and comes back confirmed."""
    tom = make_tom()

    def hear(number: int, text: str, day: int) -> None:
        at = START + timedelta(days=day)
        tom.add_session("ada", session_of(text, host_id=str(number), started=at))
        tom.read("ada")

    hear(1, "From now on use pnpm.", 0)
    assert "pnpm" in tom.brief("ada").text
    hear(2, "Always answer in German.", FADES.days + 5)
    assert "pnpm" not in tom.brief("ada").text
    assert "Use pnpm" not in {b.statement for b in tom.memory.beliefs.user_model("ada").beliefs}
    (kept,) = (b for b in tom.memory.beliefs.all("ada") if b.statement == "Use pnpm")
    assert kept.status is Status.CANDIDATE
    assert kept.quotes
    hear(3, "From now on use pnpm.", FADES.days + 6)
    assert "pnpm" in tom.brief("ada").text
    assert tom.memory.beliefs.get("ada", kept.id).status is Status.CONFIRMED
