"""Each host's events as it documents them, and what the hook answers in the host's own form.

The sources stand on the hosts' pages in docs/hosts.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.hosts import hook
from tom_swe.hosts.hook.answer import AGAIN, ASK, DENY, HookAnswer, can_be_told, written
from tom_swe.hosts.hook.event import AFTER, PROMPT, START, STOP, TOOL, Event
from tom_swe.hosts.install import HOSTS
from tom_swe.model.checks import Mode
from tom_swe.testing import HashEmbedder, session_of

HERE = "/w/shop"
CALL = {"command": "npm install"}
CODEX = {
    "session_id": "s1", "turn_id": "t1", "transcript_path": None, "cwd": HERE, "model": "m",
    "permission_mode": "default",
}  # fmt: skip
CURSOR = {
    "conversation_id": "s1", "generation_id": "g", "model": "m", "cursor_version": "2.4.0",
    "workspace_roots": [HERE], "user_email": None, "transcript_path": None,
}  # fmt: skip
GEMINI = {"session_id": "s1", "transcript_path": "/t", "cwd": HERE, "timestamp": "2026"}
COPILOT = {"session_id": "s1", "timestamp": "2026-11-29T10:00:00Z", "cwd": HERE}
VSCODE = {"sessionId": "s1", "timestamp": "2026", "cwd": HERE, "transcript_path": "/t.json"}
OPENCODE = {"session_id": "s1", "cwd": HERE}
CLAUDE = {"session_id": "s1", "transcript_path": "/t", "cwd": HERE, "permission_mode": "default"}
OPENHANDS = {"session_id": "s1", "working_dir": HERE, "tool_name": None, "metadata": {}}
BASH = {"tool_name": "Bash", "tool_input": CALL, "tool_use_id": "u"}

# For what tom is installed as: the host it is, and its input to each event.
INPUTS: Mapping[str, tuple[str, Mapping[str, Mapping[str, Any]]]] = {
    "claude-code": (
        "claude-code",
        {
            PROMPT: {**CLAUDE, "hook_event_name": PROMPT, "prompt": "hello"},
            TOOL: {**CLAUDE, "hook_event_name": TOOL, **BASH},
            STOP: {**CLAUDE, "hook_event_name": STOP, "stop_hook_active": True,
                   "last_assistant_message": "Done."},
            START: {**CLAUDE, "hook_event_name": START, "source": "compact"},
        },
    ),
    "codex": (
        "codex",
        {
            PROMPT: {**CODEX, "hook_event_name": PROMPT, "prompt": "hello"},
            TOOL: {**CODEX, "hook_event_name": TOOL, **BASH},
            STOP: {**CODEX, "hook_event_name": STOP, "stop_hook_active": True,
                   "last_assistant_message": "Done."},
            START: {**CODEX, "hook_event_name": START, "source": "compact"},
        },
    ),
    "gemini-cli": (
        "gemini-cli",
        {
            PROMPT: {**GEMINI, "hook_event_name": "BeforeAgent", "prompt": "hello"},
            TOOL: {**GEMINI, "hook_event_name": "BeforeTool", "tool_name": "run_shell_command",
                   "tool_input": CALL},
            STOP: {**GEMINI, "hook_event_name": "AfterAgent", "prompt": "hello",
                   "prompt_response": "Done.", "stop_hook_active": True},
        },
    ),
    "copilot": (
        "copilot-cli",
        {
            START: {**COPILOT, "hook_event_name": START, "source": "new"},
            PROMPT: {**COPILOT, "hook_event_name": PROMPT, "prompt": "hello"},
            TOOL: {**COPILOT, "hook_event_name": TOOL, "tool_name": "Bash", "tool_input": CALL},
            STOP: {**COPILOT, "hook_event_name": STOP, "transcript_path": "/t",
                   "stop_reason": "end_turn", "stop_hook_active": True},
        },
    ),
    "copilot in VS Code": (
        "vscode-copilot",
        {
            START: {**VSCODE, "hookEventName": START, "source": "new"},
            TOOL: {**VSCODE, "hookEventName": TOOL, "tool_name": "run_in_terminal",
                   "tool_input": CALL, "tool_use_id": "u"},
            STOP: {**VSCODE, "hookEventName": STOP, "stop_hook_active": True},
        },
    ),
    "cursor": (
        "cursor",
        {
            START: {**CURSOR, "hook_event_name": "sessionStart", "session_id": "s1",
                    "is_background_agent": False, "composer_mode": "agent"},
            TOOL: {**CURSOR, "hook_event_name": "preToolUse", "tool_name": "Shell",
                   "tool_input": CALL, "tool_use_id": "u", "cwd": HERE},
            STOP: {**CURSOR, "hook_event_name": "stop", "status": "completed", "loop_count": 1},
        },
    ),
    "opencode": (
        "opencode",
        {
            PROMPT: {**OPENCODE, "prompt": "hello"},
            TOOL: {**OPENCODE, "tool_name": "bash", "tool_input": CALL},
            STOP: {**OPENCODE, "stop_hook_active": True},
        },
    ),
    "openhands-cli": (
        "openhands",
        {
            PROMPT: {**OPENHANDS, "event_type": PROMPT, "message": "hello"},
            TOOL: {**OPENHANDS, "event_type": TOOL, "tool_name": "terminal", "tool_input": CALL},
            STOP: {**OPENHANDS, "event_type": STOP},
        },
    ),
}  # fmt: skip
EVERY = [(name, event) for name, (_, events) in INPUTS.items() for event in events]
each_event = pytest.mark.parametrize(("name", "event"), EVERY)


def event_of(name: str, event: str) -> Event:
    told = json.dumps(INPUTS[name][1][event]).encode()
    return Event(event, told, name.split(maxsplit=1)[0])


def answered(name: str, event: str, *said: str) -> Any:
    """What the host reads."""
    told = written(event_of(name, event), HookAnswer(*said))
    return json.loads(told) if told else {}


def test_every_host_with_hooks_is_tried_here() -> None:
    """A new one needs its documented input above."""
    with_hooks = set(HOSTS) - {"antigravity", "agent-plugin", "openhands"}
    assert with_hooks == {name.split()[0] for name in INPUTS}


@each_event
def test_an_event_is_read_whichever_host_it_is(name: str, event: str) -> None:
    """Its session and folder always; of a prompt, a tool and a stop what the host says of them."""
    told = event_of(name, event)
    assert (told.name, told.host, told.session, told.cwd) == (event, INPUTS[name][0], "s1", HERE)
    assert not told.is_foreign
    if event == PROMPT:
        assert told.prompt == "hello"
    if event == TOOL:
        assert (bool(told.tool), told.tool_input) == (True, CALL)
    if event == STOP and name != "openhands-cli":
        assert told.stopped_before
    if event == STOP and name in {"claude-code", "codex", "gemini-cli"}:
        assert told.reply == "Done."


def nested(event: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"hookSpecificOutput": {"hookEventName": event, "additionalContext": text}}


def both(event: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"additionalContext": text, **nested(event)(text)}


CONTEXT: Mapping[tuple[str, str], Callable[[str], dict[str, Any]]] = {
    ("claude-code", PROMPT): nested(PROMPT),
    ("claude-code", START): nested(START),
    ("codex", PROMPT): nested(PROMPT),
    ("codex", START): nested(START),
    ("gemini-cli", PROMPT): nested("BeforeAgent"),
    ("copilot", START): both(START),
    ("copilot", PROMPT): both(PROMPT),
    ("copilot in VS Code", START): both(START),
    ("cursor", START): lambda text: {"additional_context": text},
    ("opencode", PROMPT): lambda text: {"context": text},
    ("openhands-cli", PROMPT): lambda text: {"additionalContext": text},
}


@each_event
def test_a_session_is_told_where_its_host_listens(name: str, event: str) -> None:
    """In the form that reaches the model; no other moment is taken for one."""
    told = event_of(name, event)
    assert can_be_told(told) == ((name, event) in CONTEXT)
    if (name, event) in CONTEXT:
        assert answered(name, event, "pnpm") == CONTEXT[name, event]("pnpm")


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("decision", [DENY, ASK])
def test_a_tool_call_is_refused_or_asked_about(name: str, decision: str) -> None:
    """Where a host cannot ask, the agent is told to, with the same words."""
    told = answered(name, TOOL, "", decision, "use pnpm")
    permission = {"permissionDecision": decision, "permissionDecisionReason": "use pnpm"}
    inner = {"hookSpecificOutput": {"hookEventName": TOOL, **permission}}
    deny = {"decision": "deny", "reason": "use pnpm"}
    assert told == {
        "claude-code": inner,
        "codex": {"hookSpecificOutput": inner["hookSpecificOutput"] | {"permissionDecision": DENY}},
        "gemini-cli": {"decision": decision, "reason": "use pnpm"},
        "copilot": {**permission, **inner},
        "copilot in VS Code": {**permission, **inner},
        "cursor": {"permission": "deny", "user_message": "use pnpm", "agent_message": "use pnpm"},
        "opencode": deny,
        "openhands-cli": deny,
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_an_agent_is_sent_back(name: str) -> None:
    """With the reason as what it is to do."""
    told = answered(name, STOP, "", AGAIN, "run the tests")
    block = {"decision": "block", "reason": "run the tests"}
    both = {**block, "hookSpecificOutput": {"hookEventName": STOP, **block}}
    deny = {"decision": "deny", "reason": "run the tests"}
    assert told == {
        "claude-code": block, "codex": block, "gemini-cli": deny, "copilot": both,
        "copilot in VS Code": both, "cursor": {"followup_message": "run the tests"},
        "opencode": {"decision": "again", "reason": "run the tests"}, "openhands-cli": deny,
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_a_reminder_never_allows_anything(name: str) -> None:
    """What a host would ask its person about, it still does; some hear it after the tool."""
    told = json.dumps(answered(name, TOOL, "use pnpm"))
    assert "allow" not in told
    assert ("use pnpm" in told) == (name not in {"cursor", "gemini-cli"})


@pytest.mark.parametrize("name", ["cursor", "gemini-cli"])
def test_a_reminder_waits_for_a_host_that_hears_nothing_before_a_tool(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    """It is told with the tool's result, once, and counts as told."""
    mind = open_tom(Settings(home=tmp_path / "tom"), embedder=HashEmbedder())
    mind.remember(LOCAL_USER, "Use pnpm, not npm")
    mind.memory.checks.set_mode(LOCAL_USER, 1, Mode.REMIND)
    mind.close()
    call = {**INPUTS[name][1][TOOL], "cwd": str(tmp_path)}
    said: list[bytes] = []
    for event in (TOOL, AFTER, AFTER):
        run(monkeypatch, event, call, name)
        said.append(capfdbinary.readouterr().out)
    assert (said[0], said[2]) == (b"", b"")
    told = json.loads(said[1])
    told = told.get("additional_context") or told["hookSpecificOutput"]["additionalContext"]
    assert "Use pnpm" in told
    (line,) = (tmp_path / "tom" / "hosts" / "inbox.jsonl").read_text().splitlines()
    assert "reminded" in json.loads(line)["checks"]


