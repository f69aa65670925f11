"""What became of advice, from the suggestion to the beliefs, on a real memory."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tom_swe.errors import NotFound, UsageError
from tom_swe.explain.history import revisions
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Action, Outcome, Query
from tom_swe.model.belief import Belief, Change, Judge, Stance, Status
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    """Knows two things, each said once."""
    made = make_tom()
    made.add_session("ada", session_of("from now on use npm", host_id="1"))
    later = START + timedelta(days=1)
    made.add_session("ada", session_of("never commit to main", host_id="2", started=later))
    made.learn("ada")
    return made


BOTH = "install the chart library with npm and commit it to main"


def advised(tom: Tom, text: str = BOTH, limit: int = 8) -> int:
    suggestion = tom.consult("ada", Query(text=text, limit=limit))
    assert suggestion.consultation_id
    return suggestion.consultation_id


def held(tom: Tom, word: str) -> Belief:
    (found,) = [b for b in tom.memory.beliefs.all("ada") if word in b.statement]
    return found


def without_times(beliefs: list[Belief]) -> list[object]:
    return [
        (b, [(v.consultation_id, v.stance, v.weight, v.by) for v in b.verdicts])
        for b in (b.model_copy(update={"verdicts": ()}) for b in beliefs)
    ]


def test_an_outcome_moves_the_beliefs_that_were_cited(tom: Tom) -> None:
    """Acceptance is shared: each of two beliefs gains half a session and stays a candidate."""
    beliefs = tom.judge("ada", advised(tom), Outcome.ACCEPTED)
    assert len(beliefs) == 2
    for belief in beliefs:
        assert belief == tom.memory.beliefs.get("ada", belief.id)
        assert [(v.stance, v.weight) for v in belief.verdicts] == [(Stance.SUPPORTS, 0.5)]
        assert belief.status is Status.CANDIDATE
        assert belief.confidence == pytest.approx(1.5 / 2.0)
        assert revisions(tom.memory, "ada", belief.id)[-1].change is Change.STRENGTHEN
    assert tom.memory.consultations.all("ada")[-1].outcome is Outcome.ACCEPTED


def test_a_question_that_was_not_wanted_speaks_against_no_belief(tom: Tom) -> None:
    """Advice to ask rests on what the request leaves open; only its outcome is kept."""
    before = tom.memory.beliefs.all("ada")
    suggestion = tom.consult("ada", Query(text="use npm or yarn, or something"))
    assert suggestion.action is Action.ASK
    assert suggestion.beliefs
    assert suggestion.consultation_id
    assert tom.judge("ada", suggestion.consultation_id, Outcome.REJECTED) == ()
    assert tom.memory.beliefs.all("ada") == before
    assert tom.memory.consultations.all("ada")[-1].outcome is Outcome.REJECTED


def test_judging_twice_is_judging_once(tom: Tom) -> None:
    """The same outcome again changes nothing, and another takes the place of the first."""
    advice = advised(tom)
    tom.judge("ada", advice, Outcome.REJECTED)
    once = without_times(tom.memory.beliefs.all("ada"))
    tom.judge("ada", advice, Outcome.REJECTED)
    assert without_times(tom.memory.beliefs.all("ada")) == once
    tom.judge("ada", advice, Outcome.ACCEPTED)
    assert {v.stance for b in tom.memory.beliefs.all("ada") for v in b.verdicts} == {
        Stance.SUPPORTS
    }


def test_a_belief_whose_advice_keeps_being_rejected_is_given_up(tom: Tom) -> None:
    """It leaves the briefing and the advice, its history says why, and its quote stays."""
    advices = [advised(tom, limit=1) for _ in range(2)]
    for advice in advices:
        (belief,) = tom.judge("ada", advice, Outcome.REJECTED)
    assert (belief.status, belief.superseded_by) == (Status.RETIRED, None)
    assert belief.quotes
    past = revisions(tom.memory, "ada", belief.id)[-1]
    assert (past.change, past.reason) == (Change.RETIRE, "advice that cites it was rejected")
    assert belief.statement not in tom.brief("ada").text
    assert belief.id not in [b.id for b in tom.consult("ada", Query(text="npm")).beliefs]


def test_judged_otherwise_it_lives_again(tom: Tom) -> None:
    """Taking a rejection back brings the belief back into the briefing."""
    advices = [advised(tom, limit=1) for _ in range(2)]
    for advice in advices:
        tom.judge("ada", advice, Outcome.REJECTED)
    (belief,) = tom.judge("ada", advices[0], Outcome.ACCEPTED)
    assert belief.status is Status.CANDIDATE
    assert belief.statement in tom.brief("ada").text


def test_said_again_later_it_lives_again(tom: Tom) -> None:
    """The person's own later word goes before what was rejected; an older one does not."""
    advices = [advised(tom, limit=1) for _ in range(4)]
    for advice in advices:
        (belief,) = tom.judge("ada", advice, Outcome.REJECTED)
    text = belief.quotes[0]
    before = START + timedelta(days=2)
    tom.add_session("ada", session_of(text, host_id="3", started=before))
    tom.learn("ada")
    assert tom.memory.beliefs.get("ada", belief.id).status is Status.RETIRED
    after = max(v.at for v in belief.verdicts) + timedelta(hours=1)
    tom.add_session("ada", session_of(text, host_id="4", started=after))
    tom.learn("ada")
    again = tom.memory.beliefs.get("ada", belief.id)
    assert again.status is Status.CONFIRMED
    assert len(again.verdicts) == 4
    assert revisions(tom.memory, "ada", belief.id)[-1].reason == ("said again after it was retired")


