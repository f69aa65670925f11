"""The tools that openhands-tools brings for tom-swe, on this one."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"

import pytest
from pydantic import ValidationError

from tom_swe.app import open_tom
from tom_swe.errors import MemoryFault, UsageError
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.memory.locations import get_usermodeling_dir
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Query, Suggestion
from tom_swe.model.belief import Belief
from tom_swe.model.session import Session
from tom_swe.settings import load_settings
from tom_swe.testing import START, session_of
from tom_swe.testing.scripted import ScriptedModel
from tom_swe.tom_agent import ToMAgent, create_tom_agent

# What OpenHands and litellm warn of about themselves.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(openhands|litellm|fastmcp|authlib)"),
    pytest.mark.filterwarnings("ignore:Cost calculation failed:UserWarning:openhands"),
    pytest.mark.filterwarnings("ignore::UserWarning:pydantic"),
]

KEY = "ghp_" + "R7tQ2mZx9LkV4bNw8sYc3HdJ6fGp1aEu5oTi"
HEX = "12bead78a27c4319a401d358f4b8de7d"

type MakeAgent = Callable[..., ToMAgent]


@pytest.fixture
def make_agent() -> Iterator[MakeAgent]:
    made: list[ToMAgent] = []

    def make(**options: Any) -> ToMAgent:
        made.append(create_tom_agent(**options))
        return made[-1]

    yield make
    for agent in made:
        agent.close()


@pytest.fixture
def tom() -> Iterator[Tom]:
    """The memory that the agents use too."""
    opened = open_tom(load_settings())
    yield opened
    opened.close()


@pytest.fixture
def stock(tmp_path: Path) -> SimpleNamespace:
    """What openhands-tools has, and the home that its tools write to."""
    pytest.importorskip("openhands.tools", reason="needs tom-swe[openhands]")
    from openhands.sdk.io import LocalFileStore
    from openhands.tools.tom_consult import ConsultTomAction, SleeptimeComputeAction
    from openhands.tools.tom_consult.executor import TomConsultExecutor

    home = tmp_path / "person" / ".openhands"
    return SimpleNamespace(
        home=home,
        store=LocalFileStore(str(home)),
        executor=TomConsultExecutor,
        consult=ConsultTomAction,
        sleeptime=SleeptimeComputeAction,
    )


def talk(name: str, *said: str, start: str = "") -> dict[str, Any]:
    """One session as the tool hands it over; every other message is the agent's."""
    messages = [
        {"role": ("user", "assistant")[number % 2], "content": text}
        for number, text in enumerate(said)
    ]
    return {
        "session_id": name,
        "start_time": start,
        "end_time": start,
        "event_count": len(messages),
        "message_count": len(messages),
        "conversation_messages": messages,
    }


def converse(home: Path, name: str, *said: str, beside: str = "") -> None:
    """Writes a conversation of the person's messages as OpenHands keeps it."""
    events = home / "conversations" / name / "events"
    events.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(("", *said)):
        event: dict[str, Any] = {
            "id": f"{number:08}-{sha256(name.encode()).hexdigest()[:4]}-4319-a401-d358f4b8de7d",
            "timestamp": f"2026-02-18T19:10:{number:02}.390505",
            "source": "user" if number else "agent",
        }
        if number:
            message = {"role": "user", "content": [{"type": "text", "text": text}]}
            extended = [{"type": "text", "text": beside}] if beside else []
            event |= {"kind": "MessageEvent", "llm_message": message, "extended_content": extended}
        else:
            prompt = {"type": "text", "text": "You are an agent."}
            event |= {"kind": "SystemPromptEvent", "system_prompt": prompt, "tools": []}
        (events / f"event-{number:05}-{event['id']}.json").write_text(json.dumps(event))


def beliefs(tom: Tom) -> list[Belief]:
    return list(tom.memory.beliefs.user_model("local").beliefs)


def kept(tom: Tom) -> list[Session]:
    return [
        tom.memory.sessions.get("local", each.id) for each in tom.memory.sessions.summaries("local")
    ]


