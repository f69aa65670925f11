"""tom beside a real OpenHands agent; only the model is scripted."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"

import pytest

pytest.importorskip("openhands.sdk", reason="needs tom-swe[openhands]")

from openhands.sdk import LLM, Agent, AgentContext, Conversation, Tool
from pydantic import SecretStr

from tom_swe.app import open_tom
from tom_swe.hosts.openhands import AskTomObservation, AskTomTool, briefed_context, learn_from
from tom_swe.mind.tom import Tom
from tom_swe.settings import load_settings
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedModel

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:pydantic"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Converse = Callable[..., Any]


@pytest.fixture
def tom() -> Iterator[Tom]:
    made = open_tom(load_settings(), embedder=HashEmbedder())
    for number in ("1", "2"):
        made.add_session("local", session_of("from now on use pnpm, not npm", host_id=number))
    made.learn("local")
    yield made
    made.close()


@pytest.fixture
def converse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Converse:
    """Runs one message through a real conversation and gives it back, closed."""
    monkeypatch.setenv("OH_PERSISTENCE_DIR", str(tmp_path / "openhands"))
    (tmp_path / "work").mkdir()

    def run(
        model: ScriptedModel, message: str, context: AgentContext | None = None, *tools: Tool
    ) -> Any:
        llm = LLM(
            model="openai/scripted",
            base_url=model.base_url,
            api_key=SecretStr("x"),
            usage_id="agent",
            num_retries=0,
            input_cost_per_token=1e-6,
            output_cost_per_token=1e-6,
        )
        conversation = Conversation(
            agent=Agent(llm=llm, tools=list(tools), agent_context=context),
            workspace=str(tmp_path / "work"),
            persistence_dir=str(tmp_path / "conversations"),
            visualizer=None,
        )
        conversation.send_message(message)
        conversation.run()
        conversation.close()
        return conversation

    return run


def test_the_agent_is_told_the_briefing_once(tom: Tom, converse: Converse, tmp_path: Path) -> None:
    """The request that reaches the model holds the briefing exactly once, in the system message."""
    context = briefed_context(tom, "local", tmp_path / "work", AgentContext())
    with ScriptedModel("hello") as model:
        converse(model, "add a chart", context)
    assert model.said_to_model().count("<tom-briefing>") == 1
    assert "Use pnpm" in str(model.requests[0]["messages"][0])


def test_a_context_of_ones_own_is_kept(tom: Tom, tmp_path: Path) -> None:
    """What the caller wants the agent to be told stands before the briefing."""
    mine = AgentContext(system_message_suffix="Answer in rhymes.")
    suffix = briefed_context(tom, "local", tmp_path, mine).system_message_suffix
    assert suffix
    assert suffix.startswith("Answer in rhymes.\n\n<tom-briefing>")
    assert briefed_context(tom, "nobody", tmp_path, mine) is mine


def test_the_agent_asks_and_is_answered(tom: Tom, converse: Converse) -> None:
    """`ask_tom` called by the model returns questions, beliefs and confidence, fenced as advice."""
    with ScriptedModel((AskTomTool.name, {}), ("finish", {"message": "ok"})) as model:
        conversation = converse(
            model, "drop the pnpm store on production", None, Tool(name=AskTomTool.name)
        )
    (answer,) = [
        event.observation
        for event in conversation.state.events
        if isinstance(getattr(event, "observation", None), AskTomObservation)
    ]
    assert not answer.is_error
    assert not answer.proceed
    assert answer.questions
    assert answer.beliefs == ["b1"]
    assert 0 < answer.confidence <= 1
    assert "<tom-advice>" in model.said_to_model()


def test_without_a_memory_the_agent_goes_on(
    converse: Converse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A memory that cannot be opened is said plainly, and the conversation runs to its end."""
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("TOM_HOME", str(tmp_path / "file"))
    with ScriptedModel((AskTomTool.name, {}), ("finish", {"message": "ok"})) as model:
        converse(model, "fix it", None, Tool(name=AskTomTool.name))
    assert "No advice about the user is available" in model.said_to_model()


def test_the_session_teaches_and_injected_text_does_not(
    tom: Tom, converse: Converse, tmp_path: Path
) -> None:
    """The next session holds what the person said in this one; the briefing is not learned back."""
    context = briefed_context(tom, "local", tmp_path / "work")
    key = "AKIA" + "QWERTYUIOPASDFGH"
    with ScriptedModel((AskTomTool.name, {}), ("finish", {"message": "ok"})) as model:
        converse(model, f"from now on answer in german. {key}", context, Tool(name=AskTomTool.name))
    before = {b.statement: len(b.evidence) for b in tom.memory.beliefs.all("local")}
    learn_from(tom, "local", tmp_path / "conversations")
    after = {b.statement: len(b.evidence) for b in tom.memory.beliefs.all("local")}
    new = set(after) - set(before)
    assert any("german" in statement.lower() for statement in new)
    assert {name: after[name] for name in before} == before
    assert "german" in tom.brief("local").text.lower()
    database = load_settings().database
    assert key.encode() not in database.read_bytes()


@pytest.mark.filterwarnings("ignore")  # the page's reader sets no prices; litellm says so
def test_the_how_to_does_what_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program in docs/how-to/openhands-sdk.md runs, and ends with what was learned."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "openhands-sdk.md"
    program = page.read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OH_PERSISTENCE_DIR", str(tmp_path / "openhands"))
    monkeypatch.setenv("LLM_MODEL", "openai/scripted")
    monkeypatch.setenv("LLM_API_KEY", "x")
    with ScriptedModel(("finish", {"message": "ok"})) as model:
        monkeypatch.setenv("LLM_BASE_URL", model.base_url)
        exec(compile(program, str(page), "exec"), {})
    assert "german" in capsys.readouterr().out.lower()


def test_what_toms_model_took_stands_beside_the_agents(
    converse: Converse, tom: Tom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where tom advises with a model, the conversation's metrics hold it under the usage `tom`."""
    advice = {"step": {"action": "proceed", "because": "It is named.", "wishes": []}}
    with (
        ScriptedModel(json.dumps(advice)) as toms,
        ScriptedModel((AskTomTool.name, {}), ("finish", {"message": "ok"})) as model,
    ):
        monkeypatch.setenv("TOM_MODEL", "openai/scripted")
        monkeypatch.setenv("TOM_BASE_URL", toms.base_url)
        monkeypatch.setenv("TOM_API_KEY", "sk-none")
        conversation = converse(model, "fix it", None, Tool(name=AskTomTool.name))
    metrics = conversation.conversation_stats.usage_to_metrics["tom"]
    used = metrics.accumulated_token_usage
    assert used
    assert (used.prompt_tokens, used.completion_tokens) == (10, 5)
    assert len(toms.requests) == 1
