"""The real programs from npm, against models on loopback that speak their protocols."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import (
    BAD_KEY,
    CACHED,
    REFUSAL,
    SAID,
    SENT,
    SILENCE,
    SLOW_DOWN,
    Loopback,
    ToolUse,
    Turn,
)
from real_agents import BIN, KEYS, Learned, Person
from with_a_model import note, reading

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.hosts.install import plugin_folder
from tom_swe.model.calls import Settled
from tom_swe.model.session import Role
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedFault

pytestmark = [
    pytest.mark.slow,
    pytest.mark.hosts,
    pytest.mark.skipif(
        not BIN.exists(), reason="no coding agents here: `tools/setup.sh hosts` installs them"
    ),
]
each_agent = pytest.mark.parametrize(
    "name", ["claude-code", "codex", "gemini-cli", "opencode", "copilot-cli"]
)
SAYS = "add a chart, and those barrel files everywhere? drop that habit"
QUOTE = "those barrel files everywhere? drop that habit"
RULE = "Do not make barrel files"
RIGHT = reading(note(QUOTE, RULE, against=True, way="correction"))


type Learn = Callable[..., Learned]


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    """Someone with every agent, each of which asks one model."""
    with Loopback(RIGHT) as model:
        yield Person(tmp_path, model)


@pytest.fixture
def learn(person: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[Learn]:
    """Has one session of the person's read by an agent."""
    opened: list[Tom] = []

    def read(
        name: str, turn: str | ScriptedFault = RIGHT, words: str = SAYS, timeout: float = 60.0
    ) -> Learned:
        person.model.turn = turn
        for variable in KEYS:
            monkeypatch.delenv(variable, raising=False)
        for variable, value in person.environ.items():
            monkeypatch.setenv(variable, value)
        # Else it is the one that was found first in this process.
        monkeypatch.setattr(tempfile, "tempdir", str(person.temporary))
        said: list[str] = []
        tom = person.opened(name, said, timeout)
        opened.append(tom)
        tom.add_session(LOCAL_USER, session_of(words, host_id="one"))
        failed = tom.learn(LOCAL_USER).failed
        return Learned(tom, [*said, *failed])

    yield read
    for tom in opened:
        tom.close()


@each_agent
def test_a_session_is_read(name: str, person: Person, learn: Learn) -> None:
    """One request, its reply in form; the ledger has its tokens; no hook or server has run."""
    done = learn(name)
    assert RULE in done.rules
    (call,) = done.calls
    assert (call.model, call.settled) == (name, Settled.ANSWERED)
    used = (call.usage.tokens_in, call.usage.tokens_out, call.usage.cached)
    assert used == (SENT, SAID, CACHED)
    # Anthropic's program alone says a price: 60 tokens, 40 from the cache, 7 out.
    assert call.usage.cost == (pytest.approx(99e-6) if name == "claude-code" else None)
    assert len(person.model.requests) == 1
    assert done.said == ""
    assert person.left(done.tom) == []


@each_agent
def test_a_refusal_is_told(name: str, person: Person, learn: Learn) -> None:
    """What a refusal took is in the ledger; a program that hides it is asked once more."""
    done = learn(name, REFUSAL)
    assert RULE not in done.rules
    assert {call.settled for call in done.calls} == {Settled.BAD}
    assert all(call.usage.tokens_in >= SENT for call in done.calls)
    if name in {"claude-code", "codex", "opencode"}:
        assert done.said.startswith(f"{name} refused to answer; ")
        assert len(done.calls) == 1
    assert person.left(done.tom) == []


@each_agent
def test_an_answer_in_no_form_is_asked_for_twice(name: str, person: Person, learn: Learn) -> None:
    """And then tom reads without it, and says why; both tries are in the ledger."""
    done = learn(name, "I would say {")
    assert [call.settled for call in done.calls] == [Settled.BAD, Settled.BAD]
    assert done.said.startswith(
        f"{name} gave no usable answer in two tries: it contains no JSON object; "
    )
    assert "I would say {" in person.model.requests[-1]
    assert person.left(done.tom) == []


@each_agent
def test_a_login_that_is_missing_is_named(name: str, person: Person, learn: Learn) -> None:
    """Tom reads with the rules, and says so once."""
    if name == "opencode":
        # Its key stands in its settings: the server refuses it.
        done = learn(name, BAD_KEY)
    else:
        person.log_out()
        done = learn(name)
        assert person.model.requests == []
    assert f"{name} cannot be used: " in done.said
    assert "tom reads these sessions without it" in done.said
    assert [(call.settled, call.usage.tokens_in) for call in done.calls] == [(Settled.FAILED, 0)]
    assert person.left(done.tom) == []


