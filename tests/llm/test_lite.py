"""The real litellm over real HTTP against a scripted server."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tom_swe.app import ask_model, open_tom
from tom_swe.errors import BadReply, ModelBusy, ModelFault, ModelUnavailable
from tom_swe.extras import install_command
from tom_swe.llm.chosen import fault_of
from tom_swe.llm.lite import LiteModel, TooLate
from tom_swe.model.advice import Query
from tom_swe.settings import Model, Settings
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedFault, ScriptedModel

KEY = "sk-none-of-your-business"
HELLO = [{"role": "user", "content": "hello"}]


def lite(
    base_url: str,
    *,
    wait: Callable[[float], None] = lambda _: None,
    timeout: float = 10,
    at_once: int = 4,
    name: str = "openai/scripted",
) -> LiteModel:
    model = Model(name=name, base_url=base_url, api_key=SecretStr(KEY))
    return LiteModel(model, timeout=timeout, at_once=at_once, wait=wait)


def test_what_was_said_comes_back_with_its_tokens() -> None:
    """Text and usage are the server's; a model without a known price has no cost."""
    with ScriptedModel("hi there") as server:
        done = lite(server.base_url).complete(HELLO, {}, 50)
    assert (done.text, done.refused) == ("hi there", False)
    assert (done.usage.tokens_in, done.usage.tokens_out, done.usage.cost) == (10, 5, None)
    (request,) = server.requests
    assert (request["messages"], request["max_tokens"]) == (HELLO, 50)


def test_a_known_model_is_given_the_schema_and_costs_what_it_costs() -> None:
    """The schema goes along natively, and the price is that of litellm's table."""
    with ScriptedModel("{}") as server:
        model = lite(server.base_url, name="gpt-4o-mini")
        done = model.complete(HELLO, {"type": "object"}, 50)
    form = server.requests[0]["response_format"]
    assert form["json_schema"]["schema"] == {"type": "object"}
    assert done.usage.cost == pytest.approx(10 * 0.15e-6 + 5 * 0.60e-6)
    most = model.estimate(HELLO, 50)
    assert most.cost == pytest.approx(most.tokens_in * 0.15e-6 + 50 * 0.60e-6)


def test_a_model_that_only_calls_tools_replies_by_one() -> None:
    """Where the schema cannot go along natively it is a tool that has to be called."""
    with ScriptedModel(("reply", {"a": 1})) as server:
        done = lite(server.base_url, name="openai/gpt-4").complete(HELLO, {"type": "object"}, 50)
    assert server.requests[0]["tool_choice"]["function"]["name"] == "reply"
    assert done.text == '{"a": 1}'


@pytest.mark.parametrize(
    "faults",
    [
        [ScriptedFault(429)],
        [ScriptedFault(500), ScriptedFault(503)],
        [ScriptedFault(body='{"id": "x", "choices": [', cut=True)],
        [ScriptedFault(502), ScriptedFault(429)],
    ],
    ids=["429", "500 and 503", "cut short", "502 and 429"],
)
def test_what_passes_is_tried_again_after_a_growing_pause(faults: list[ScriptedFault]) -> None:
    """Rate limits, 5xx and broken connections are tried again, three times in all."""
    waits: list[float] = []
    with ScriptedModel(*faults, "there") as server:
        done = lite(server.base_url, wait=waits.append).complete(HELLO, {}, 50)
    assert done.text == "there"
    assert len(server.requests) == len(faults) + 1
    assert all(0.5 <= each <= 3.0 for each in waits)
    assert waits == sorted(waits)


def test_the_servers_own_pause_is_kept_to_a_limit() -> None:
    """`retry-after` says how long to wait, but nobody waits for minutes."""
    waits: list[float] = []
    faults = [
        ScriptedFault(429, (("retry-after", "7"),)),
        ScriptedFault(429, (("retry-after", "900"),)),
    ]
    with ScriptedModel(*faults, "there") as server:
        lite(server.base_url, wait=waits.append).complete(HELLO, {}, 50)
    assert waits == [7.0, 30.0]


@pytest.mark.parametrize(
    ("faults", "raises", "says", "tries"),
    [
        ([ScriptedFault(500)] * 4, ModelBusy, "failed 3 times, most recently with status 500", 3),
        ([ScriptedFault(429)] * 4, ModelBusy, "failed 3 times, most recently with status 429", 3),
        ([ScriptedFault(401)], ModelUnavailable, "cannot be used: a fault", 1),
        ([ScriptedFault(403)], ModelUnavailable, "cannot be used", 1),
        ([ScriptedFault(404)], ModelUnavailable, "cannot be used", 1),
        ([ScriptedFault(400)], BadReply, r"refused the request \(BadRequestError, status 400\)", 1),
        ([ScriptedFault(422)], BadReply, "refused the request", 1),
    ],
)
def test_faults_are_told_apart(
    faults: list[ScriptedFault], raises: type[ModelFault], says: str, tries: int
) -> None:
    """What is wrong with the key, the name or the request is not tried again."""
    with ScriptedModel(*faults) as server, pytest.raises(raises, match=says) as raised:
        lite(server.base_url).complete(HELLO, {}, 50)
    assert len(server.requests) == tries
    assert KEY not in str(raised.value)


