"""The multilingual encoder: the same wish in two languages is alike."""

from importlib.util import find_spec

import numpy as np

from tom_swe.embed import Multilingual

ENCODER = Multilingual()


def test_the_same_wish_in_two_languages_is_alike() -> None:
    """A wish is nearer to its translation than to another wish in its own language."""
    asked, translated, other = ENCODER.embed(
        [
            "no hagas commit sin preguntarme",
            "do not commit without asking me",
            "responde siempre en pocas palabras",
        ]
    )
    assert asked @ translated > asked @ other + 0.2


def test_vectors_have_length_one_and_long_texts_are_cut() -> None:
    """What lies behind the first 300 characters changes nothing; no text gives no row."""
    one, other = ENCODER.embed(["use tabs " * 40, "use tabs " * 60])
    assert np.linalg.norm(one) == np.float32(1) or abs(np.linalg.norm(one) - 1) < 1e-3
    assert np.array_equal(one, other)
    assert ENCODER.embed([]).shape == (0, ENCODER.dimension)


def test_it_can_keep_to_its_threads() -> None:
    """The encoder's package limits threads by threadpoolctl alone, and does not ask for it."""
    assert find_spec("threadpoolctl")
