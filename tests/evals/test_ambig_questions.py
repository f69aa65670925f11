import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tom_evals.ambig_swe.data import Gain, Pair, Talk, release
from tom_evals.ambig_swe.information import correlation, gains, talk, told
from tom_evals.ambig_swe.novelty import Marked, NewInformation, marked, prompt
from tom_evals.ambig_swe.questions import counted, difference, informed, judged, ordered
from tom_evals.common.engine import Ledger
from tom_evals.common.models import language
from tom_evals.people import Exchange
from tom_swe.testing import HashEmbedder
from tom_swe.testing.scripted import ScriptedModel

SUMMARY = "Reading a table loses something"
SUMMARIES = {"a__b-1": SUMMARY, "a__b-2": SUMMARY, "c__d-1": SUMMARY}


# What was told


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("I don't have that information.", ""),
        ("I don\u2019t have that information", ""),
        ("1. In core.py.\n\n2. I do not have that information.\n\n3. On Linux.",
         "1. In core.py.\n3. On Linux."),
        ("I don't have specific details, but it fails on read.", "it fails on read."),
        ("It fails. I don't have any further information about it.", "It fails."),
        ("I don't have this problem on 3.1.", "I don't have this problem on 3.1."),
        ("- I don't have insights into that\n- It fails", "- It fails"),
    ],
)  # fmt: skip
def test_refusals_are_taken_out_of_an_answer(answer: str, left: str) -> None:
    """With the items of a list that were nothing else; what is told all the same stays."""
    assert told(answer) == left


@given(st.text(alphabet="abc .\n1-", max_size=60))
def test_what_is_told_is_all_that_stands_in_an_answer_without_a_refusal(answer: str) -> None:
    """No word is lost, and to take refusals out again changes nothing."""
    assert [w for w in told(answer).split() if set(w) & set("abc")] == [
        w for w in answer.split() if set(w) & set("abc")
    ]
    assert told(told(answer)) == told(answer)


# Information gain


class Axes:
    """Puts the summary on one axis and all else on another, halfway for a half of it."""

    name, dimension = "axes", 2

    def embed(self, texts: Sequence[str]) -> Any:
        far = [[1.0, 0.0] if t == SUMMARY else [0.6, 0.8] for t in texts]
        return np.array(far, dtype=np.float32)


def test_the_gain_is_one_less_the_cosine_of_the_summary_with_and_without_the_answer() -> None:
    """A value a pair; nothing gained where all is refused, nothing for what has no summary."""
    refused, new = Pair("Where?", "I don't have that information."), Pair("How?", "Like so.")
    talks = [Talk("a__b-1", (refused, new)), Talk("x__y-1", (new,)), Talk("c__d-1", ())]
    found = gains(talks, SUMMARIES, Axes())
    assert [each.pair for each in found] == [refused, new]
    assert found[0].value == 0.0
    assert found[1].value == pytest.approx(0.4)
    assert gains([], SUMMARIES, Axes()) == ()


def test_an_answer_of_new_words_gains_more_than_the_summary_again() -> None:
    """With an embedder of words, what is not in the summary is what moves it."""
    again, new = Pair("?", SUMMARY), Pair("?", "core.py drops units since version five")
    one, other = gains([Talk("a__b-1", (again, new))], SUMMARIES, HashEmbedder())
    assert one.value < 0.1 < other.value


def test_gains_agree_over_the_pairs_that_both_have() -> None:
    """A pair that one of them lacks is no part of r; one pair alone has none."""

    def of(*values: float) -> list[Gain]:
        return [Gain("a__b-1", Pair(str(n), ""), value) for n, value in enumerate(values)]

    r, both = correlation(of(0.1, 0.2, 0.3, 0.9), of(1, 2, 3))
    assert (r, both) == (pytest.approx(1.0), 3)
    r, both = correlation(of(0.1), of(1, 2, 3))
    assert both == 1
    assert np.isnan(r)


