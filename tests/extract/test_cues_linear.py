"""Wordings are searched for in time that grows with the text, whatever the text."""

import time

from tom_swe.extract.cues import heard


def test_no_wording_goes_back_and_forth_over_a_long_sentence() -> None:
    """Paths and dashes that may be split in many ways cost no more than other words."""
    began = time.process_time()
    heard("look at src/a-b.c/d-e.f/" + "x-y.z/" * 30 + " and see, what - is 'it'", question=False)
    heard("- ' . / - " * 40, question=False)
    assert time.process_time() - began < 5
