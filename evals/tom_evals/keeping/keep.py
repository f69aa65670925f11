"""A history through a real Tom: real SQLite, in a home that is thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from tom_evals.keeping.planted import History
from tom_evals.keeping.score import Judgement, judge
from tom_swe.app import open_tom
from tom_swe.mind.advise.embedded import EmbeddedAdviser
from tom_swe.mind.tom import Faculties, Tom
from tom_swe.model.belief import Belief
from tom_swe.ports import Embedder, Reader
from tom_swe.settings import Settings

if TYPE_CHECKING:
    from tom_swe.ports import Vector, Vectors

# Homes are thrown away: where there is memory for them, no disk is waited for.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108


class Remembering:
    """An embedder that embeds a text once; conditions and people say much the same."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vector] = {}

    @property
    def name(self) -> str:
        """The embedder's own."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """The embedder's own."""
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


class Held(NamedTuple):
    """What is told of a person, all that is kept of them, and which session is which."""

    told: tuple[Belief, ...]
    everything: tuple[Belief, ...]
    sessions: dict[int, str]


def kept(history: History, embedder: Embedder, reader: Reader | None = None) -> Judgement:
    """What is told of a person after all their sessions, judged."""
    held = held_after(history, embedder, reader)
    return judge(history, held.told, held.everything, held.sessions)


def held_after(history: History, embedder: Embedder, reader: Reader | None = None) -> Held:
    """The beliefs after all sessions; the product's rules read where none is given.

    Without hints: the sentence scorer was trained on the very utterances that are planted.
    """
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="tom-keeping-", dir=place) as home:
        settings = Settings(home=Path(home), user=history.user)
        tom = _with(open_tom(settings, embedder=embedder), reader)
        try:
            sessions = {
                number: session.host_id
                for session in history.sessions
                if (number := tom.remember(history.user, session).session_id) is not None
            }
            learned = tom.read(history.user)
            if learned.failed:
                raise RuntimeError(f"not every session was read: {learned.failed[0]}")
            return Held(
                told=tom.memory.beliefs.user_model(history.user).beliefs,
                everything=tuple(tom.memory.beliefs.all(history.user)),
                sessions=sessions,
            )
        finally:
            tom.close()


def _with(tom: Tom, reader: Reader | None) -> Tom:
    """The same mind, reading with another reader."""
    if reader is None:
        return tom
    faculties = Faculties(
        embedder=tom.embedder, index=tom.index, reader=reader, adviser=EmbeddedAdviser()
    )
    return Tom(
        tom.memory,
        lambda: faculties,
        redact=lambda text: text,
        say=lambda _: None,
        briefing_tokens=800,
    )