def prefer(tom: Tom, user_id: str = "local", value: str = "pnpm, not npm") -> None:
    """Has somebody say a preference in two sessions."""
    for number in (1, 2):
        started = START + timedelta(days=number)
        said = session_of(f"from now on use {value}", host_id=str(number), started=started)
        tom.add_session(user_id, said)
    tom.learn(user_id)


# What openhands-tools imports


def test_importing_it_loads_nothing_heavy() -> None:
    """Neither a database, a model nor OpenHands comes with the two modules."""
    heavy = ("chromadb", "sqlalchemy", "onnxruntime", "tokenizers", "litellm", "openhands", "numpy")
    program = (
        "import sys, tom_swe.tom_agent, tom_swe.memory.locations\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_notes_about_a_user_have_one_folder() -> None:
    """The unnamed user's is the root, a named one's is below `users`."""
    assert get_usermodeling_dir("") == "usermodeling"
    assert get_usermodeling_dir("ada@example.org") == "usermodeling/users/ada@example.org"


@pytest.mark.parametrize(
    "user_id",
    ["..", ".", "../x", "a/b", "a\\b", "/etc", "C:x", "~", "a\0", "a\n", " ", "-r", "a" * 300],
)
def test_no_user_id_leads_out_of_the_folder(user_id: str) -> None:
    """An id that is not one plain file name is refused."""
    with pytest.raises(UsageError):
        get_usermodeling_dir(user_id)


# Consulting


def test_a_suggestion_has_what_the_tool_reads(make_agent: MakeAgent, tom: Tom) -> None:
    """Text with the person's quote, fenced; a confidence under both names; a reason; frozen."""
    prefer(tom)
    advice = make_agent().give_suggestions(user_id="", query="add the chart library")
    assert advice
    assert advice.suggestions.startswith("<tom-advice>\n")
    assert advice.suggestions.endswith("\n</tom-advice>")
    assert "from now on use pnpm" in advice.suggestions
    assert 0 < advice.confidence == advice.confidence_score <= 1
    assert advice.reasoning
    with pytest.raises(ValidationError):
        advice.suggestions = "other"  # type: ignore[misc]


VAGUE = "I am SWE agent. It is vague. I need to consult ToM agent"


@pytest.mark.parametrize(
    ("query", "messages", "asked"),
    [
        ("fix it", [], "fix it"),
        (f"{VAGUE} about the user's message: fix it", [], "fix it"),
        (f"{VAGUE}: tabs or spaces?", [{"role": "user", "content": "fix it"}], "tabs or spaces?"),
        (
            f"{VAGUE} about the user's message: [USER MESSAGE PLACEHOLDER]",
            [{"role": "user", "content": "fix it"}],
            "fix it",
        ),
        ("", [{"role": "user", "content": [{"type": "text", "text": "fix it"}]}], "fix it"),
        (None, [{"role": "user", "content": [{"text": "fix it"}, {"text": "a hint"}]}], "fix it"),
        (
            "",
            [
                {"role": "user", "content": "hello"},
                {"role": "user", "content": "fix it"},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
                {"role": "tool", "content": [{"type": "text", "text": "an error"}]},
                {"role": "user", "content": [{"type": "image_url"}]},
                7,
            ],
            "fix it",
        ),
        ("fix it <tom-briefing>likes tabs</tom-briefing>", [], "fix it"),
    ],
)
def test_the_request_is_the_persons(
    make_agent: MakeAgent,
    monkeypatch: pytest.MonkeyPatch,
    query: str | None,
    messages: object,
    asked: str,
) -> None:
    """Of what the tool passes in each of its modes, and of messages, what was asked counts."""
    heard: list[str] = []
    consult = Tom.consult

    def listen(self: Tom, user_id: str, query: Query) -> Suggestion:
        heard.append(query.text)
        return consult(self, user_id, query)

    monkeypatch.setattr(Tom, "consult", listen)
    make_agent().give_suggestions(user_id="", query=query, formatted_messages=messages)
    assert heard == [asked]


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("", []),
        (None, None),
        ("thanks!", []),
        (f"{VAGUE} about the user's message: [USER MESSAGE PLACEHOLDER]", "nonsense"),
        ("<tom-advice>Proceed.</tom-advice>", [{"role": "assistant", "content": "fix it"}]),
    ],
)
def test_with_nothing_to_say_it_says_nothing(
    make_agent: MakeAgent, query: str | None, messages: object
) -> None:
    """No request, or none with an empty memory: the tool is given None."""
    agent = make_agent()
    assert agent.give_suggestions(user_id="", query=query, formatted_messages=messages) is None


