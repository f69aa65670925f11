"""What OpenHands' own files configure, as OpenHands itself writes them."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tom_swe.errors import ModelUnavailable
from tom_swe.llm.models import model_for
from tom_swe.openhands_llm import OpenHandsLlm, openhands_llm, openhands_names
from tom_swe.settings import Model, Settings, helper_of, load_settings, model_of, reader_of

KEY = "sk-openhands-4711"
LLM = {"model": "openai/gpt-5", "api_key": KEY, "base_url": "http://one/v1"}


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """OpenHands' folder in the home."""
    (tmp_path / "person" / ".openhands" / "profiles").mkdir(parents=True)
    return tmp_path / "person" / ".openhands"


def put(file: Path, holds: object) -> None:
    """Writes a file as JSON, or as it is."""
    file.write_text(holds if isinstance(holds, str) else json.dumps(holds))


def chosen(model: str, **more: str) -> Settings:
    """Settings that name it."""
    return load_settings({"TOM_HOME": "/none", "TOM_MODEL": model, **more})


@pytest.mark.slow
def test_what_the_sdk_writes_is_read(theirs: Path) -> None:
    """The CLI's agent and a profile, with their keys; a profile without its key has none."""
    from openhands import sdk
    from openhands.sdk.llm.llm_profile_store import LLMProfileStore

    llm = sdk.LLM(model="openai/gpt-5", api_key=SecretStr(KEY), base_url="http://one/v1")
    store = LLMProfileStore(theirs / "profiles")
    store.save("with-key", llm, include_secrets=True)
    store.save("without", llm)
    agent = sdk.Agent(llm=llm, tools=[])
    put(theirs / "agent_settings.json", agent.model_dump_json(context={"expose_secrets": True}))
    there = OpenHandsLlm("openai/gpt-5", "http://one/v1", KEY)
    assert openhands_names() == [
        "openhands-cli",
        "openhands-profile/with-key",
        "openhands-profile/without",
    ]
    assert openhands_llm("openhands-cli") == there
    assert openhands_llm("openhands-profile/with-key") == there
    assert openhands_llm("openhands-profile/without") == there._replace(api_key="")


def test_it_goes_by_its_real_name_and_with_its_key(theirs: Path) -> None:
    """Tom's own key and endpoint stay out of it; a change in the file holds at the next use."""
    put(theirs / "agent_settings.json", {"llm": LLM})
    settings = chosen("openhands-cli", TOM_API_KEY="k1", TOM_BASE_URL="http://two")
    there = Model(name="openai/gpt-5", base_url="http://one/v1", api_key=SecretStr(KEY))
    assert model_of(settings) == reader_of(settings) == there
    put(theirs / "agent_settings.json", {"llm": {**LLM, "model": "openai/gpt-6"}})
    found = model_of(settings)
    assert found
    assert found.name == "openai/gpt-6"
    assert settings.model == "openhands-cli"


def test_another_model_of_its_provider_has_its_key(theirs: Path) -> None:
    """One of another provider has not, and it may itself be the other model."""
    put(theirs / "agent_settings.json", {"llm": LLM})
    settings = chosen("openhands-cli")
    same = helper_of(settings, "openai/gpt-5-nano")
    assert same == Model(name="openai/gpt-5-nano", base_url="http://one/v1", api_key=SecretStr(KEY))
    assert helper_of(settings, "anthropic/claude-haiku-4-5") == Model(
        name="anthropic/claude-haiku-4-5"
    )
    put(theirs / "profiles" / "cheap.json", {"model": "openai/gpt-5-nano", "api_key": "k2"})
    main = chosen("openai/gpt-5", TOM_API_KEY="k1")
    assert helper_of(main, "openhands-profile/cheap") == Model(
        name="openai/gpt-5-nano", api_key=SecretStr("k2")
    )


FAULTS: list[tuple[Any, str]] = [
    ("{", "cannot be read"),
    ("[]", "names no model"),
    ({"kind": "ACPAgent"}, "names no model"),
    ({"llm": {**LLM, "api_key": "gAAAAABtoken"}}, "is encrypted"),
    ({"llm": {**LLM, "auth_type": "subscription"}}, "OpenHands alone can use"),
]


@pytest.mark.parametrize(("holds", "fault"), FAULTS)
def test_what_cannot_be_used_is_named(theirs: Path, holds: object, fault: str) -> None:
    """Nothing is asked then, and tom works without it."""
    put(theirs / "agent_settings.json", holds)
    model = model_of(chosen("openhands-cli"))
    assert model
    assert model.api_key is None
    with pytest.raises(ModelUnavailable, match=fault):
        model_for(model, timeout=1, at_once=1).check()


@pytest.mark.parametrize("name", ["missing", "../agent_settings", "", "a/b"])
def test_a_profile_that_is_not_there_is_named(theirs: Path, name: str) -> None:
    """A name leads to no other folder."""
    put(theirs / "agent_settings.json", LLM)
    found = openhands_llm(f"openhands-profile/{name}")
    assert found.fault
    assert found.model == ""


def test_openhands_variables_say_where_its_files_are(theirs: Path, tmp_path: Path) -> None:
    """One for the CLI, another for an agent server's profiles; without files there is nothing."""
    assert openhands_names() == []
    for name in ("cli", "server/profiles"):
        (tmp_path / name).mkdir(parents=True)
    put(tmp_path / "cli" / "agent_settings.json", {"llm": LLM})
    put(tmp_path / "server" / "profiles" / "cheap.json", LLM)
    put(tmp_path / "server" / "profiles" / ".hidden.json", LLM)
    places = {
        "OPENHANDS_PERSISTENCE_DIR": str(tmp_path / "cli"),
        "OH_PERSISTENCE_DIR": str(tmp_path / "server"),
    }
    names = openhands_names(places, tmp_path / "person")
    assert names == ["openhands-cli", "openhands-profile/cheap"]
    assert {openhands_llm(name, places).model for name in names} == {"openai/gpt-5"}
