"""Which sentences state something lasting, by what was learned from real messages.

Two logistic regressions, one on the other. The first reads hashed n-grams of the sentence and of
the agent's turn before it, and signs: what the rules found in the sentence, where it stands, how
long it is. The second weighs its answer against the sentence's meaning, as a vector of a
multilingual encoder. The files beside this module hold their weights,
numbers alone; `tom_evals.reading.train` makes it and docs/adr/0016 says how good it is. The
features here are what the weights were trained on: who changes them trains again.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract.asking import APPROVAL
from tom_swe.extract.catalogue import match
from tom_swe.extract.cues import (
    heard,
    is_asked,
    is_hypothetical,
    is_one_off,
    is_report,
    is_task,
)
from tom_swe.model.session import SaidSentence
from tom_swe.text.ngrams import Indices, ngrams, words_of

if TYPE_CHECKING:
    from tom_swe.ports import Embedder

SHIPPED, WEIGHTS = "lasting.json", "lasting.weights"
BITS = 19

# Characters that are read of a sentence, and of the end of the agent's turn.
LONGEST, BEFORE = 500, 150
OPENING = 12  # characters before a wording that opens its sentence
_NONE = (9, 0)  # no such n-grams
_SAID, _AGENT, _OPENING, _SIGN = 0, 2, 3, 4
_VETOES = {
    "asked": is_asked,
    "hypothetical": is_hypothetical,
    "one_off": is_one_off,
    "report": is_report,
    "task": is_task,
}

type Weights = NDArray[np.float32]


class LastingSentences:
    """The scorer of the package, or of another folder that holds the same two files.

    Raises EmbedderUnavailable where a file is not there, or not as it was made: of the weights
    when they are first used.
    """

    def __init__(self, encoder: Embedder, folder: Path | None = None) -> None:
        self._encoder = encoder
        self._folder = folder or resources.files(__package__)
        self._facts = _facts(self._folder, encoder.name)

    @property
    def name(self) -> str:
        """Names the scorer by its digest."""
        return f"lasting-{self._facts['sha256'][:8]}"

    @property
    def threshold(self) -> float:
        """The least score that is worth holding as a hint."""
        return self._facts["threshold"]

    @property
    def sure(self) -> float:
        """The least score at which a sentence counts as said, not as a hint."""
        return self._facts["sure"]

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """How likely each sentence states something lasting, on real messages' base rate.

        Where the first model leaves too little chance its answer stands. Raises
        EmbedderUnavailable.
        """
        first = [self.first(each) for each in said]
        scores = [_probability(raw, self._facts["first"]) for raw in first]
        floor = self._facts["floor"]
        hopeful = [at for at, score in enumerate(scores) if score >= floor]
        meant = self._encoder.embed([said[at].words for at in hopeful])
        for at, vector in zip(hopeful, meant, strict=True):
            raw = first[at] * self._facts["weight"] + float(vector @ self._dense)
            scores[at] = _probability(raw + self._facts["offset"], self._facts["second"])
        return scores

    def first(self, said: SaidSentence) -> float:
        """What the first model makes of a sentence, before it is a probability."""
        places, values = features(said)
        return float(self._sparse[places] @ values) + self._facts["bias"]

    @cached_property
    def _sparse(self) -> Weights:
        return self._weights[0]

    @cached_property
    def _dense(self) -> Weights:
        return self._weights[1]

    @cached_property
    def _weights(self) -> tuple[Weights, Weights]:
        try:
            packed = self._folder.joinpath(WEIGHTS).read_bytes()
        except OSError as error:
            raise EmbedderUnavailable(f"the sentence scorer cannot be read: {error}") from error
        if hashlib.sha256(packed).hexdigest() != self._facts["weights"]:
            raise EmbedderUnavailable("the sentence scorer was changed: install tom-swe again")
        return unpacked(packed)


def packed(sparse: Weights, dense: Weights) -> bytes:
    """The weights of the first model and of the second, as they are shipped."""
    return zlib.compress(np.concatenate([sparse, dense]).astype("<f2").tobytes(), 9)


def unpacked(packed: bytes) -> tuple[Weights, Weights]:
    """The weights of the first model and of the second."""
    numbers = np.frombuffer(zlib.decompress(packed), "<f2").astype(np.float32)
    return numbers[: 1 << BITS], numbers[1 << BITS :]


PARTS = ("sentence", "agent", "opening", "place", "rules")


def features(said: SaidSentence, without: str = "") -> tuple[Indices, Weights]:
    """The places of a sentence's features among the weights, and how much each counts.

    The parts count alike however long they are. One of PARTS may be left out, to measure it.
    """
    words = said.words[:LONGEST]
    opening = " ".join(words_of(words)[:3])
    parts = {
        "sentence": (ngrams(words, (1, 3), (2, 5), BITS, _SAID), 1.0),
        "agent": (ngrams(said.before.strip()[-BEFORE:], (1, 2), _NONE, BITS, _AGENT), 0.5),
        "opening": (ngrams(opening, (1, 3), _NONE, BITS, _OPENING), 0.5),
    }
    unique = [
        (np.unique(places), share)
        for name, (places, share) in parts.items()
        if len(places) and name != without
    ]
    found = [(places, share / math.sqrt(len(places))) for places, share in unique]
    for name, signs in (("place", _signs(said, words)), ("rules", _rules(said, words))):
        if name != without:
            found.append((np.unique(np.array([_place(s) for s in signs], np.uint32)), 0.3))
    values = [np.full(len(places), each, np.float32) for places, each in found]
    return np.concatenate([places for places, _ in found]), np.concatenate(values)


@cache
def _place(sign: str) -> int:
    """Where a sign's weight stands."""
    return int(ngrams(sign, (1, 1), _NONE, BITS, _SIGN)[0])