def test_what_lives_again_agrees_with_what_was_said_since(tom: Tom) -> None:
    """A revived belief that cannot hold together with a newer one is superseded by it."""
    npm = held(tom, "npm")
    advices = [advised(tom, "install it with npm", limit=1) for _ in range(2)]
    for advice in advices:
        (belief,) = tom.judge("ada", advice, Outcome.REJECTED)
        assert belief.id == npm.id
    later = START + timedelta(days=9)
    tom.add_session("ada", session_of("from now on use yarn", host_id="3", started=later))
    tom.learn("ada")
    tom.judge("ada", advices[0], Outcome.ACCEPTED)
    tom.judge("ada", advices[1], Outcome.ACCEPTED)
    old = tom.memory.beliefs.get("ada", npm.id)
    assert (old.status, old.superseded_by) == (Status.RETIRED, held(tom, "yarn").id)


def test_no_verdict_revives_what_was_superseded(tom: Tom) -> None:
    """Accepted advice on a belief that the person has changed since leaves it given up."""
    advice = advised(tom)
    later = START + timedelta(days=9)
    tom.add_session("ada", session_of("from now on use yarn", host_id="3", started=later))
    tom.learn("ada")
    tom.judge("ada", advice, Outcome.ACCEPTED)
    assert held(tom, "npm").status is Status.RETIRED
    assert held(tom, "npm").superseded_by == held(tom, "yarn").id


def test_an_agents_report_counts_half_and_never_overrules_the_person(tom: Tom) -> None:
    """The person may correct an agent's report, not the other way round."""
    advice = advised(tom)
    beliefs = tom.judge("ada", advice, Outcome.REJECTED, by_agent=True)
    assert {(v.weight, v.by) for b in beliefs for v in b.verdicts} == {(0.25, Judge.AGENT)}
    beliefs = tom.judge("ada", advice, Outcome.ACCEPTED)
    with pytest.raises(UsageError, match="themselves"):
        tom.judge("ada", advice, Outcome.REJECTED, by_agent=True)
    assert {(v.weight, v.by) for b in beliefs for v in b.verdicts} == {(0.5, Judge.PERSON)}
    assert tom.memory.consultations.all("ada")[-1].outcome is Outcome.ACCEPTED


