"""What `tom why-not` finds near a statement, and what it leaves out."""

import pytest

from tom_swe.embed.similarity import Similarity
from tom_swe.explain.why_not import why_not
from tom_swe.model.advice import PastTurn
from tom_swe.model.belief import Kind, Observation, Quote, Source

ASKED = Observation(
    kind=Kind.PREFERENCE,
    source=Source.STATED,
    statement="Use yarn",
    quote=Quote(ordinal=0, text="Use yarn"),
)


@pytest.mark.parametrize(
    ("text", "meaning", "is_found"),
    [
        ("install it with yarn then", 0.3, True),
        ("use the smaller font", 0.45, False),
        ("no other package manager please", 0.6, True),
    ],
)
def test_a_turn_is_named_if_it_is_on_what_was_asked(
    text: str, meaning: float, is_found: bool
) -> None:
    """It shares a word that says what it is about, or means nearly the same."""
    turn = PastTurn(turn_id=1, session_id=1, ordinal=0, repository="", at=None, text=text)
    found = why_not(ASKED, [], [], [], [], [turn], {1: meaning}, Similarity(), sessions=1)
    assert bool(found.said) is is_found
