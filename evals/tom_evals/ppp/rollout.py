"""Sessions of a policy with simulated people, side by side. Needs the extra ``[train]``."""

# torch and transformers are no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch  # pyright: ignore[reportMissingImports]

from tom_evals.ppp.session import Session
from tom_evals.ppp.speech import Answer, Speech
from tom_evals.userville.episode import Record


class Limits(NamedTuple):
    """How long a session may be: turns before the last one, and tokens of each."""

    turns: int
    tokens: int


class Trajectory(NamedTuple):
    """A session as tokens, and what came of it.

    ``mask`` is 1 for each token of ``completion`` that the policy wrote, 0 for what it was told.
    """

    prompt: list[int]
    completion: list[int]
    mask: list[int]
    record: Record


def rollout(
    model: Any,
    speech: Speech,
    prompts: Sequence[str],
    sessions: Sequence[Session],
    limits: Limits,
) -> list[Trajectory]:
    """Plays sessions to their end, drawing at temperature 1 from torch's global generator.

    What cannot be read ends a session without an answer, and so does anything but an answer in
    the last turn.
    """
    begun = [speech.opened(prompt) for prompt in prompts]
    told: list[list[int]] = [[] for _ in sessions]
    masks: list[list[int]] = [[] for _ in sessions]
    records: dict[int, Record] = {}
    for turn in range(limits.turns + 1):
        going = [at for at in range(len(sessions)) if at not in records]
        if not going:
            break
        texts = [begun[at] + told[at] for at in going]
        for at, written in zip(going, _written(model, speech, texts, limits.tokens), strict=True):
            told[at] += written
            masks[at] += [1] * len(written)
            said = speech.said(written)
            if said is None or isinstance(said, Answer) or turn == limits.turns:
                answer = said.entries if isinstance(said, Answer) else ""
                records[at] = sessions[at].finish(answer)
                continue
            reply = speech.replied(prompts[at], sessions[at].told(said))
            told[at] += reply
            masks[at] += [0] * len(reply)
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
