"""What holds of the reducer whatever is heard, decided, merged and judged, in whatever order."""

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import ON, SHOP, WEB, decided, heard, judged, merged

from tom_swe.beliefs.fold import Fold, fold
from tom_swe.beliefs.history import history
from tom_swe.beliefs.names import named
from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Change,
    DecisionKind,
    Kind,
    Polarity,
    Reach,
    Relation,
    Scope,
    Source,
    Stance,
    Status,
)
from tom_swe.model.event import Event, Heard, Merged, order
from tom_swe.model.revision import Revision
from tom_swe.ports import Pair
from tom_swe.testing import HashEmbedder

# Without a dimension: two that say the same, one that says otherwise, and one told to.
FREE = (
    "Name branches after their tickets, in lower case, please",
    "name branches after their tickets in lower case",
    "Squash before merging",
    "Keep every commit",
)
EDITED = ("Squash before merging", "Do as the wombat does")
BARE = Scope(reach=Reach.REPOSITORY, name="shop")
SCOPES = (EVERYWHERE, SHOP, BARE, WEB, Scope(reach=Reach.LANGUAGE, name="python"))
VECTORS = vectors_of(HashEmbedder(), [*FREE, *EDITED, *ON])
RELATIONS = {Pair(held=FREE[2], heard=FREE[3]): Relation.CONTRADICT}


def similarity() -> Similarity:
    return Similarity(VECTORS, RELATIONS)


