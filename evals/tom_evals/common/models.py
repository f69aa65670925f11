"""A language model that plays a part in a benchmark: typed replies, a budget, what it used."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from pydantic import BaseModel

from tom_swe import load_settings
from tom_swe.llm import Asking, LiteModel
from tom_swe.memory import Store
from tom_swe.model.calls import Limits, Prompt, Purpose, Usage
from tom_swe.settings import model_of


class Language(Protocol):
    """What a benchmark asks of a model. Thread-safe."""

    @property
    def name(self) -> str:
        """The name that litellm knows it by."""
        ...

    @property
    def used(self) -> Usage:
        """What all its calls have used."""
        ...

    def ask[Reply: BaseModel](
        self, prompt: Prompt, reply: type[Reply], *, most_tokens: int = 1000
    ) -> Reply:
        """A reply in form. Raises ModelFault, also where the budget is spent."""
        ...


class _Priced:
    def __init__(self, asking: Asking, store: Store) -> None:
        self._asking = asking
        self._store = store

    @property
    def name(self) -> str:
        return self._asking.name

    @property
    def used(self) -> Usage:
        return sum((call.usage for call in self._store.ledger.calls()), Usage())

    def ask[Reply: BaseModel](
        self, prompt: Prompt, reply: type[Reply], *, most_tokens: int = 1000
    ) -> Reply:
        return self._asking.ask(
            prompt, reply, purpose=Purpose.MEASURING, most_tokens=most_tokens
        ).reply


@contextmanager
def language(name: str, *, budget: float = 1.0, tokens: int = 10**9) -> Generator[Language]:
    """The model of that name, for at most ``budget`` USD (or tokens, where it has no price).

    The key and the server are the environment's, as they are for tom.
    """
    settings = load_settings()
    model = model_of(settings, name)
    assert model is not None, "a name was given"
    with TemporaryDirectory(prefix="tom-calls-") as folder:
        store = Store(Path(folder) / "calls.db")
        limits = Limits(since=datetime.now(UTC), budget=budget, tokens=tokens)
        lite = LiteModel(
            model, timeout=settings.model_timeout_seconds, at_once=settings.calls_at_once
        )
        try:
            yield _Priced(Asking(lite, store.ledger, lambda: limits), store)
        finally:
            store.close()
