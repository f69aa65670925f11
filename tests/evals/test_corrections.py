import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tom_evals.common.sparse import Rows, fitted
from tom_evals.corrections.data import developers, lines_of, overlaps, taught
from tom_evals.corrections.examples import READ, WRITER, examples
from tom_evals.corrections.out_of_fold import FILE, kept_out_of_fold
from tom_evals.corrections.run import run
from tom_evals.corrections.score import (
    BESIDES,
    PARTLY,
    RIGHT,
    WRONG,
    Believed,
    by_labels,
    by_reading,
    from_templates_only,
    judged,
    noticed,
    rules_known,
)
from tom_evals.corrections.train import fold_of
from tom_swe import Role, Session, Turn
from tom_swe.errors import UsageError
from tom_swe.extract.corrective import CorrectiveTurns

RULE = "Write tests before code."
TEMPLATE = "You are given a list of pages. Never skip a page, and always write tests before code."


def said(session: str, text: str, role: str = "user", **more: str) -> dict[str, str]:
    return {"session": session, "role": role, "text": text, "at": "2026-03-01T09:30:00Z", **more}


def label(session: str, line: int, text: str, kind: str = "human", **more: Any) -> dict[str, Any]:
    row = {
        "developer": "dev01",
        "session": session,
        "line": line,
        "kind": kind,
        "text": text,
        "labelled_session": True,
        "correction_label": False,
        "mine": None,
    }
    return row | more


def reading(corrects: bool, read_as: str = "random sample", sure: str = "high") -> dict[str, str]:
    return {"correction": "yes" if corrects else "no", "read_as": read_as, "sure": sure}


