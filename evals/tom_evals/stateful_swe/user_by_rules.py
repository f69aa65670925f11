"""What a user knows without a model: what they hold, found by the words of the question."""

from __future__ import annotations

from tom_evals.people import Asked, Behaviour, Found, Manner, Person
from tom_evals.people.asking import Sort, sort
from tom_evals.people.pieces import best, pieces
from tom_evals.people.speech import Wording
from tom_evals.stateful_swe import subjects
from tom_evals.stateful_swe.profile import Style
from tom_evals.stateful_swe.user import BEHAVIOUR, UNKNOWN, Character, person

_AT_LENGTH = 2  # sentences
_NOT_SPECIFIC = "What do you want to know exactly?"


class Rules:
    """A `Finder` that knows nothing but the issue, the hints, the files and the preferences."""

    def __init__(self, character: Character) -> None:
        self._character = character

    def find(self, asked: Asked) -> Found:
        """The answers to the questions, each once; the same questions have the same answers."""
        found = [_answer(self._character, each) for each in asked.questions]
        told = [each.text for each in found if each.manner is Manner.ANSWERED]
        return Found("\n".join(dict.fromkeys(told))) if told else found[0]


def rule_user(
    character: Character, behaviour: Behaviour = BEHAVIOUR, wording: Wording = Wording.PLAIN
) -> Person:
    """The user that needs no model."""
    return person(character, Rules(character), behaviour, wording)


def _answer(character: Character, question: str) -> Found:
    wanted = subjects.asked(question, character.profile.preferences)
    if wanted:
        return Found(" ".join(map(character.wish, wanted)))
    if sort(question) is Sort.PLACE and character.files:
        return Found(f"It is in {', '.join(character.files)}.")
    if sort(question) is Sort.GENERIC:
        return Found(_NOT_SPECIFIC, Manner.UNSPECIFIC)
    short = character.profile.style is Style.SHORT
    told = best(question, pieces(character.known), 1 if short else _AT_LENGTH)
    if not told:
        return Found(UNKNOWN, Manner.UNKNOWN)
    # The last line of a block says what came of it, the error of a traceback for one.
    texts = [p.text.splitlines()[-1].strip() if short and p.is_block else p.text for p in told]
    return Found("\n".join(texts))