@each_agent
def test_silence_is_waited_for_only_so_long(name: str, person: Person, learn: Learn) -> None:
    """The program is ended with all that it started; the call counts with the most."""
    done = learn(name, SILENCE, timeout=0.1 if name in {"claude-code", "codex"} else 10.0)
    assert f"{name} took longer than " in done.said
    (call,) = done.calls
    assert call.settled is Settled.FAILED
    assert call.usage.tokens_in > SENT
    assert person.model.requests
    assert person.left(done.tom) == []


@pytest.mark.parametrize("name", ["claude-code", "gemini-cli", "codex"])
def test_a_rate_limit_is_named_and_costs_nothing(name: str, person: Person, learn: Learn) -> None:
    """Tom reads without it until another day."""
    done = learn(name, SLOW_DOWN)
    assert done.said.startswith(f"{name} failed: ")
    assert [(call.settled, call.usage.tokens_in) for call in done.calls] == [(Settled.FAILED, 0)]
    assert person.left(done.tom) == []


@pytest.mark.parametrize("name", ["claude-code", "codex"])
def test_a_huge_session_is_sent_in_part(name: str, person: Person, learn: Learn) -> None:
    """No more than the tokens of a reading, in one request, whatever was said."""
    done = learn(name, words=f"{SAYS}\n\n" + "and then the chart needs another axis. " * 50_000)
    assert RULE in done.rules
    (request,) = person.model.requests
    assert len(request) < 150_000
    assert person.left(done.tom) == []


def test_a_program_that_crashes_is_named(person: Person, learn: Learn, tmp_path: Path) -> None:
    """The real one ends in its middle, as from want of memory: the call counts with the most."""
    programs = tmp_path / "crashing"
    programs.mkdir()
    crash = f'"{BIN / "claude"}" "$@" <&3 & sleep 1; kill -9 $!; echo "out of memory" >&2; exit 9\n'
    (programs / "claude").write_text("#!/bin/sh\nexec 3<&0\n" + crash)
    (programs / "claude").chmod(0o755)
    person.environ["PATH"] = f"{programs}:{person.environ['PATH']}"
    done = learn("claude-code", SILENCE)
    assert done.said.startswith("claude-code ended with status 9: out of memory; ")
    (call,) = done.calls
    assert (call.settled, call.usage.tokens_in > SENT) == (Settled.FAILED, True)
    assert person.left(done.tom) == []


def test_a_budget_ends_the_batch(person: Person, learn: Learn) -> None:
    """Where the next call could exceed it, none is made; what was read stays."""
    done = learn("claude-code")
    spent = sum(call.usage.cost or 0 for call in done.calls)
    settings = Settings(
        home=Path(person.environ["TOM_HOME"]), model="claude-code", daily_budget=spent + 0.001
    )
    said: list[str] = []
    tom = open_tom(settings, say=said.append, embedder=HashEmbedder())
    tom.add_session(LOCAL_USER, session_of("please make it blue", host_id="two"))
    tom.learn(LOCAL_USER)
    assert "today's budget is too small for this call" in said[0]
    assert len(person.model.requests) == 1
    assert RULE in done.rules
    tom.close()


@each_agent
def test_ctrl_c_leaves_nothing(name: str, person: Person, learn: Learn) -> None:
    """`tom learn` says that it was interrupted, and the program is gone with it."""
    done = learn("")
    person.model.turn = SILENCE
    command = [str(Path(sys.executable).with_name("tom")), "learn", "--again", "--yes"]
    environ = {**os.environ, "TOM_MODEL": name}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as tom:
        while not person.model.requests:
            assert tom.poll() is None
        tom.send_signal(signal.SIGINT)
        said = tom.communicate(timeout=30)[1]
    assert "interrupted" in said
    assert tom.returncode == 130
    assert person.left(done.tom) == []