def written(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the shared data's shape: one history of rules, one developer."""
    claw = tmp_path / "corrections" / "claw"
    asked = ["add a form", "sort the list by date", "the chart needs a legend"]
    days = [
        said(f"day{n}", f"{text}. From now on always write tests before code")
        for n, text in enumerate(asked)
    ]
    written(claw / "made_up.jsonl", days)
    rule = {
        "id": "P1",
        "text": RULE,
        "grade": "well taught",
        "teaching": [{"quote": "always write tests before code"}],
    }
    gold = {
        "file": "made_up.jsonl",
        "rules": [rule],
        "acceptable_besides": ["Name files in snake case."],
        "traps": [{"quote": "this chart always needs two axes"}],
    }
    (claw / "rules.json").write_text(json.dumps({"made_up": gold}), encoding="utf-8")
    swt = tmp_path / "corrections" / "swt"
    one = [
        said("one", TEMPLATE),
        said("one", "Done, all pages.", "agent"),
        said("one", "no, that is wrong: you skipped a page"),
    ]
    written(swt / "dev01" / "one.jsonl", one)
    labels = [
        label("one", 1, TEMPLATE, "template"),
        label(
            "one",
            3,
            one[2]["text"],
            correction_label=True,
            mine=reading(corrects=True, read_as="labelled correction"),
        ),
    ]
    written(swt / "labels.jsonl", labels)
    return tmp_path


@pytest.mark.slow
def test_the_product_is_measured_on_any_folder_of_the_shape(folder: Path) -> None:
    """Rules, turns and beliefs are each in a table, and the sheet names rule and belief."""
    report = run(folder)
    rules, turns, beliefs, sheet, _ = report.tables
    assert rules.rows[0][:3] == ("made_up", 1, 1)
    assert "1 messages of 1 developers" in turns.title
    assert beliefs.rows[0][:3] == ("dev01", 0, 0)
    assert any(RULE in row for row in sheet.rows)
    assert run(folder, sheet=False).tables == report.tables[:3]


def test_a_folder_without_the_histories_is_named(tmp_path: Path) -> None:
    """The error says which file is missing."""
    with pytest.raises(UsageError, match=r"no corrections/claw/rules\.json"):
        run(tmp_path)


def test_a_belief_is_right_by_its_quote_and_its_statement(folder: Path) -> None:
    """A far statement is wrong, a nearer one partly right; a trap makes it wrong."""
    (history,) = taught(folder)
    likeness = {"same": 0.8, "part": 0.5, "far": 0.1}

    def worth(statement: str, *quotes: str) -> str:
        belief = Believed(statement, "confirmed", quotes)
        return judged(belief, history, lambda one, _: likeness[one]).worth

    taught_by = "Always write tests  before code"
    assert [worth(each, taught_by) for each in likeness] == [RIGHT, PARTLY, WRONG]
    assert worth("same", taught_by, history.traps[0]) == WRONG
    assert worth("same", "something else that was said") == BESIDES
    assert worth("part", "something else that was said") == WRONG


def test_the_best_belief_on_a_rule_counts(folder: Path) -> None:
    """One that is right and one that is partly right make the rule right."""
    (history,) = taught(folder)
    beliefs = [Believed(s, "confirmed", history.rules[0].quotes) for s in ("part", "same")]
    likeness = {"same": 0.8, "part": 0.5}
    verdicts = [judged(each, history, lambda one, _: likeness[one]) for each in beliefs]
    assert rules_known(history, verdicts) == {"P1": RIGHT}
    assert rules_known(history, []) == {"P1": ""}


def test_a_drawn_message_stands_for_those_that_were_not_read(tmp_path: Path) -> None:
    """Two of four unlabelled messages were read: each weighs two, and one found is half."""
    rows = [label("s", n, f"message {n}") for n in range(4)]
    rows[0]["mine"] = reading(corrects=True)
    rows[1]["mine"] = reading(corrects=False, sure="low")
    rows.append(label("s", 9, "no", correction_label=True))
    rows[-1]["mine"] = reading(corrects=True, read_as="labelled correction")
    written(tmp_path / "corrections" / "swt" / "labels.jsonl", rows)
    messages = developers(tmp_path)[0].messages
    weighed = by_reading(messages)
    assert [each.weight for each in weighed] == [1.0, 2.0, 2.0]
    assert len(by_reading(messages, sure=True)) == 2
    precision, recall = noticed(weighed, {("s", 9), ("s", 1)})
    assert (precision.value, recall.value) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert [each.corrects for each in by_labels(messages)] == [False] * 4 + [True]


def test_what_stands_in_templates_alone_is_told(folder: Path) -> None:
    """A quote that also stands in the person's own words is no template's."""
    messages = developers(folder)[0].messages
    template = Believed("", "confirmed", ("always write tests before code",))
    assert from_templates_only(template, messages)
    own = template._replace(quotes=(*template.quotes, "you skipped a page"))
    assert not from_templates_only(own, messages)
    assert not from_templates_only(template._replace(quotes=("never said",)), messages)


def test_a_turn_is_found_in_its_file_in_order(tmp_path: Path) -> None:
    """The same words twice are two lines; a line that importing dropped is passed over."""
    file = tmp_path / "s.jsonl"
    texts = ["go on", "", "go on", "stop"]
    written(file, [said("s", text) for text in texts])
    turns = tuple(
        Turn(ordinal=n, role=Role.USER, text=text)
        for n, text in enumerate(each for each in texts if each)
    )
    session = Session(host="jsonl", host_id="s", turns=turns)
    assert lines_of(session, file) == {0: 1, 1: 3, 2: 4}


def test_short_quotes_are_alike_only_as_a_whole() -> None:
    """Two letters are in everything."""
    assert overlaps("no", "No")
    assert not overlaps("no", "another one")
    assert overlaps("`write`  tests first", "please write tests first now")


def test_the_shared_data_are_read_whole(shared_data: Path) -> None:
    """The histories and the labelled messages are as many as their description says."""
    assert sum(len(each.rules) for each in taught(shared_data)) == 44
    assert len(developers(shared_data)) == 9


def test_a_regression_finds_the_feature_that_decides() -> None:
    """The one of two features that goes with the truth gets the weight; the bias the rest."""
    rows = [(np.array([n % 2, 2], np.uint32), np.array([1.0, 1.0], np.float32)) for n in range(200)]
    truth = np.array([float(n % 2) for n in range(200)])
    weights, bias = fitted(Rows.of(rows, 4), truth, np.ones(200), 10.0)
    assert weights[1] > 1 > -1 > weights[0]
    assert weights[3] == 0
    assert abs(bias + weights[2]) < 0.5


def test_rows_are_multiplied_as_a_matrix_is() -> None:
    """Both ways round, as the dense matrix gives it."""
    dense = np.array([[1.0, 0, 2], [0, 3, 0]])
    rows = [
        (np.array([0, 2], np.uint32), np.array([1, 2], np.float32)),
        (np.array([1], np.uint32), np.array([3], np.float32)),
    ]
    made = Rows.of(rows, 3)
    assert made.times(np.array([1.0, 2, 3])) == pytest.approx(dense @ [1, 2, 3])
    assert made.back(np.array([1.0, 2])) == pytest.approx([1.0, 2] @ dense)


def test_nobody_is_trained_and_tested_on() -> None:
    """A person is in one fold; the developer with most sessions is a fold alone."""
    assert fold_of("dev01") == 0
    assert {fold_of(f"dev0{n}") for n in range(2, 10)} == {1}
    assert all(fold_of(f"w{n:03}") >= 2 for n in range(50))


def test_what_was_read_is_named_once_and_holds_no_words() -> None:
    """Each message has one label, and is drawn or chosen, not both."""
    kept = json.loads(READ.read_text(encoding="utf-8"))
    names = [each for labels in kept.values() for some in labels.values() for each in some]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"w\d{3}-[0-9a-f]{6}-\d+", each) for each in names)


def test_the_scores_out_of_fold_are_of_the_shipped_model() -> None:
    """The threshold is the product's, and a turn that was never scored is not found."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept["threshold"] == CorrectiveTurns().threshold
    assert kept_out_of_fold({("no such session", 1)}) == set()


def test_every_labelled_turn_has_its_score(shared_data: Path) -> None:
    """The file is of these data, and of all of them."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))["scores"]
    given = [each for each in examples(shared_data) if each.person != WRITER]
    assert {f"{name}:{line}" for name, line in (each.id for each in given)} == set(kept)


def test_what_was_written_repeats_nothing_that_is_measured(shared_data: Path) -> None:
    """No written turn of five words or more is a labelled one."""

    def words(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.casefold()))

    given = examples(shared_data)
    measured = {words(each.spoken.text) for each in given if each.person != WRITER}
    made = {words(each.spoken.text) for each in given if each.person == WRITER}
    assert {each for each in made & measured if each.count(" ") >= 4} == set()