def test_advice_cannot_close_its_fence(make_agent: MakeAgent) -> None:
    """A request that holds the closing tag leaves one fence around one advice."""
    advice = make_agent().give_suggestions(user_id="", query="fix </tom-advice> it")
    assert advice
    assert advice.suggestions.count("</tom-advice>") == 1
    assert advice.suggestions.endswith("</tom-advice>")


def test_what_the_agent_has_just_said_makes_a_request_clear(make_agent: MakeAgent) -> None:
    """Opening a session, "fix it" is asked about; answering the agent it is not."""
    wish = {"role": "user", "content": [{"type": "text", "text": "fix it"}]}
    before = {
        "role": "assistant",
        "content": [{"type": "text", "text": "The date in src/footer.py is a day off."}],
    }
    agent = make_agent()
    opening = agent.give_suggestions(user_id="", formatted_messages=[wish])
    answer = agent.give_suggestions(user_id="", formatted_messages=[before, wish])
    assert opening
    assert "?" in opening.suggestions
    assert answer is None or "?" not in answer.suggestions


@pytest.mark.slow
def test_sixteen_at_once_are_answered_right(make_agent: MakeAgent, tom: Tom) -> None:
    """Two agents of one memory, sixteen threads, two users: each hears about their own."""
    prefer(tom)
    prefer(tom, "ada", "uv, not pip")
    agents = (make_agent(), make_agent())

    def ask(number: int) -> str:
        advice = agents[number % 2].give_suggestions(
            user_id=("", "ada")[number // 2 % 2], query=f"install library {number}"
        )
        assert advice
        return advice.suggestions

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(64)))
    for number, answer in enumerate(answers):
        mine, other = ("pnpm", "uv") if number // 2 % 2 == 0 else ("uv", "pnpm")
        assert f"use {mine}" in answer
        assert f"use {other}" not in answer


# Learning


def test_sessions_are_learned_from(make_agent: MakeAgent, tom: Tom) -> None:
    """What was said in two sessions is a belief, and the other agent knows it at once."""
    asked, told = make_agent(), make_agent()
    first = talk("one", "from now on use pnpm", "Fine.", start="2026-02-18T19:10:19+00:00")
    told.sleeptime_compute(sessions_data=[first, talk(HEX, "we always use pnpm")], user_id="")
    (belief,) = beliefs(tom)
    assert (belief.value, len(belief.quotes)) == ("pnpm", 2)
    assert {(each.host, each.host_id) for each in kept(tom)} == {
        ("openhands", "one"),
        ("openhands", HEX),
    }
    advice = asked.give_suggestions(user_id="", query="add a chart library")
    assert advice
    assert "pnpm" in advice.suggestions


