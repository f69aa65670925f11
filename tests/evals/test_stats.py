"""The scorers against cases worked by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.common.report import Report, Table, as_json, as_markdown
from tom_evals.common.stats import (
    auc,
    bootstrap,
    brier,
    counts,
    precision_at_recall,
    reliability,
)


def test_counts_and_what_follows_from_them() -> None:
    """Two hits, one false alarm, one miss, one rejection: 2/3, 2/3, 2/3 and 3/5."""
    seen = counts([True, True, True, False, False], [True, True, False, True, False])
    assert seen == (2, 1, 1, 1)
    assert (seen.precision, seen.recall, seen.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert seen.accuracy == pytest.approx(0.6)
    nothing = counts([], [])
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.accuracy) == (0, 0, 0, 0)


def test_auc_counts_pairs() -> None:
    """Of the four pairs three are in order and one is a tie: 3.5 of 4."""
    assert auc([True, True, False, False], [0.9, 0.5, 0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert math.isnan(auc([True], [0.5]))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_auc_is_what_counting_every_pair_gives(cases: list[tuple[bool, float]]) -> None:
    """The quick way and the plain way agree on anything."""
    truth, scores = [t for t, _ in cases], [s for _, s in cases]
    pairs = [(a, b) for t, a in cases if t for u, b in cases if not u]
    if not pairs:
        assert math.isnan(auc(truth, scores))
        return
    plain = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)
    assert auc(truth, scores) == pytest.approx(plain)


def test_precision_at_recall_takes_ties_together() -> None:
    """Two cases that score alike are both taken or neither."""
    truth, scores = [True, False, True, False], [0.9, 0.5, 0.5, 0.1]
    assert precision_at_recall(truth, scores, 0.5) == 1.0
    assert precision_at_recall(truth, scores, 0.6) == pytest.approx(2 / 3)


def test_brier_and_reliability() -> None:
    """(0.8 - 1)² and (0.4 - 0)² have the mean 0.1; each lands in its own bin."""
    assert brier([True, False], [0.8, 0.4]) == pytest.approx(0.1)
    assert reliability([True, False], [0.85, 0.45], bins=2) == [(0.45, 0.0, 1), (0.85, 1.0, 1)]


def test_a_bootstrap_draws_whole_groups() -> None:
    """Cases of one user move together: two users, all right or all wrong, span 0 to 1."""
    cases = [("a", 1.0)] * 50 + [("b", 0.0)] * 50
    found = bootstrap(cases, lambda c: c[0], lambda cs: sum(v for _, v in cs) / len(cs))
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)
    again = bootstrap(cases, lambda c: c[0], lambda cs: sum(v for _, v in cs) / len(cs))
    assert again == found


def test_a_report_is_a_table_or_a_document() -> None:
    """Both forms hold every figure, with when and by which command it was made."""
    report = Report("reading", [Table("all", ("reader", "f1"), [("rules", 0.5)])], ["a note"])
    shown = as_markdown(report, "python -m tom_evals reading")
    assert "| rules | 0.500 |" in shown
    assert "`python -m tom_evals reading`" in shown
    assert '"f1": 0.5' in as_json(report, "x")
