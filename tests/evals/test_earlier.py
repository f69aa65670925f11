"""The measurement of earlier words: its labels hold no words, and its figures are what they say."""

import re
from pathlib import Path

import pytest

from tom_evals.earlier.data import Wanted, wanted
from tom_evals.earlier.replay import Answered, Shown, answered
from tom_evals.earlier.score import THRESHOLDS, figures, shown_of, threshold
from tom_evals.earlier.train import Message, answers, learned
from tom_swe.memory.earlier import TopicMatch
from tom_swe.testing import HashEmbedder
from tom_swe.text.terms import terms

TURN = re.compile(r"[\w-]{8,60}\.\d+")


def test_the_labels_are_names_of_turns_and_hold_no_words() -> None:
    """150 requests of three people, each with turns that are wanted, fine or noise, never two."""
    labels = wanted()
    assert len(labels) == 150
    assert len({(each.person, each.request) for each in labels}) == 150
    assert {each.person for each in labels} == {"dev1", "dev2", "dev3"}
    for each in labels:
        turns = [*each.wanted, *each.fine, *each.noise]
        assert len(turns) == len(set(turns))
        assert all(TURN.fullmatch(turn) for turn in (each.request, *turns))
        assert re.fullmatch(r"[0-9a-f]{16}", each.digest)
        assert each.request not in turns


def answer(
    *scores: tuple[str, float], wants: str = "", fine: str = "", briefed: str = ""
) -> Answered:
    """A request for which turns of these names were found, with the scores of their matches."""
    best = [Shown(turn, f"words of {turn}", _match(score)) for turn, score in scores]
    label = Wanted("ann", "r.1", "", frozenset(wants), frozenset(fine), frozenset("n"))
    return Answered(label, "a request", best, frozenset(briefed))


def _match(score: float) -> TopicMatch:
    return TopicMatch(score - TopicMatch(0.0, 1.0, 1.0).score, 1.0, 1.0)


def test_figures_count_what_is_shown_and_what_is_served() -> None:
    """At a threshold: how much is shown, right, hoped for and unread, and who got something."""
    answers_ = [
        answer(("a", 2.0), ("b", 1.0), ("n", 0.6), wants="a", fine="b"),
        answer(("c", 2.0), wants="d"),
        answer(("n", 0.1)),
        answer(("b", 2.0), wants="a", fine="b", briefed="a"),
    ]
    found = figures(answers_, 0.5)
    assert (found.shown, found.right, found.hoped_for, found.unread) == (5, 3, 1, 1)
    assert (found.requests, found.want, found.served) == (3, 2, 1)
    assert found.precision == pytest.approx(0.6)
    assert found.share_served == 0.5
    assert figures([], 0.5).precision == 1.0


def test_a_prompt_is_shown_three_things_at_most() -> None:
    """However many match."""
    many = answer(*((name, 2.0) for name in "abcde"))
    assert [each.turn for each in shown_of(many, 0.5)] == ["a", "b", "c"]


def test_the_threshold_is_where_what_is_shown_is_worth_most() -> None:
    """One wrong thing outweighs two right ones, and what is right is not given up for nothing."""
    right = [answer(("a", 0.8), wants="a") for _ in range(3)]
    wrong = [answer(("n", 0.6)) for _ in range(2)]
    assert threshold([*right, *wrong]) == pytest.approx(0.7)
    assert threshold(right) == THRESHOLDS[0]
    assert threshold([*right[:1], answer(("n", 0.9)), answer(("b", 1.2), wants="b")]) == 1.0


def test_words_that_mean_something_weigh_more() -> None:
    """A word that only alike messages share weighs more than one that any two share."""
    said = [
        Message(person, str(number), f"the {what} number{number}")
        for person in "abcd"
        for number, what in enumerate(["lamp on the quay"] * 3 + ["boats at sea", "fish for tea"])
    ]
    weights = learned(said, HashEmbedder().embed([each.text for each in said]))
    assert weights["lamp"] > weights["the"]


def test_words_sent_alone_are_answers() -> None:
    """Three people who send a word as a whole message make it one; a sentence does not."""
    said = [Message(each, "1", "continue") for each in "abc"]
    said += [Message(each, "1", "push it") for each in "abc"]
    said += [Message("a", str(number), "fine") for number in range(5)]
    assert answers(said) == set(terms("continue"))


@pytest.mark.slow
def test_each_request_is_found_in_the_histories(shared_data: Path) -> None:
    """All 150 requests are met, and nothing that is shown was judged by nobody."""
    found = list(answered(shared_data, wanted()))
    assert len(found) == 150
    shown = figures(found, 1.0)
    assert shown.unread == 0
    assert shown.precision >= 0.7
    assert shown.share_served >= 0.4
