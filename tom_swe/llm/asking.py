"""A language model that answers in form and within its limits: what the mind asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from tom_swe.errors import BadReply, ModelFault
from tom_swe.llm.lite import Completion, TooLate
from tom_swe.llm.structured import Unfit, instructions, parse, schema_of
from tom_swe.model.calls import Limits, Prompt, Purpose, Settled, Usage
from tom_swe.ports import Answer

if TYPE_CHECKING:
    from tom_swe.memory.ledger import CallLedger

REPAIR = "That reply does not fit the schema: {}. Reply again with the JSON object alone."


class Completing(Protocol):
    """A model that completes; see `lite.LiteModel`."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    at_once: int

    @property
    def takes_schema(self) -> bool:
        """Whether the schema goes along in the provider's own way."""
        ...

    def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], most_tokens: int
    ) -> Completion:
        """What the model says. Raises ModelFault."""
        ...

    def estimate(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> Usage:
        """The most that a call may use."""
        ...


class Asking:
    """A `LanguageModel`: each call stands in the ledger before it is made, within the limits.

    A reply that does not fit is asked for once more, of the same model.
    """

    def __init__(self, model: Completing, ledger: CallLedger, limits: Callable[[], Limits]) -> None:
        self._model = model
        self._ledger = ledger
        self._limits = limits

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def at_once(self) -> int:
        """How many calls may be under way at the same time."""
        return self._model.at_once

    def usage(self, prompt: Prompt, reply: type[BaseModel], tokens_out: int) -> Usage:
        """What a question uses, its form included, whose reply has so many tokens."""
        form = {"role": "user", "content": instructions(reply)}
        messages = self._messages(prompt, reply)
        sent = [*messages, form] if self._model.takes_schema else messages
        return self._model.estimate(sent, tokens_out)

    def _messages(self, prompt: Prompt, reply: type[BaseModel]) -> list[dict[str, str]]:
        system = prompt.system
        if not self._model.takes_schema:
            system = f"{system}\n\n{instructions(reply)}"
        said = [{"role": each.role, "content": each.text} for each in prompt.messages]
        return [{"role": "system", "content": system}, *said]

    def ask[Reply: BaseModel](
        self,
        prompt: Prompt,
        reply: type[Reply],
        *,
        purpose: Purpose,
        most_tokens: int,
        session_id: int | None = None,
    ) -> Answer[Reply]:
        """A reply in form; its size counts without what the model thinks before it.

        Raises ModelUnavailable, ModelBusy, BadReply or BudgetReached.
        """
        messages = self._messages(prompt, reply)
        call = _Call(self._model, self._ledger, self._limits, purpose, session_id)
        first = call.make(messages, reply, most_tokens)
        if not isinstance(first, Unfit):
            return Answer(first, call.used)
        repair = {"role": "user", "content": REPAIR.format(first)}
        again = [*messages, {"role": "assistant", "content": call.said or "(nothing)"}, repair]
        second = call.make(again, reply, most_tokens)
        if isinstance(second, Unfit):
            raise BadReply(f"{self.name} gave no usable answer in two tries: {second}")
        return Answer(second, call.used)


class _Call:
    """The one or two calls that a question takes."""

    def __init__(
        self,
        model: Completing,
        ledger: CallLedger,
        limits: Callable[[], Limits],
        purpose: Purpose,
        session_id: int | None,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._limits = limits
        self._purpose = purpose
        self._session_id = session_id
        self.used = Usage()
        self.said = ""

    def make[Reply: BaseModel](
        self, messages: list[dict[str, str]], reply: type[Reply], most_tokens: int
    ) -> Reply | Unfit:
        """What the model replies, or why it does not fit. Raises ModelFault."""
        most = self._model.estimate(messages, most_tokens)
        entry = self._ledger.begin(
            self._model.name, self._purpose, self._session_id, most, self._limits()
        )
        start = time.monotonic()

        def settle(settled: Settled, used: Usage) -> None:
            spent = round((time.monotonic() - start) * 1000)
            self._ledger.settle(entry, settled, used, spent)

        try:
            done = self._model.complete(messages, schema_of(reply), most_tokens)
        except ModelFault as error:
            # Nobody was told what an answer that came too late has cost.
            nothing = Usage(cost=None if most.cost is None else 0.0)
            settle(Settled.FAILED, most if isinstance(error, TooLate) else nothing)
            raise
        self.used += done.usage
        self.said = done.text
        if done.refused:
            settle(Settled.BAD, done.usage)
            raise BadReply(f"{self._model.name} refused to answer")
        try:
            value = parse(done.text, reply)
        except Unfit as error:
            settle(Settled.BAD, done.usage)
            return error
        settle(Settled.ANSWERED, done.usage)
        return value
