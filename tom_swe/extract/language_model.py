"""Reads sessions with a language model, beside the reader that needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tom_swe.errors import ModelFault
from tom_swe.extract.grounding import checked
from tom_swe.extract.noted import (
    ToRead,
    as_read,
    has_words,
    head,
    lines_of_candidates,
    lines_of_known,
    to_read,
)
from tom_swe.extract.reading_form import ReadingForm
from tom_swe.llm.outage import Outage
from tom_swe.llm.prompts import render
from tom_swe.model.belief import Belief, SessionModel
from tom_swe.model.calls import Estimate, Message, Prompt, Purpose
from tom_swe.model.session import Session
from tom_swe.ports import Embedder, LanguageModel, Pack, PackReader, Reader
from tom_swe.text.tokens import count_tokens
from tom_swe.text.transcript import transcript

NAME = "model-2"
# Short sessions are read together: so many, of so many tokens in all.
MOST_TOGETHER = 8
TOKENS_TOGETHER = 8_000
# What is shown of the sessions of a call, however much the candidates take.
FEWEST_TOKENS = 500
REPLY_TOKENS = 2_000
# What each further session adds to a reply.
REPLY_TOKENS_MORE = 300
# Tokens that a reply is likely to have, to estimate the price: most sessions show nothing.
LIKELY_REPLY_TOKENS, LIKELY_REPLY_TOKENS_MORE = 30, 80
WITHOUT = "tom reads these sessions without it; `tom learn --again` reads them again with it"


class ModelReader:
    """One call for each session that holds words of the person, or for several short ones.

    What the reader without a model makes of a session goes in as candidates: those of its rules
    stay unless the model rejects them, its hints only where the model notes the same words.
    Habits are counted, not read, and stay. Whatever keeps the model from answering, that reader's
    own reading is given, under its name, so that the session is read again when it is asked
    for. ``say`` gets each kind of fault once.
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
    def beside(self) -> Reader:
        """The reader without a model."""
        return self._embedded

    @property
    def at_once(self) -> int:
        """As many as the model may be asked at the same time."""
        return self._model.at_once

    def packs(self, sessions: Sequence[Session]) -> list[list[int]]:
        """Short sessions together, as they come; each long one alone."""
        # Beside the sessions there are the candidates, and what is known.
        room = self._most_tokens - count_tokens(render("reading"))
        together = min(TOKENS_TOGETHER, room * 2 // 3)
        found: list[list[int]] = []
        left = 0
        for place, session in enumerate(sessions):
            tokens = count_tokens(transcript(session, self._most_tokens))
            if found and tokens <= left and len(found[-1]) < MOST_TOGETHER:
                found[-1].append(place)
                left -= tokens
            else:
                found.append([place])
                left = together - tokens
        return found

    def estimate(self, sessions: Iterable[Session], known: Sequence[Belief]) -> Estimate:
        """What reading these is likely to take; what the other reader finds is not counted."""
        found = list(sessions)
        asked = [each for each in found if has_words(each)]
        total = Estimate(sessions=len(found))
        for pack in self.packs(asked):
            given = to_read([(asked[place], SessionModel(intent="", summary="")) for place in pack])
            said = LIKELY_REPLY_TOKENS + LIKELY_REPLY_TOKENS_MORE * len(pack)
            used = self._model.usage(self._prompt(given, known), ReadingForm, said)
            total = Estimate(
                sessions=total.sessions, calls=total.calls + 1, usage=total.usage + used
            )
        return total

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What the session showed; without an answer, what is read without the model."""
        return self.read_pack(Pack((session,), (session_id,)))[0]

    def read_pack(self, pack: Pack) -> list[SessionModel]:
        """What each session showed; without an answer, what is read without the model."""
        models = _embedded(self._embedded, pack)
        asked = [place for place, each in enumerate(pack.sessions) if has_words(each)]
        read = [model.model_copy(update={"reader": self.name}) for model in models]
        if not asked:
            return read
        given = to_read([(pack.sessions[place], models[place]) for place in asked])
        form = self._ask(given, pack.known, _only([pack.ids[place] for place in asked]))
        for number, (place, each) in enumerate(zip(asked, given, strict=True), start=1):
            if form is None:
                read[place] = each.embedded
            else:
                notes = form.observations
                if len(given) > 1:
                    notes = tuple(note for note in notes if note.session == number)
                about = next((e for e in form.sessions if e.session == number), None)
                basis = f"read by {self._model.name}"
                known = dict(enumerate(pack.known, start=1))
                noted = checked(notes, each.session, self._embedder, basis, known)
                read[place] = as_read(each, noted, form.rejected, about, self.name)
        return read

    def _ask(
        self, given: Sequence[ToRead], known: Sequence[Belief], session_id: int | None
    ) -> ReadingForm | None:
        if self._outage.lasts:
            return None
        try:
            return self._model.ask(
                self._prompt(given, known),
                ReadingForm,
                purpose=Purpose.READING,
                most_tokens=REPLY_TOKENS + REPLY_TOKENS_MORE * (len(given) - 1),
                session_id=session_id,
            ).reply
        except ModelFault as error:
            self._outage.note(error, WITHOUT)
            return None

    def _prompt(self, given: Sequence[ToRead], known: Sequence[Belief]) -> Prompt:
        system = render("reading")
        believed = lines_of_known(dict(enumerate(known, start=1)))
        told = [lines_of_candidates(one) for one in given]
        used = count_tokens(
            "\n".join([system, *believed, *(line for each in told for line in each)])
        )
        left = max(self._most_tokens - used, FEWEST_TOKENS) // len(given)
        lines = believed
        for number, (one, candidates) in enumerate(zip(given, told, strict=True), start=1):
            lines += [head(number, one.session), transcript(one.session, left), *candidates]
        return Prompt(system=system, messages=(Message(role="user", text="\n".join(lines)),))


def _embedded(reader: Reader, pack: Pack) -> list[SessionModel]:
    if isinstance(reader, PackReader):
        return reader.read_pack(pack)
    return [reader.read(*each) for each in zip(pack.sessions, pack.ids, strict=True)]


def _only(ids: Sequence[int | None]) -> int | None:
    """The session that a call is for; a call for several is for none of them."""
    return ids[0] if len(ids) == 1 else None
