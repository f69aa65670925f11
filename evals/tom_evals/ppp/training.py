"""GRPO on sessions with simulated people, by TRL. Needs the extra ``[train]``."""

# trl, datasets and transformers are no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")  # read when a trainer is made

from datasets import Dataset  # pyright: ignore[reportMissingImports]
from trl import GRPOConfig, GRPOTrainer  # pyright: ignore[reportMissingImports]

from tom_evals.ppp.rollout import Limits, rollout
from tom_evals.ppp.session import Session
from tom_evals.ppp.speech import Speech
from tom_evals.userville.episode import Record


class Case(Protocol):
    """What is played again and again."""

    @property
    def name(self) -> str:
        """What tells it from the others."""
        ...

    @property
    def prompt(self) -> str:
        """What the policy is given."""
        ...

    def begin(self) -> Session:
        """A new session."""
        ...


class Setting(NamedTuple):
    """How a policy is trained; the defaults are PPP's where it names one.

    ``sessions`` are those of a step, ``at_once`` those that go through the policy together when it
    is updated (all of them if 0), ``group`` those on the same case.
    """

    steps: int
    sessions: int
    at_once: int = 0
    group: int = 8
    rate: float = 1e-6
    clip: float = 0.2
    decay: float = 0.01
    seed: int = 0
    save: int = 25
    on_cpu: bool = False


def trained(
    policy: Any,
    speech: Speech,
    tokenizer: Any,
    cases: Sequence[Case],
    reward: Callable[[Record], float],
    limits: Limits,
    setting: Setting,
    folder: Path,
    keep: Callable[[int, Sequence[Record]], None],
) -> Any:
    """The policy after all steps; goes on from the last whole checkpoint in a folder.

    ``keep`` is given the number and the sessions of each step, those again that are done again.
    """
    by_name = {case.name: case for case in cases}

    def play(names: list[str], trainer: Any) -> dict[str, Any]:
        chosen = [by_name[name] for name in names]
        model = trainer.accelerator.unwrap_model(trainer.model)
        was_training = model.training
        model.eval()
        played = rollout(
            model,
            speech,
            [case.prompt for case in chosen],
            [case.begin() for case in chosen],
            limits,
        )
        model.train(was_training)
        keep(trainer.state.global_step, [each.record for each in played])
        return {
            "prompt_ids": [each.prompt for each in played],
            "completion_ids": [each.completion for each in played],
            "env_mask": [each.mask for each in played],
            # Each step trains on what it has just drawn, so TRL takes its own log-probabilities.
            "logprobs": None,
            "total": [reward(each.record) for each in played],
        }

    def total(*, total: list[float], **_: object) -> list[float]:
        return total

    trainer = GRPOTrainer(
        model=policy,
        reward_funcs=total,
        args=_arguments(setting, folder),
        train_dataset=Dataset.from_list([{"prompt": name} for name in by_name]),
        processing_class=tokenizer,
        rollout_func=play,
    )
    trainer.train(resume_from_checkpoint=whole(folder))
    return policy


def whole(folder: Path) -> str | None:
    """The newest checkpoint that was written to its end: the trainer's state comes last."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda each: int(each.name.split("-")[1]))
    for checkpoint in reversed(found):
        try:
            json.loads((checkpoint / "trainer_state.json").read_bytes())
        except (OSError, ValueError):
            continue
        return str(checkpoint)
    return None


def _arguments(setting: Setting, folder: Path) -> GRPOConfig:
    at_once = setting.at_once or setting.sessions
    return GRPOConfig(
        str(folder),
        max_steps=setting.steps,
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=setting.sessions // at_once,
        num_generations=setting.group,
        num_iterations=1,
        loss_type="dapo",
        scale_rewards="group",
        epsilon=setting.clip,
        beta=0.0,
        learning_rate=setting.rate,
        lr_scheduler_type="constant",
        weight_decay=setting.decay,
        seed=setting.seed,
        use_cpu=setting.on_cpu,
        bf16=not setting.on_cpu,
        gradient_checkpointing=not setting.on_cpu,
        save_strategy="steps",
        save_steps=setting.save,
        save_total_limit=2,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
