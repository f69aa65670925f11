"""`tom mcp` where the person has asked that agents read earlier sessions: the real process."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from mcp_client import Client, client_of, text_of
from with_a_model import note

from tom_swe.app import open_tom
from tom_swe.model.belief import Kind
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import START, session_of

pytestmark = pytest.mark.slow

ASKED = {"TOM_LEARN_IN_SESSION": "1"}
TOOLS = {"unread_sessions", "note_sessions"}
ODD = "those barrel files everywhere? drop that habit"
RULE = "Do not make barrel files"
PLAN = "I will always use yarn in this project from now on. Shall I go on?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A memory with two sessions of which the rules have read all that they can."""
    (tmp_path / "checkout").mkdir()
    tom = open_tom(Settings(home=tmp_path / "tom"))
    said = ("from now on use pnpm, not npm. <b>barrel</b>", (Role.AGENT, PLAN), f"hm. {ODD}")
    tom.add_session("local", session_of(*said, host_id="a", repository="acme/shop"))
    late = START + timedelta(days=1)
    tom.add_session("local", session_of("add a chart to the page", host_id="b", started=late))
    assert tom.learn("local").sessions == 2
    tom.close()
    return tmp_path


def unread(client: Client, **arguments: object) -> str:
    result = client.call("unread_sessions", **arguments)
    assert not result.isError, result
    assert result.structuredContent is None
    return text_of(result)


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def rules_of(folder: Path, *, learns: bool = False) -> set[str]:
    """What is believed, as a process without a model finds it."""
    tom = open_tom(Settings(home=folder / "tom"))
    if learns:
        tom.read("local", again=True)
    found = {b.statement for b in tom.memory.beliefs.told("local") if b.kind is not Kind.HABIT}
    tom.close()
    return found


def test_the_tools_are_there_for_whoever_asked(folder: Path) -> None:
    """By the environment or the configuration file; else they are neither listed nor called."""
    with client_of(folder) as client:
        assert not TOOLS & client.tools().keys()
        assert "no such tool" in client.error("unread_sessions")
    with client_of(folder, **ASKED) as client:
        tools = client.tools()
        assert tools.keys() >= TOOLS
        for name in TOOLS:
            assert tools[name].annotations.readOnlyHint is False
            assert tools[name].inputSchema["additionalProperties"] is False
        assert "/tom:learn" in tools["unread_sessions"].description
    (folder / "tom" / "config.toml").write_text("learn_in_session = true\n")
    with client_of(folder) as client:
        assert client.tools().keys() >= TOOLS


def test_sessions_are_handed_out_and_what_is_noted_is_checked(folder: Path) -> None:
    """What the person said is kept, what is invented or the agent's is refused with the reason."""
    with client_of(folder, "Claude Code!", **ASKED) as client:
        text = unread(client)
        assert text.startswith("<tom-advice>\n")
        assert text.count("<") == text.count("tom-advice>") == 2
        lines = lines_of(text)
        assert [line["session"] for line in lines if "session" in line] == [2, 1]
        said = {line["text"] for line in lines if line.get("by") == "developer"}
        assert f"hm. {ODD}" in said
        assert "from now on use pnpm, not npm. <b>barrel</b>" in said
        assert PLAN in {line["text"] for line in lines if line.get("by") == "agent"}
        known = {line["known"]: line["statement"] for line in lines if "known" in line}
        assert "Use pnpm" in known.values()
        assert lines[-1] == {"waiting_after_these": 0}
        answered = client.data(
            "note_sessions",
            sessions=[{"session": 1, "summary": "A chart."}, {"session": 2}],
            observations=[
                note(ODD, RULE, against=True, turn=2),
                note("never make barrel files again", RULE),
                note("I will always use yarn in this project", "Use yarn", turn=1),
                note(ODD, "Deploy to prod-7"),
                note(ODD, RULE, session=9),
            ],
        )
        outcomes = answered["observations"]
        assert [each["kept"] for each in outcomes] == [True, False, False, False, False]
        whys = [each["why"] for each in outcomes]
        assert whys[0] == ""
        assert "none of the person's messages" in whys[1]
        assert "the agent's words" in whys[2]
        assert "nothing to do with the quote" in whys[3]
        assert "not handed out" in whys[4]
        assert answered["waiting"] == 0
        assert "No session waits" in unread(client)
        assert "observations.0.quote" in client.error(
            "note_sessions", sessions=[], observations=[note("x" * 1001, RULE)]
        )
        assert "tokens" in client.error("unread_sessions", tokens=10**6)
    assert rules_of(folder) == {RULE, "Use pnpm"}
    assert rules_of(folder, learns=True) == {RULE, "Use pnpm"}


def test_two_agents_at_once_and_a_limit(folder: Path) -> None:
    """One gets what the other has not got; one that ends without an answer gives it back."""
    with client_of(folder, **ASKED) as one:
        with client_of(folder, **ASKED) as other:
            assert "add a chart" in unread(other)
            assert "No session waits" in unread(one)
        text = unread(one, tokens=1_000)
        assert ODD in text
        answered = one.data("note_sessions", sessions=[{"session": 1}, {"session": 2}])
        assert answered == {"observations": [], "waiting": 0}
    assert rules_of(folder, learns=True) == {"Use pnpm"}
