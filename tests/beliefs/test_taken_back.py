"""What is taken back ends a belief, and forbids nothing."""

import pytest
from logs import EXACTLY, SHOP, WEB, against, decided, heard, merged

from tom_swe.beliefs.fold import fold
from tom_swe.beliefs.history import history
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Change,
    DecisionKind,
    Kind,
    Scope,
    Source,
    Stance,
    Status,
)
from tom_swe.model.event import Event, Heard


def released(
    what: str, day: float, *, scope: Scope = EVERYWHERE, repository: str = "acme/shop",
    source: Source = Source.INSTRUCTION,
) -> Heard:  # fmt: skip
    """What was taken back on a day."""
    return heard(what, day, kind=Kind.TAKEN_BACK, scope=scope, repository=repository, source=source)


def believed(*log: Event) -> list[Belief]:
    """What is believed after a log."""
    return fold(log, EXACTLY)


def test_it_ends_the_belief_and_makes_none() -> None:
    """The words speak against what they take back; nothing takes its place."""
    (one,) = believed(heard("Use pnpm", 1, scope=SHOP), released("Use pnpm", 2))
    assert (one.status, one.superseded_by) == (Status.RETIRED, None)
    assert [each.stance for each in one.evidence] == [Stance.SUPPORTS, Stance.CONTRADICTS]
    assert believed(released("Use pnpm", 1)) == []


def test_a_confirmed_one_ends_as_well() -> None:
    """Neither sessions nor an earlier confirmation hold it up."""
    said = [heard("Use pnpm", day, scope=SHOP) for day in (1, 2)]
    confirmed = decided(DecisionKind.CONFIRM, said[0], 2.5)
    (one,) = believed(*said, confirmed, released("Use pnpm", 3))
    assert one.status is Status.RETIRED


def test_said_or_confirmed_again_it_holds_again() -> None:
    """The latest word holds; a hint is no word."""
    log = [heard("Use pnpm", 1, scope=SHOP), released("Use pnpm", 2)]
    (again,) = believed(*log, heard("Use pnpm", 3, scope=SHOP))
    assert again.status is Status.CONFIRMED
    (taken_up,) = believed(*log, decided(DecisionKind.CONFIRM, log[0], 3))
    assert taken_up.status is Status.CONFIRMED
    (hinted,) = believed(*log, heard("Use pnpm", 3, scope=SHOP, source=Source.HINT))
    assert hinted.status is Status.RETIRED


def test_another_value_and_a_prohibition_stay() -> None:
    """What need not be used was perhaps forbidden, too: that is another belief."""
    npm, never = heard("Use npm", 1, scope=WEB), against("Use pnpm", 1.5, scope=SHOP)
    assert all(
        each.status is Status.CANDIDATE for each in believed(npm, never, released("Use pnpm", 2))
    )


def test_what_it_had_superseded_does_not_return() -> None:
    """Nobody said that what held before is to hold again."""
    log = [heard("Use npm", 1, scope=SHOP), heard("Use pnpm", 2, scope=SHOP)]
    assert all(each.status is Status.RETIRED for each in believed(*log, released("Use pnpm", 3)))


@pytest.mark.parametrize(
    ("said", "held", "ends"),
    [
        (EVERYWHERE, SHOP, True),
        (EVERYWHERE, EVERYWHERE, True),
        (EVERYWHERE, WEB, False),
        (SHOP, SHOP, True),
        (SHOP, EVERYWHERE, False),
    ],
)
def test_where_it_ends(said: Scope, held: Scope, *, ends: bool) -> None:
    """Without a place it ends what holds where it is said; with one, what holds just there."""
    (one,) = believed(heard("Use pnpm", 1, scope=held), released("Use pnpm", 2, scope=said))
    assert (one.status is Status.RETIRED) is ends
    # What holds everywhere is weaker for what was taken back in one place.
    assert len(one.evidence) == (1 if held == WEB else 2)


def test_told_to_tom_it_ends_in_every_place() -> None:
    """The person says it to tom itself, in no repository."""
    log = [heard("Use pnpm", 1, scope=SHOP)]
    said = released("Use pnpm", 2, repository="", source=Source.STATED)
    assert believed(*log, said)[0].status is Status.RETIRED


def test_a_subject_takes_back_what_was_said_of_it() -> None:
    """'Forget what I said about the summary' names no wish, but the belief is on it."""
    log = [heard("Always put the summary first", 1), heard("Keep the summary of each release", 2)]
    one, other = believed(*log, released("The summary", 3))
    assert (one.status, other.status) == (Status.RETIRED, Status.RETIRED)
    (kept,) = believed(
        heard("Add a summary of each release to the handbook and the wiki", 1),
        released("The summary", 2),
    )
    assert kept.status is Status.CANDIDATE


def test_a_merged_belief_stays_taken_back() -> None:
    """Unless one of the two was said after that."""
    one, other = heard("Use pnpm", 1, scope=SHOP), heard("Prefer pnpm", 1.5, scope=SHOP)
    (both,) = believed(one, other, released("Use pnpm", 2), merged(one, other, 3))
    assert both.status is Status.RETIRED
    late = heard("Prefer pnpm", 2.5, scope=SHOP)
    (held,) = believed(one, released("Use pnpm", 2), late, merged(one, late, 3))
    assert held.status is not Status.RETIRED


def test_the_history_says_so() -> None:
    """The log tells why the belief ended."""
    log = [heard("Use pnpm", 1, scope=SHOP), released("Use pnpm", 2)]
    last = history(log, EXACTLY, {})[-1]
    assert (last.change, last.reason) == (Change.RETIRE, "you took it back")
