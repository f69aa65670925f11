"""The users of Stateful SWE: fifteen profiles, each of whom keeps to their own manner.

Dimensions and limits are TOM-SWE's (arXiv 2510.21903, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tom_evals.people import Behaviour, Finder, Found, Manner, Person, Traits, Unasked
from tom_evals.people.speech import Wording
from tom_evals.people.words import blocks
from tom_evals.stateful_swe.profile import Profile, Style, Timing, catalogue

UNKNOWN = "I don't know that."
CANNED = "Please continue with what you have, and do not ask me again."
BEHAVIOUR = Behaviour(
    answers=6,
    last_words=Found(CANNED, Manner.CAPPED),
    unknown=UNKNOWN,
    unasked=Unasked.GO_ON,
    refusals=3,
    words_opening=True,
)
SHORT, VERBOSE = 14, 250
"""The most words of an answer, by style."""


class Character(NamedTuple):
    """Who is played, and all they hold.

    ``words`` are what they say for a preference, by its id, where it is not the catalogue's
    statement. ``files`` are oracle knowledge: without them no place is ever told.
    """

    profile: Profile
    request: str
    issue: str
    hints: str = ""
    files: tuple[str, ...] = ()
    words: Mapping[str, str] = {}

    def wish(self, preference: str) -> str:
        """What they say for a preference."""
        return self.words.get(preference, catalogue()[preference].statement)

    @property
    def known(self) -> str:
        """The issue and the hints."""
        return f"{self.issue}\n\n{self.hints}"


def person(
    character: Character,
    finder: Finder,
    behaviour: Behaviour = BEHAVIOUR,
    wording: Wording = Wording.PLAIN,
) -> Person:
    """Somebody who answers as the character does.

    Preferences, code and output stay as they are, for they are read by their exact words.
    """
    profile, code = character.profile, blocks(character.known)
    is_short = profile.style is Style.SHORT
    traits = Traits(
        seed=f"wording/{profile.id}/{character.request}",
        only_upfront=profile.timing is Timing.UPFRONT,
        first_only=is_short,
        most_words=SHORT if is_short else VERBOSE,
        kept_back=character.files,
        verbatim=(
            *map(character.wish, profile.preferences),
            *code,
            *(each.splitlines()[-1].strip() for each in code),
        ),
    )
    return Person(character.request, finder, behaviour, traits, wording)
