"""What a language model adds: the product's reader with one, a message a session."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tom_evals.reading.data import Case, session_of
from tom_evals.reading.score import Judged
from tom_swe import SessionModel, load_settings
from tom_swe.embed import MiniLM, Multilingual, Remembering
from tom_swe.errors import ModelFault
from tom_swe.extract import EmbeddedReader, ModelReader
from tom_swe.extract.lasting import LastingSentences
from tom_swe.llm import Asking, LiteModel
from tom_swe.memory import Store
from tom_swe.mind.parallel import outcomes
from tom_swe.model.belief import Source
from tom_swe.model.calls import Limits, Usage
from tom_swe.settings import model_of

SEED = 20_261_124
NOT_SAID = frozenset({Source.BEHAVIOUR, Source.FACT, Source.HINT})


def sample(given: Sequence[Case], most: int | None) -> list[Case]:
    """So many cases, drawn by a fixed seed; all where there are no more."""
    if most is None or len(given) <= most:
        return list(given)
    return random.Random(SEED).sample(given, most)


class ReadByModel:
    """Reads cases with the model of that name; the key and the server are the environment's.

    What no answer came for counts as read by the rules alone, and is counted in ``failed``.
    """

    def __init__(self, name: str, budget: float) -> None:
        settings = load_settings()
        model = model_of(settings, name)
        assert model is not None
        self._at_once = settings.calls_at_once
        self._folder = TemporaryDirectory(prefix="tom-reading-")
        self._store = Store(Path(self._folder.name) / "tom.db")
        lite = LiteModel(
            model, timeout=settings.model_timeout_seconds, at_once=settings.calls_at_once
        )
        limits = Limits(since=datetime.now(UTC), budget=budget, tokens=10**9)
        embedder = MiniLM()
        remembering = Remembering(embedder)
        self._embedded = EmbeddedReader(remembering, LastingSentences(Multilingual()))
        self._reader = ModelReader(
            Asking(lite, self._store.ledger, lambda: limits),
            self._embedded,
            remembering,
            most_tokens=settings.reading_tokens,
            say=self._say,
        )
        self.name = name
        self.failed = 0

    def __call__(self, given: Sequence[Case]) -> list[Judged]:
        """What it makes of each case. Raises SystemExit where the model cannot be used."""
        read = outcomes(lambda c: self._reader.read(session_of(c)), given, self._at_once)
        judged: list[Judged] = []
        for case, each in zip(given, read, strict=True):
            if isinstance(each, SessionModel):
                model = each
            elif isinstance(each, ModelFault):
                self.failed += 1
                model = self._embedded.read(session_of(case))
            else:
                raise each
            said = [o for o in model.observations if o.source not in NOT_SAID]
            names = frozenset(each.dimension for each in said)
            judged.append(Judged(case, float(len(said)), bool(said), names))
        return judged

    @property
    def used(self) -> Usage:
        """What all calls have used."""
        return sum((call.usage for call in self._store.ledger.calls()), Usage())

    def close(self) -> None:
        """Lets go of the ledger."""
        self._store.close()
        self._folder.cleanup()

    def _say(self, message: str) -> None:
        # Rows read without the model would pass for rows read with it.
        sys.exit(f"stopped: {message}")
