"""A session with a simulated person, in a repository that can be searched."""

from __future__ import annotations

from tom_evals.ppp.speech import Ask, Search
from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.index import Index

FOUND = 10
NOTHING = "Nothing found."


class Session:
    """What an agent can do until it finishes."""

    def __init__(self, episode: Episode, index: Index | None = None) -> None:
        self.episode = episode
        self._index = index

    def told(self, said: Ask | Search) -> str:
        """The person's reply, or the places that fit, one a line."""
        if isinstance(said, Ask):
            return self.episode.ask(said.query)
        self.episode.worked()
        found = self._index.ranked(said.text, FOUND) if self._index else []
        return "\n".join(f"{each.file} {each.symbol}".strip() for each in found) or NOTHING

    def finish(self, answer: str) -> Record:
        """The end; ``answer`` has an entry a line."""
        return self.episode.finish(answer)
