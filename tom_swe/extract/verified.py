"""Asks a small model of each hint whether it is one, and drops those that it doubts."""

from __future__ import annotations

from collections.abc import Callable

from tom_swe.errors import ModelUnavailable
from tom_swe.llm.outage import Outage
from tom_swe.llm.prompts import render
from tom_swe.model.belief import SessionModel, Source
from tom_swe.model.session import Session
from tom_swe.ports import Reader, Verifier
from tom_swe.text.safe import json_line

NAME = "verified-1"
WITHOUT = "tom keeps hints without asking it; `tom learn` asks it again"


class VerifiedReader:
    """The reader that needs no model, less the hints that a verifier gives less than a threshold.

    Nothing is added, worded or made surer by it: what stays stays as it was. What the rules
    heard and what was counted is not asked about. Where the verifier cannot be used, the other
    reader's own reading stands, under its name, so that the session is read again when it is
    asked for. ``say`` is told so once.
    """

    def __init__(
        self,
        embedded: Reader,
        verifier: Verifier,
        *,
        threshold: float,
        say: Callable[[str], None],
    ) -> None:
        self._embedded = embedded
        self._verifier = verifier
        self._threshold = threshold
        self._outage = Outage(say)

    @property
    def name(self) -> str:
        """What reads, with its version, the other reader, the verifier and the threshold."""
        return f"{NAME}:{self._verifier.name}>={self._threshold:g}+{self._embedded.name}"

    @property
    def at_once(self) -> int:
        """As many as the other reader: asking takes the processor, too."""
        return self._embedded.at_once

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What the session showed, without the hints that are doubted."""
        model = self._embedded.read(session, session_id)
        hints = [each for each in model.observations if each.source is Source.HINT]
        if hints and self._outage.lasts:
            return model
        try:
            sure = self._verifier.verify(question(), [case(each.quote.text) for each in hints])
        except ModelUnavailable as error:
            self._outage.note(error, WITHOUT)
            return model
        told = zip(hints, sure, strict=True)
        doubted = [each for each, score in told if score < self._threshold]
        kept = tuple(each for each in model.observations if each not in doubted)
        return model.model_copy(update={"observations": kept, "reader": self.name})


def question() -> str:
    """What a verifier is asked of each hint."""
    return render("verifying")


def case(sentence: str) -> str:
    """A hint's sentence, which can neither end its line nor a turn."""
    # Chat templates mark turns with words such as <|im_end|>, wherever they stand.
    return json_line(sentence=sentence).replace("<", "\\u003c")
