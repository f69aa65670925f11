"""A session with a simulated person as verl's agent loop. Runs where verl is installed.

Written against verl 0.9.1, `verl.experimental.agent_loop`.
"""

# verl is no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

import atexit
import json
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from verl.experimental.agent_loop.agent_loop import (  # pyright: ignore[reportMissingImports]
    AgentLoopBase,
    AgentLoopOutput,
)
from verl.utils.profiler import simple_timer  # pyright: ignore[reportMissingImports]

from tom_evals.common.models import language
from tom_evals.ppp import data, dialogue
from tom_evals.ppp.speech import Answer
from tom_evals.userville.index import Index
from tom_evals.userville.kept import said_as_json
from tom_evals.userville.simulator import Simulator, by_rules
from tom_evals.userville.simulator_by_model import by_model

_OPEN = ExitStack()
atexit.register(_OPEN.close)
_BUDGET = float(os.environ.get("USERVILLE_BUDGET", "10"))  # USD of each worker


class UserVilleLoop(AgentLoopBase):
    """One session. ``places`` is the file that `ppp data` wrote beside its rows; ``person`` is a
    language model that plays the person, by litellm's name, rules where there is none.
    """

    def __init__(self, *args: Any, places: str, person: str = "", **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._places = _places(places)
        self._simulator = _simulator(person)
        self._most = self.rollout_config.response_length

    async def run(self, sampling_params: dict[str, Any], **row: Any) -> AgentLoopOutput:
        """The session's tokens, and in ``extra_fields`` what was said, for the reward."""
        session = data.row_of(row["extra_info"]).session(self._places, self._simulator)
        messages = [dict(each) for each in row["raw_prompt"]]
        tokens = await self.ct_build_initial_tokens(messages)
        mask: list[int] = []
        chances: list[float] | None = None
        metrics: dict[str, Any] = {}
        fields: dict[str, Any] = {}
        request, turns, answer = uuid4().hex, 1, ""
        for turn in range(dialogue.TURNS + 1):
            with simple_timer("generate_sequences", metrics):
                written = await self.server_manager.generate(
                    request_id=request, prompt_ids=tokens, sampling_params=sampling_params
                )
            fields.update(written.extra_fields)
            turns += 1
            merged, mask, chances = await self.ct_merge_assistant_token(
                tokens,
                written.token_ids,
                mask,
                (chances or []) if written.log_probs else None,
                assistant_logprobs=written.log_probs or None,
            )
            tokens = merged.token_ids
            text = await self._in_thread(
                lambda ids: self.tokenizer.decode(ids, skip_special_tokens=True), written.token_ids
            )
            said = dialogue.said(text)
            if said is None or isinstance(said, Answer) or turn == dialogue.TURNS:
                answer = said.entries if isinstance(said, Answer) else ""
                break
            if len(mask) >= self._most:
                break
            # Looking up takes a moment, and a model that plays the person takes more.
            reply = await self._in_thread(session.told, said)
            before = list(messages)
            messages += [
                {"role": "assistant", "content": text},
                {"role": "user", "content": reply},
            ]
            merged, mask, chances = await self.ct_merge_context_msg(
                [*before, messages[-2]], messages, tokens, mask, chances or None
            )
            tokens = merged.token_ids
            turns += 1
            if len(mask) >= self._most:
                break
        played = said_as_json(session.finish(answer))
        cut = len(tokens) - len(mask)
        return AgentLoopOutput(
            prompt_ids=tokens[:cut],
            response_ids=tokens[cut:][: self._most],
            response_mask=mask[: self._most],
            response_logprobs=chances[: self._most] if chances else None,
            num_turns=turns,
            metrics=metrics,
            # As a text, for verl makes arrays of what it is given.
            extra_fields={
                **fields,
                "userville": json.dumps(played),
                "turn_scores": [],
                "tool_rewards": [],
            },
        )

    async def _in_thread(self, work: Any, *given: Any) -> Any:
        return await self.loop.run_in_executor(None, work, *given)


@cache
def _places(file: str) -> dict[str, Index]:
    return data.read_places(Path(file))


@cache
def _simulator(person: str) -> Simulator:
    if not person:
        return by_rules
    # Until the worker ends: its calls are counted in one place, and cost so much at most.
    model = _OPEN.enter_context(language(person, budget=_BUDGET))
    return by_model(model)
