"""Reads a session with a language model, beside the reader that needs none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tom_swe.errors import ModelFault
from tom_swe.extract.grounding import SessionForm, checked, overlaps
from tom_swe.llm.outage import Outage
from tom_swe.llm.prompts import render
from tom_swe.model.belief import Observation, SessionModel, Source
from tom_swe.model.calls import Message, Prompt, Purpose
from tom_swe.model.session import OWN_HOST, Role, Session
from tom_swe.ports import Embedder, LanguageModel, Reader
from tom_swe.text.safe import json_line
from tom_swe.text.tokens import count_tokens
from tom_swe.text.transcript import transcript

NAME = "model-1"
MOST_CANDIDATES = 40
REPLY_TOKENS = 2_000
SUMMARY = 200  # characters
WITHOUT = "tom reads these sessions without it; `tom learn` reads them again with it"


class ModelReader:
    """One call a session that holds words of the person; none for the rest.

    What the reader without a model makes of the session goes in as candidates: those of its
    rules stay unless the model rejects them, its hints only where the model notes the same
    words. Habits are counted, not read, and stay. Whatever keeps the model from answering, that
    reader's own reading is a stopgap, under its name, so that the session is read again when it
    is asked for (`relearn`). ``say`` is told so once for each kind of fault.
    """

    def __init__(
        self,
        model: LanguageModel,
        embedded: Reader,
        embedder: Embedder | None,
        *,
        most_tokens: int,
        say: Callable[[str], None],
    ) -> None:
        self._model = model
        self._embedded = embedded
        self._embedder = embedder
        self._most_tokens = most_tokens
        self._outage = Outage(say)

    @property
    def name(self) -> str:
        """What reads, with its version and the names of the model and of the other reader."""
        return f"{NAME}:{self._model.name}+{self._embedded.name}"

    @property
    def at_once(self) -> int:
        """As many as the model may be asked at the same time."""
        return self._model.at_once

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What the session showed; without an answer, what is read without the model."""
        embedded = self._embedded.read(session, session_id)
        if session.host == OWN_HOST or not any(t.text.strip() for t in session.by(Role.USER)):
            return embedded.model_copy(update={"reader": self.name})
        stopgap = embedded.model_copy(update={"stopgap": True})
        if self._outage.lasts:
            return stopgap
        candidates = [each for each in embedded.observations if each.source is not Source.BEHAVIOUR]
        candidates = candidates[:MOST_CANDIDATES]
        try:
            answer = self._model.ask(
                self._prompt(session, candidates),
                SessionForm,
                purpose=Purpose.READING,
                most_tokens=REPLY_TOKENS,
                session_id=session_id,
            )
        except ModelFault as error:
            self._outage.note(error, WITHOUT)
            return stopgap
        return self._model_of(session, embedded, candidates, answer.reply)

    def _prompt(self, session: Session, candidates: Sequence[Observation]) -> Prompt:
        system = render("reading")
        told = "\n".join(_told(number, each) for number, each in enumerate(candidates, start=1))
        left = self._most_tokens - count_tokens(system) - count_tokens(told)
        where = json_line(repository=session.repository)
        said = transcript(session, max(left, 500))
        text = "\n".join([where, said, *([told] if told else [])])
        return Prompt(system=system, messages=(Message(role="user", text=text),))

    def _model_of(
        self,
        session: Session,
        embedded: SessionModel,
        candidates: Sequence[Observation],
        form: SessionForm,
    ) -> SessionModel:
        rejected = {number - 1 for number in form.rejected}
        kept = [
            each
            for number, each in enumerate(candidates)
            if number not in rejected and each.source is not Source.HINT
        ]
        basis = f"read by {self._model.name}"
        noted = checked(form.observations, session, self._embedder, basis)
        new = [
            each
            for each in noted
            if not any(
                overlaps(each.quote, known.quote, session) and each.polarity is known.polarity
                for known in kept
            )
        ]
        habits = [each for each in embedded.observations if each.source is Source.BEHAVIOUR]
        return SessionModel(
            intent=form.intent,
            summary=" ".join(form.summary.split())[:SUMMARY] or embedded.summary,
            observations=tuple(dict.fromkeys((*kept, *new, *habits))),
            reader=self.name,
        )


def _told(number: int, candidate: Observation) -> str:
    return json_line(
        candidate=number,
        turn=candidate.quote.ordinal,
        quote=candidate.quote.text,
        statement=candidate.statement,
    )