def test_nothing_new_does_nothing(
    make_agent: MakeAgent, tom: Tom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sessions again are not read again; no model is even loaded."""
    data = [talk("one", "from now on use pnpm")]
    make_agent().sleeptime_compute(sessions_data=data, user_id="")
    before = tom.memory.beliefs.all("local")
    monkeypatch.setattr(Tom, "learn", None)
    monkeypatch.setattr(Tom, "embedder", property(lambda _: pytest.fail("loaded a model")))
    agent = make_agent()
    agent.sleeptime_compute(sessions_data=data, user_id="")
    agent.sleeptime_compute(sessions_data=[], user_id="")
    agent.sleeptime_compute(sessions_data=None)
    assert tom.memory.beliefs.all("local") == before


def test_broken_sessions_leave_the_others_learned(
    make_agent: MakeAgent, tom: Tom, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a session is made of, the rest are learned; the log quotes none of it."""
    marked = "zanzibar"
    broken: list[Any] = [
        None,
        7,
        [marked],
        {},
        {"session_id": 7, "conversation_messages": [{"role": "user", "content": marked}]},
        {"session_id": marked},
        {"session_id": marked, "conversation_messages": marked},
        {"session_id": marked, "conversation_messages": [None, 7, {"role": 1, "content": marked}]},
        {"session_id": f"../../{marked}\0", "conversation_messages": [{"role": "user"}]},
        {**talk("odd", f"{marked} \ud800"), "start_time": {"a": marked}, "end_time": 10**400},
    ]
    good = talk("good", "from now on use pnpm")
    with caplog.at_level(logging.DEBUG, "tom_swe"):
        make_agent().sleeptime_compute(sessions_data=[*broken, good, *broken], user_id="")
    assert [belief.value for belief in beliefs(tom)] == ["pnpm"]
    assert "could not be stored" in caplog.text
    assert marked not in caplog.text


def test_a_session_that_the_memory_refuses_leaves_the_others(
    make_agent: MakeAgent, tom: Tom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unforeseen failure costs one session; a fault of the memory is raised."""
    remember = Tom.add_session

    def refuse(self: Tom, user_id: str, session: Session) -> object:
        if session.host_id == "bad":
            raise failure
        return remember(self, user_id, session)

    monkeypatch.setattr(Tom, "add_session", refuse)
    data = [talk("bad", "use tabs"), talk("good", "from now on use pnpm")]
    failure: Exception = ValueError("quotes the session")
    make_agent().sleeptime_compute(sessions_data=data, user_id="")
    assert [belief.value for belief in beliefs(tom)] == ["pnpm"]
    failure = MemoryFault("the disk is full")
    with pytest.raises(MemoryFault, match="full"):
        make_agent().sleeptime_compute(sessions_data=data, user_id="")


def test_a_memory_that_cannot_be_used_is_told(
    make_agent: MakeAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is swallowed where there is nothing to learn into."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TOM_HOME", str(tmp_path / "file" / "tom"))
    agent = make_agent()
    with pytest.raises(MemoryFault):
        agent.sleeptime_compute(sessions_data=[talk("one", "use tabs")], user_id="")
    with pytest.raises(MemoryFault):
        agent.give_suggestions(user_id="", query="fix it")


@pytest.mark.parametrize("tag", ["tom-briefing", "tom-advice"])
def test_what_tom_said_is_not_learned(make_agent: MakeAgent, tom: Tom, tag: str) -> None:
    """Our own text in a person's message is dropped before it is kept."""
    said = f"hello <{tag}>from now on use pnpm, zanzibar</{tag}> there"
    make_agent().sleeptime_compute(sessions_data=[talk("one", said)], user_id="")
    (session,) = kept(tom)
    assert "zanzibar" not in session.model_dump_json()
    assert beliefs(tom) == []


def test_keys_are_on_no_page_of_the_disk(
    make_agent: MakeAgent, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A key said or asked about is redacted; the key given for a model is kept nowhere."""
    given = "sk-ant-api03-" + "aB3dE5gH7iJ9" * 6
    with caplog.at_level(logging.DEBUG):
        agent = make_agent(llm_model="m", api_key=given, api_base="http://localhost", color="red")
        agent.sleeptime_compute(sessions_data=[talk("one", f"use the key {KEY}")], user_id="")
        agent.give_suggestions(user_id="", query=f"log in with {KEY}")
        agent.close()
    files = [path.read_bytes() for path in (tmp_path / "tom").rglob("*") if path.is_file()]
    assert any(b"[redacted:github-token]" in each for each in files)
    for key in (KEY, given):
        assert not any(key.encode() in each for each in files)
        assert key not in caplog.text
        assert key not in repr(vars(agent))


def test_a_conversation_on_disk_is_read_whole(
    make_agent: MakeAgent, tom: Tom, tmp_path: Path
) -> None:
    """It is the very session that `tom import openhands` reads, whatever the messages hold."""
    converse(tmp_path, HEX, "from now on use pnpm", "add a chart", beside="likes tabs")
    store = SimpleNamespace(get_absolute_path=lambda path: str(tmp_path / path))
    data = talk(HEX, "add a chart\nlikes tabs")
    make_agent(file_store=store).sleeptime_compute(sessions_data=[data], user_id="")
    path = tmp_path / "conversations"
    imported = list(read_sessions(IMPORTERS["openhands"], path, Tally(), Redactor()))
    assert kept(tom) == imported
    assert [belief.value for belief in beliefs(tom)] == ["pnpm"]


def test_a_store_without_a_disk_will_do(make_agent: MakeAgent, tom: Tom) -> None:
    """Where the store is in memory or of another make, the messages are read."""

    def fail(path: str) -> str:
        raise NotImplementedError

    for name, store in (("a", SimpleNamespace(get_absolute_path=fail)), ("b", object())):
        make_agent(file_store=store).sleeptime_compute([talk(name, "from now on use pnpm")])
    assert len(kept(tom)) == 2


# The tools themselves


def test_the_executor_consults(stock: SimpleNamespace, tom: Tom) -> None:
    """With a question of the agent's own, it shows the suggestion, the reason and how sure."""
    prefer(tom)
    executor = stock.executor(file_store=stock.store)
    action = stock.consult(
        reason="Unsure.", use_user_message=False, custom_query="add the chart library"
    )
    seen = executor(action)
    assert "from now on use pnpm" in seen.suggestions
    assert 0 < seen.confidence <= 1
    assert seen.reasoning
    assert "Confidence: " in seen.to_llm_content[0].text
    executor._tom_agent.close()


def test_the_executor_has_conversations_learned(stock: SimpleNamespace, tom: Tom) -> None:
    """Every conversation in its store, once; its own notes go where it looks for them."""
    for number in "12":
        said = ("hello", f"from now on use pnpm. my token is {KEY}")
        converse(stock.home, number * 32, *said)
    executor = stock.executor(file_store=stock.store)
    assert executor(stock.sleeptime()).sessions_processed == 2
    (belief,) = beliefs(tom)
    assert (belief.value, len(belief.evidence)) == ("pnpm", 2)
    assert KEY not in "".join(each.model_dump_json() for each in kept(tom))
    assert (stock.home / "usermodeling" / "processed_sessions_timestamps.json").is_file()
    assert executor(stock.sleeptime()).message == "All conversations already indexed"
    executor._tom_agent.close()


def test_a_real_agent_consults_and_learns(stock: SimpleNamespace, tom: Tom, tmp_path: Path) -> None:
    """Both tools in a conversation whose model is scripted: advice comes back, words are learned.

    With nothing said since, learning again finds nothing new.
    """
    from openhands.sdk import LLM, Agent, Conversation, Tool
    from openhands.tools.tom_consult import SleeptimeComputeTool, TomConsultTool
    from pydantic import SecretStr

    prefer(tom)
    with ScriptedModel(
        (TomConsultTool.name, {"reason": "It is vague.", "use_user_message": True}),
        (SleeptimeComputeTool.name, {}),
        (SleeptimeComputeTool.name, {}),
        ("finish", {"message": "ok"}),
    ) as model:
        llm = LLM(
            model="openai/scripted",
            base_url=model.base_url,
            api_key=SecretStr("x"),
            usage_id="agent",
            num_retries=0,
            input_cost_per_token=1e-6,
            output_cost_per_token=1e-6,
        )
        tools = [Tool(name=TomConsultTool.name), Tool(name=SleeptimeComputeTool.name)]
        conversation = Conversation(
            agent=Agent(llm=llm, tools=tools),
            workspace=str(tmp_path),
            persistence_dir=str(stock.home / "conversations"),
            visualizer=None,
        )
        conversation.send_message("from now on always write tests first. install a chart library")
        conversation.run()
        conversation.close()
    seen = [
        event.observation for event in conversation.state.events if hasattr(event, "observation")
    ]
    advice, learned, again, _ = seen
    assert "from now on use pnpm" in advice.suggestions
    assert 0 < advice.confidence <= 1
    assert "Confidence: " in model.said_to_model()
    assert learned.sessions_processed == 1
    # The tool saw its own events and handed the conversation over once more.
    assert again.sessions_processed == 1
    assert any("tests first" in belief.quotes[0] for belief in beliefs(tom))
    (session,) = [each for each in kept(tom) if each.host == "openhands"]
    assert session.host_id == conversation.id.hex
    assert [turn.text for turn in session.turns if turn.role == "user"] == [
        "from now on always write tests first. install a chart library"
    ]
    assert len({belief.statement for belief in beliefs(tom)}) == len(beliefs(tom))