def test_two_learners_share_the_work(person: Person, learn: Learn) -> None:
    """Each session is asked about once, whichever `tom learn` takes it."""
    done = learn("")
    for number in range(3):
        words = f"{number}: never push to main without asking me"
        done.tom.add_session(LOCAL_USER, session_of(words, host_id=f"more{number}"))
    person.model.turn = reading()
    command = [str(Path(sys.executable).with_name("tom")), "learn", "--again", "--yes"]
    environ = {**os.environ, "TOM_MODEL": "claude-code"}
    both = [
        subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [(each.wait(120), each.communicate()[0])[0] for each in both] == [0, 0]
    assert {call.settled for call in done.calls} == {Settled.ANSWERED}
    assert len(person.model.requests) == len(done.calls)
    said = [SAYS, *(f"{number}: never push" for number in range(3))]
    asked = [sum(words in each for each in person.model.requests) for words in said]
    assert asked == [1, 1, 1, 1]
    assert person.left(done.tom) == []


def test_the_next_session_is_told_what_was_read(person: Person, learn: Learn) -> None:
    """The briefing holds the rule once; the reading itself is nowhere in the memory."""
    done = learn("claude-code")
    hooks = [{"type": "command", "command": str(Path(sys.executable).with_name("tom-hook"))}]
    events = ("SessionStart", "UserPromptSubmit", "Stop", "SessionEnd")
    settings = {"hooks": {event: [{"hooks": hooks}] for event in events}}
    (person.home / ".claude" / "settings.json").write_text(json.dumps(settings))
    work = person.home / "shop"
    work.mkdir()
    person.model.turn = "Hello."
    asked = ["claude", "-p", "say hello", "--model", "haiku"]
    environ = {**os.environ, "TOM_MODEL": "claude-code"}
    ran = subprocess.run(asked, cwd=work, env=environ, capture_output=True, text=True, check=False)
    assert ran.stdout == "Hello.\n", ran.stderr
    assert [RULE in each for each in person.model.requests] == [False, True]
    assert person.model.requests[-1].count(RULE) == 1
    kept = done.tom.memory.sizes()
    assert (kept.sessions, kept.pending) == (1, 0)
    assert [turn.text for turn in done.tom.memory.sessions.get(LOCAL_USER, 1).turns] == [SAYS]


def test_an_agent_reads_earlier_sessions_in_its_own(
    person: Person, learn: Learn, tmp_path: Path
) -> None:
    """`/tom:learn` in the real program: right quotes are kept, made up ones and its own refused.

    The session that it runs in is not among those that it reads, and no call but its own is made.
    """
    done = learn("none", words="add a chart to the page")
    tom = done.tom
    plan = "I will always use yarn in this project. Shall I?"
    tom.add_session(LOCAL_USER, session_of("do it", (Role.AGENT, plan), SAYS, host_id="two"))
    mine = "11111111-2222-4333-8444-555555555555"
    here = session_of("never deploy on fridays, that is a rule", host_id=mine)
    tom.add_session(LOCAL_USER, here)
    plugin = tmp_path / "plugin"
    shutil.copytree(plugin_folder(), plugin, ignore=shutil.ignore_patterns("hooks"))
    server = {"command": sys.executable, "args": ["-P", "-m", "tom_cli", "mcp"]}
    (tmp_path / "servers.json").write_text(json.dumps({"mcpServers": {"tom": server}}))
    notes = [
        note(QUOTE, RULE, against=True, session=2),
        note("never make barrel files", RULE, session=2),
        note("I will always use yarn in this project", "Use yarn", session=2),
    ]
    results: list[str] = []

    def reads(asked: dict[str, Any]) -> Turn:
        offered = {tool["name"] for tool in asked.get("tools", ())}
        if "mcp__tom__unread_sessions" not in offered:
            return "A title"
        results[:] = [
            str(block["content"])
            for message in asked["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
            if block["type"] == "tool_result"
        ]
        if not results:
            return ToolUse("mcp__tom__unread_sessions", {})
        if len(results) == 1:
            read = {"sessions": [{"session": 1}, {"session": 2}], "observations": notes}
            return ToolUse("mcp__tom__note_sessions", read)
        return "One rule was kept."

    person.model.turn = reads
    work = person.home / "shop"
    work.mkdir()
    asked = ["claude", "-p", "/tom:learn", "--model", "haiku", "--session-id", mine]
    asked += ["--plugin-dir", str(plugin), "--mcp-config", str(tmp_path / "servers.json")]
    # The program is to wait for the server before it asks the model.
    started = {"TOM_LEARN_IN_SESSION": "1", "MCP_CONNECTION_NONBLOCKING": "0"}
    environ = os.environ | started
    ran = subprocess.run(
        [*asked, "--strict-mcp-config"],
        cwd=work, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout == "One rule was kept.\n", (ran.stdout, ran.stderr)
    handed, answered = results
    assert SAYS in handed
    assert "fridays" not in handed
    assert answered.count("none of the person's messages") == 1
    assert answered.count("the agent's words") == 1
    rules = [rule for rule in done.rules if "sessions" not in rule]
    assert rules == [RULE]
    kept = tom.memory.sessions.shown(LOCAL_USER, 2, "the rules")
    assert kept is not None
    assert kept.reader.startswith("host-1:claude-code+")
    assert done.calls == []
    assert len(tom.memory.queue.unread_by_models(LOCAL_USER)) == 1