sayings = st.builds(
    heard,
    what=st.sampled_from([*ON, *FREE]),
    day=st.integers(1, 6),
    session=st.integers(1, 4),
    position=st.integers(0, 1),
    scope=st.sampled_from([*SCOPES, Scope(reach=Reach.TASK)]),
    source=st.sampled_from(list(Source)),
    polarity=st.sampled_from([Polarity.FOR, Polarity.FOR, Polarity.AGAINST]),
    repository=st.sampled_from(["", "acme/shop", "acme/web"]),
    kind=st.sampled_from([*[Kind.PREFERENCE] * 4, Kind.TAKEN_BACK]),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Up to ten sayings, and up to six acts on what they hold up."""
    said = {each.event: each for each in draw(st.lists(sayings, min_size=1, max_size=10))}
    on = st.sampled_from(sorted(said))
    some = st.lists(on, min_size=1, max_size=3, unique=True)
    days = draw(st.lists(st.integers(1, 70), max_size=6, unique=True))
    acts = [draw(_act(on, some, day / 10)) for day in days]
    return [*said.values(), *acts]


def _act(
    on: st.SearchStrategy[str], some: st.SearchStrategy[list[str]], day: float
) -> st.SearchStrategy[Event]:
    when = st.just(day)
    return st.one_of(
        st.builds(
            decided,
            st.sampled_from(list(DecisionKind)),
            on,
            when,
            statement=st.sampled_from(EDITED),
            scope=st.sampled_from(SCOPES),
        ),
        st.builds(merged, on, on, when),
        st.builds(judged, some, when, st.sampled_from(list(Stance)), st.integers(1, 2)),
    )


def stepwise(events: Sequence[Event]) -> list[Belief]:
    """What is believed where each event is prepared for and taken in by itself."""
    folding = Fold(similarity())
    for event in sorted(events, key=order):
        folding.prepare([event])
        folding.step(event)
    return folding.beliefs()


def having_known(events: Sequence[Event]) -> Similarity:
    """A similarity that has compared all that is said in these."""
    known = similarity()
    Fold(known).prepare(events)
    return known


class Properties:
    """Each holds for any log. The subclasses say how many are tried."""

    examples: int

    def test_the_order_of_arrival_changes_nothing(self) -> None:
        """What is believed is the same, to the last bit, however late each event arrives."""

        @settings(max_examples=self.examples, deadline=None)
        @given(logs(), st.randoms(use_true_random=False))
        def check(events: list[Event], chance: random.Random) -> None:
            arrived = list(events)
            chance.shuffle(arrived)
            assert fold(arrived, similarity()) == fold(events, similarity())

        check()

    def test_one_step_forward_is_the_whole_fold(self) -> None:
        """Event by event, each prepared for as it comes, gives what folding everything gives."""

        @settings(max_examples=self.examples, deadline=None)
        @given(logs())
        def check(events: list[Event]) -> None:
            assert stepwise(events) == fold(events, similarity())

        check()

    def test_forgetting_is_never_having_heard(self) -> None:
        """Without a session: the same beliefs, evidence and scopes as had it not been."""

        @settings(max_examples=self.examples, deadline=None)
        @given(logs(), st.integers(1, 4))
        def check(events: list[Event], session: int) -> None:
            left = [e for e in events if not (isinstance(e, Heard) and e.session_id == session)]
            forgotten = fold(left, similarity())
            assert fold(left, having_known(events)) == forgotten
            assert all(e.session_id != session for b in forgotten for e in b.evidence)

        check()

    def test_undoing_the_last_act_is_never_having_acted(self) -> None:
        """What an act did is gone with it, where nothing was built on it."""

        @settings(max_examples=self.examples, deadline=None)
        @given(logs())
        def check(events: list[Event]) -> None:
            acts = sorted((e for e in events if not isinstance(e, Heard)), key=order)
            if not acts:
                return
            without = [each for each in events if each is not acts[-1]]
            undone = fold(without, having_known(events))
            assert undone == fold(without, similarity())
            assert history(without, having_known(events), {}) == history(without, similarity(), {})

        check()

    def test_history_ends_where_the_beliefs_are(self) -> None:
        """Each was added or retired first, and is as its last revision says; one alone reads so."""

        @settings(max_examples=self.examples, deadline=None)
        @given(logs())
        def check(events: list[Event]) -> None:
            told: dict[int, list[Revision]] = {}
            for each in history(events, similarity(), {}):
                told.setdefault(each.belief_id, []).append(each)
            beliefs, _ = named(fold(events, similarity()), {})
            assert told.keys() == {belief.id for belief in beliefs}
            for belief in beliefs:
                first, last = told[belief.id][0], told[belief.id][-1]
                assert first.change in {Change.ADD, Change.RETIRE}
                assert last.status is belief.status
            for belief in beliefs[:1]:
                assert history(events, similarity(), {}, belief.id) == told[belief.id]

        check()

    def test_what_is_believed_is_consistent(self) -> None:
        """No two live beliefs of one place exclude each other, and each has its quotes."""

        @settings(max_examples=self.examples, deadline=None)
        @given(logs())
        def check(events: list[Event]) -> None:
            beliefs = fold(events, similarity())
            for belief in beliefs:
                assert belief.supporting
                assert 0 <= belief.confidence <= 1
                if belief.status is Status.CONFIRMED:
                    sessions = {each.session_id for each in belief.supporting}
                    confirmed = belief.decision(DecisionKind.CONFIRM)
                    assert len(sessions) >= 2 or belief.is_stated or confirmed
                if belief.is_rejected_by_user:
                    assert belief.status is Status.RETIRED
                if belief.status is Status.RETIRED and belief.superseded_by is None:
                    said = (*belief.verdicts, *belief.evidence)
                    against = [each for each in said if each.stance is Stance.CONTRADICTS]
                    assert belief.is_rejected_by_user or against
            by_event = {e.event: b.id for b in beliefs for e in b.supporting}
            assert len(by_event) == sum(len(b.supporting) for b in beliefs)
            merges = any(isinstance(each, Merged) for each in events)
            edits = any(getattr(each, "statement", "") for each in events)
            if not merges and not edits:
                _check_that_values_exclude(beliefs)

        check()


def _check_that_values_exclude(beliefs: Sequence[Belief]) -> None:
    live = [
        b
        for b in beliefs
        if b.status is not Status.RETIRED and b.value and not b.decision(DecisionKind.SCOPE)
    ]
    for one, other in itertools.combinations(live, 2):
        if one.dimension == other.dimension and one.scope == other.scope:
            # One value is wanted at most, none is both wanted and not, and none is believed twice.
            assert one.value != other.value
            assert Polarity.AGAINST in {one.polarity, other.polarity}


class TestProperties(Properties):
    """Few enough for each change."""

    examples = 100


@pytest.mark.slow
class TestManyProperties(Properties):
    """As many as find what the few miss."""

    examples = 5_000
