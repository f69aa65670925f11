"""What a text tells of a person to a reader who misses nothing and makes nothing up. Pure.

It is what an agent could at best have known from what it was given. Only exact words count: a
statement of the catalogue of preferences, a statement of tom's own catalogue for it, or the
quote of a written utterance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tom_evals.keeping.material import Utterance, meanings
from tom_evals.keeping.score import Meaning
from tom_evals.stateful_swe import profile
from tom_swe.extract.catalogue import catalogue

# Characters. Words as short as "cute" tell their preference only where they were said.
LEAST = 8


class Understanding:
    """Finds meanings in texts; built once from what may be told."""

    def __init__(self, utterances: Iterable[Utterance]) -> None:
        told: dict[str, set[Meaning]] = {}
        for words, meaning in _statements():
            told.setdefault(words, set()).add(meaning)
        for said in utterances:
            quote = _spaced(said.quote)
            if len(quote) >= LEAST:
                told.setdefault(quote, set()).add((said.preference, said.how != "reversal"))
        self._told: Mapping[str, frozenset[Meaning]] = {
            words: frozenset(each) for words, each in told.items()
        }

    def understood(self, text: str) -> frozenset[Meaning]:
        """The preferences, or their opposites (False), that the text tells."""
        spaced = _spaced(text)
        found = (each for words, each in self._told.items() if _holds(spaced, words))
        return frozenset(meaning for each in found for meaning in each)


def _statements() -> Iterable[tuple[str, Meaning]]:
    """What the two catalogues say of each preference and of its opposite."""
    for each in profile.catalogue().values():
        yield each.statement, (each.id, True)
    for preference, words in profile.manner_statements().items():
        yield words, (preference, True)
    said = {
        f"{dimension.id}={choice.id}": choice
        for dimension in catalogue()
        for choice in dimension.values
    }
    for (preference, held), values in meanings().items():
        for value in values:
            # A value that tom's catalogue lacks has no statement.
            if choice := said.get(value):
                yield choice.statement, (preference, held)
                yield choice.against, (preference, not held)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _holds(text: str, words: str) -> bool:
    """Whether the words stand in the text, not as a part of longer ones."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (_joined(text, start) or _joined(text, end)):
            return True
        start = text.find(words, start + 1)
    return False


def _joined(text: str, at: int) -> bool:
    """Whether a Latin word or a number goes on across a place."""
    around = text[max(at - 1, 0) : at + 1]
    return 0 < at < len(text) and around.isascii() and around.isalnum()
