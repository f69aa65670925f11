"""Which sentences say the same wish in other words, in one session after the other. Pure.

A sentence that reads a little like a wish, once, is nothing. Said in three sessions, it is one,
if it stands by itself: what a project is about is said in many ways that are all near to each
other, and a wish in one. So the sentences around a wish are counted, those that say it and those
that are only near.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tom_swe.model.belief import HINTS_TO_CONFIRM
from tom_swe.model.recurring import SessionRequest
from tom_swe.text.contrast import Contrast, contrast
from tom_swe.text.negation import denies

if TYPE_CHECKING:
    from tom_swe.ports import Vector

# Cosines of the multilingual encoder: the same wish, and something near it. Of the sentences of 85
# people, scored out of fold, .68 to .72 found the same four wishes and nothing else; .65 found
# one topic beside them, and .75 three wishes.
SAME_WISH = 0.70
NEAR = 0.50
# So many different sentences may be near a wish and not say it; more make a topic.
MOST_NEAR = 2


def same_wishes(
    wishes: Iterable[SessionRequest],
    vectors: Mapping[str, Vector],
    fresh: Collection[int],
) -> list[tuple[SessionRequest, ...]]:
    """What says one wish in several sessions, one of them fresh; the oldest first in each.

    ``vectors`` are by the wishes' keys; ``fresh`` are the sessions that were just read, and only
    what is near those is looked at.
    """
    import numpy as np

    said: dict[str, list[SessionRequest]] = {}
    for each in sorted((each for each in wishes if each.key in vectors), key=_order):
        said.setdefault(each.key, []).append(each)
    sayings = list(said.values())
    new = [at for at, same in enumerate(sayings) if any(e.session_id in fresh for e in same)]
    if not new:
        return []
    matrix = np.stack([vectors[key] for key in said])
    around: list[int] = np.unique(np.nonzero(matrix[new] @ matrix.T >= SAME_WISH)[1]).tolist()
    stars: list[tuple[int, float, int, list[int]]] = []
    for center in around:
        cosines = matrix @ matrix[center]
        near: list[int] = (cosines >= NEAR).nonzero()[0].tolist()
        words = sayings[center][0].quote
        same = [
            at for at in near if cosines[at] >= SAME_WISH and _agree(words, sayings[at][0].quote)
        ]
        sessions = len({each.session_id for at in same for each in sayings[at]})
        if sessions >= HINTS_TO_CONFIRM and len(near) - len(same) <= MOST_NEAR:
            stars.append((-sessions, -float(cosines[same].mean()), center, same))
    return _apart(sayings, (each for *_, each in sorted(stars)))


def _apart(
    sayings: Sequence[Sequence[SessionRequest]], stars: Iterable[Sequence[int]]
) -> list[tuple[SessionRequest, ...]]:
    """The groups that share no sentence with one before them."""
    taken: set[int] = set()
    found: list[tuple[SessionRequest, ...]] = []
    for star in stars:
        if taken.isdisjoint(star):
            taken.update(star)
            first: dict[int, SessionRequest] = {}
            for each in sorted((each for at in star for each in sayings[at]), key=_order):
                first.setdefault(each.session_id, each)
            found.append(tuple(first.values()))
    return found


def _agree(one: str, other: str) -> bool:
    return denies(one) == denies(other) and contrast(one, other) is not Contrast.OPPOSITE


def _order(wish: SessionRequest) -> tuple[object, ...]:
    return wish.at, wish.host, wish.host_id, wish.ordinal, wish.key
