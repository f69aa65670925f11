"""Which sentences of several sessions say one wish, by what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from tom_swe.beliefs.wishes import same_wishes
from tom_swe.model.recurring import RequestKind, SessionRequest
from tom_swe.testing import START

if TYPE_CHECKING:
    from tom_swe.ports import Vector

LAMPS: tuple[str, ...] = (
    "Hang the lamps low",
    "Lamps hang low, please",
    "The lamps should be hung low",
)


def pointing(*cosines: float) -> Vector:
    """A unit vector with these cosines to the first axes."""
    vector = np.zeros(8, np.float32)
    vector[: len(cosines)] = cosines
    vector[7] = np.sqrt(max(0.0, 1 - float(vector @ vector)))
    return vector


ONE = pointing(1.0)


def said(*words: str, first: int = 1) -> list[SessionRequest]:
    """A session with each of these."""
    return [
        SessionRequest(
            kind=RequestKind.WISH,
            key=text,
            ordinal=0,
            quote=text,
            start=0,
            end=len(text),
            session_id=number,
            turn_id=number,
            host_id=str(number),
            at=START + timedelta(days=number),
        )
        for number, text in enumerate(words, start=first)
    ]


def found(
    wishes: Sequence[SessionRequest], vectors: Mapping[str, Vector], *fresh: int
) -> list[list[int]]:
    """The sessions of each wish; without ``fresh`` all were just read."""
    sessions = fresh or tuple(each.session_id for each in wishes)
    same = same_wishes(wishes, vectors, sessions)
    return [[each.session_id for each in some] for some in same]


def test_three_sessions_make_a_wish() -> None:
    """Two that mean the same say nothing; with a third they are one wish, in any order."""
    wishes, vectors = said(*LAMPS), dict.fromkeys(LAMPS, ONE)
    assert found(wishes[:2], vectors) == []
    assert found(wishes, vectors) == found(wishes[::-1], vectors) == [[1, 2, 3]]


def test_one_session_counts_once() -> None:
    """What is said three times in one session is said once."""
    wishes = [each.model_copy(update={"session_id": 1}) for each in said(*LAMPS)]
    assert found(wishes, dict.fromkeys(LAMPS, ONE)) == []


def test_only_what_is_near_the_fresh_sessions_is_looked_at() -> None:
    """A wish that no fresh session says is left as it was."""
    others: tuple[str, ...] = ("Paint the boat red", "The boat is to be red", "Boats get red paint")
    wishes = [*said(*LAMPS), *said(*others, first=4)]
    vectors = dict.fromkeys(LAMPS, ONE) | dict.fromkeys(others, pointing(0, 1.0))
    assert found(wishes, vectors, 6) == [[4, 5, 6]]
    assert found(wishes, vectors, 7) == []


def test_a_topic_is_no_wish() -> None:
    """Where many other sentences are near, they tell what the project is about."""
    near: tuple[str, ...] = ("The lamp shop opens", "Lamps are sold out", "Count the lamps")
    wishes = [*said(*LAMPS), *said(*near, first=4)]
    vectors = dict.fromkeys(LAMPS, ONE) | dict.fromkeys(near, pointing(0.6))
    assert found(wishes[:5], vectors) == [[1, 2, 3]]
    assert found(wishes, vectors) == []


def test_opposites_are_not_one_wish() -> None:
    """Whatever their vectors say, what is asked for is not what is forbidden or its opposite."""
    for other in ("Never hang the lamps low", "Hang the lamps high", "Cuelga las lámparas, no"):
        words = (*LAMPS[:2], other)
        assert found(said(*words), dict.fromkeys(words, ONE)) == []


def test_what_has_no_vector_is_left_out() -> None:
    """Without the encoder's vectors nothing agrees."""
    assert found(said(*LAMPS), {}) == []
