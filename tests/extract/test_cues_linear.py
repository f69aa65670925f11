"""Wordings are found without going back over words that could be cut in many ways."""

import pytest

from tom_swe.extract.cues import heard


@pytest.mark.parametrize(
    "text", ["look at src/" + "a-b.c/d-e.f/" * 40 + " and see, what's it", "- ' . / " * 60]
)
def test_no_wording_goes_back_and_forth_over_a_long_sentence(text: str) -> None:
    """A path or a row of marks is no wish, and the search ends."""
    assert not any(each.cue.strong for each in heard(text, question=False))
