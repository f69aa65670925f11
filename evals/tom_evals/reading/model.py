"""What a language model adds: the product's reader with one, short messages read together."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tom_evals.reading.data import Case, session_of
from tom_evals.reading.recorded import RecordedModel
from tom_evals.reading.score import Judged
from tom_swe import SessionModel, load_settings
from tom_swe.embed import MiniLM, Multilingual, Remembering
from tom_swe.extract import EmbeddedReader, ModelReader
from tom_swe.extract.lasting import LastingSentences
from tom_swe.llm import Asking, model_for
from tom_swe.memory import Store
from tom_swe.mind.parallel import outcomes
from tom_swe.model.belief import Reach, Source
from tom_swe.model.calls import Limits, Usage
from tom_swe.model.readers import by_model
from tom_swe.ports import LanguageModel, Pack
from tom_swe.settings import model_of

SEED = 20_261_124
RECORDED = "recorded:"
NOT_SAID = frozenset({Source.BEHAVIOUR, Source.FACT, Source.HINT})


def sample(given: Sequence[Case], most: int | None) -> list[Case]:
    """So many cases, drawn by a fixed seed; all where there are no more."""
    if most is None or len(given) <= most:
        return list(given)
    return random.Random(SEED).sample(given, most)


class ReadByModel:
    """Reads cases with the model of that name; the key and the server are the environment's.

    ``recorded:DIR`` takes the replies from a folder. What no answer came for counts as read by
    the rules alone, and is counted in ``failed``.
    """

    def __init__(self, name: str, budget: float) -> None:
        settings = load_settings()
        self._folder = TemporaryDirectory(prefix="tom-reading-")
        self._store = Store(Path(self._folder.name) / "tom.db")
        self._recorded: RecordedModel | None = None
        model: LanguageModel
        if name.startswith(RECORDED):
            model = self._recorded = RecordedModel(Path(name.removeprefix(RECORDED)))
        else:
            known = model_of(settings, name)
            assert known is not None
            limits = Limits(since=datetime.now(UTC), budget=budget, tokens=10**9)
            asked = model_for(
                known, timeout=settings.model_timeout_seconds, at_once=settings.calls_at_once
            )
            model = Asking(asked, self._store.ledger, lambda: limits)
        remembering = Remembering(MiniLM())
        self._reader = ModelReader(
            model,
            EmbeddedReader(remembering, LastingSentences(Remembering(Multilingual()))),
            remembering,
            most_tokens=settings.reading_tokens,
            say=self._say,
        )
        self.name = name
        self.failed = 0
        self._why = ""

    def __call__(self, given: Sequence[Case]) -> list[Judged]:
        """What it makes of each case. Raises SystemExit where the model reads none of them."""
        sessions = [session_of(case) for case in given]
        packs = self._reader.packs(sessions)
        read = outcomes(
            lambda pack: self._reader.read_pack(
                Pack(tuple(sessions[place] for place in pack), (None,) * len(pack))
            ),
            packs,
            self._reader.at_once,
        )
        models: dict[int, SessionModel] = {}
        for pack, each in zip(packs, read, strict=True):
            if isinstance(each, Exception):
                raise each
            models |= dict(zip(pack, each, strict=True))
        failed = sum(not by_model(each.reader) for each in models.values())
        if failed == len(given):
            # Rows read without the model would pass for rows read with it.
            sys.exit(f"stopped: {self._why}")
        self.failed += failed
        return [_judged(case, models[place]) for place, case in enumerate(given)]

    @property
    def used(self) -> Usage:
        """What all calls have used."""
        if self._recorded is not None:
            return self._recorded.used
        return sum((call.usage for call in self._store.ledger.calls()), Usage())

    def close(self) -> None:
        """Lets go of the ledger."""
        self._store.close()
        self._folder.cleanup()

    def _say(self, message: str) -> None:
        self._why = message
        sys.stderr.write(f"{message}\n")


def _judged(case: Case, model: SessionModel) -> Judged:
    said = [
        each
        for each in model.observations
        if each.source not in NOT_SAID and each.scope.reach is not Reach.TASK
    ]
    names = frozenset(each.dimension for each in said)
    return Judged(case, float(len(said)), bool(said), names)
