"""Tom itself as a memory, in a home of its own, and what it believes as a plain list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tom_evals.common.whole import whole
from tom_swe import LOCAL_USER, Query, Session, Settings, Tom, open_tom
from tom_swe.model.belief import EVERYWHERE
from tom_swe.ports import Embedder
from tom_swe.text import count_tokens
from tom_swe.text.safe import plain

HEAD = "What is known of the person you work for:"


class Mind:
    """A Tom that has learned a history. ``asks`` has it consulted with each message."""

    def __init__(self, settings: Settings, embedder: Embedder | None, *, asks: bool) -> None:
        self._home = settings.home
        self._tom = open_tom(settings, embedder=embedder)
        self._asks = asks

    @property
    def home(self) -> Path | None:
        """Where it lives."""
        return self._home

    @property
    def tokens(self) -> int:
        """Those of all that it believes."""
        return count_tokens(believed(self._tom))

    def context(self, repository: str) -> str:
        """The briefing."""
        return self._tom.brief(LOCAL_USER, repository).text

    def recall(self, request: str, repository: str) -> str:
        """Its answer to the request, where it is asked."""
        if not self._asks:
            return ""
        return self._tom.consult(LOCAL_USER, Query(text=request, repository=repository)).text

    def close(self) -> None:
        """Closes the memory."""
        self._tom.close()


def learn(
    settings: Settings, sessions: Callable[[], Iterable[Session]], embedder: Embedder | None
) -> None:
    """Makes the home that the settings name, where it is not there yet.

    Raises RuntimeError where a session could not be read.
    """
    if settings.home.is_dir():
        return
    with whole(settings.home) as place:
        tom = open_tom(settings.model_copy(update={"home": place}), embedder=embedder)
        try:
            for session in sessions():
                tom.add_session(LOCAL_USER, session)
            learned = tom.learn(LOCAL_USER)
        finally:
            tom.close()
        if learned.failed:
            raise RuntimeError(f"could not read every session: {learned.failed[0]}")


def believed(tom: Tom) -> str:
    """All beliefs that tom tells, wherever they hold, one a line; "" where there is none."""
    beliefs = tom.memory.beliefs.user_model(LOCAL_USER).beliefs
    lines = [
        f"- {plain(each.statement)}"
        + ("" if each.scope.same_as(EVERYWHERE) else f" ({plain(str(each.scope))})")
        for each in beliefs
    ]
    return "\n".join([HEAD, *lines]) if lines else ""