def _signs(said: SaidSentence, words: str) -> Iterator[str]:
    """How and where a sentence stands."""
    count = len(words_of(words))
    yield f"words{min(6, int(math.log2(count + 1)))}"
    yield f"message{min(9, int(math.log2(said.length + 1)))}"
    yield f"nth{min(4, int(math.log2(said.nth + 1)))}"
    yield f"of{min(4, int(math.log2(said.of)))}"
    before = said.before.strip()
    shown = {
        "question": said.is_question,
        "last": said.nth == said.of - 1,
        "silent": not before,
        "asked": before.endswith(("?", "\uff1f")),
        "foreign": not words.isascii(),
        "exclaims": "!" in words or "\uff01" in words,
        "approval": APPROVAL.match(words) is not None,
    }
    yield from (sign for sign, is_shown in shown.items() if is_shown)


def _rules(said: SaidSentence, words: str) -> Iterator[str]:
    """What the rules found in a sentence."""
    cues = heard(words, question=said.is_question)
    for each in cues:
        yield f"cue{each.cue.name}"
        if each.start <= OPENING:
            yield f"opens{each.cue.name}"
        if each.cue.strong:
            yield "strong"
    yield from (f"veto{name}" for name, is_so in _VETOES.items() if is_so(words))
    if subjects := match(words):
        yield f"subjects{min(2, len(subjects))}"
        if cues:
            yield "both"


def _probability(raw: float, line: Mapping[str, float]) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, line["slope"] * raw + line["offset"]))))


def digest(facts: Mapping[str, Any]) -> str:
    """The digest of all that a scorer's file says but for the digest itself."""
    said = {name: each for name, each in facts.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _facts(folder: Traversable, encoder: str) -> dict[str, Any]:
    try:
        text = folder.joinpath(SHIPPED).read_text(encoding="utf-8")
        facts = cast("dict[str, Any]", json.loads(text))
        as_made = facts["sha256"] == digest(facts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EmbedderUnavailable(f"the sentence scorer cannot be read: {error}") from error
    if not as_made or facts["encoder"] != encoder:
        raise EmbedderUnavailable("the sentence scorer was changed: install tom-swe again")
    return facts
