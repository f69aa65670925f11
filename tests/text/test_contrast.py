"""How statements that are alike differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.text.contrast import Contrast, contrast, covers, differ, forbids


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Put the license header first", "Put the license header last"),
        ("Keep log lines short", "Keep log lines long"),
        ("Always use the light icons in the docs", "Always use the dark icons in the docs"),
        ("Prefer events over polling", "Prefer polling over events"),
        ("Use a queue rather than a thread", "Use a thread rather than a queue"),
        ("Build the image before the tests", "Build the image after the tests"),
        ("Format first, then lint", "Lint first, then format"),
        ("Store times in UTC", "Store times in local time"),
        ("Wrap lines at 80 columns", "Wrap lines at 120 columns"),
        ("Use signed tags", "Use unsigned tags"),
        ("Answer with examples", "Answer without examples"),
        ("Always use metric units", "Always use imperial units"),
        ("Name modules in the singular", "Name modules in the plural"),
    ],
)
def test_one_word_turns_it(one: str, other: str) -> None:
    """A swapped order, an opposite, a number and another filler of one slot exclude."""
    assert contrast(one, other) is contrast(other, one) is Contrast.OPPOSITE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Run the linter before pushing", "Run the formatter before pushing"),
        ("Write unit tests for every bug", "Write browser tests for every bug"),
        ("Document public functions", "Document public classes"),
        ("Never commit to main", "Never commit to the release branch"),
    ],
)
def test_both_may_hold(one: str, other: str) -> None:
    """What is done to one thing and to another is neither one wish nor a contradiction."""
    assert contrast(one, other) is contrast(other, one) is Contrast.OTHER


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Keep replies brief", "Always keep answers short, please"),
        ("Sign commits", "Use signed commits"),
        ("Run the tests before committing", "Before you commit, run the tests"),
        ("Use tabs, never spaces", "Never use spaces, use tabs"),
        ("Open pull requests as drafts", "Open PRs as draft"),
        ("Squash commits before merging", "Squash before merging"),
        ("Use a queue instead of a thread", "Prefer a queue over a thread"),
    ],
)
def test_paraphrases_say_the_same(one: str, other: str) -> None:
    """Other forms of the words, another order and words that matter little make no difference."""
    assert contrast(one, other) is contrast(other, one) is Contrast.NONE
    assert not differ(one, other)


def test_a_subject_is_covered_by_what_is_about_it() -> None:
    """A text that says much else beside is not about it."""
    assert covers("Always put the license header first", "the license header")
    assert not covers("Always put the license header first", "the footer")
    assert not covers("Add yarn scripts for release notes to the handbook", "yarn")
    assert not covers("Always put it first", "the")


def test_never_without_asks_for_it() -> None:
    """Two negations forbid nothing."""
    assert forbids("Never push")
    assert forbids("Force pushes")
    assert not forbids("Never push without asking")


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_is_the_same_both_ways(one: str, other: str) -> None:
    """The order in which two texts come makes no difference, and one is like itself."""
    assert contrast(one, other) is contrast(other, one)
    assert contrast(one, one) is Contrast.NONE
