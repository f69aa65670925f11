import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tom_evals.clarity import data as recipe
from tom_evals.clarity import train
from tom_evals.clarity.data import Issue, Request, bare, cut, matched, once, unescaped, written
from tom_evals.clarity.saving import Asked, people, saving
from tom_evals.clarity.score import (
    Judged,
    accuracy,
    area,
    asked,
    second_reader,
    truth_itself,
)
from tom_evals.clarity.train import NAMES, SIGN, Part, left_out, signed
from tom_evals.common.stats import false_negative_rate, false_positive_rate
from tom_swe.advise.clarity.assess import shipped
from tom_swe.advise.irreversible.reading import irreversible


def test_rates_of_five_requests() -> None:
    """Of three clear ones one is asked about, of two vague ones one is not: 1/3, 1/2, 3/5."""
    judged = [
        Judged("a", vague=False, score=1.0),
        Judged("a", vague=False, score=-1.0),
        Judged("b", vague=False, score=0.0),
        Judged("b", vague=True, score=2.0),
        Judged("b", vague=True, score=-0.5),
    ]
    seen = asked(judged)
    assert (seen.hits, seen.false_alarms, seen.misses, seen.rejections) == (1, 1, 1, 2)
    assert false_positive_rate(seen) == pytest.approx(1 / 3)
    assert false_negative_rate(seen) == pytest.approx(1 / 2)
    assert accuracy(judged) == pytest.approx(3 / 5)
    assert area(judged) == pytest.approx(4 / 6)  # 2.0 beats three, -0.5 beats one
    assert false_positive_rate(asked([])) == false_negative_rate(asked([])) == 0.0


def test_what_labels_allow() -> None:
    """Of readers with kappa .5 at one in five vague: recall .2 + .5 * .8, area .75."""
    assert second_reader(0.5, 0.2) == pytest.approx((0.6, 0.75))
    assert truth_itself(0.25, 0.2) == pytest.approx((0.6, 0.75))
    assert second_reader(1.0, 0.2) == pytest.approx((1.0, 1.0))
    # The area from sensitivity and specificity: (p + κ(1-p) + 1 - p(1-κ)) / 2.
    recall, specificity = 0.1 + 0.69 * 0.9, 1 - 0.1 * 0.31
    assert second_reader(0.69, 0.1).area == pytest.approx((recall + specificity) / 2)


def test_saving_counts_only_what_a_stranger_would_be_asked() -> None:
    """Of two answerable questions one is saved; what nobody would be asked counts nowhere."""
    found = [
        Asked("a", answered=True, stranger=True, known=False),
        Asked("b", answered=True, stranger=True, known=True),
        Asked("c", answered=True, stranger=False, known=False),
        Asked("d", answered=False, stranger=True, known=True),
        Asked("e", answered=False, stranger=True, known=False),
    ]
    assert saving(found) == (2, 1, 2, 1)


def test_every_planted_person_has_both_kinds() -> None:
    """No saving can be had by never asking: each has requests that memory does not answer."""
    assert all(each.says and each.answered and each.open for each in people())


def test_what_cannot_be_taken_back_is_told_from_its_neighbours() -> None:
    """Every written request is read right, and each part has both kinds."""
    found = recipe.acts()
    assert [each.text for each in found if bool(irreversible(each.text)) != each.irreversible] == []
    kinds = {(each.part, each.irreversible) for each in found}
    assert kinds == {(part, kind) for part, _ in kinds for kind in (True, False)}


def test_escapes_are_undone() -> None:
    """The doubly escaped carriage return becomes a line's end."""
    assert unescaped("one_x005F_x000D_\ntwo_x000D_\nthree") == "one\ntwo\nthree"
    assert unescaped("a_x005F_b") == "a_b"


def test_marks_of_the_machine_are_hidden() -> None:
    """Openings, comments, fences, headings, tags and line breaks go; names stay unless asked."""
    text = "<!-- template -->\n### Bug\nIt fails in `core.py`:\n```python\nf(1)\n```"
    assert bare(text) == "It fails in core.py: f(1)"
    assert bare(text, names=False).split() == ["It", "fails", "in", ":", "f(1)"]
    assert bare("The issue involves slow loading.") == "involves slow loading."
    assert bare("There is an issue with loading.") == "with loading."


def test_lengths_are_matched() -> None:
    """Both texts of an issue are cut to the words of the shorter one, with or without marks."""
    issue = Issue("a/b", "one two\nthree four five", "The issue is one two")
    assert matched(issue) == ("one two three", "is one two")
    assert cut(Issue("a/b", "one\n two three", "x y")) == ("one\n two", "x y")


