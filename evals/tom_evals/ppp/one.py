"""A warm-up or a training run of the tiny policy, in a process of its own.

``python -m tom_evals.ppp.one FOLDER``, as `tom_evals.common.harness.isolated` has it. What is done
is kept in the study's folder: a run that is killed goes on from its last checkpoint.
"""

# torch is no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from tom_evals.common.engine import Json
from tom_evals.common.harness.isolated import answer
from tom_evals.ppp import cases
from tom_evals.ppp.arms import Arm, reward_of
from tom_evals.ppp.cases import Case
from tom_evals.ppp.given import Given
from tom_evals.ppp.steps import Step, Steps, step_of
from tom_evals.userville.episode import Record

# The vocabulary is that of so many scripted sessions, which have every word.
_READ = 3000
# A question more than anyone wants ends a session without an answer.
_QUESTIONS, _TOKENS = 3, 24
_MEASURED = 64  # sessions side by side
# A process whose parent was killed lives for about another second.
_PATIENCE = 60.0


def run(given: Json, home: Path) -> Json:
    """The row of a run: how the policy asks and answers before it, or after it."""
    del home  # all that is kept is in the study's folder
    asked = Given.model_validate(given)
    asked.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(asked.folder / "run.lock", timeout=_PATIENCE):
        return (_warmed_up(asked) if asked.arm is None else _trained(asked, asked.arm)).model_dump(
            mode="json"
        )


def _speech() -> Any:
    from tom_evals.ppp.tiny import Words, tokenizer_of

    texts = (piece.text for number in range(_READ) for piece in cases.warm_up(number, 0))
    return Words(tokenizer_of(texts))


def _warmed_up(given: Given) -> Step:
    from tom_evals.ppp.tiny import warmed_up

    speech = _speech()
    policy = warmed_up(
        speech,
        lambda number: cases.warm_up(number, given.seed),
        given.folder / "making",
        seed=given.seed,
        steps=given.warm_up,
    )
    made = given.folder / "saved.making"
    policy.save_pretrained(made)
    shutil.rmtree(given.policy, ignore_errors=True)
    made.replace(given.policy)
    return _measured(policy, speech, given, Arm.PPP)


def _trained(given: Given, arm: Arm) -> Step:
    from transformers import LlamaForCausalLM  # pyright: ignore[reportMissingImports]

    from tom_evals.ppp.rollout import Limits
    from tom_evals.ppp.training import Setting, trained

    speech = _speech()
    kept = Steps(given.rows)

    def keep(step: int, records: Sequence[Record]) -> None:
        kept.keep(step_of(step, records, arm, given.profile))

    policy = trained(
        LlamaForCausalLM.from_pretrained(given.policy),
        speech,
        speech.tokenizer,
        cases.training(given.cases, given.seed),
        lambda record: reward_of(record, arm, given.profile),
        Limits(_QUESTIONS, _TOKENS),
        Setting(
            steps=given.steps,
            sessions=given.sessions,
            group=given.group,
            rate=given.rate,
            seed=given.seed,
            save=given.save,
            on_cpu=True,
        ),
        given.folder / "checkpoints",
        keep,
    )
    return _measured(policy, speech, given, arm)


def _measured(policy: Any, speech: Any, given: Given, arm: Arm) -> Step:
    """How a policy does on repositories that it was not trained on."""
    import torch  # pyright: ignore[reportMissingImports]

    from tom_evals.ppp.rollout import Limits, rollout

    torch.manual_seed(given.seed)
    policy.eval()
    held_out: Sequence[Case] = cases.measuring(given.measured)
    records: list[Record] = []
    for at in range(0, len(held_out), _MEASURED):
        some = held_out[at : at + _MEASURED]
        played = rollout(
            policy,
            speech,
            [case.prompt for case in some],
            [case.begin() for case in some],
            Limits(_QUESTIONS, _TOKENS),
        )
        records += [each.record for each in played]
    return step_of(given.steps if given.arm else 0, records, arm, given.profile)


if __name__ == "__main__":
    answer(Path(sys.argv[1]), run)
