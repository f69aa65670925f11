"""The twenty ways of wanting to be asked, with what UserVille has of each: what breaking it costs.

The costs are those of its released tables. Where it has a judge read the question, a check by
code of tom's stands in, and `Preference.judged` says so.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from tom_evals.people import Level
from tom_swe.advise.ask_preferences.preference import BY_ID as WAYS
from tom_swe.advise.ask_preferences.preference import Ask as Asked
from tom_swe.advise.ask_preferences.preference import Preference as Way


class Ask(NamedTuple):
    """One message of questions to the person. ``after`` counts what the agent did before it,
    its earlier questions included. ``level`` is what the reply gave away, None where not known;
    ``broke`` is a judge's word on whether it broke the preference, None without one.
    """

    text: str
    after: int = 0
    level: Level | None = None
    broke: bool | None = None


class Judged(StrEnum):
    """How it is known whether a preference was kept to."""

    NEVER = "never"  # there is nothing to break
    COUNTED = "counted"  # from how often and when was asked
    CHECKED = "checked"  # code sees it for sure, or nearly
    GUESSED = "guessed"  # code sees marks of it only; a judge is wanted


class Answering(StrEnum):
    """What is special about how such a person answers."""

    ALL = "all"
    OPTION_ONLY = "option-only"  # names an option, and knows nothing where there is none
    NO_PLACES = "no-places"  # does not know files or functions


class Preference(NamedTuple):
    """One of the twenty: ``way`` is how the person wants to be asked, ``cost`` that of breaking
    it once. ``is_seen`` says whether training sees such people.
    """

    way: Way
    cost: float
    judged: Judged
    is_seen: bool
    answering: Answering = Answering.ALL

    @property
    def id(self) -> str:
        """Its name, as tom has it."""
        return self.way.id

    @property
    def wish(self) -> str:
        """How the person says it."""
        return self.way.wish

    @property
    def can_be_broken(self) -> bool:
        """Whether there is anything to keep to."""
        return self.judged is not Judged.NEVER

    def penalty(self, asks: Sequence[Ask]) -> float:
        """What breaking it costs over a session, 0 or less."""
        broken = self._broken(asks)
        return -self.cost * broken if broken else 0.0

    def _broken(self, asks: Sequence[Ask]) -> int:
        """How often. A judge's word on a message goes before the check; counting needs none."""
        bare = [Asked(each.text, each.after) for each in asks]
        if self.judged in {Judged.NEVER, Judged.COUNTED}:
            return self.way.broken(bare)
        return sum(
            self.way.broken([seen]) if ask.broke is None else ask.broke
            for ask, seen in zip(asks, bare, strict=True)
        )


def _seen(
    name: str, cost: float, judged: Judged, answering: Answering = Answering.ALL
) -> Preference:
    return Preference(WAYS[name], cost, judged, is_seen=True, answering=answering)


def _unseen(name: str, judged: Judged = Judged.CHECKED) -> Preference:
    return Preference(WAYS[name], 0.5, judged, is_seen=False)


PREFERENCES = (
    _seen("no_preference", 0.0, Judged.NEVER),
    _seen("concise_question", 0.1, Judged.CHECKED),
    _seen("detail_question", 0.1, Judged.CHECKED),
    _seen("answer_more", 1.0, Judged.COUNTED),
    _seen("only_begin", 1.0, Judged.COUNTED),
    _seen("no_ask", 1.0, Judged.COUNTED),
    _seen("do_selection", 0.5, Judged.CHECKED, Answering.OPTION_ONLY),
    _seen("professional", 0.0, Judged.NEVER),
    _seen("amateur", 0.1, Judged.GUESSED, Answering.NO_PLACES),
    _seen("ask_many", 1.0, Judged.COUNTED),
    _seen("one_question", 0.5, Judged.CHECKED),
    _seen("first_try", 0.1, Judged.GUESSED),
    _unseen("lang_ita"),
    _unseen("lang_multi"),
    _unseen("capital"),
    _unseen("commas"),
    _unseen("json"),
    _unseen("joke", Judged.GUESSED),
    _unseen("snippet"),
    _unseen("length"),
)
"""All twenty in the order of the release: twelve seen in training, eight not."""

NO_PREFERENCE = PREFERENCES[0]
BY_ID = {each.id: each for each in PREFERENCES}