def test_a_repeated_text_counts_once_a_person() -> None:
    """A retry by one person is the same request, the same words of another are not."""
    said = [Request("Fix  it", "a", vague=True), Request("fix it", "a", vague=True)]
    other = Request("fix it", "b", vague=False)
    assert once([*said, other]) == [said[0], other]


def test_weights_of_a_part_balance() -> None:
    """One vague among four weighs as much as the three clear ones, and all weigh four."""
    weights = Part(np.zeros((4, 2)), np.array([True, False, False, False])).weights
    assert weights == pytest.approx([2.0, 2 / 3, 2 / 3, 2 / 3])


def test_a_fit_finds_the_log_odds() -> None:
    """Of rows with the feature 3 in 4 are vague, without it 1 in 4: bias -ln 3, weight 2 ln 3."""
    rows = np.array([[1.0]] * 4 + [[0.0]] * 4)
    vague = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=float)
    weight, bias = train.fitted(rows, vague, np.ones(8), penalty=1e-9)
    assert (weight, bias) == pytest.approx((2 * np.log(3), -np.log(3)), abs=1e-3)


def test_a_feature_of_the_wrong_sign_counts_nothing() -> None:
    """Where chance makes a name go with vagueness, the name is left out, and the rest stays."""
    named, untold = NAMES.index("named"), NAMES.index("untold")
    rows = np.zeros((8, len(NAMES)))
    rows[:4, named] = 1.0
    rows[[0, 1, 2, 4], untold] = 1.0
    vague = np.array([True, True, True, False, True, False, False, False])
    found = signed([(Part(rows, vague), np.ones(8))], penalty=0.1)
    assert found[named] == 0.0
    assert found[untold] > 0.0
    assert all(found[:-1] * SIGN >= 0)


def test_nobody_is_judged_by_weights_that_saw_them() -> None:
    """The fit for a group is given all rows but the group's own, each group once."""
    groups = ["a", "b", "a", "c"]
    hidden: list[set[str]] = []

    def fit(seen: np.ndarray) -> np.ndarray:
        inside = {g for g, s in zip(groups, seen, strict=True) if s}
        outside = {g for g, s in zip(groups, seen, strict=True) if not s}
        assert not inside & outside
        hidden.append(outside)
        return np.zeros(2)

    assert list(left_out(groups, fit, np.zeros((4, 1)))) == [0.0] * 4
    assert hidden == [{"a"}, {"b"}, {"c"}]


def test_a_question_is_worth_it_above_what_few_clear_ones_exceed() -> None:
    """Of 101 clear scores 0 to 100 three in a hundred exceed 97; vague ones do not count."""
    scores = np.array([*range(101), 1000.0])
    assert train.worth_asking([False] * 101 + [True], scores) == pytest.approx(97.0)


def test_the_package_ships_numbers_alone() -> None:
    """The weights are named after features; there is no other text beside their recipe."""
    text = resources.files("tom_swe.advise.clarity").joinpath("coefficients.json").read_text()
    strings = set(re.findall(r'"([^"]*)"', text))
    recipe_of = {"made_by", "python -m tom_evals.clarity.train", "message", "report"}
    assert strings <= recipe_of | {"bias", "ask_above", "weights"} | set(NAMES)


@pytest.mark.slow
def test_the_weights_are_those_that_training_makes(shared_data: Path) -> None:
    """Training is the same again to the last digit, so the shipped file is what it says."""
    assert train.trained(shared_data) == shipped()


def _package() -> Iterator[str]:
    for name in ("tom_swe", "tom_evals"):
        root = Path(str(resources.files(name)))
        for file in root.rglob("*"):
            if file.suffix in {".py", ".toml", ".json", ".md", ".jinja"}:
                yield " ".join(file.read_text(encoding="utf-8").lower().split())


def test_no_text_that_is_judged_is_in_the_package(shared_data: Path) -> None:
    """No real message of five words or more, and no issue or summary, stands in what ships."""
    texts = [m.text for m in recipe.messages(shared_data)]
    texts += [text for issue in recipe.issues(shared_data) for text in (issue.full, issue.summary)]
    judged = {" ".join(t.lower().split()) for t in texts if len(t.split()) >= 5}
    ships = "\n".join(_package())
    # Of few texts the second to the fourth word follow each other anywhere in the package; only
    # those are looked for as a whole.
    words = ships.split()
    threes = set(zip(words, words[1:], words[2:], strict=False))
    assert not [text for text in judged if tuple(text.split()[1:4]) in threes and text in ships]


def test_written_requests_are_not_the_judged_ones(shared_data: Path) -> None:
    """What was written for training repeats no vague real message, whatever its length."""
    said = {
        " ".join(m.text.lower().split())
        for m in recipe.messages(shared_data)
        if m.label == "underspecified"
    }
    assert not said & {" ".join(r.text.lower().split()) for r in written()}
