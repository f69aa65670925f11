"""What a session is called, from the messages that it begins with."""

import pytest

from tom_swe.text.title import LENGTH, Opening, title_of

PLAN = "Implement the following plan:\n\n# Plan: Sort the bookings by day\n\n## Why\nThey are not."


@pytest.mark.parametrize(
    ("openings", "title"),
    [
        ([("", PLAN), ("commit this", "")], "Sort the bookings by day"),
        ([("# Weekly report\n\nwrite it", "")], "Weekly report"),
        ([("hi", ""), ("the footer overlaps the table, why?", "")],
         "the footer overlaps the table, why?"),
        ([("hey, please move the menu to the left", "")],
         "move the menu to the left"),
        ([("", "/review"), ("#12", ""), ("1. yes", ""), ("rename the field everywhere", "")],
         "rename the field everywhere"),
        ([("ok", ""), ("well, let's fix the seating chart", "")], "let's fix the seating chart"),
        ([("look at this https://example.org/shop/pull/31?tab=files", "")],
         "look at this …/pull/31"),
        ([("", "Base directory for this skill: /x\n\n# How to review"), ("push it", "")],
         "push it"),
        ([("", "You can use this:\n# fileNotes\n..."), ("mend the clock in the hall", "")],
         "mend the clock in the hall"),
        ([("31", "/review")], "/review 31"),
        ([("修复登录页面的错误", "")], "修复登录页面的错误"),
        ([("", "")], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_a_title_is_a_plan_or_the_first_request(
    openings: list[tuple[str, str]], title: str
) -> None:
    """Greetings, commands, answers and what was pasted are passed over."""
    assert title_of(Opening(*each) for each in openings) == title


def test_a_title_is_cut_at_a_word() -> None:
    """It says that it was cut, and has no half of a word or of a code span."""
    words = (
        "please make the seating chart of the big hall show the rows that are `sold out already`"
    )
    title = title_of([Opening(words)])
    assert title.endswith("…")
    assert len(title) <= LENGTH
    assert set(title.removesuffix("…").split()) <= set(words.split())
    assert title.count("`") % 2 == 0


def test_a_short_sentence_brings_the_next_one() -> None:
    """What says little alone is shown with what follows it."""
    assert title_of([Opening("this is odd now. the list jumps when I scroll")]) == (
        "this is odd now. the list jumps when I scroll"
    )
