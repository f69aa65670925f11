"""`tom model`, and the question at the end of `tom init`, with programs that stand for agents."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import agent_replies as replies
import pexpect
import pytest
from fake_agents import fake_agent
from with_a_model import note, reading

from tom_cli.choosing import beyond_a_day
from tom_swe.model.calls import Estimate, Usage
from tom_swe.settings import Settings
from tom_swe.testing.scripted import ScriptedModel

TOM = Path(sys.executable).with_name("tom")
SAID = "add a chart, and those barrel files everywhere? drop that habit"
NOTED = note(SAID[17:], "Do not make barrel files", against=True, way="correction")
SECRET = "sk-openhands-4711"


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of someone with no agent on PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "person"


@pytest.fixture
def claude(tmp_path: Path, person: Path) -> Callable[..., None]:
    """Gives them Claude Code, logged in, which answers with this."""

    def install(**script: Any) -> None:
        fake_agent(tmp_path, "claude-code", **script)
        (person / ".claude").mkdir()
        login = {"claudeAiOauth": {"accessToken": "sk-secret"}}
        (person / ".claude" / ".credentials.json").write_text(json.dumps(login))

    return install


@pytest.fixture
def chats(person: Path) -> Path:
    """One session, where aider leaves it."""
    log = person / "project" / ".aider.chat.history.md"
    log.parent.mkdir()
    log.write_text(f"# aider chat started at 2026-09-01 10:00:00\n\n#### {SAID}  \n\nDone.\n")
    return log


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "tom" / "config.toml"


def test_without_agents_it_says_so(tom, person: Path) -> None:
    """And how to choose one all the same."""
    shown = tom("model")
    assert shown.code == 0
    assert "reads    no model, the rules alone" in shown.out
    assert "no coding agent's program is on PATH" in shown.out
    assert "tom model NAME" in shown.err


def test_what_could_read_is_shown_with_what_it_would_take(
    tom, claude, person: Path, chats: Path
) -> None:
    """Whose plan it draws on and how much; nothing is asked, nothing is chosen by --yes."""
    claude(status=9)
    made = tom("init", "--yes")
    assert "May tom read" not in made.err
    shown = tom("model")
    assert "claude-code  logged in, on your Claude plan" in shown.out
    assert "reading the history with claude-code/haiku takes about 1 call" in shown.out
    found = tom("model", "--json").json
    assert found["chosen"][0]["model"] == ""
    assert found["agents"][0]["logged_in"] == "logged in"
    assert found["reading"]["calls"] == 1
    assert "sk-secret" not in shown.out + json.dumps(found)
    facts = tom("doctor", "--json").json["facts"]
    assert facts["could read"] == "claude-code (logged in): tom model NAME"


def test_a_choice_is_written_and_shown(tom, claude, config: Path) -> None:
    """Into the person's file, in its line; doctor then has no more to offer."""
    claude()
    config.parent.mkdir()
    config.write_text("# mine\nkeep_days = 90\n")
    chosen = tom("model", "claude-code/sonnet")
    assert chosen.code == 0
    assert config.read_text() == '# mine\nkeep_days = 90\nmodel = "claude-code/sonnet"\n'
    assert f"claude-code/sonnet, on your Claude plan; set by {config}" in chosen.out.replace(
        "\n", ""
    )
    assert "could read" not in tom("doctor", "--json").json["facts"]
    assert tom("model", "none").code == 0
    assert config.read_text() == '# mine\nkeep_days = 90\nmodel = "none"\n'
    assert "reads    no model" in tom("model").out


def test_a_choice_says_what_reading_with_it_takes(tom, claude, chats: Path) -> None:
    """And how to have it done."""
    claude(status=9)
    tom("init", "--yes")
    assert "`tom learn --again` reads with it: about 1 call" in tom("model", "claude-code").err


@pytest.mark.parametrize("name", ["clode", "", "claude-cod/haiku", "codex", "openhands-profile/x"])
def test_a_wrong_name_changes_nothing(tom, person: Path, config: Path, name: str) -> None:
    """Exit code 2, and what names look like."""
    result = tom("model", name)
    assert (result.code, result.out) == (2, "")
    assert "claude-code/sonnet" in result.err
    assert "PROVIDER/NAME" in result.err
    assert not config.exists()


