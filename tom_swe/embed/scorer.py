"""Scores sentences for whether they state something durable: MiniLM's layers and cue patterns.

The file beside this module holds numbers and patterns alone; `tom_evals.reading.train` makes
it, and `docs/adr/0006` says how good it is. The layers are those of the model that embeds, so
scoring loads nothing of its own.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from tom_swe.embed.cues import Cues
from tom_swe.embed.minilm import MODEL_SHA256
from tom_swe.errors import EmbedderUnavailable

if TYPE_CHECKING:
    from tom_swe.ports import Vectors

SHIPPED = "scorer.json"


class Encoder(Protocol):
    """What the sentences are read with."""

    def states(self, texts: Sequence[str], tokens: int) -> Vectors:
        """The mean states of its layers, a row a text. Raises EmbedderUnavailable."""
        ...


class SentenceScorer:
    """The scorer of the package, or of another file of the same shape.

    Raises EmbedderUnavailable where the file is not there, or not as it was made.
    """

    def __init__(self, encoder: Encoder, file: Path | None = None) -> None:
        self._encoder = encoder
        self._facts = _facts(file)

    @property
    def name(self) -> str:
        """Names the scorer by its digest."""
        return f"standing-{self._facts['sha256'][:8]}"

    @property
    def threshold(self) -> float:
        """The least score that is worth holding as a hint."""
        return self._facts["threshold"]

    def score(self, sentences: Sequence[str]) -> list[float]:
        """How likely each sentence states something durable, on real messages' base rate.

        0 where the cues leave it no chance of reaching the threshold: not even with the most
        that the layers gave any real sentence in training. Raises EmbedderUnavailable.
        """
        cued = {sentence: self._cues(sentence) for sentence in sentences}
        most = self._facts["highest"]
        hopeful = [each for each in cued if self._probability(most + cued[each]) >= self.threshold]
        read = dict(zip(hopeful, self.read(hopeful), strict=True))
        return [
            self._probability(read[each] + cued[each]) if each in read else 0.0
            for each in sentences
        ]

    def read(self, sentences: Sequence[str]) -> list[float]:
        """What the layers alone give each sentence, before its cues."""
        if not sentences:
            return []
        states = self._encoder.states(sentences, self._facts["tokens"])
        return [float(each) + self._facts["bias"] for each in states @ self._weights]

    def _probability(self, raw: float) -> float:
        line = self._facts["calibration"]
        return 1 / (1 + math.exp(-(line["slope"] * raw + line["offset"])))

    @cached_property
    def _cues(self) -> Cues:
        return Cues(self._facts["cues"], self._facts["counted"])

    @cached_property
    def _weights(self) -> Vectors:
        import numpy as np

        weights: Vectors = np.array(self._facts["weights"], dtype=np.float32)
        return weights


def digest(facts: Mapping[str, Any]) -> str:
    """The digest of all that a scorer's file says but for the digest itself."""
    said = {name: each for name, each in facts.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _facts(file: Path | None) -> dict[str, Any]:
    place = file or resources.files("tom_swe.embed").joinpath(SHIPPED)
    try:
        facts = cast("dict[str, Any]", json.loads(place.read_text(encoding="utf-8")))
        as_made = facts["sha256"] == digest(facts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EmbedderUnavailable(f"the sentence scorer cannot be read: {error}") from error
    if not as_made or facts["encoder"] != MODEL_SHA256:
        raise EmbedderUnavailable("the sentence scorer's file was changed: install tom-swe again")
    return facts
