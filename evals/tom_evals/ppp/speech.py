"""What an agent says in a session, and how it is put into a policy's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Ask(NamedTuple):
    """A question to the person."""

    query: str


class Search(NamedTuple):
    """Words to look up in the repository."""

    text: str


class Answer(NamedTuple):
    """What the agent ends with: what has to change, one entry a line."""

    entries: str


type Said = Ask | Search | Answer


class Speech(Protocol):
    """How a session is put into a policy's tokens, and what it writes is read."""

    @property
    def stops(self) -> Sequence[int]:
        """The tokens that end what the policy writes in one turn."""
        ...

    @property
    def padding(self) -> int:
        """The token that fills a batch."""
        ...

    def opened(self, prompt: str) -> list[int]:
        """The tokens of a session's beginning, up to where the policy goes on."""
        ...

    def replied(self, prompt: str, reply: str) -> list[int]:
        """The tokens of a reply in a session, from after the policy's turn to where it goes on."""
        ...

    def said(self, tokens: Sequence[int]) -> Said | None:
        """What the policy wrote in a turn; None where it is none of what can be said."""
        ...
