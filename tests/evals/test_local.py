"""How a threshold for a model from a file is found; the model's figures are written here."""

import pytest

from tom_evals.reading.data import Case
from tom_evals.reading.local import Hint, best, chosen_on_others, hints, kept


def hint(group: str, sure: float, *, right: bool) -> Hint:
    return Hint(group, "aider", "words", right, sure)


SEPARATED = [
    hint(who, sure, right=sure > 0.5) for who in ("ada", "bob", "cy") for sure in (0.2, 0.4, 0.7)
]


def test_the_best_threshold_keeps_the_right_ones() -> None:
    """Where figures separate right from wrong, the threshold is the lowest of the right."""
    assert best(SEPARATED) == 0.7
    assert kept(SEPARATED, lambda _: 0.7).f1 == 1.0
    assert chosen_on_others(SEPARATED).f1 == 1.0


def test_nobody_is_judged_by_a_threshold_of_their_own() -> None:
    """One whose figures lie elsewhere is judged by what is best for the others."""
    other = [hint("dan", 0.3, right=True), hint("dan", 0.1, right=False)]
    assert best([*SEPARATED, *other]) == 0.7
    counted = chosen_on_others([*SEPARATED, *other])
    assert (counted.hits, counted.false_alarms, counted.misses) == (3, 0, 1)


@pytest.mark.parametrize("right", [True, False])
def test_figures_that_say_nothing_drop_nothing(right: bool) -> None:
    """Where all are alike, or none is right, the threshold that drops nothing is as good."""
    assert best([hint("ada", 0.4, right=right), hint("bob", 0.4, right=right)]) == 0.0


def test_only_messages_that_were_scored_have_hints() -> None:
    """An empty message has none; one with sentences that nobody scored is refused."""
    case = Case("none", "ada", "aider", "", "", "none", "", "")
    assert list(hints([case])) == []
    with pytest.raises(ValueError, match="shorter"):
        list(hints([case._replace(text="keep it small")]))
