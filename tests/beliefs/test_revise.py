from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.beliefs.reconsider import reconsider
from tom_swe.beliefs.revise import revise
from tom_swe.beliefs.similarity import Similarity
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Change,
    Kind,
    Observation,
    Polarity,
    Quote,
    Reach,
    Scope,
    Source,
    Stance,
    Status,
)
from tom_swe.model.revision import Heard
from tom_swe.testing import START

SIMILAR = Similarity({})
PNPM: dict[str, Any] = {"dimension": "package_manager", "value": "pnpm"}
NPM: dict[str, Any] = {"dimension": "package_manager", "value": "npm"}


def heard(
    statement: str, day: int, session: int | None = None, *, repository: str = "", **fields: Any
) -> Heard:
    given: dict[str, Any] = {"kind": Kind.PREFERENCE, "source": Source.INSTRUCTION} | fields
    said = Observation(statement=statement, quote=Quote(ordinal=0, text=statement.lower()), **given)
    number = session if session is not None else day
    return Heard(
        id=day * 100 + number,
        session_id=number,
        host="jsonl",
        repository=repository,
        at=START + timedelta(days=day),
        observation=said,
    )


def after(*said: Heard, beliefs: list[Belief] | None = None) -> dict[int, Belief]:
    """The beliefs as they stand when these have been heard."""
    now = {belief.id: belief for belief in beliefs or []}
    for revision in revise(list(now.values()), said, SIMILAR):
        now[revision.belief.id] = revision.belief
    return now


def only(beliefs: dict[int, Belief]) -> Belief:
    (belief,) = beliefs.values()
    return belief


def test_what_is_said_once_is_a_candidate() -> None:
    """One session makes a belief that waits for a second."""
    belief = only(after(heard("Use pnpm", 1, **PNPM)))
    assert belief.status is Status.CANDIDATE
    assert belief.quotes == ("use pnpm",)


def test_a_second_session_confirms() -> None:
    """The same thing in other words, in another session, is one belief, confirmed, both quotes."""
    belief = only(after(heard("Use pnpm", 1, **PNPM), heard("pnpm it is", 2, **PNPM)))
    assert belief.status is Status.CONFIRMED
    assert belief.quotes == ("pnpm it is", "use pnpm")


def test_twice_in_one_session_does_not_confirm() -> None:
    """Saying it again within a session keeps it a candidate."""
    belief = only(after(heard("Use pnpm", 1, 7, **PNPM), heard("Use pnpm!", 2, 7, **PNPM)))
    assert belief.status is Status.CANDIDATE


def test_a_change_of_mind_supersedes_and_keeps_both() -> None:
    """What is said later holds; the older belief is retired, with its quotes and the new one's."""
    now = after(
        heard("Use npm", 1, **NPM), heard("Use npm", 2, **NPM), heard("Use pnpm", 3, **PNPM)
    )
    old, new = now[-1], now[-2]
    assert (old.status, old.superseded_by) == (Status.RETIRED, new.id)
    assert new.status is Status.CANDIDATE
    assert {e.quote for e in old.evidence if e.stance is Stance.CONTRADICTS} == {"use pnpm"}


def test_sessions_read_out_of_order_end_the_same() -> None:
    """An older session that is imported later does not overturn what was said since."""
    now = after(heard("Use pnpm", 3, **PNPM))
    now = after(heard("Use npm", 1, **NPM), beliefs=list(now.values()))
    assert {b.value: b.status for b in now.values()} == {
        "pnpm": Status.CANDIDATE,
        "npm": Status.RETIRED,
    }


def test_going_back_revives_the_old_belief() -> None:
    """Returning to what was held before takes that belief up again."""
    now = after(
        heard("Use npm", 1, **NPM), heard("Use pnpm", 2, **PNPM), heard("Use npm", 3, **NPM)
    )
    assert {b.value: b.status for b in now.values()} == {
        "npm": Status.CONFIRMED,
        "pnpm": Status.RETIRED,
    }


