"""Which turns correct the agent: they object, say that it does not work, reject or undo. Pure.

A logistic regression on hashed n-grams. Its weights are numbers alone, in the file beside this
module; `tom_evals.corrections.train` makes it, and `docs/results.md` says how good it is. The
features here are what the weights were trained on: who changes them trains again.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Iterator
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_swe.model.corrections import CorrectiveTurn, JudgedTurns
from tom_swe.model.session import Role, Session
from tom_swe.text.language import language_of
from tom_swe.text.ngrams import Indices, ngrams, words_of
from tom_swe.text.prose import sentences

SHIPPED = "corrective.json"
BITS = 18

# Characters that are read: corrections stand where a message begins or ends.
FIRST, LAST, BEFORE, BESIDE = 240, 160, 150, 600
ANSWER = 6  # words of a reply that says no more than what was asked
_NONE = (9, 0)  # no such n-grams
_SAID, _AGENT, _OPENING, _SIGN = 0, 2, 3, 4
_TRACE = re.compile(r"Traceback|Error\b|error:|Exception")

type Weights = NDArray[np.float32]


class Spoken(NamedTuple):
    """A turn of the person as it is judged: what the agent said before it, and they themselves.

    ``nth`` counts their turns before it, and ``after_tool`` says that the agent was at work.
    """

    text: str
    before: str
    previous: str
    nth: int
    after_tool: bool


class CorrectiveTurns:
    """The model of the package, or of another file of the same shape."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    @property
    def threshold(self) -> float:
        """The least probability of a turn that counts as a correction."""
        return self._facts["threshold"]

    def judge(self, session: Session) -> JudgedTurns:
        """The turns of a session that correct the agent."""
        judged = 0
        found: list[CorrectiveTurn] = []
        for ordinal, spoken in spoken_in(session):
            if not self.reads(spoken.text):
                continue
            judged += 1
            if (score := self.score(spoken)) >= self.threshold:
                found.append(CorrectiveTurn(ordinal=ordinal, score=round(score, 3)))
        return JudgedTurns(judged=judged, corrective=tuple(found))

    def reads(self, text: str) -> bool:
        """Whether the model is good enough at the language; a text of no known one is read."""
        language = language_of(text)
        return not language or language in self._facts["languages"]

    def score(self, spoken: Spoken) -> float:
        """How likely a turn corrects the agent."""
        places, values = features(spoken)
        raw = float(self._weights[places] @ values) * self._facts["scale"] + self._facts["bias"]
        return 1 / (1 + math.exp(-raw))

    @cached_property
    def _facts(self) -> dict[str, Any]:
        file = self._file or resources.files(__package__).joinpath(SHIPPED)
        return json.loads(file.read_text(encoding="utf-8"))

    @cached_property
    def _weights(self) -> Weights:
        packed = zlib.decompress(base64.b85decode(self._facts["weights"]))
        return np.frombuffer(packed, np.int8).astype(np.float32)


def spoken_in(session: Session) -> Iterator[tuple[int, Spoken]]:
    """The person's turns after the agent did something, each with its place in the session."""
    before: list[str] = []
    previous = ""
    nth = 0
    began = after_tool = False
    for turn in session.turns:
        if turn.role in {Role.AGENT, Role.TOOL}:
            began = True
            after_tool = turn.role is Role.TOOL
            if turn.role is Role.AGENT:
                before.append(turn.text)
            continue
        if began and turn.role is Role.USER and turn.text.strip():
            yield turn.ordinal, Spoken(turn.text, "\n".join(before), previous, nth, after_tool)
        before.clear()
        after_tool = False
        previous = turn.text
        nth += 1


def features(spoken: Spoken) -> tuple[Indices, Weights]:
    """The places of a turn's features among the weights, and how much each counts.

    The parts of a message count alike however long they are.
    """
    said = [words for each in sentences(spoken.text) if (words := each.words.strip())]
    first = " ".join(said[:2])[:FIRST]
    last = " ".join(said[2:][-1:])[-LAST:]
    opening = " ".join(words_of(first)[:3])
    before = spoken.before.strip()[-BEFORE:]
    signs = [_place(sign) for sign in _signs(spoken, said)]
    parts = [
        (ngrams(first, (1, 3), (2, 5), BITS, _SAID), 1.0),
        (ngrams(last, (1, 3), (2, 5), BITS, _SAID), 0.6),
        (ngrams(before, (1, 2), _NONE, BITS, _AGENT), 0.5),
        (ngrams(opening, (1, 3), _NONE, BITS, _OPENING), 0.6),
    ]
    unique = [(np.unique(places), share) for places, share in parts if len(places)]
    found = [(places, share / math.sqrt(len(places))) for places, share in unique]
    found.append((np.unique(np.array(signs, np.uint32)), 0.3))
    values = [np.full(len(places), each, np.float32) for places, each in found]
    return np.concatenate([places for places, _ in found]), np.concatenate(values)


@cache
def _place(sign: str) -> int:
    """Where a sign's weight stands."""
    return int(ngrams(sign, (1, 1), _NONE, BITS, _SIGN)[0])


def _signs(spoken: Spoken, said: list[str]) -> Iterator[str]:
    """What shows a correction in any language."""
    text = spoken.text.strip()
    words = words_of(text[:BESIDE])
    yield f"length{min(7, int(math.log2(len(words) + 1)))}"
    yield f"nth{min(4, int(math.log2(spoken.nth + 1)))}"
    yield f"prose{4 * sum(map(len, said)) // max(1, len(text))}"
    letters = [each for each in text[:FIRST] if each.isalpha()]
    shown = {
        "asks": text.endswith(("?", "\uff1f")),
        "questions": "?" in text[-200:] or "\uff1f" in text[-200:],
        "exclaims": "!" in text or "\uff01" in text,
        "insists": "!!" in text or "??" in text,
        "trails": "..." in text,
        "shouts": len(letters) > 8 and 2 * sum(each.isupper() for each in letters) > len(letters),
        "silent": not spoken.before.strip(),
        "working": spoken.after_tool,
        "fenced": "```" in text,
        "lines": "\n" in text,
        "linked": "://" in text,
        "trace": bool(_TRACE.search(text)),
        "pasted": not said,
        "asked": (asked := spoken.before.rstrip().endswith(("?", "\uff1f"))),
        "answers": asked and len(words) <= ANSWER,
        "again": spoken.previous.strip() == text,
        "foreign": not text.isascii(),
    }
    yield from (sign for sign, is_shown in shown.items() if is_shown)
    mine = set(words)
    for name, other in (("mine", spoken.previous[:BESIDE]), ("theirs", spoken.before[-BESIDE:])):
        if theirs := set(words_of(other)):
            shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
            yield f"{name}{int(3.99 * shared)}"
