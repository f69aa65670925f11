"""Training a real model on UserVille's tasks, on one machine. Needs the extra ``[train]``.

For the sizes that PPP trained, see evals/docs/train-ppp.md: that is verl's.
"""

# torch and transformers are no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch  # pyright: ignore[reportMissingImports]
from transformers import (  # pyright: ignore[reportMissingImports]
    AutoModelForCausalLM,
    AutoTokenizer,
)

from tom_evals.ppp import data, dialogue
from tom_evals.ppp.arms import Arm, reward_of
from tom_evals.ppp.rollout import Limits
from tom_evals.ppp.session import Session
from tom_evals.ppp.speech import Said
from tom_evals.ppp.steps import Steps, step_of
from tom_evals.ppp.training import Setting, trained
from tom_evals.userville.episode import Record
from tom_evals.userville.index import Index
from tom_evals.userville.preferences import BY_ID
from tom_evals.userville.rewards import Profile

_HERE = "\u241f"  # in no template and in no request


class Run(NamedTuple):
    """A training run; ``model`` is a name or a folder, ``tasks`` what `data.write` wrote.

    ``at_once`` sessions go through the model together when it is updated.
    """

    model: str
    tasks: Path
    work: Path
    arm: Arm = Arm.PPP
    profile: Profile = Profile.PAPER
    steps: int = 200
    sessions: int = 64
    group: int = 8
    at_once: int = 2
    tokens: int = 1024
    rate: float = 1e-6


class Chat:
    """A session in the tokens of a model that was taught to chat."""

    def __init__(self, tokenizer: Any, rows: Sequence[data.Row]) -> None:
        self._tokenizer = tokenizer
        self._rows = {row.name: row for row in rows}
        self.stops: Sequence[int] = (tokenizer.eos_token_id,)
        self.padding: int = tokenizer.pad_token_id or tokenizer.eos_token_id
        self._around = self._turn()

    def opened(self, prompt: str) -> list[int]:
        """The tokens of a row's beginning; ``prompt`` is its name."""
        row = self._rows[prompt]
        request = row.task.vague if row.vague else row.task.precise
        messages = dialogue.opened(BY_ID[row.preference], request)
        return self._tokens(self._rendered([each._asdict() for each in messages]))

    def replied(self, prompt: str, reply: str) -> list[int]:
        """The tokens of a person's message, and of what goes before the policy's next one."""
        del prompt
        before, after = self._around
        return self._tokens(f"{before}{reply}{after}")

    def said(self, tokens: Sequence[int]) -> Said | None:
        """What the policy wrote, by its last mark."""
        return dialogue.said(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def _turn(self) -> tuple[str, str]:
        """What the model's template puts before and after a message that follows a model's."""
        marks = [f"{_HERE}{number}{_HERE}" for number in range(3)]
        roles = ("user", "assistant", "user")
        messages = [{"role": r, "content": c} for r, c in zip(roles, marks, strict=True)]
        _, _, rest = self._rendered(messages).partition(marks[1])
        before, _, after = rest.partition(marks[2])
        # The policy wrote the end of its turn itself.
        end = self._tokenizer.eos_token
        begun = before.lstrip()
        return (begun.removeprefix(end) if begun.startswith(end) else before), after

    def _rendered(self, messages: Sequence[Mapping[str, str]]) -> str:
        return self._tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True
        )

    def _tokens(self, text: str) -> list[int]:
        return self._tokenizer(text, add_special_tokens=False)["input_ids"]


class _Case(NamedTuple):
    row: data.Row
    places: Mapping[str, Index]

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def prompt(self) -> str:
        return self.row.name

    def begin(self) -> Session:
        return self.row.session(self.places)


def trained_on(run: Run) -> Path:
    """Trains, and says where the model is; goes on where a killed run was. Raises NoRows."""
    rows = data.read(run.tasks)
    places = data.read_places(data.places_file(run.tasks))
    tokenizer = AutoTokenizer.from_pretrained(run.model, padding_side="left")
    on_cpu = not torch.cuda.is_available()
    policy = AutoModelForCausalLM.from_pretrained(
        run.model, dtype=torch.float32 if on_cpu else torch.bfloat16
    )
    kept = Steps(run.work / "steps.jsonl")

    def keep(step: int, records: Sequence[Record]) -> None:
        kept.keep(step_of(step, records, run.arm, run.profile))

    policy = trained(
        policy,
        Chat(tokenizer, rows),
        tokenizer,
        [_Case(row, places) for row in rows],
        lambda record: reward_of(record, run.arm, run.profile),
        Limits(dialogue.TURNS, run.tokens),
        Setting(
            steps=run.steps,
            sessions=run.sessions,
            at_once=run.at_once,
            group=run.group,
            rate=run.rate,
            on_cpu=on_cpu,
        ),
        run.work / "checkpoints",
        keep,
    )
    made = run.work / "model"
    policy.save_pretrained(made)
    tokenizer.save_pretrained(made)
    return made
