"""Reads sessions with a language model, beside the reader that needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tom_swe.errors import ModelFault
from tom_swe.extract.grounding import checked, overlaps
from tom_swe.extract.reading_form import NotedForm, ReadingForm, SummedUpForm
from tom_swe.llm.outage import Outage
from tom_swe.llm.prompts import render
from tom_swe.model.belief import Belief, Observation, SessionModel, Source
from tom_swe.model.calls import Estimate, Message, Prompt, Purpose
from tom_swe.model.session import OWN_HOST, Role, Session
from tom_swe.ports import Embedder, LanguageModel, Pack, PackReader, Reader
from tom_swe.text.safe import json_line
from tom_swe.text.tokens import count_tokens
from tom_swe.text.transcript import transcript

NAME = "model-2"
MOST_CANDIDATES = 40  # of a session
# Short sessions are read together: so many, of so many tokens in all.
MOST_TOGETHER = 8
TOKENS_TOGETHER = 8_000
REPLY_TOKENS = 2_000
# What each further session adds to a reply.
REPLY_TOKENS_MORE = 300
# What a reply is likely to have, for a price that is told beforehand: most sessions show nothing.
LIKELY_REPLY_TOKENS, LIKELY_REPLY_TOKENS_MORE = 30, 80
SUMMARY = 200  # characters
WITHOUT = "tom reads these sessions without it; `tom learn --again` reads them again with it"


class _ToRead(NamedTuple):
    """A session with what is known of it before a model reads it."""

    session: Session
    embedded: SessionModel
    candidates: tuple[Observation, ...]
    first: int  # the number of its first candidate


class ModelReader:
    """One call for each session that holds words of the person, or for several short ones.

    What the reader without a model makes of a session goes in as candidates: those of its rules
    stay unless the model rejects them, its hints only where the model notes the same words.
    Habits are counted, not read, and stay. Whatever keeps the model from answering, that reader's
    own reading is given, under its name, so that the session is read again when it is asked
    for. ``say`` is told so once for each kind of fault.
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

    def packs(self, sessions: Sequence[Session]) -> list[list[int]]:
        """Short sessions together, as they come; each long one alone."""
        found: list[list[int]] = []
        left = 0
        for place, session in enumerate(sessions):
            tokens = count_tokens(transcript(session, self._most_tokens))
            if found and tokens <= left and len(found[-1]) < MOST_TOGETHER:
                found[-1].append(place)
                left -= tokens
            else:
                found.append([place])
                left = TOKENS_TOGETHER - tokens
        return found

    def estimate(self, sessions: Iterable[Session], known: Sequence[Belief]) -> Estimate:
        """What reading these is likely to take; what the other reader finds is not counted."""
        found = list(sessions)
        asked = [each for each in found if _has_words(each)]
        total = Estimate(sessions=len(found))
        for pack in self.packs(asked):
            given = _given([(asked[place], SessionModel(intent="", summary="")) for place in pack])
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
        asked = [place for place, each in enumerate(pack.sessions) if _has_words(each)]
        read = [model.model_copy(update={"reader": self.name}) for model in models]
        if not asked:
            return read
        given = _given([(pack.sessions[place], models[place]) for place in asked])
        form = self._ask(given, pack.known, _only([pack.ids[place] for place in asked]))
        for number, (place, each) in enumerate(zip(asked, given, strict=True), start=1):
            if form is None:
                read[place] = each.embedded
            else:
                notes = form.observations
                if len(given) > 1:
                    notes = tuple(note for note in notes if note.session == number)
                about = next((e for e in form.sessions if e.session == number), None)
                read[place] = self._model_of(each, notes, form.rejected, about, pack.known)
        return read

    def _ask(
        self, given: Sequence[_ToRead], known: Sequence[Belief], session_id: int | None
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

    def _prompt(self, given: Sequence[_ToRead], known: Sequence[Belief]) -> Prompt:
        system = render("reading")
        believed = [
            json_line(known=number, statement=each.statement)
            for number, each in enumerate(known, start=1)
        ]
        told = [
            [_told(number, each) for number, each in enumerate(one.candidates, start=one.first)]
            for one in given
        ]
        used = count_tokens(
            "\n".join([system, *believed, *(line for each in told for line in each)])
        )
        left = max((self._most_tokens - used) // len(given), 500)
        lines = believed
        for number, (one, candidates) in enumerate(zip(given, told, strict=True), start=1):
            where = json_line(session=number, repository=one.session.repository)
            lines += [where, transcript(one.session, left), *candidates]
        return Prompt(system=system, messages=(Message(role="user", text="\n".join(lines)),))

    def _model_of(
        self,
        given: _ToRead,
        notes: Sequence[NotedForm],
        rejected: Sequence[int],
        about: SummedUpForm | None,
        known: Sequence[Belief],
    ) -> SessionModel:
        session = given.session
        places = {number - given.first for number in rejected}
        kept = [
            each
            for place, each in enumerate(given.candidates)
            if place not in places and each.source is not Source.HINT
        ]
        basis = f"read by {self._model.name}"
        noted = list(checked(notes, session, self._embedder, basis, known))
        related = [each.observation for each in noted if each.related]
        # What goes with something known is noted to say so, in the place of the candidate.
        kept = [each for each in kept if not _is_among(each, related, session)]
        new = [
            each.observation
            for each in noted
            if each.related or not _is_among(each.observation, kept, session)
        ]
        habits = [e for e in given.embedded.observations if e.source is Source.BEHAVIOUR]
        return SessionModel(
            intent=about.intent if about else given.embedded.intent,
            summary=_short(about.summary) if about else given.embedded.summary,
            observations=tuple(dict.fromkeys((*kept, *new, *habits))),
            faint=given.embedded.faint,
            reader=self.name,
            related=tuple(each.related for each in noted if each.related),
        )


def _embedded(reader: Reader, pack: Pack) -> list[SessionModel]:
    if isinstance(reader, PackReader):
        return reader.read_pack(pack)
    return [reader.read(*each) for each in zip(pack.sessions, pack.ids, strict=True)]


def _has_words(session: Session) -> bool:
    """Whether there is something to ask a model about."""
    said = any(turn.text.strip() for turn in session.by(Role.USER))
    return said and session.host != OWN_HOST


def _given(read: Sequence[tuple[Session, SessionModel]]) -> list[_ToRead]:
    given: list[_ToRead] = []
    first = 1
    for session, model in read:
        found = [each for each in model.observations if each.source is not Source.BEHAVIOUR]
        candidates = tuple(found[:MOST_CANDIDATES])
        given.append(_ToRead(session, model, candidates, first))
        first += len(candidates)
    return given


def _only(ids: Sequence[int | None]) -> int | None:
    """The session that a call is for; a call for several is for none of them."""
    return ids[0] if len(ids) == 1 else None


def _short(summary: str) -> str:
    return " ".join(summary.split())[:SUMMARY]


def _is_among(said: Observation, others: Sequence[Observation], session: Session) -> bool:
    """Whether one of these says something on the same words, in the same direction."""
    return any(
        overlaps(said.quote, each.quote, session) and said.polarity is each.polarity
        for each in others
    )


def _told(number: int, candidate: Observation) -> str:
    return json_line(
        candidate=number,
        turn=candidate.quote.ordinal,
        quote=candidate.quote.text,
        statement=candidate.statement,
    )
