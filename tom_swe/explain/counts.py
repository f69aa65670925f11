"""Every count that a person is shown, so that a word means the same number wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tom_swe.advise.brief import names_in_use
from tom_swe.advise.recall import in_force, is_idle
from tom_swe.model.advice import Briefing
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Status
from tom_swe.model.memory import SessionCounts
from tom_swe.model.user import Tellable, UserModel, surest_first, told

if TYPE_CHECKING:
    from tom_swe.memory.store import Store


class PlaceCounts(Value):
    """The beliefs that hold in a repository, and how many of them its briefing has room for.

    The repository is "" for every other one: agents hear only what holds everywhere there.
    ``names`` are the others that it goes by.
    """

    repository: str
    names: tuple[str, ...] = ()
    hold: int
    briefed: int


class Counts(Value):
    """How much is kept of a person and believed about them.

    ``beliefs`` are those that agents hear where they hold: ``confirmed`` ones and those
    ``seen_once``. ``habits`` change nothing for an agent. No agent hears those ``held_back`` until
    the person confirms them or says them again. These three are all that is believed now;
    ``retired`` is no longer. The person has not decided on the ones ``to_review``, which are
    those seen once, whether agents hear them or not, nor on ``proposals``, which are requests
    that recur.

    ``places`` are the repositories with beliefs of their own, after everywhere else.
    """

    kept: SessionCounts = SessionCounts()
    beliefs: int = 0
    confirmed: int = 0
    seen_once: int = 0
    habits: int = 0
    held_back: int = 0
    retired: int = 0
    to_review: int = 0
    proposals: int = 0
    places: tuple[PlaceCounts, ...] = ()

    @property
    def believed(self) -> int:
        """All that is believed now, whether agents hear it or not."""
        return self.beliefs + self.habits + self.held_back

    @property
    def everywhere(self) -> PlaceCounts:
        """What holds, and what agents hear, where no repository has beliefs of its own."""
        return self.place("")

    def place(self, repository: str) -> PlaceCounts:
        """What holds, and what agents hear, in a repository; else what holds everywhere."""
        found = {name: each for each in self.places for name in (each.repository, *each.names)}
        nothing = PlaceCounts(repository="", hold=0, briefed=0)
        return found.get(repository) or found.get("", nothing)


class CountedUser(UserModel):
    """The user model with the counts: those of its beliefs that are habits are in it, too."""

    counts: Counts


def counts(
    memory: Store,
    user_id: str,
    *,
    beliefs: Sequence[Belief] | None = None,
    proposals: int = 0,
) -> Counts:
    """The counts of a user as memory stands; ``beliefs`` are all of theirs, where known."""
    briefings = memory.beliefs.briefings(user_id)
    return counted(
        memory.counts(user_id),
        memory.beliefs.all(user_id) if beliefs is None else beliefs,
        [briefing for briefing, _ in briefings],
        {briefing.repository: folders for briefing, folders in briefings},
        proposals,
    )


def profile(memory: Store, user_id: str, *, proposals: int = 0) -> CountedUser:
    """The user model of a user as memory stands, with the counts."""
    beliefs = memory.beliefs.all(user_id)
    return CountedUser(
        user_id=user_id,
        beliefs=surest_first(told(beliefs)),
        counts=counts(memory, user_id, beliefs=beliefs, proposals=proposals),
    )


def to_review[B: Tellable](beliefs: Iterable[B]) -> list[B]:
    """What the person is asked about: seen once, not decided on, and of use to an agent."""
    return [each for each in beliefs if each.is_seen_once and not is_idle(each)]


def counted(
    kept: SessionCounts,
    beliefs: Iterable[Belief],
    briefings: Iterable[Briefing],
    folders: Mapping[str, Sequence[str]],
    proposals: int,
) -> Counts:
    """The counts of these; ``folders`` are those in which each repository was used."""
    beliefs = list(beliefs)
    shown = [each for each in told(beliefs) if not is_idle(each)]
    places = tuple(_places(shown, briefings, folders))
    return standing(kept, beliefs, proposals).model_copy(update={"places": places})


def standing(kept: SessionCounts, beliefs: Iterable[Tellable], proposals: int = 0) -> Counts:
    """The counts of these, but for the places: lines of beliefs are enough for it."""
    beliefs = list(beliefs)
    live = [each for each in beliefs if each.status is not Status.RETIRED]
    known = told(beliefs)
    shown = [each for each in known if not is_idle(each)]
    seen_once = sum(each.is_seen_once for each in shown)
    return Counts(
        kept=kept,
        beliefs=len(shown),
        confirmed=len(shown) - seen_once,
        seen_once=seen_once,
        habits=len(known) - len(shown),
        held_back=len(live) - len(known),
        retired=len(beliefs) - len(live),
        to_review=len(to_review(beliefs)),
        proposals=proposals,
    )


def _places(
    shown: Sequence[Belief], briefings: Iterable[Briefing], folders: Mapping[str, Sequence[str]]
) -> Iterator[PlaceCounts]:
    """Each repository once, whatever it goes by, with the name that says most."""
    in_use = names_in_use(shown, folders)
    briefed = {each.repository: len(each.belief_ids) for each in briefings}
    done: set[str] = set()
    for name in sorted(briefed, key=lambda each: ("/" not in each and each != "", each)):
        if name in done:
            continue
        names = in_use.get(name, {name}) & briefed.keys()
        alike = {each for each in names if in_use.get(each) == in_use.get(name)} - {name}
        done |= alike
        yield PlaceCounts(
            repository=name,
            names=tuple(sorted(alike)),
            hold=len(in_force(shown, name, names=in_use.get(name))),
            briefed=briefed[name],
        )