def test_the_environment_wins_and_it_says_so(
    tom, claude, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The choice is written all the same."""
    claude()
    monkeypatch.setenv("TOM_MODEL", "openai/scripted")
    chosen = tom("model", "claude-code")
    assert "TOM_MODEL=openai/scripted wins over it" in chosen.err
    assert "openai/scripted, on the provider's own key" in chosen.out
    assert "set by TOM_MODEL" in chosen.out
    monkeypatch.delenv("TOM_MODEL")
    monkeypatch.setenv("LLM_MODEL", "openai/scripted")
    assert "reads    claude-code/haiku" in tom("model").out


def test_an_agent_that_nobody_is_logged_in_to_is_named(tom, tmp_path: Path, person: Path) -> None:
    """It may be chosen: logging in comes after."""
    fake_agent(tmp_path, "codex")
    chosen = tom("model", "codex")
    assert chosen.code == 0
    assert "you are not logged in to codex" in chosen.err


def test_a_test_says_what_came_and_what_it_took(tom, claude) -> None:
    """One call, in the ledger like any other."""
    assert tom("model", "test").code == 2
    claude(out=replies.claude())
    tom("model", "claude-code")
    tested = tom("model", "test")
    assert tested.code == 0
    assert "claude-code answered “yes”: 143 tokens in, 7 out, 0.0001 USD" in tested.out
    assert "checking      1" in tom("cost", "--by", "purpose").out


def test_a_test_that_fails_says_why(tom, claude) -> None:
    """Exit code 1."""
    claude(out=replies.claude(is_error=True, result="Not logged in · Please run /login"))
    tom("model", "claude-code")
    tested = tom("model", "test")
    assert tested.code == 1
    assert "claude-code cannot be used: Not logged in" in tested.err


def test_what_openhands_has_set_up_can_be_chosen(
    tom, person: Path, config: Path, tmp_path: Path
) -> None:
    """By its place: the key stays in OpenHands' file, and a change there holds at once."""
    place = person / ".openhands"
    (place / "profiles").mkdir(parents=True)
    llm = {"model": "openai/gpt-5", "api_key": SECRET, "base_url": "http://127.0.0.1:9/v1"}
    (place / "agent_settings.json").write_text(json.dumps({"kind": "Agent", "llm": llm}))
    (place / "profiles" / "cheap.json").write_text(json.dumps({"model": "openai/gpt-5-nano"}))
    shown = tom("model")
    assert "openhands-cli            openai/gpt-5, as OpenHands is set up" in shown.out
    assert "openhands-profile/cheap  openai/gpt-5-nano, as OpenHands" in shown.out
    chosen = tom("model", "openhands-cli")
    assert chosen.code == 0
    assert "openai/gpt-5, on what OpenHands has set up as openhands-cli" in chosen.out
    assert tom("doctor", "--json").json["facts"]["reader"] == (
        "openai/gpt-5 at http://127.0.0.1:9/v1, with a key"
    )
    assert config.read_text() == 'model = "openhands-cli"\n'
    llm["model"] = "openai/gpt-5-mini"
    (place / "agent_settings.json").write_text(json.dumps({"kind": "Agent", "llm": llm}))
    assert "openai/gpt-5-mini, on what OpenHands" in tom("model").out
    files = [path.read_bytes() for path in (tmp_path / "tom").rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in each for each in files)
    assert SECRET not in shown.out + chosen.out + chosen.err + tom("model", "--json").out


def test_what_openhands_has_set_up_is_asked_where_it_says(tom, person: Path) -> None:
    """A call goes to the address in OpenHands' file, which doctor had offered."""
    (person / ".openhands").mkdir()
    with ScriptedModel('{"word": "yes"}') as server:
        llm = {"model": "openai/scripted", "api_key": SECRET, "base_url": server.base_url}
        (person / ".openhands" / "agent_settings.json").write_text(json.dumps({"llm": llm}))
        offered = tom("doctor", "--json").json["facts"]["could read"]
        assert offered == "openhands-cli: tom model NAME"
        tom("model", "openhands-cli")
        tested = tom("model", "test")
    assert "openai/scripted answered “yes”" in tested.out
    assert len(server.requests) == 1


def test_a_days_budget_may_be_too_small(settings: Settings) -> None:
    """In USD where a price is known, in tokens where none is."""

    def takes(tokens: int, cost: float | None) -> Estimate:
        return Estimate(calls=1, usage=Usage(tokens_in=tokens, tokens_out=1, cost=cost))

    assert beyond_a_day(takes(2_000_000, 0.26), settings)
    assert not beyond_a_day(takes(2_000_000, 0.25), settings)
    assert beyond_a_day(takes(1_000_000, None), settings)
    assert not beyond_a_day(takes(999_999, None), settings)


def at_a_terminal(answer: str) -> str:
    """What `tom init` shows to someone who answers its last question so."""
    child = pexpect.spawn(
        str(TOM),
        ["init"],
        env={**os.environ, "TERM": "xterm"},  # pyright: ignore[reportArgumentType]
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 160),
    )
    child.expect("Read these into")
    child.send("y")
    shown = ""
    while (step := child.expect(["s skip", "show the changes", "May tom read", pexpect.EOF])) < 3:
        shown += str(child.before) + str(child.after)
        if step == 2:
            child.sendline(answer)
        else:
            child.send("qn"[step])
    shown += str(child.before)
    child.close()
    assert child.exitstatus == 0, shown
    return shown


@pytest.mark.slow
def test_a_no_is_remembered(tom, claude, person: Path, chats: Path, config: Path) -> None:
    """Init asks once, plainly; the choice stays open."""
    claude(status=9)
    shown = at_a_terminal("")
    assert "May tom read with your Claude plan (claude-code/haiku)? about 1 call, " in shown
    assert config.read_text() == "offer_model = false\n"
    assert "May tom read" not in at_a_terminal("y")
    assert "claude-code  logged in" in tom("model").out


@pytest.mark.slow
def test_a_yes_reads_at_once(tom, claude, person: Path, chats: Path, config: Path) -> None:
    """What the rules missed is there afterwards, and nothing is asked again."""
    claude(out=replies.claude(structured_output=json.loads(reading(NOTED))))
    shown = at_a_terminal("y")
    assert "1 session read, 1 changed belief" in shown
    assert config.read_text() == 'model = "claude-code/haiku"\n'
    assert "Do not make barrel files" in tom("profile").out
    assert "May tom read" not in at_a_terminal("y")
