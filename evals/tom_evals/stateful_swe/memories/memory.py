"""What every arm's memory does, and the two that are no more than a text."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol


class Arm(StrEnum):
    """What the agent knows the person by."""

    NONE = "none"
    FILE = "file"  # a flat file of what the person said with emphasis, as agents keep today
    RETRIEVAL = "retrieval"  # passages of the whole history, found by the request's words
    PROFILE = "profile"  # all that tom believes, simply placed in the context
    TOM = "tom"  # tom's briefing, reading by rules alone; ask_tom is offered
    TOM_ASKED = "tom, asked"  # the same, and asked once with each message
    TOM_SHIPPED = "tom, as shipped"  # reading with its sentence scorer, too
    TOM_MODEL = "tom, with a model"
    ORACLE = "oracle"  # the profile itself


class Memory(Protocol):
    """One person's history as one arm keeps it. Not thread-safe."""

    @property
    def home(self) -> Path | None:
        """A TOM_HOME, where the agent is offered to ask tom."""
        ...

    @property
    def tokens(self) -> int:
        """About how many tokens the texts are that it picks from."""
        ...

    def context(self, repository: str) -> str:
        """What goes in at the start of a session in a repository."""
        ...

    def recall(self, request: str, repository: str) -> str:
        """What goes beside a message of the person's; mostly nothing."""
        ...

    def close(self) -> None:
        """Lets go of its files."""
        ...


class Text(NamedTuple):
    """A memory that is the same text everywhere; ``size`` is its number of tokens."""

    text: str
    size: int

    @property
    def home(self) -> Path | None:
        """None."""
        return None

    @property
    def tokens(self) -> int:
        """Those of the text."""
        return self.size

    def context(self, repository: str) -> str:
        """The text."""
        del repository
        return self.text

    def recall(self, request: str, repository: str) -> str:
        """Nothing."""
        del request, repository
        return ""

    def close(self) -> None:
        """There is nothing to let go of."""
