"""Which past turns and beliefs bear on a query, and in what order."""

from datetime import UTC, datetime, timedelta

from tom_swe.advise.recall import FLOOR, HALF_BM25, Matches, Weights, on_topic, rank_turns
from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import Belief, Kind, Reach, Scope

NOW = datetime(2026, 11, 24, tzinfo=UTC)
QUERY = Query(text="the parser")


def turn(number: int, session: int, ordinal: int = 0, **others: object) -> PastTurn:
    """A turn of long ago, its text its number."""
    fields = {"repository": "", "at": NOW - timedelta(days=3650), "text": str(number)}
    return PastTurn.model_validate(
        {"turn_id": number, "session_id": session, "ordinal": ordinal, **fields, **others}
    )


def order(
    turns: list[PastTurn],
    words: dict[int, float],
    meaning: dict[int, float],
    query: Query = QUERY,
    **weights: float,
) -> list[int]:
    """The ids of the turns, best first."""
    ranked = rank_turns(turns, words, meaning, query, NOW, Weights(**weights))
    return [each.turn_id for each in ranked]


def test_words_and_meaning_both_count() -> None:
    """What matches in both goes before what matches as well in one of them."""
    turns = [turn(1, 1), turn(2, 2), turn(3, 3)]
    assert order(turns, {1: 9.0, 2: 9.0}, {1: 0.6, 2: 0.36, 3: 0.6}) == [1, 2, 3]


def test_a_turn_borrows_from_the_one_beside_it() -> None:
    """Of two equal matches, the one that stands next to another match goes first."""
    turns = [turn(1, 1), turn(2, 2, 4), turn(3, 2, 5)]
    meaning = {1: 0.5, 2: 0.5, 3: 0.4}
    assert order(turns, {}, meaning, session=0.0) == [2, 1, 3]
    assert order(turns, {}, meaning, session=0.0, near=0.0) == [1, 2, 3]


def test_a_session_on_the_topic_lifts_its_turns() -> None:
    """A weaker match in the session of the best goes before a stronger one elsewhere."""
    turns = [turn(1, 1, 0), turn(2, 1, 9), turn(3, 2, 0)]
    meaning = {1: 0.9, 2: 0.45, 3: 0.6}
    assert order(turns, {}, meaning, near=0.0) == [1, 2, 3]
    assert order(turns, {}, meaning, near=0.0, session=0.0) == [1, 3, 2]


def test_what_matches_by_nothing_of_its_own_is_left_out() -> None:
    """Standing beside the best match does not bring in a turn with nothing in common."""
    turns = [turn(1, 1, 0), turn(2, 1, 1)]
    assert order(turns, {1: 20.0}, {1: 0.9, 2: FLOOR - 0.01}) == [1]
    assert order(turns, {1: 20.0, 2: HALF_BM25}, {1: 0.9, 2: 0.0}) == [1, 2]


def test_the_best_of_a_bad_lot_does_not_look_good() -> None:
    """Scores by words that say next to nothing are not blown up to a full match."""
    (found,) = rank_turns([turn(1, 1)], {1: 1e-6}, {1: 0.5}, QUERY, NOW)
    (matched,) = rank_turns([turn(1, 1)], {1: HALF_BM25}, {1: 0.5}, QUERY, NOW)
    assert matched.score - found.score > 0.2
    assert order([turn(1, 1)], {1: 1e-6}, {}) == []


def test_without_an_embedder_words_decide_alone() -> None:
    """No cosine at all is not taken for no likeness."""
    turns = [turn(1, 1), turn(2, 2)]
    assert order(turns, {1: 5.0, 2: 9.0}, {}) == [2, 1]
    (best, _) = rank_turns(turns, {1: 5.0, 2: 9.0}, {}, QUERY, NOW)
    assert best.score > 0.8


def test_a_turn_that_is_not_embedded_yet_is_found_by_its_words() -> None:
    """What the index did not bring counts as little alike, whatever else it brought."""
    turns = [turn(1, 1), turn(2, 2)]
    assert order(turns, {2: 3.0}, {1: 0.95}) == [1, 2]
    assert order(turns, {2: 9.0}, {1: 0.95}) == [2, 1]


def test_the_newer_and_the_nearer_win_between_equals() -> None:
    """Recency and the repository decide between turns that match alike, and no others."""
    old, new = turn(1, 1), turn(2, 2, at=NOW)
    here, away = turn(3, 3, repository="acme/shop"), turn(4, 4, repository="acme/other")
    query = Query(text="the parser", repository="acme/shop")
    assert order([old, new], {}, {1: 0.5, 2: 0.5}) == [2, 1]
    assert order([away, here], {}, {3: 0.5, 4: 0.5}, query) == [3, 4]
    assert order([old, new, here], {}, {1: 0.7, 2: 0.5, 3: 0.5}, query)[0] == 1


def test_a_text_is_given_once_and_no_more_than_asked_for() -> None:
    """Repeats of one text take one place; the limit counts distinct ones."""
    turns = [turn(n, n, text="again" if n < 3 else str(n)) for n in range(1, 6)]
    query = Query(text="the parser", limit=2)
    assert order(turns, {}, dict.fromkeys(range(1, 6), 0.5), query) == [1, 3]


def test_scores_are_shares() -> None:
    """A full match that nothing stands beside stays below one; a weak one stays positive."""
    turns = [turn(n, 1, n) for n in range(1, 4)]
    ranked = rank_turns(turns, {1: 50.0, 2: 50.0}, {1: 1.0, 2: 1.0, 3: 0.4}, QUERY, NOW)
    assert all(0.0 < each.score <= 1.0 for each in ranked)


def held(number: int, reach: Reach = Reach.EVERYWHERE) -> Belief:
    return Belief(
        id=number,
        kind=Kind.PREFERENCE,
        statement=str(number),
        scope=Scope(reach=reach, name="" if reach is Reach.EVERYWHERE else "acme/shop"),
        first_seen=NOW,
        last_seen=NOW,
    )


def test_a_belief_is_on_a_topic_by_meaning_and_words_together() -> None:
    """Words in common help what is near in meaning, wherever it holds, and are not enough alone."""
    beliefs = [held(1), held(2, Reach.REPOSITORY), held(3), held(4)]
    meaning = {1: FLOOR, 2: FLOOR - 0.1, 3: FLOOR - 0.01, 4: 0.1}
    matches = Matches([], {}, {}, {2: 8.0, 4: 4.0}, meaning)
    assert [each.id for each in on_topic(beliefs, matches)] == [2, 1]


def test_without_vectors_the_words_say_what_is_on_a_topic() -> None:
    """Every belief that shares words with the query, the best match first."""
    matches = Matches([], {}, {}, {1: 1.0, 3: 5.0}, {})
    assert [each.id for each in on_topic([held(1), held(2), held(3)], matches)] == [3, 1]
