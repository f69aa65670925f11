"""A learner in a process of its own, for tests that kill it."""

import sys
from pathlib import Path

from tom_swe.advise.embedded import EmbeddedAdviser
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.memory.nearest import NearestTurns
from tom_swe.memory.store import Store
from tom_swe.mind.parts import Parts
from tom_swe.mind.tom import Tom
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder

settings = Settings(home=Path(sys.argv[1]).parent)
store = Store(settings.database)
embedder = HashEmbedder()
parts = Parts(
    embedder=embedder,
    index=NearestTurns(store.vectors, settings.index, embedder.name, embedder.dimension),
    reader=EmbeddedReader(),
    adviser=EmbeddedAdviser(),
)
tom = Tom(store, lambda: parts, redact=str, say=print, briefing_tokens=800)
tom.learn("ada", progress=lambda done: print(done, flush=True))