def test_the_order_of_two_is_held_against_the_released_one() -> None:
    """By the sign of the difference of their means."""
    pair = Pair("?", "!")
    low = [Gain(each, pair, 0.1) for each in SUMMARIES]
    high = [Gain(each, pair, 0.3) for each in SUMMARIES]
    assert difference(low, high).value == pytest.approx(0.2)
    released = {"one": low, "other": high}
    for ours, same in ((released, "yes"), ({"one": high, "other": low}, "no")):
        assert [row[-1] for row in ordered(ours, released, "axes").rows] == [same]
    (row, _) = informed(released, {"one": high}, "axes").rows
    assert row[:4] == ("one", "0.100 [0.100, 0.100]", 3, 0)


def test_what_was_asked_in_a_run_are_the_exchanges_of_the_named_manners() -> None:
    """A canned word of the user answers no question."""
    exchanges = [
        Exchange("Which unit?", "Metres.", "answered", 3),
        Exchange("Done.", "Go on.", "go-on", 9),
        Exchange("And why?", "I don't have that information.", "no-information", 12),
    ]
    found = talk("a__b-1", exchanges, {"answered", "no-information"})
    assert found.pairs == (
        Pair("Which unit?", "Metres."),
        Pair("And why?", "I don't have that information."),
    )


# The judge


def test_the_judge_sees_the_pair_and_its_marks_are_from_one_to_five() -> None:
    """The texts come as JSON, long ones shortened; six is no mark."""
    asked = prompt(SUMMARY, Pair("Where?", "x" * 20_000))
    shown = json.loads(asked.messages[0].text)
    assert (shown["summary"], shown["message"]) == (SUMMARY, "Where?")
    assert len(shown["answer"]) < 7_000
    with pytest.raises(ValidationError):
        NewInformation(mark=6)


def test_a_pair_without_a_mark_is_counted_and_asked_again_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply out of form is no mark; the marks that are kept are not asked for again."""
    pairs = (Pair("Where?", "Here."), Pair("How?", "So."))
    talks = [Talk("a__b-1", pairs), Talk("x__y-1", pairs)]

    def marks(server: ScriptedModel) -> Marked:
        monkeypatch.setenv("TOM_API_KEY", "x")
        monkeypatch.setenv("TOM_BASE_URL", server.base_url)
        with Ledger(tmp_path / "marks.jsonl", {}) as ledger, language("openai/judge") as model:
            return marked("who", talks, SUMMARIES, ledger, model)

    def first(body: dict[str, Any]) -> str:
        return '{"mark": 4}' if "Where?" in json.dumps(body) else '{"mark": 6}'

    with ScriptedModel(answer=first) as server:
        assert marks(server) == Marked((("a__b-1", 4),), ("BadReply",))
    with ScriptedModel('{"mark": 1}') as server:
        found = marks(server)
        assert len(server.requests) == 1
    assert sorted(found.marks) == [("a__b-1", 1), ("a__b-1", 4)]
    assert found.unanswered == ()
    assert found.mean.value == 2.5


def test_the_table_of_marks_counts_each_and_those_that_are_missing() -> None:
    """The mean is over marks; the published one stands beside."""
    found = Marked((("a__b-1", 4), ("a__b-1", 5)), ("BadReply",))
    table = judged("a judge", {"Claude Sonnet 3.5": found})
    (row,) = table.rows
    assert row == (
        "Claude Sonnet 3.5", "4.500 [4.500, 4.500]", 0, 0, 0, 1, 1, 2, 1, "4.06"
    )  # fmt: skip
    assert len(table.columns) == len(row)


def test_the_released_questions_give_the_published_counts(shared_data: Path) -> None:
    """Question marks a message and the resolve rates by named files, as the replay has them."""
    if not (shared_data / "ambig-swe").is_dir():
        pytest.skip(f"no ambig-swe in {shared_data}")
    asked, navigated = counted(release(shared_data))
    by_name = {row[0]: row for row in asked.rows}
    assert str(by_name["Claude Sonnet 3.5"][3]).startswith("3.993")
    assert [(row[0], str(row[1])[:4], row[2]) for row in navigated.rows] == [
        ("Deepseek-v2", "13.2", 144),
        ("Claude Sonnet 3.5", "59.5", 42),
    ]
