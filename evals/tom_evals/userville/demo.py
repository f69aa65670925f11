"""One session that a person can follow: ``python -m tom_evals userville --demo``."""

from __future__ import annotations

from collections.abc import Iterator

from tom_evals.people import Level
from tom_evals.userville.effort import effort_of
from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.index import Index
from tom_evals.userville.policies import Policy
from tom_evals.userville.preferences import Preference
from tom_evals.userville.rewards import Profile, Rewards
from tom_evals.userville.simulator import Simulator
from tom_evals.userville.task import Task


def shown(
    task: Task, preference: Preference, index: Index, policy: Policy, simulator: Simulator
) -> Iterator[str]:
    """The session line by line: who says what, what it costs, and what it is worth."""
    episode = Episode(task, preference, simulator)
    yield f"The person: {preference.id}, which means: {preference.wish or 'no wish of this kind'}"
    yield f"What they want: {_short(task.precise)}"
    yield ""
    yield f"Person: {_short(task.vague)}"
    record = policy.play(episode, index)
    for each in record.exchanges:
        yield f"Agent ({policy.name}): {each.said}"
        yield f"Person: {_short(each.answer)}   [{_cost(each.level)}]"
    yield f"Agent: it is {', '.join(record.answer.splitlines()) or 'nowhere that I can find'}."
    yield ""
    yield f"Correct: {', '.join(sorted(task.wanted))}"
    yield from _worth(record)


def _cost(level: Level | None) -> str:
    given = "no level" if level is None else f"level {level}, {level.name.lower()}"
    return f"{given}; {effort_of(level).name.lower()} effort"


def _worth(record: Record) -> Iterator[str]:
    kept = "kept to" if record.keeps else "broken"
    yield f"The wish was {kept}; penalty {record.preference.penalty(record.asks):g}."
    for profile in Profile:
        yield f"Reward ({profile}): {_sum(record.rewards(profile))}"


def _sum(found: Rewards) -> str:
    return (
        f"productive {found.productivity:.2f}, proactive {found.proactivity:+.2f}, personal "
        f"{found.personalisation:+.2f}; in total, cut to 0 to 1: {found.total:.2f}"
    )


def _short(text: str, most: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
