"""What recurs is proposed, becomes a belief with its quotes, or is never proposed again."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from tom_migrations import HEAD
from tom_swe.errors import NotFound, UsageError
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import EVERYWHERE, Reach, Scope, Status
from tom_swe.model.portable import FORMAT, VERSION, Export
from tom_swe.model.recurring import VERSION as REQUESTS
from tom_swe.model.session import Role, Session
from tom_swe.model.user_acts import Did
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]

DRAFTS = (
    "the parser is fine now, commit and open a draft PR",
    "create a draft PR please",
    "push this and open a draft PR",
    "open a draft PR",
)


def history(*messages: str, repository: str = "acme/shop", first: int = 0) -> list[Session]:
    """A session a day, each with one of the messages."""
    return [
        session_of(
            "look at the totals of the basket",
            (Role.AGENT, "They are wrong."),
            message,
            host_id=f"{repository}-{first + day}",
            repository=repository,
            started=START + timedelta(days=first + day),
        )
        for day, message in enumerate(messages)
    ]


def learned(tom: Tom, sessions: Sequence[Session]) -> Tom:
    """Takes in one session after the other, and learns from all."""
    for each in sessions:
        tom.add_session("ada", each)
    tom.read("ada")
    return tom


def proposals(tom: Tom) -> list[tuple[str, int]]:
    return [(each.key, each.sessions) for each in tom.recurrence.all("ada")]


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    return make_tom(HashEmbedder())


def test_a_twist_is_proposed_with_its_quotes(tom: Tom) -> None:
    """What is asked for with the same twist in four sessions is proposed for their repository."""
    learned(tom, history(*DRAFTS))
    (found,) = tom.recurrence.all("ada")
    assert (found.key, found.sessions) == ("twist pr draft", 4)
    assert found.question == "In 4 sessions you asked: open a draft PR. Always?"
    assert found.statement == "When you open a PR: open a draft PR"
    assert found.scope == Scope(reach=Reach.REPOSITORY, name="acme/shop")
    assert [each.quote for each in found.requests] == list(DRAFTS)
    assert tom.memory.beliefs.all("ada") == []


def test_the_order_of_learning_makes_no_difference(make_tom: MakeTom) -> None:
    """The same sessions propose the same, whichever is learned first."""
    sessions = history(*DRAFTS[:3])
    seen: list[object] = []
    for order in (sessions, sessions[::-1]):
        tom = make_tom(HashEmbedder())
        for each in order:
            learned(tom, [each])
        (found,) = tom.recurrence.all("ada")
        seen.append((found.question, found.statement, [each.quote for each in found.requests]))
        tom.reset("ada")
    assert all(each == seen[0] for each in seen)


def test_in_several_repositories_it_is_of_everywhere(tom: Tom) -> None:
    """Asked for more than once in two repositories, it holds in all of them."""
    learned(tom, history(*DRAFTS[:2]) + history(*DRAFTS[2:], repository="acme/web", first=5))
    (found,) = tom.recurrence.all("ada")
    assert (found.sessions, found.scope) == (4, EVERYWHERE)


def test_a_yes_makes_a_belief_on_the_quotes_and_undo_takes_it_back(tom: Tom) -> None:
    """The sentences that ask for it hold the belief up; nothing is proposed while it stands."""
    learned(tom, history(*DRAFTS))
    belief = tom.recurrence.accept("ada", "twist pr draft")
    assert belief.statement == "When you open a PR: open a draft PR"
    assert belief.status is Status.CONFIRMED
    assert belief.quotes == DRAFTS[::-1]
    assert [each.kind for each in belief.decisions] == ["confirm"]
    assert proposals(tom) == []
    assert "draft PR" in tom.brief("ada", "acme/shop").text
    assert [each.did for each in tom.undo("ada")] == [Did.ACCEPT]
    assert tom.memory.beliefs.all("ada") == []
    assert proposals(tom) == [("twist pr draft", 4)]
    assert tom.memory.check() == []


def test_a_belief_from_a_yes_survives_another_reading(tom: Tom) -> None:
    """Its sessions may be read again: the person decided on what rests on them."""
    learned(tom, history(*DRAFTS))
    belief = tom.recurrence.accept("ada", "twist pr draft")
    for each in belief.supporting:
        job = tom.memory.queue.take_again("ada", each.session_id)
        assert job
        tom._learner.learn_one(job)  # pyright: ignore[reportPrivateUsage]
    assert tom.memory.beliefs.all("ada") == [belief]


def test_the_person_may_word_the_rule(tom: Tom) -> None:
    """With words of their own those are believed; empty ones are refused."""
    learned(tom, history(*DRAFTS))
    with pytest.raises(UsageError, match="empty"):
        tom.recurrence.accept("ada", "twist pr draft", " . ")
    belief = tom.recurrence.accept("ada", "twist pr draft", "Open pull requests as drafts")
    assert (belief.statement, belief.quotes) == ("Open pull requests as drafts", DRAFTS[::-1])
    tom.undo("ada")
    assert tom.memory.beliefs.all("ada") == []


def test_a_dismissal_lasts_until_it_is_undone(tom: Tom) -> None:
    """It is not proposed again, however often it comes; undo brings it back."""
    sessions = history(*DRAFTS)
    learned(tom, sessions[:3])
    tom.recurrence.dismiss("ada", "twist pr draft")
    learned(tom, sessions[3:])
    assert proposals(tom) == []
    with pytest.raises(NotFound):
        tom.recurrence.accept("ada", "twist pr draft")
    assert [each.did for each in tom.undo("ada")] == [Did.DISMISS]
    assert proposals(tom) == [("twist pr draft", 4)]


def test_forgetting_a_session_lowers_the_count(tom: Tom) -> None:
    """What is left decides whether it is proposed at all."""
    learned(tom, history(*DRAFTS))
    tom.forget_session("ada", 1)
    assert proposals(tom) == [("twist pr draft", 3)]
    tom.forget_session("ada", 2)
    assert proposals(tom) == []
    assert tom.memory.check() == []


def test_forgetting_all_of_it_forgets_the_dismissal_too(tom: Tom) -> None:
    """No words of forgotten sessions are left in what the person did."""
    learned(tom, history(*DRAFTS))
    tom.recurrence.dismiss("ada", "twist pr draft")
    tom.forget_session("ada", 1)
    assert len(tom.memory.user_acts.all("ada")) == 1
    tom.forget_sessions("ada", [2, 3, 4])
    assert tom.memory.user_acts.all("ada") == []


def test_forgetting_a_belief_from_a_yes_does_not_propose_it_again(tom: Tom) -> None:
    """Its words are forgotten, so nothing recurs in them."""
    learned(tom, history(*DRAFTS))
    belief = tom.recurrence.accept("ada", "twist pr draft")
    tom.forget_belief("ada", belief.id)
    assert proposals(tom) == []
    assert tom.memory.user_acts.all("ada") == []


def test_a_rejected_belief_is_not_proposed_again(tom: Tom) -> None:
    """Who says yes and then no is not asked a third time."""
    learned(tom, history(*DRAFTS))
    belief = tom.recurrence.accept("ada", "twist pr draft")
    tom.reject("ada", belief.id)
    assert proposals(tom) == []


def test_what_is_believed_already_is_not_proposed(tom: Tom) -> None:
    """A belief that says it, in whatever words, answers the question."""
    learned(tom, history(*DRAFTS))
    tom.remember("ada", "pull requests are opened as drafts")
    assert proposals(tom) == []


def test_a_template_never_counts(tom: Tom) -> None:
    """A prompt that is kept and sent again is written once."""
    template = """Work through the steps of the release in their order.
