from collections.abc import Sequence

import numpy as np

from tom_swe.embed.remembering import Remembering
from tom_swe.testing import HashEmbedder


class Counting(HashEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return super().embed(texts)


def test_a_text_is_embedded_once_and_its_vector_is_the_same() -> None:
    """Known texts cost nothing, repeats in one call neither; each row is its text's."""
    real = Counting()
    embedder = Remembering(real)
    first = embedder.embed(["use pnpm", "be brief", "use pnpm"])
    again = embedder.embed(["be brief", "no tabs"])
    assert real.asked == ["use pnpm", "be brief", "no tabs"]
    assert np.array_equal(first, HashEmbedder().embed(["use pnpm", "be brief", "use pnpm"]))
    assert np.array_equal(again[0], first[1])
    assert embedder.embed([]).shape == (0, real.dimension)


def test_it_keeps_no_more_than_it_may() -> None:
    """The texts that were wanted longest ago are forgotten; more than fit at once still come."""
    real = Counting()
    embedder = Remembering(real, most=2)
    embedder.embed(["a", "b"])
    embedder.embed(["a", "c"])
    embedder.embed(["a"])
    embedder.embed(["b"])
    assert real.asked == ["a", "b", "c", "b"]
    assert np.array_equal(embedder.embed(["d", "e", "f"]), HashEmbedder().embed(["d", "e", "f"]))