def test_advice_without_beliefs_only_keeps_its_outcome(make_tom: MakeTom) -> None:
    """With nothing known there is nothing to change, and the outcome is kept."""
    tom = make_tom()
    assert tom.judge("ada", advised(tom), Outcome.PARTLY) == ()
    assert tom.memory.consultations.all("ada")[0].outcome is Outcome.PARTLY


def test_only_a_users_own_advice_is_judged(tom: Tom) -> None:
    """Another user's advice is not found, and neither is one that never was."""
    advice = advised(tom)
    for user, number in (("bob", advice), ("ada", 99)):
        with pytest.raises(NotFound):
            tom.judge(user, number, Outcome.ACCEPTED)
    assert not any(b.verdicts for b in tom.memory.beliefs.all("ada"))


def test_a_wrong_call_changes_nothing(tom: Tom) -> None:
    """Naming a belief that was not cited leaves outcome and beliefs as they were."""
    advice = advised(tom)
    before = tom.memory.beliefs.all("ada")
    with pytest.raises(UsageError):
        tom.judge("ada", advice, Outcome.PARTLY, right=[99])
    assert tom.memory.beliefs.all("ada") == before
    assert tom.memory.consultations.all("ada")[-1].outcome is None


def test_forgetting_keeps_the_verdicts_of_what_stays(tom: Tom) -> None:
    """With one belief forgotten its advice is gone; the other keeps its share, unnamed."""
    tom.judge("ada", advised(tom), Outcome.ACCEPTED)
    tom.forget_belief("ada", held(tom, "main").id)
    assert tom.memory.consultations.all("ada") == []
    (verdict,) = held(tom, "npm").verdicts
    assert (verdict.consultation_id, verdict.weight) == (None, 0.5)
    assert held(tom, "npm").confidence == pytest.approx(1.5 / 2.0)
    tom.reset("ada")
    assert tom.memory.check() == []


def test_forgotten_evidence_is_weighed_with_the_verdicts(tom: Tom) -> None:
    """What a second session confirmed falls with it to what verdicts make of the first."""
    again = START + timedelta(days=3)
    tom.add_session("ada", session_of("from now on use npm", host_id="3", started=again))
    tom.learn("ada")
    for by_agent in (True, False):
        tom.judge(
            "ada", advised(tom, "install it with npm", limit=1), Outcome.REJECTED, by_agent=by_agent
        )
    assert held(tom, "npm").status is Status.CONFIRMED
    tom.forget_session("ada", 3)
    assert held(tom, "npm").status is Status.RETIRED


def test_advice_numbers_are_not_given_again(tom: Tom) -> None:
    """The number of advice that is gone never comes to mean another one."""
    advice = advised(tom)
    tom.forget_belief("ada", held(tom, "main").id)
    assert advised(tom) > advice


def test_advice_on_what_is_read_anew_stays_true(tom: Tom) -> None:
    """When a session is rewritten, its belief goes and is no longer cited; the rest is judged."""
    advice = advised(tom)
    npm = held(tom, "npm")
    tom.add_session("ada", session_of("hello there", host_id="1"))
    tom.learn("ada")
    assert npm.id not in [b.id for b in tom.memory.beliefs.all("ada")]
    (belief,) = tom.judge("ada", advice, Outcome.ACCEPTED)
    assert "main" in belief.statement


def test_reading_everything_again_keeps_the_verdicts(make_tom: MakeTom) -> None:
    """Sessions that are learned from again with an embedder leave what was judged judged."""
    tom = make_tom()
    tom.add_session("ada", session_of("from now on use npm", host_id="1"))
    tom.learn("ada")
    tom.judge("ada", advised(tom), Outcome.ACCEPTED)
    before = tom.memory.beliefs.all("ada")
    other = make_tom(HashEmbedder())
    assert other.memory.queue.requeue("ada", "another reader") == 1
    assert other.learn("ada").sessions == 1
    assert other.memory.beliefs.all("ada") == before
