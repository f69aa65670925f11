"""One session of an agent with a simulated person, kept as a record."""

from __future__ import annotations

from typing import NamedTuple

from tom_evals.userville.preferences import Ask, Preference
from tom_evals.userville.rewards import Profile, Rewards, rewards
from tom_evals.userville.simulator import Exchange, Simulator
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
        return tuple(
            Ask(each.query, each.after, each.reply.level, each.reply.broke)
            for each in self.exchanges
        )

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
    """A session under way. The agent reads ``opening``, works, asks, and finishes once."""

    def __init__(
        self, task: Task, preference: Preference, simulator: Simulator, *, vague: bool = True
    ) -> None:
        self.task = task
        self.preference = preference
        self.opening = task.vague if vague else task.precise
        self._vague = vague
        self._simulator = simulator
        self._exchanges: list[Exchange] = []
        self._done = 0

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far."""
        return tuple(self._exchanges)

    def worked(self) -> None:
        """Notes that the agent did something else than to ask."""
        self._done += 1

    def ask(self, query: str) -> str:
        """The person's reply. Raises ModelFault where a model plays them."""
        reply = self._simulator.reply(self.task, self.preference, query, self.exchanges)
        self._exchanges.append(Exchange(query, reply, self._done))
        self._done += 1
        return reply.text

    def finish(self, answer: str) -> Record:
        """The record; ``answer`` has an entry a line."""
        return Record(self.task, self.preference, self._vague, self.exchanges, answer)