def test_speaking_against_a_thing_ends_the_belief_in_it() -> None:
    """Wanting a thing no more retires the belief that it is wanted."""
    no_npm = heard("Do not use npm", 2, polarity=Polarity.AGAINST, **NPM)
    now = after(heard("Use npm", 1, **NPM), no_npm)
    assert {(b.polarity, b.status) for b in now.values()} == {
        (Polarity.FOR, Status.RETIRED),
        (Polarity.AGAINST, Status.CANDIDATE),
    }


def test_two_scopes_do_not_contradict() -> None:
    """Npm in one repository and pnpm in another are both held."""
    one, other = (Scope(reach=Reach.REPOSITORY, name=name) for name in ("a", "b"))
    now = after(heard("Use npm", 1, scope=one, **NPM), heard("Use pnpm", 2, scope=other, **PNPM))
    assert {b.status for b in now.values()} == {Status.CANDIDATE}


def test_a_repository_with_and_without_its_owner_is_one() -> None:
    """Hosts name a repository differently; a belief about it is still one belief."""
    bare, owned = (Scope(reach=Reach.REPOSITORY, name=name) for name in ("shop", "acme/shop"))
    said = (heard("Use npm", 1, scope=bare, **NPM), heard("Use npm", 2, scope=owned, **NPM))
    assert only(after(*said)).status is Status.CONFIRMED


def test_what_is_said_in_two_repositories_holds_everywhere() -> None:
    """The same wish in a second repository widens the belief, with both quotes under it."""
    one, other = (Scope(reach=Reach.REPOSITORY, name=name) for name in ("a", "b"))
    belief = only(
        after(heard("pnpm!", 1, scope=one, **PNPM), heard("pnpm", 2, scope=other, **PNPM))
    )
    assert belief.scope == EVERYWHERE
    assert belief.status is Status.CONFIRMED
    assert len(belief.quotes) == 2


def test_an_exception_is_not_swallowed_by_the_rule() -> None:
    """A rule and its exception stay apart; the rule said in that place ends the exception."""
    there = Scope(reach=Reach.REPOSITORY, name="a")
    rule, exception = heard("npm", 1, **NPM), heard("pnpm", 2, scope=there, **PNPM)
    now = after(rule, exception)
    assert {b.scope: b.value for b in now.values()} == {EVERYWHERE: "npm", there: "pnpm"}
    ended = after(heard("npm", 3, scope=there, **NPM), beliefs=list(now.values()))
    live = [b for b in ended.values() if b.status is not Status.RETIRED]
    assert {b.value for b in live} == {"npm"}


def test_a_rule_said_in_the_place_of_an_exception_ends_it() -> None:
    """Who wants a thing everywhere, says so in a repository and later than the exception, means it.

    An exception of another repository stays, and so does one that was made since.
    """
    there = Scope(reach=Reach.REPOSITORY, name="acme/a")
    exception = heard("pnpm", 2, repository="acme/a", scope=there, **PNPM)

    def live(day: int, repository: str) -> set[tuple[str, Scope]]:
        rule = heard("npm everywhere", day, repository=repository, **NPM)
        now = after(rule, beliefs=list(after(exception).values()))
        return {(b.value, b.scope) for b in now.values() if b.status is not Status.RETIRED}

    assert live(3, "acme/a") == {("npm", EVERYWHERE)}
    assert live(3, "a") == {("npm", EVERYWHERE)}
    assert live(3, "acme/b") == {("npm", EVERYWHERE), ("pnpm", there)}
    assert live(1, "acme/a") == {("npm", EVERYWHERE), ("pnpm", there)}