Read the totals of the basket and compare them with the ledger.
Write down what differs, a line a product, without the cents.
Request for the price list where a product is not in it.
At the end open a draft PR.
Tell the shop when it is there, and where the list is to be found."""
    learned(tom, history(*[f"{template}\nIt is day {day}." for day in "abcde"]))
    assert proposals(tom) == []


def test_sessions_of_an_earlier_version_are_caught_up_with(tom: Tom) -> None:
    """Sessions that were learned before requests were kept have them once somebody looks."""
    learned(tom, history(*DRAFTS))
    ids = [each.id for each in tom.memory.sessions.summaries("ada")]
    tom.memory.requests.keep(dict.fromkeys(ids, ()), version=0)
    assert proposals(tom) == [("twist pr draft", 4)]


def test_an_export_brings_what_recurs_and_what_was_dismissed(tom: Tom) -> None:
    """What was found is found again in the new memory, and what was decided stays decided."""
    learned(tom, history(*DRAFTS, "never use tabs here"))
    learned(tom, history(*["do not rename columns please"] * 3, first=9))
    assert [key for key, _ in proposals(tom)] == ["twist pr draft", "never rename column"]
    tom.recurrence.dismiss("ada", "never rename column")
    rows = {name: tuple(each) for name, each in tom.memory.portable.rows("ada")}
    export = Export.model_validate(
        {"format": FORMAT, "version": VERSION, "schema": HEAD, "user": "ada", "tables": rows}
    )
    tom.restore("ada", export, replace=True)
    assert tom.memory.requests.unread("ada", REQUESTS) == []
    assert proposals(tom) == [("twist pr draft", 4)]


def test_what_grows_keeps_what_it_asked_for(tom: Tom) -> None:
    """A session that goes on is learned anew, and counts once."""
    sessions = history(*DRAFTS)
    learned(tom, sessions)
    more = sessions[0].turns[-1].model_copy(update={"ordinal": 3, "text": "open a draft PR again"})
    grown = sessions[0].model_copy(update={"turns": (*sessions[0].turns, more)})
    learned(tom, [grown])
    assert proposals(tom) == [("twist pr draft", 4)]
    assert tom.memory.check() == []
