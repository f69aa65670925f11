"""One session of an agent with a simulated person, kept as a record."""

from __future__ import annotations

from typing import NamedTuple

from tom_evals.people import Exchange, Said
from tom_evals.userville.preferences import Ask, Preference
from tom_evals.userville.rewards import Profile, Rewards, rewards
from tom_evals.userville.simulator import Simulator
from tom_evals.userville.task import Task


class Record(NamedTuple):
    """What came of a session."""

    task: Task
    preference: Preference
    vague: bool
    exchanges: tuple[Exchange, ...]
    answer: str

    @property
    def productivity(self) -> float:
        """The F1 of the answer."""
        return self.task.productivity(self.answer)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What was asked, as it is scored."""
        return tuple(Ask(each.said, each.events, each.level, each.broke) for each in self.exchanges)

    @property
    def keeps(self) -> bool:
        """Whether the preference was kept to."""
        return self.preference.penalty(self.asks) == 0

    def rewards(
        self,
        profile: Profile = Profile.PAPER,
        *,
        proactivity_weight: float = 1.0,
        personalisation_weight: float = 1.0,
    ) -> Rewards:
        """The rewards of the session by a profile."""
        return rewards(
            self.preference,
            self.asks,
            productivity=self.productivity,
            vague=self.vague,
            profile=profile,
            proactivity_weight=proactivity_weight,
            personalisation_weight=personalisation_weight,
        )


class Episode:
    """A session under way. The agent reads ``opening``, works, asks, and finishes once.

    What it did so far, its questions included, are the events of the session.
    """

    def __init__(
        self, task: Task, preference: Preference, simulator: Simulator, *, vague: bool = True
    ) -> None:
        self.task = task
        self.preference = preference
        self._vague = vague
        self._person = simulator(task, preference, task.vague if vague else task.precise)
        self.opening = self._person.opening()
        self._done = 0

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far."""
        return self._person.exchanges

    def worked(self) -> None:
        """Notes that the agent did something else than to ask."""
        self._done += 1

    def ask(self, query: str) -> str:
        """The person's reply. Raises ModelFault where a model plays them."""
        reply = self._person.answer(Said(query, self._done))
        self._done += 1
        return reply.text

    def finish(self, answer: str) -> Record:
        """The record; ``answer`` has an entry a line."""
        return Record(self.task, self.preference, self._vague, self.exchanges, answer)
