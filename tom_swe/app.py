"""The one place that wires: settings in, a Tom out."""

from collections.abc import Callable
from functools import cached_property

from tom_swe.embed.minilm import MiniLM
from tom_swe.embed.remembering import Remembering
from tom_swe.embed.standing import SentenceScorer
from tom_swe.errors import EmbedderUnavailable
from tom_swe.ingest import Redactor
from tom_swe.ingest.clean import without_injections
from tom_swe.ingest.draft import storable
from tom_swe.memory.nearest import NearestTurns
from tom_swe.memory.store import Store
from tom_swe.mind.advise.embedded import EmbeddedAdviser
from tom_swe.mind.faculties import Faculties
from tom_swe.mind.read.embedded import EmbeddedReader
from tom_swe.mind.tom import Tom
from tom_swe.ports import Embedder, StandingScorer
from tom_swe.settings import Settings


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
        wiring.faculties,
        redact=wiring.redact,
        say=say,
        briefing_tokens=settings.briefing_tokens,
    )


class _Wiring:
    def __init__(
        self, settings: Settings, say: Callable[[str], None], embedder: Embedder | None
    ) -> None:
        self._settings = settings
        self._say = say
        self._embedder = embedder
        self.store = Store(settings.database, busy_timeout=settings.busy_timeout_seconds)

    @cached_property
    def redactor(self) -> Redactor:
        return Redactor(emails=self._settings.redact_emails)

    def redact(self, text: str) -> str:
        return self.redactor.redact(without_injections(storable(text)))[0]

    def scorer(self, embedder: Embedder | None) -> StandingScorer | None:
        """The sentence scorer, on the embedder where that is the bundled model."""
        if embedder is None or self._embedder is not None:
            return None
        bundled = embedder if isinstance(embedder, MiniLM) and embedder.is_bundled else MiniLM()
        try:
            return SentenceScorer(bundled)
        except EmbedderUnavailable as error:
            self._say(f"reading by rules alone: {error}")
            return None

    def faculties(self) -> Faculties:
        model = self._embedder or _usable(self._settings, self._say)
        embedder = Remembering(model) if model else None
        name, dimension = (embedder.name, embedder.dimension) if embedder else ("none", 0)
        return Faculties(
            embedder=embedder,
            index=NearestTurns(self.store.vectors, self._settings.index, name, dimension),
            reader=EmbeddedReader(embedder, self.scorer(model), say=self._say),
            adviser=EmbeddedAdviser(),
        )


def _usable(settings: Settings, say: Callable[[str], None]) -> Embedder | None:
    embedder = MiniLM(settings.embed_model, threads=settings.embed_threads)
    try:
        embedder.embed([""])
    except EmbedderUnavailable as error:
        say(f"searching by words alone: {error}")
        return None
    return embedder
