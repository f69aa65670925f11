"""The sessions that a tiny policy is warmed up, trained and measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from tom_evals.ppp.scripts import Piece, opened, scripted
from tom_evals.ppp.session import Session
from tom_evals.ppp.synthetic import Repository, repository
from tom_evals.userville.episode import Episode
from tom_evals.userville.preferences import BY_ID, NO_PREFERENCE, Preference
from tom_evals.userville.simulator import in_plain_words

PREFERENCES: Sequence[Preference] = (
    NO_PREFERENCE,
    *(BY_ID[name] for name in ("no_ask", "ask_many", "one_question", "answer_more", "only_begin")),
)
"""Those that a policy of a hundred words can keep to and can break."""

# PPP trains on twelve vague prompts to one that is precise.
_PRECISE = 1 / 13


class Case(NamedTuple):
    """A task with a person, and how it is put to the policy."""

    name: str
    repository: Repository
    preference: Preference
    vague: bool

    @property
    def prompt(self) -> str:
        """What the policy is given."""
        request = self.repository.vague if self.vague else self.repository.precise
        return opened(self.repository, self.preference.id, request)

    def begin(self) -> Session:
        """A new session; there is nothing to search."""
        task = self.repository.task
        return Session(Episode(task, self.preference, in_plain_words, vague=self.vague))


def training(many: int, seed: int) -> Sequence[Case]:
    """Cases to train on, each preference as often as any other."""
    return [_case(number, f"training-{seed}") for number in range(many)]


def measuring(many: int) -> Sequence[Case]:
    """Cases to measure on, the same whatever is measured; all are vague."""
    return [_case(number, "measuring")._replace(vague=True) for number in range(many)]


def warm_up(number: int, seed: int) -> Iterator[Piece]:
    """A scripted session to learn a language from."""
    case = _case(number, f"warm-up-{seed}")
    random = Random(f"script/{seed}/{number}")
    return scripted(case.repository, case.prompt, case.preference.id, case.begin().episode, random)


def _case(number: int, use: str) -> Case:
    # Drawn by their use: what is measured on was not trained on, but for a rare coincidence.
    random = Random(f"{use}/{number}")
    preference = PREFERENCES[number % len(PREFERENCES)]
    return Case(f"{use}-{number}", repository(number, use), preference, random.random() >= _PRECISE)
