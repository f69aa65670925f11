"""What a session is worth to the person: productive, proactive and personal. Pure.

Two profiles, both of Sun et al., "Training Proactive and Personalized LLM Agents" (arXiv
2511.02208): that of the paper and that of the code released with it, which differ.
"""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from tom_evals.people import Level
from tom_evals.userville.effort import Effort, effort_of
from tom_evals.userville.preferences import Ask, Preference

BONUS = 0.05
MEDIUM, HIGH = -0.1, -0.5  # the paper's, of each question
UNASKED = -0.1  # the release's, of a vague request that went wrong without a question
PREFIXES = ("/testbed/", "/workspace/")


class Profile(StrEnum):
    """Whose rewards."""

    PAPER = "paper"
    RELEASED = "released"


class Rewards(NamedTuple):
    """The parts of a session's reward, and the whole, which is between 0 and 1."""

    productivity: float
    proactivity: float
    personalisation: float
    total: float

    @property
    def is_proactive(self) -> bool:
        """Whether what was asked cost the person no more than it should."""
        return self.proactivity >= 0


class Metrics(NamedTuple):
    """Means over sessions, 0 to 1. ``personalisation`` is None where none asked anything."""

    productivity: float
    proactivity: float
    personalisation: float | None


def entries(answer: str | Iterable[str]) -> frozenset[str]:
    """The entries of an answer, one a line, without where a checkout lies."""
    lines = answer.splitlines() if isinstance(answer, str) else answer
    return frozenset(_bare(each.strip()) for each in lines) - {""}


def _bare(entry: str) -> str:
    for prefix in PREFIXES:
        entry = entry.removeprefix(prefix)
    return entry


def f1(answer: Collection[str], gold: Collection[str]) -> float:
    """The F1 of two sets: 1 where both are empty, 0 where one is."""
    if not answer or not gold:
        return float(not answer and not gold)
    return 2 * len(set(answer) & set(gold)) / (len(set(answer)) + len(set(gold)))


def session_effort(
    levels: Sequence[Level | None], *, vague: bool, productivity: float
) -> Effort | None:
    """The most that a question cost; high, too, where a vague request went wrong unasked.

    None where nothing was asked and nothing had to be.
    """
    if levels:
        return max(map(effort_of, levels))
    return Effort.HIGH if vague and productivity < 1 else None


def paper_proactivity(levels: Sequence[Level | None], *, vague: bool, productivity: float) -> float:
    """+0.05 where something was asked and all of it cost little; -0.1 and -0.5 a question of
    medium and of high effort.

    A vague request that went wrong without a question is of high effort, as the paper has it of
    sessions, and is charged as one such question.
    """
    if not levels:
        return 0.0 if session_effort((), vague=vague, productivity=productivity) is None else HIGH
    efforts = [effort_of(level) for level in levels]
    if all(effort is Effort.LOW for effort in efforts):
        return BONUS
    return MEDIUM * efforts.count(Effort.MEDIUM) + HIGH * efforts.count(Effort.HIGH)


def released_proactivity(
    levels: Sequence[Level | None],
    *,
    vague: bool,
    productivity: float,
    untagged_is_nothing: bool = False,
) -> float:
    """By the sum of levels S and the number of asks a: vague, -0.1 (S - a), +0.05 where it is
    S = a with a question asked, -0.1 where none was and the task was not solved; precise, -0.2 S.

    A reply without a level counts as refused. In the released code it adds to a and not to S,
    which pays 0.1 for it: ``untagged_is_nothing`` does the same.
    """
    untagged = 0 if untagged_is_nothing else int(Level.REFUSED)
    total = sum(untagged if level is None else int(level) for level in levels)
    if not vague:
        return -0.2 * total
    reward = -0.1 * (total - len(levels))
    if Level.REQUEST in levels and total == len(levels):
        reward += BONUS
    if not levels and productivity < 1:
        reward += UNASKED
    return reward


def personalisation(
    preference: Preference, asks: Sequence[Ask], *, vague: bool, profile: Profile
) -> float:
    """The preference's penalty, or +0.05 where it has none.

    Released: the bonus only where there is something to break, the request was vague and
    something was asked.
    """
    penalty = preference.penalty(asks)
    if profile is Profile.PAPER:
        return penalty if penalty < 0 else BONUS
    earns = preference.can_be_broken and vague and bool(asks)
    return penalty + (BONUS if earns and penalty == 0 else 0.0)


def rewards(
    preference: Preference,
    asks: Sequence[Ask],
    *,
    productivity: float,
    vague: bool,
    profile: Profile = Profile.PAPER,
    proactivity_weight: float = 1.0,
    personalisation_weight: float = 1.0,
) -> Rewards:
    """A session's rewards; ``productivity`` is between 0 and 1. The whole is cut to that, too."""
    levels = [ask.level for ask in asks]
    of = paper_proactivity if profile is Profile.PAPER else released_proactivity
    cost = of(levels, vague=vague, productivity=productivity)
    personal = personalisation(preference, asks, vague=vague, profile=profile)
    total = productivity + proactivity_weight * cost + personalisation_weight * personal
    return Rewards(productivity, cost, personal, min(max(total, 0.0), 1.0))


def metrics(sessions: Iterable[tuple[Rewards, bool, bool]]) -> Metrics:
    """Of (rewards, whether it asked, whether it kept to the preference) of at least one session.

    Proactivity is the share of sessions with a cost reward of 0 or more; personalisation the
    share that kept to the preference among those that asked.
    """
    rows = list(sessions)
    kept = [keeps for _, asked, keeps in rows if asked]
    return Metrics(
        productivity=sum(each.productivity for each, _, _ in rows) / len(rows),
        proactivity=sum(each.is_proactive for each, _, _ in rows) / len(rows),
        personalisation=sum(kept) / len(kept) if kept else None,
    )
