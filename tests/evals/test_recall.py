"""The scoring of recall against cases worked by hand, and how LoCoMo is read."""

import gzip
import json
from pathlib import Path

import pytest

from tom_evals.recall.data import Place, dialogues, places
from tom_evals.recall.score import (
    Found,
    distinct,
    found,
    fused,
    intervals,
    left_out,
    means,
    recall_at,
)
from tom_evals.recall.wanted import Wanted, shares


def test_recall_is_the_share_of_what_is_wanted_that_stands_high_enough() -> None:
    """Two of three wanted are among the first four, one among the first two."""
    ranked = ["a", "x", "y", "b", "c"]
    assert recall_at(ranked, {"a", "b", "z"}, 4) == pytest.approx(2 / 3)
    assert recall_at(ranked, {"a", "b", "z"}, 2) == pytest.approx(1 / 3)
    assert recall_at(ranked, {"c"}, 5) == 1.0
    assert recall_at([], {"c"}, 5) == 0.0


def test_what_cannot_be_found_counts_as_missed() -> None:
    """A question whose evidence is not in the dialogue scores nothing, for every ranking."""
    assert recall_at(["a"], set(), 5) == 0.0


def test_a_session_ranks_where_its_first_turn_does() -> None:
    """Six turns of one session push the other below depth five, but not its session."""
    ranked = [*(Place(1, turn) for turn in range(6)), Place(2, 1)]
    case = found("d", 4, ranked, {Place(2, 1), Place(1, 9)})
    assert case.turns == (0.0, 0.5, 0.5)
    assert case.sessions == (1.0, 1.0, 1.0)
    assert distinct(place.session for place in ranked) == [1, 2]


def test_reciprocal_rank_fusion_prefers_what_both_rank_well() -> None:
    """1/61 + 1/62 beats 1/61 alone, which beats 1/62 alone."""
    assert fused([[1, 2], [3, 1]]) == [1, 3, 2]
    assert fused([[], [7]]) == [7]


def case(dialogue: str, recall: float) -> Found:
    """A question of which this share was found, at every depth."""
    return Found(dialogue, 1, (recall,) * 3, (1.0,) * 3)


def test_means_are_over_questions_not_over_dialogues() -> None:
    """Three questions of one dialogue weigh three times the one of another."""
    cases = [case("a", 1.0), case("a", 1.0), case("a", 1.0), case("b", 0.0)]
    assert means(cases) == [0.75, 0.75, 0.75, 1.0, 1.0, 1.0]
    turns = intervals(cases)[0]
    assert (turns.value, turns.low, turns.high) == (0.75, 0.0, 1.0)


def test_a_dialogue_is_given_the_choice_that_suits_the_others() -> None:
    """Each choice is best where it was not chosen, so neither dialogue gets its own best."""
    choices = {"x": [case("a", 1.0), case("b", 0.2)], "y": [case("a", 0.4), case("b", 0.9)]}
    assert left_out(choices, 10) == {"a": "y", "b": "x"}


def test_references_are_read_as_they_are_written() -> None:
    """Stray colons, leading zeros, two in one; what is no reference names nothing."""
    assert places(["D8:6; D9:17", "D:11:26", "D30:05", "D"]) == [
        Place(8, 6),
        Place(9, 17),
        Place(11, 26),
        Place(30, 5),
    ]


def test_locomo_is_read_as_sessions_of_the_person(tmp_path: Path) -> None:
    """Turns keep numbers, names and pictures; questions without an answer or evidence go."""
    talk = {
        "session_2_date_time": "1:56 pm on 8 May, 2023",
        "session_2": [
            {"speaker": "Ann", "dia_id": "D2:1", "text": "Look!", "blip_caption": "a red barn"},
            {"speaker": "Bo", "dia_id": "D2:2", "text": "Nice."},
        ],
    }
    asked = [
        {"question": "What did Ann show?", "category": 4, "evidence": ["D2:1", "D9:9"]},
        {"question": "What did Cy show?", "category": 5, "evidence": ["D2:1"]},
        {"question": "Is Bo kind?", "category": 3, "evidence": []},
        {"question": "Where is it?", "category": 1, "evidence": ["D"]},
    ]
    folder = tmp_path / "locomo"
    folder.mkdir()
    with gzip.open(folder / "locomo10.json.gz", "wt") as file:
        json.dump([{"sample_id": "c", "conversation": talk, "qa": asked}], file)
    (read,) = dialogues(tmp_path)
    turns = read.sessions[2].turns
    assert [(t.ordinal, t.role, t.text) for t in turns] == [
        (1, "user", "Ann: Look! [shares a red barn]"),
        (2, "user", "Bo: Nice."),
    ]
    assert [(q.text, q.evidence) for q in read.questions] == [
        ("What did Ann show?", {Place(2, 1)}),
        ("Where is it?", set()),
    ]


def test_a_belief_counts_where_it_stands_among_the_first() -> None:
    """Of four tasks one is found first, one third, one eighth, one not: 1/4, 2/4, 3/4."""
    found = [Wanted("a", 0), Wanted("b", 2), Wanted("c", 7), Wanted("d", None)]
    assert shares(found) == [0.25, 0.5, 0.75]