def test_a_provider_that_repeats_the_key_is_not_repeated() -> None:
    """The key stands in no message."""
    body = f'{{"error": {{"message": "bad key {KEY}"}}}}'
    with (
        ScriptedModel(ScriptedFault(401, body=body)) as server,
        pytest.raises(ModelUnavailable, match=r"bad key \[key\]") as raised,
    ):
        lite(server.base_url).complete(HELLO, {}, 50)
    assert KEY not in str(raised.value)


def test_silence_is_waited_for_once_and_only_so_long() -> None:
    """A server that says nothing is given up at the timeout, not tried again."""
    with ScriptedModel(ScriptedFault(silent=True)) as server:
        with pytest.raises(TooLate, match=r"took longer than 0\.2 seconds"):
            lite(server.base_url, timeout=0.2).complete(HELLO, {}, 50)
        server.release.set()
    assert len(server.requests) == 1


def test_nobody_at_the_address_is_told_at_once() -> None:
    """A server that is not there is not tried again."""
    waits: list[float] = []
    with pytest.raises(ModelUnavailable, match="cannot be used"):
        lite("http://127.0.0.1:9/v1", wait=waits.append).complete(HELLO, {}, 50)
    assert waits == []


def test_no_more_calls_than_allowed_are_under_way() -> None:
    """Threads wait for their turn."""
    with ScriptedModel(*["there"] * 12) as server:
        model = lite(server.base_url, at_once=2)
        with ThreadPoolExecutor(12) as pool:
            done = list(pool.map(lambda _: model.complete(HELLO, {}, 50).text, range(12)))
    assert done == ["there"] * 12
    assert server.most <= 2


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None, "refusal": "I would rather not."},
        {"role": "assistant", "content": "", "finish": "content_filter"},
    ],
)
def test_a_refusal_is_one(message: dict[str, Any]) -> None:
    """A model that refuses, or is made to, has said nothing."""
    finish = message.pop("finish", "stop")
    choice = {"index": 0, "message": message, "finish_reason": finish}
    import json

    body = json.dumps(
        {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    )
    with ScriptedModel(ScriptedFault(body=body)) as server:
        done = lite(server.base_url).complete(HELLO, {}, 50)
    assert (done.text, done.refused) == ("", True)


def test_a_missing_key_is_named_as_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key nothing is sent, and the message names the variable to set."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = LiteModel(Model(name="gpt-4o-mini"), timeout=5, at_once=1, wait=lambda _: None)
    with pytest.raises(ModelUnavailable, match="OPENAI_API_KEY"):
        model.complete(HELLO, {}, 50)


@pytest.mark.parametrize("name", ["mycorp/llama", "claude-sonnet-9000", "x"])
def test_a_name_that_no_provider_goes_by_is_unavailable(name: str) -> None:
    """It is known before anything is asked, and the message says what a name looks like."""
    model = lite("", name=name)
    for does in (model.check, lambda: model.complete(HELLO, {}, 50)):
        with pytest.raises(ModelUnavailable, match=f"^{name} names no provider"):
            does()


def test_openhands_own_name_for_a_model_is_understood() -> None:
    """What the person set for OpenHands goes to the proxy that serves it there."""
    with ScriptedModel("hi there") as server:
        model = lite(server.base_url, name="openhands/claude-sonnet-4-5-20250929")
        assert model.complete(HELLO, {}, 50).text == "hi there"
    assert server.requests[0]["model"] == "claude-sonnet-4-5-20250929"


def test_without_litellm_tom_works_without_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading and advising say which command installs it and go on; asking the model fails."""
    monkeypatch.setitem(sys.modules, "litellm", None)
    settings = Settings(home=tmp_path, model="openai/gpt-5-nano")
    said: list[str] = []
    tom = open_tom(settings, say=said.append, embedder=HashEmbedder())
    tom.add_session("ada", session_of("from now on use pnpm, not npm"))
    assert tom.learn("ada").sessions == 1
    assert tom.consult("ada", Query(text="add a package")) is not None
    tom.close()
    wanted = f"openai/gpt-5-nano needs an extra: run {install_command('litellm')}"
    assert said == [f"reading without the model: {wanted}", f"advising without the model: {wanted}"]
    assert fault_of(settings, "") == wanted
    with pytest.raises(ModelUnavailable, match="needs an extra"):
        ask_model(settings, Model(name="openai/gpt-5-nano"))
