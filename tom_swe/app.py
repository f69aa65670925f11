"""The one place that wires: settings in, a Tom out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING

from tom_swe.errors import EmbedderUnavailable, ModelUnavailable
from tom_swe.memory.store import Store
from tom_swe.mind.tom import Tom
from tom_swe.model.base import Value
from tom_swe.settings import Model, Settings, helper_of, reader_of

# What reads and compares is imported where it is made: who only looks waits for none of it.
if TYPE_CHECKING:
    from tom_swe.embed.minilm import MiniLM
    from tom_swe.llm.asking import Asking
    from tom_swe.mind.parts import Parts
    from tom_swe.model.calls import Limits
    from tom_swe.ports import Adviser, Answer, Embedder, Reader, Scorer
    from tom_swe.redact.redactor import Redactor


def open_tom(
    settings: Settings,
    *,
    say: Callable[[str], None] = lambda _: None,
    embedder: Embedder | None = None,
) -> Tom:
    """Tom on the memory that the settings name, which is made or migrated where needed.

    ``say`` is told, once each, what works less well than it could. ``embedder`` replaces
    the bundled model, without which there is no sentence scorer either. Raises MemoryFault,
    MemoryBusy or SchemaTooNew.
    """
    wiring = _Wiring(settings, say, embedder)
    return Tom(
        wiring.store,
        wiring.parts,
        redact=wiring.redact,
        say=say,
        briefing_tokens=settings.briefing_tokens,
        keep_days=settings.keep_days,
        adviser=wiring.adviser,
    )


class Word(Value):
    """What a model is to answer with when it is asked whether it is there."""

    word: str


def ask_model(settings: Settings, model: Model) -> Answer[Word]:
    """Asks a model for a word, within the day's limits. Raises ModelFault."""
    from tom_swe.model.calls import Message, Prompt, Purpose

    wiring = _Wiring(settings, lambda _: None, None)
    try:
        asking = wiring.asking(model)
        prompt = Prompt(
            system="You are asked whether you are there.",
            messages=(Message(role="user", text="Reply with the word yes."),),
        )
        return asking.ask(prompt, Word, purpose=Purpose.CHECKING, most_tokens=50)
    finally:
        wiring.store.close()


