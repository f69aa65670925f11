"""What the mind reads and answers with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from tom_swe.ports import Adviser, Embedder, Reader

if TYPE_CHECKING:
    from tom_swe.memory.nearest import NearestTurns


@dataclass(frozen=True)
class Parts:
    """What Tom reads and answers with; ``encoder`` takes sentences of many languages.

    ``beside`` reads without a model, where ``reader`` has one.
    """

    embedder: Embedder | None
    index: NearestTurns
    reader: Reader
    adviser: Adviser
    encoder: Embedder | None = None
    beside: Reader | None = None

    @property
    def without_model(self) -> Reader:
        """The reader that needs no model."""
        return self.beside or self.reader


class Mind:
    """One set of faculties for all threads, made when something is first to be read.

    Making them loads a model. The adviser alone, where ``make_adviser`` is given, loads none.
    """

    def __init__(
        self, make: Callable[[], Parts], make_adviser: Callable[[], Adviser] | None = None
    ) -> None:
        self._make = make
        self._make_adviser = make_adviser or (lambda: self.parts.adviser)
        self._lock = Lock()
        self._made: Parts | None = None

    @property
    def is_awake(self) -> bool:
        """Whether the faculties were made."""
        return self._made is not None

    @property
    def parts(self) -> Parts:
        """The faculties. Each thread with its own would load a model and want the index."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    @cached_property
    def adviser(self) -> Adviser:
        """What answers the person's requests."""
        return self._make_adviser()

    @property
    def embedder(self) -> Embedder | None:
        """What turns texts into vectors; None where no model could be loaded."""
        return self.parts.embedder

    @property
    def embedder_name(self) -> str:
        """The name that vectors are kept under."""
        return self.embedder.name if self.embedder else ""
