"""A history through a real Tom: real SQLite, in a home that is thrown away."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tom_evals.keeping.planted import History
from tom_evals.keeping.score import Judgement, judge
from tom_swe import Belief, Settings, Tom, open_tom
from tom_swe.advise import EmbeddedAdviser
from tom_swe.mind import Parts
from tom_swe.ports import Embedder, Reader

# Homes are thrown away: where there is memory for them, no disk is waited for.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108


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
    """The beliefs after all sessions; the product's rules read where no reader is given.

    They read without the package's sentence scorer, which saw the very utterances that are planted.
    """
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="tom-keeping-", dir=place) as home:
        settings = Settings(home=Path(home), user=history.user)
        tom = _with(open_tom(settings, embedder=embedder), reader)
        try:
            sessions = {
                number: session.host_id
                for session in history.sessions
                if (number := tom.add_session(history.user, session).session_id) is not None
            }
            learned = tom.read(history.user)
            if learned.failed:
                raise RuntimeError(f"could not read every session: {learned.failed[0]}")
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
    parts = Parts(embedder=tom.embedder, index=tom.index, reader=reader, adviser=EmbeddedAdviser())
    return Tom(
        tom.memory,
        lambda: parts,
        redact=lambda text: text,
        say=lambda _: None,
        briefing_tokens=800,
    )