class _Wiring:
    def __init__(
        self, settings: Settings, say: Callable[[str], None], embedder: Embedder | None
    ) -> None:
        self._settings = settings
        self._say = say
        self._embedder = embedder
        # The tasks that go without the model, of which each is said once.
        self._without: set[str] = set()
        self.store = Store(
            settings.database,
            busy_timeout=settings.busy_timeout_seconds,
            key=settings.database_key,
        )

    @cached_property
    def redactor(self) -> Redactor:
        from tom_swe.redact.redactor import Redactor

        return Redactor(emails=self._settings.redact_emails)

    def redact(self, text: str) -> str:
        from tom_swe.text.host_tags import without_injections
        from tom_swe.text.safe import storable

        return self.redactor.redact(without_injections(storable(text)))[0]

    def scorer(self, encoder: Embedder | None) -> Scorer | None:
        """The scorer of sentences, where an encoder is wanted at all."""
        if encoder is None:
            return None
        from tom_swe.extract.lasting import LastingSentences  # numpy: not for who only looks

        try:
            return LastingSentences(encoder)
        except EmbedderUnavailable as error:
            self._say(f"reading with the rules alone: {error}")
            return None

    def parts(self) -> Parts:
        from tom_swe.embed.multilingual import Multilingual
        from tom_swe.embed.remembering import Remembering
        from tom_swe.extract.language_model import ModelReader
        from tom_swe.memory.encryption.cipher import is_encrypted
        from tom_swe.memory.nearest import NearestTurns
        from tom_swe.mind.parts import Parts

        model = self._embedder or _usable(self._settings, self._say)
        embedder = Remembering(model) if model else None
        # What scores a sentence and what finds its like is one model, and each sentence one vector.
        wanted = model is not None and self._embedder is None
        encoder = Remembering(Multilingual()) if wanted else None
        reader = self.reader(embedder, encoder)
        name, dimension = (embedder.name, embedder.dimension) if embedder else ("none", 0)
        return Parts(
            embedder=embedder,
            index=NearestTurns(
                self.store.vectors,
                self._settings.index,
                name,
                dimension,
                exact_up_to=self._settings.index_above,
                # Chroma writes memory that it did not clear, with whatever text was there before.
                may_index=not is_encrypted(self._settings.database),
            ),
            reader=reader,
            adviser=self.adviser(),
            encoder=encoder,
            beside=reader.beside if isinstance(reader, ModelReader) else None,
        )

    def reader(self, embedder: Embedder | None, encoder: Embedder | None) -> Reader:
        """The language model's reader where there is one, beside the one that needs none."""
        from tom_swe.extract.embedded import EmbeddedReader
        from tom_swe.extract.language_model import ModelReader

        embedded = EmbeddedReader(embedder, self.scorer(encoder), say=self._say)
        if (asking := self.asking_if(reader_of(self._settings), "reading")) is None:
            return self.verified(embedded)
        return ModelReader(
            asking,
            embedded,
            embedder,
            most_tokens=self._settings.reading_tokens,
            say=self._say,
        )

    def verified(self, embedded: Reader) -> Reader:
        """The reader with a local model that its hints have to get past, where there is one."""
        settings = self._settings
        if settings.local_model is None:
            return embedded
        from tom_swe.extract.verified import VerifiedReader
        from tom_swe.llm.local import LocalVerifier

        try:
            verifier = LocalVerifier(settings.local_model)
        except ModelUnavailable as error:
            self._say(f"reading without the local model: {error}")
            return embedded
        return VerifiedReader(embedded, verifier, threshold=settings.local_threshold, say=self._say)

    def adviser(self) -> Adviser:
        """The language model's adviser where there is one, beside the one that needs none."""
        from tom_swe.advise.embedded import EmbeddedAdviser

        embedded = EmbeddedAdviser()
        model = helper_of(self._settings, self._settings.adviser_model)
        if (asking := self.asking_if(model, "advising")) is None:
            return embedded
        from tom_swe.advise.language_model import ModelAdviser

        return ModelAdviser(
            asking, embedded, most_tokens=self._settings.consult_tokens, say=self._say
        )

    def asking_if(self, model: Model | None, task: str) -> Asking | None:
        """A model where one is configured and what it needs is installed."""
        if model is None:
            return None
        try:
            return self.asking(model)
        except ModelUnavailable as error:
            if task not in self._without:
                self._say(f"{task} without the model: {error}")
            self._without.add(task)
            return None

    def asking(self, model: Model) -> Asking:
        """A model within the day's limits. Raises ModelUnavailable."""
        from tom_swe.llm.asking import Asking
        from tom_swe.llm.models import model_for

        settings = self._settings
        completing = model_for(
            model, timeout=settings.model_timeout_seconds, at_once=settings.calls_at_once
        )
        return Asking(completing, self.store.ledger, self._limits)

    def _limits(self) -> Limits:
        from tom_swe.model.calls import Limits, day_of

        # Without a zone it is local time, whose days are the person's.
        today = day_of(datetime.now(UTC).astimezone().replace(tzinfo=None))
        return Limits(
            since=today, budget=self._settings.daily_budget, tokens=self._settings.daily_tokens
        )


@cache
def _bundled(threads: int) -> MiniLM:
    """The model of the package: a process that opens several memories loads it once."""
    from tom_swe.embed.minilm import MiniLM

    return MiniLM(threads=threads)


def _usable(settings: Settings, say: Callable[[str], None]) -> Embedder | None:
    from tom_swe.embed.minilm import MiniLM

    own = settings.embed_model
    embedder = (
        MiniLM(own, threads=settings.embed_threads) if own else _bundled(settings.embed_threads)
    )
    try:
        embedder.embed([""])
    except EmbedderUnavailable as error:
        say(f"searching by words only: {error}")
        return None
    return embedder
