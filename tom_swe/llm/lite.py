"""litellm, which speaks to every provider: one prompt there, one completion back."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from tom_swe.errors import BadReply, ModelBusy, ModelFault, ModelUnavailable
from tom_swe.extras import install_command
from tom_swe.model.calls import Usage
from tom_swe.settings import Model

if TYPE_CHECKING:
    from tenacity import RetryCallState

TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds
LONGEST_REASON = 200  # characters of what a provider says of a key or a name
# What a model that thinks before it answers may use for that, beside the reply.
THINKING = 1_000  # tokens
_TOOL = "reply"
_BUSY = frozenset({408, 409, 429})
_NOT_THERE = frozenset({401, 402, 403, 404})
# Nobody listens, there is no such address, or the key is missing (which litellm gives status 500).
_UNREACHED = frozenset(
    {"ConnectError", "ConnectTimeout", "UnsupportedProtocol", "InvalidURL", "AuthenticationError"}
)
# OpenHands' name for models behind its own proxy, by the SDK's llm/utils/openhands_provider.py.
_OPENHANDS, _PROXY = "openhands/", "litellm_proxy/"
_OPENHANDS_URL = "https://llm-proxy.app.all-hands.dev"
_CLASSES = re.compile(r"\A(?:litellm\.)?(?:\w+(?:Error|Exception):? (?:- )?)+")


class Completion(NamedTuple):
    """What a model said, and what it took. ``refused`` where it would not say anything."""

    text: str
    usage: Usage
    refused: bool = False


class TooLate(ModelBusy):
    """No answer came in time; it may have been made, and charged, all the same."""


class LiteModel:
    """One model of one provider or server, as the person configured it. Thread-safe.

    At most ``at_once`` calls are under way. What fails for the moment (429, 5xx, a broken
    connection) is tried again twice, after the pause that the server asks for or a growing
    one; what is wrong with the request, the key or the name is not. ``wait`` pauses. Raises
    ModelUnavailable where the extra is not installed.
    """

    def __init__(
        self,
        model: Model,
        *,
        timeout: float,
        at_once: int,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        if find_spec("litellm") is None:
            raise ModelUnavailable(f"{model.name} needs an extra: run {install_command('litellm')}")
        self._model = model
        self._timeout = timeout
        self._wait = wait
        self._free = BoundedSemaphore(at_once)
        self.at_once = at_once

    @property
    def name(self) -> str:
        """The model's name in litellm's form, ``provider/model``."""
        return self._model.name

    def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], most_tokens: int
    ) -> Completion:
        """What the model says to these messages. Raises ModelFault.

        The schema goes along natively where the provider takes one, else as a tool that has
        to be called, else not at all: then the messages have to say it.
        """
        self.check()
        from tenacity import Retrying, retry_if_exception, stop_after_attempt

        asked = {**self._asked(messages, most_tokens), **self._form(schema)}
        trying = Retrying(
            stop=stop_after_attempt(TRIES),
            retry=retry_if_exception(_passes),
            wait=_pause,
            sleep=self._wait,
            reraise=True,
        )
        try:
            response = trying(self._call, asked)
        except Exception as error:
            # litellm lets errors of its own, of openai and of httpx through.
            raise self._fault(error) from error
        return self._completion(response)

    def check(self) -> None:
        """Raises ModelUnavailable where no provider goes by that name. Asks nobody."""
        if self._model.fault:
            raise ModelUnavailable(f"{self.name} cannot be used: {self._model.fault}")
        name, url = self._address
        try:
            self._litellm.get_llm_provider(model=name, api_base=url)
        except Exception as error:  # it raises whatever its tables lead to
            raise ModelUnavailable(
                f"{self.name} names no provider that litellm knows: give PROVIDER/MODEL, such as "
                "openai/gpt-5-nano"
            ) from error

    @property
    def _address(self) -> tuple[str, str | None]:
        """The model's name and where it is, as litellm takes them."""
        url = self._model.base_url or None
        if not self.name.startswith(_OPENHANDS):
            return self.name, url
        return _PROXY + self.name.removeprefix(_OPENHANDS), url or _OPENHANDS_URL

    @property
    def takes_schema(self) -> bool:
        """Whether the schema goes along, natively or as a tool."""
        return bool(self._form({}))

    def estimate(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> Usage:
        """The most that a call may use."""
        counted: int = self._litellm.token_counter(model=self.name, messages=[*messages])
        out = most_tokens + self._thinking
        return Usage(tokens_in=counted, tokens_out=out, cost=self._price(counted, out))

    @cached_property
    def _litellm(self) -> Any:
        """The library, told to keep to itself before and after it is imported."""
        # Else it asks the network for prices, and reads a .env file of the working folder.
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
        import litellm

        library: Any = litellm  # its types are unknown in parts
        library.suppress_debug_info = True
        library.telemetry = False
        library.turn_off_message_logging = True
        return library

    @cached_property
    def _thinking(self) -> int:
        return THINKING if self._litellm.supports_reasoning(model=self.name) else 0

    def _asked(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> dict[str, Any]:
        key = self._model.api_key
        name, url = self._address
        asked: dict[str, Any] = {
            "model": name,
            "messages": [dict(each) for each in messages],
            "max_tokens": most_tokens + self._thinking,
            "temperature": 0,
            "timeout": self._timeout,
            # Both ways to have it tried again behind our back.
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
            "api_key": key.get_secret_value() if key else None,
            "base_url": url,
        }
        if self._thinking:
            asked["reasoning_effort"] = "low"
        return asked

    def _form(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if self._litellm.supports_response_schema(model=self.name):
            named = {"name": _TOOL, "schema": dict(schema), "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        if self._litellm.supports_function_calling(model=self.name):
            function = {"name": _TOOL, "description": "The reply.", "parameters": dict(schema)}
            choice = {"type": "function", "function": {"name": _TOOL}}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
        return {}

    def _call(self, asked: Mapping[str, Any]) -> Any:
        with self._free:
            return self._litellm.completion(**asked)

    def _completion(self, response: Any) -> Completion:
        choice = response.choices[0] if response.choices else None
        message = choice.message if choice else None
        text = str(getattr(message, "content", None) or "")
        calls: list[Any] = getattr(message, "tool_calls", None) or []
        if calls:
            text = str(calls[0].function.arguments or "") or text
        filtered = getattr(choice, "finish_reason", "") == "content_filter"
        return Completion(text, self._usage(response), refused=filtered or bool(_refusal(message)))

    def _usage(self, response: Any) -> Usage:
        used = getattr(response, "usage", None)
        tokens_in = int(getattr(used, "prompt_tokens", 0) or 0)
        tokens_out = int(getattr(used, "completion_tokens", 0) or 0)
        details = getattr(used, "prompt_tokens_details", None)
        cached = int(getattr(details, "cached_tokens", 0) or 0)
        return Usage(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cached=cached,
            cost=self._price(tokens_in, tokens_out, cached),
        )

    def _price(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float | None:
        """What so many tokens cost in USD; None where litellm knows no price."""
        try:
            both: tuple[float, float] = self._litellm.cost_per_token(
                model=self.name,
                prompt_tokens=tokens_in,
                completion_tokens=tokens_out,
                cache_read_input_tokens=cached,
            )
        except Exception:  # it raises whatever its tables lead to
            return None
        return sum(both)

    def _fault(self, error: Exception) -> ModelFault:
        status = _status(error)
        kind = type(error).__name__
        if status in _NOT_THERE or _is_shut(error):
            return ModelUnavailable(f"{self.name} cannot be used: {self._reason(error)}")
        if _is_late(error):
            return TooLate(f"{self.name} took longer than {self._timeout:g} seconds")
        if _passes(error):
            said = f"status {status}" if status else kind
            return ModelBusy(f"{self.name} failed {TRIES} times, most recently with {said}")
        return BadReply(f"{self.name} refused the request ({kind}, status {status})")

    def _reason(self, error: Exception) -> str:
        """The provider's own words, which may name the key."""
        said = _CLASSES.sub("", " ".join(str(error).split()))
        if key := self._model.api_key:
            said = said.replace(key.get_secret_value(), "[key]")
        return said if len(said) <= LONGEST_REASON else said[:LONGEST_REASON] + "…"


def _refusal(message: Any) -> object:
    fields = cast("dict[str, object] | None", getattr(message, "provider_specific_fields", None))
    return getattr(message, "refusal", None) or (fields or {}).get("refusal")


def _status(error: BaseException) -> int:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else 0


def _causes(error: BaseException | None) -> list[str]:
    """The names of an error's class and of those that it came from."""
    names: list[str] = []
    while error is not None:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return names


def _is_shut(error: BaseException) -> bool:
    """Whether no request was let in."""
    return not _UNREACHED.isdisjoint(_causes(error))


def _is_late(error: BaseException) -> bool:
    return any("Timeout" in name for name in _causes(error))


def _passes(error: BaseException) -> bool:
    """Whether the same request may well work in a moment."""
    if _is_late(error) or _is_shut(error):
        return False
    status = _status(error)
    return status in _BUSY or status >= 500 or "APIConnectionError" in _causes(error)


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try: what the server asks for, else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    headers: Any = getattr(error, "litellm_response_headers", None) or {}
    try:
        asked = float(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        grown = FIRST_WAIT * 2 ** (state.attempt_number - 1)
        asked = grown * random.uniform(1.0, 1.5)  # noqa: S311 - so that callers spread
    return min(max(asked, 0.0), LONGEST_WAIT)