@pytest.mark.parametrize("fields", [CURSOR, {**VSCODE, "hookEventName": PROMPT}])
def test_the_hooks_of_another_agent_are_not_this_ones(
    fields: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    """Cursor and VS Code run Claude Code's hooks as well, and are told by their own alone."""
    seed(tmp_path)
    told = {**fields, "prompt": "hello", "cwd": str(tmp_path)}
    run(monkeypatch, PROMPT, told, "claude-code")
    assert capfdbinary.readouterr().out == b""
    assert not (tmp_path / "tom" / "hosts").exists()


@pytest.mark.parametrize("name", ["cursor", "copilot", "copilot in VS Code"])
def test_a_session_is_told_once_when_it_begins(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    """And not again with its prompts, nor when it is taken up again."""
    seed(tmp_path)
    events = INPUTS[name][1]
    prompt = {**events[START], "prompt": "hello"}
    again = {**events[START], "source": "resume"}
    told: list[int] = []
    for event, fields in ((START, events[START]), (PROMPT, prompt), (START, again)):
        here = {**fields, "cwd": str(tmp_path), "workspace_roots": [str(tmp_path)]}
        run(monkeypatch, event, here, name.split(maxsplit=1)[0])
        told.append(capfdbinary.readouterr().out.count(b"pnpm") // (2 if "copilot" in name else 1))
    assert told == [told[0], 0, 0]
    assert told[0] > 0
    lines = (tmp_path / "tom" / "hosts" / "inbox.jsonl").read_text().splitlines()
    assert [json.loads(each)["host"] for each in lines] == [INPUTS[name][0]] * 3


def seed(folder: Path) -> None:
    """A memory with one rule in it."""
    mind = open_tom(Settings(home=folder / "tom"), embedder=HashEmbedder())
    mind.add_session(LOCAL_USER, session_of("from now on use pnpm, not npm"))
    mind.learn(LOCAL_USER)
    mind.close()


def run(monkeypatch: pytest.MonkeyPatch, event: str, told: object, host: str) -> None:
    """The hook, in this process."""
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(told).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    hook.run(event, dict(os.environ), host)