def test_an_ended_exception_keeps_both_quotes() -> None:
    """The exception is retired with its own quote and with the words that ended it."""
    there = Scope(reach=Reach.REPOSITORY, name="a")
    now = after(
        heard("pnpm", 1, repository="a", scope=there, **PNPM),
        heard("npm everywhere", 2, repository="a", **NPM),
    )
    assert (now[-1].status, now[-1].superseded_by) == (Status.RETIRED, -2)
    assert [(e.quote, e.stance) for e in now[-1].evidence] == [
        ("pnpm", Stance.SUPPORTS),
        ("npm everywhere", Stance.CONTRADICTS),
    ]


def test_words_about_one_task_teach_nothing() -> None:
    """What holds for this task only makes no belief."""
    assert after(heard("Skip the tests", 1, scope=Scope(reach=Reach.TASK))) == {}


def test_what_is_only_seen_never_overturns_what_was_said() -> None:
    """A habit that is counted later does not retire the person's own words."""
    length: dict[str, Any] = {"dimension": "length", "kind": Kind.PREFERENCE}
    said = heard("Keep it short", 1, value="short", **length)
    seen = heard("Writes long", 2, value="long", **(length | {"source": Source.BEHAVIOUR}))
    now = after(said, seen)
    assert {b.value: b.status for b in now.values()} == {
        "short": Status.CANDIDATE,
        "long": Status.RETIRED,
    }


def test_without_a_dimension_likeness_decides() -> None:
    """The same words without a catalogue entry are one belief, other words another."""
    now = after(
        heard("Name branches after tickets", 1),
        heard("name branches after tickets", 2),
        heard("Squash before merging", 3),
    )
    assert sorted(len(b.evidence) for b in now.values()) == [1, 2]


def test_evidence_that_goes_is_missed() -> None:
    """With its second session forgotten a belief is a candidate again; its successor gone, live."""
    now = after(
        heard("Use npm", 1, **NPM), heard("Use npm", 2, **NPM), heard("Use pnpm", 3, **PNPM)
    )
    old = now[-1]
    first_only = old.model_copy(update={"id": 1, "evidence": old.evidence[:1]})
    (revision,) = reconsider([first_only], SIMILAR)
    assert revision.belief.status is Status.CANDIDATE
    assert revision.belief.superseded_by is None
    assert revision.belief.confidence == pytest.approx(2 / 3)


values = st.sampled_from(["npm", "pnpm", "yarn"])
stories = st.lists(
    st.tuples(values, st.integers(1, 6), st.sampled_from(list(Polarity)), st.booleans()),
    max_size=12,
)


@given(stories)
def test_whatever_is_said_the_beliefs_stay_consistent(
    story: list[tuple[str, int, Polarity, bool]],
) -> None:
    """At most one value of a dimension is wanted at a time, and nothing both wanted and not.

    Every belief is held up by a quote, every revision gives its reason, and only revisions
    change beliefs.
    """
    said = [
        heard(
            f"{polarity} {value}",
            day,
            dimension="package_manager",
            value=value,
            polarity=polarity,
            source=Source.BEHAVIOUR if seen else Source.INSTRUCTION,
        ).model_copy(update={"id": number})
        for number, (value, day, polarity, seen) in enumerate(story)
    ]
    revisions = revise([], said, SIMILAR)
    now: dict[int, Belief] = {}
    for revision in revisions:
        assert revision.reason
        assert (revision.belief.id not in now) == (revision.change is Change.ADD)
        now[revision.belief.id] = revision.belief
    live = [b for b in now.values() if b.status is not Status.RETIRED]
    wanted = [b.value for b in live if b.polarity is Polarity.FOR]
    unwanted = [b.value for b in live if b.polarity is Polarity.AGAINST]
    assert len(wanted) <= 1
    assert not set(wanted) & set(unwanted)
    assert all(b.quotes for b in now.values())
    assert bool(said) == bool(live)
    for belief in now.values():
        assert (belief.superseded_by is not None) == (belief.status is Status.RETIRED)
        assert belief.status is not Status.CONFIRMED or _sessions(belief) >= 2


def _sessions(belief: Belief) -> int:
    return len({e.session_id for e in belief.evidence if e.stance is Stance.SUPPORTS})
