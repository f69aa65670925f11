"""Sessions of a policy with simulated people, side by side. Needs the extra ``[train]``."""

# torch and transformers are no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import torch  # pyright: ignore[reportMissingImports]

from tom_evals.ppp.speech import Ask, Speech


class Open[R](Protocol):
    """A session with a simulated person; what is kept of it is for the caller to know."""

    def ask(self, query: str) -> str:
        """The person's reply."""
        ...

    def finish(self, answer: str) -> R:
        """The end, with what is kept of the session."""
        ...


class Limits(NamedTuple):
    """How long a session may be: questions in it, and tokens of what is said in one turn."""

    questions: int
    tokens: int


class Trajectory[R](NamedTuple):
    """A session as tokens, and what is kept of it.

    ``mask`` is 1 for each token of ``completion`` that the policy wrote, 0 for what it was told.
    """

    prompt: list[int]
    completion: list[int]
    mask: list[int]
    record: R


def rollout[R](
    model: Any,
    speech: Speech,
    prompts: Sequence[str],
    sessions: Sequence[Open[R]],
    limits: Limits,
) -> list[Trajectory[R]]:
    """Plays sessions to their end, drawing at temperature 1 from torch's global generator.

    What is neither a question nor an answer ends a session without an answer, and so does a
    question after the last one that is allowed.
    """
    begun = [speech.opened(prompt) for prompt in prompts]
    told: list[list[int]] = [[] for _ in sessions]
    masks: list[list[int]] = [[] for _ in sessions]
    records: dict[int, R] = {}
    for turn in range(limits.questions + 1):
        going = [at for at in range(len(sessions)) if at not in records]
        if not going:
            break
        texts = [begun[at] + told[at] for at in going]
        for at, written in zip(going, _written(model, speech, texts, limits.tokens), strict=True):
            told[at] += written
            masks[at] += [1] * len(written)
            said = speech.said(written)
            if isinstance(said, Ask) and turn < limits.questions:
                reply = speech.replied(prompts[at], sessions[at].ask(said.query))
                told[at] += reply
                masks[at] += [0] * len(reply)
            else:
                answer = "" if said is None or isinstance(said, Ask) else said.entries
                records[at] = sessions[at].finish(answer)
    return [Trajectory(begun[at], told[at], masks[at], records[at]) for at in range(len(sessions))]


def _written(
    model: Any, speech: Speech, texts: Sequence[Sequence[int]], most: int
) -> list[list[int]]:
    """How the policy goes on from each text: up to and with the token that ends its turn."""
    width = max(map(len, texts))
    ids = [[speech.padding] * (width - len(text)) + list(text) for text in texts]
    there = [[0] * (width - len(text)) + [1] * len(text) for text in texts]
    with torch.no_grad():
        drawn = model.generate(
            input_ids=torch.tensor(ids, device=model.device),
            attention_mask=torch.tensor(there, device=model.device),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=most,
            eos_token_id=list(speech.stops),
            pad_token_id=speech.padding,
        )
    return [_up_to(row, speech.stops) for row in drawn[:, width:].tolist()]


def _up_to(row: list[int], stops: Sequence[int]) -> list[int]:
    ends = [at for at, token in enumerate(row) if token in stops]
    return row[: ends[0] + 1] if ends else row
