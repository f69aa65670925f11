"""Each agent's command line, environment and reply, with a program that stands for it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import agent_replies as replies
import pytest
from fake_agents import FakeAgent

from tom_swe.errors import ModelBusy, ModelFault, ModelUnavailable
from tom_swe.llm.agents import AGENTS, agent_named
from tom_swe.llm.lite import TooLate
from tom_swe.model.calls import Usage
from tom_swe.text.own_questions import MARK

ASKED = [
    {"role": "system", "content": "You read sessions."},
    {"role": "user", "content": "what was said"},
]
SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
USED = Usage(tokens_in=100, tokens_out=7, cached=40)
RIGHT: dict[str, dict[str, Any]] = {
    "claude-code": {"out": replies.claude()},
    "codex": {"out": replies.codex(replies.CODEX_MESSAGE, replies.CODEX_END)},
    "gemini-cli": {"out": "Ripgrep is not available.\n" + replies.gemini()},
    "opencode": {"out": replies.opencode(replies.WORD[:5], replies.WORD[5:])},
    "copilot-cli": {
        "out": replies.copilot(replies.COPILOT_MESSAGE),
        "files": {"--usage-output-file": replies.COPILOT_USAGE},
    },
    "cursor-agent": {"out": replies.CURSOR},
}

Fake = Callable[..., FakeAgent]
each_agent = pytest.mark.parametrize("name", RIGHT)


def test_every_agent_is_tried_here() -> None:
    """A new one needs a reply above."""
    assert set(RIGHT) == set(AGENTS)


@each_agent
def test_a_reply_comes_back_with_what_it_took(name: str, fake: Fake) -> None:
    """Text, tokens and, where it is told, the price are the program's."""
    done = fake(name, **RIGHT[name]).model(name).complete(ASKED, SCHEMA, 50)
    assert (json.loads(done.text), done.refused) == (replies.REPLY, False)
    with_price = Usage(tokens_in=143, tokens_out=7, cached=40, cost=0.00014275)
    assert done.usage == (with_price if name == "claude-code" else USED)


@each_agent
def test_it_works_in_an_empty_folder_that_is_gone_afterwards(name: str, fake: Fake) -> None:
    """The folder is the person's alone, tom's hooks are off, and a line says who asks."""
    agent = fake(name, **RIGHT[name])
    agent.model(name, CLAUDECODE="1", ANTHROPIC_API_KEY="k").complete(ASKED, SCHEMA, 50)
    started = agent.started
    assert (started["holds"], started["mode"]) == ([], "0o700")
    assert "/tom-asks-" in started["folder"]
    assert not Path(started["folder"]).parent.exists()
    assert started["environ"]["TOM_OFF"] == "1"
    assert "CLAUDECODE" not in started["environ"]
    assert started["environ"]["ANTHROPIC_API_KEY"] == "k"
    assert MARK in started["stdin"]
    assert "what was said" in started["stdin"]


@each_agent
def test_the_system_prompt_and_the_model_reach_it(name: str, fake: Fake) -> None:
    """By an option, a setting, a file, or at the head of what it reads; the model by an option."""
    agent = fake(name, **RIGHT[name])
    agent.model(f"{name}/some-model").complete(ASKED, SCHEMA, 50)
    assert "some-model" in agent.started["arguments"]
    assert json.dumps(agent.started).count("You read sessions.") == 1


@each_agent
def test_its_small_model_is_asked_where_none_is_named(name: str, fake: Fake) -> None:
    """Opencode alone has none of its own: the person's settings may name one."""
    agent = fake(name, **RIGHT[name])
    agent.model(name).complete(ASKED, SCHEMA, 50)
    arguments = agent.started["arguments"]
    small = AGENTS[name].small
    assert (arguments[arguments.index("--model") + 1] if small else "--model" in arguments) == (
        small or False
    )


def test_opencode_asks_the_small_model_of_the_settings_and_starts_no_server(fake: Fake) -> None:
    """Comments in the settings do no harm."""
    agent = fake("opencode", **RIGHT["opencode"])
    place = agent.home / ".config" / "opencode"
    place.mkdir(parents=True)
    config = {"small_model": "acme/tiny", "mcp": {"tickets": {"type": "local"}}}
    (place / "opencode.jsonc").write_text("// mine\n" + json.dumps(config))
    agent.model("opencode").complete(ASKED, SCHEMA, 50)
    assert "acme/tiny" in agent.started["arguments"]
    told = json.loads(agent.started["environ"]["OPENCODE_CONFIG_CONTENT"])
    assert told["mcp"] == {"tickets": {"enabled": False}}


def test_codex_starts_none_of_the_servers_of_the_settings(fake: Fake) -> None:
    """Each is off by its name; a file that cannot be read is codex's to speak of."""
    agent = fake("codex", **RIGHT["codex"])
    (agent.home / ".codex").mkdir()
    file = agent.home / ".codex" / "config.toml"
    file.write_text('[mcp_servers.tickets]\ncommand = "x"\n')
    agent.model("codex").complete(ASKED, SCHEMA, 50)
    assert "mcp_servers.tickets.enabled=false" in agent.started["arguments"]
    file.write_text("[mcp_servers")
    agent.model("codex").complete(ASKED, SCHEMA, 50)
    assert "mcp_servers.tickets.enabled=false" not in agent.started["arguments"]


def test_codex_passes_the_schema_on(fake: Fake) -> None:
    """Whole, in a file, since its provider keeps to it."""
    agent = fake("codex", **RIGHT["codex"])
    assert agent.model("codex").takes_schema
    agent.model("codex").complete(ASKED, SCHEMA, 50)
    assert json.loads(agent.started["beside"]["schema.json"]) == SCHEMA


def test_claude_is_told_the_outline_of_the_form(fake: Fake) -> None:
    """Told more, it throws away a reply that is a little off."""
    agent = fake("claude-code", **RIGHT["claude-code"])
    agent.model("claude-code").complete(ASKED, SCHEMA, 50)
    arguments = agent.started["arguments"]
    outline = json.loads(arguments[arguments.index("--json-schema") + 1])
    assert outline == {"type": "object", "properties": {"word": {}}}


@pytest.mark.parametrize(
    ("name", "home", "login"),
    [
        ("gemini-cli", ".gemini", "oauth_creds.json"),
        ("copilot-cli", ".copilot", "config.json"),
    ],
)
def test_a_home_of_its_own_holds_the_login_and_no_more(
    name: str, home: str, login: str, fake: Fake
) -> None:
    """Sessions, hooks and servers of the person's stay out; what it keeps is gone with the home."""
    agent = fake(name, **RIGHT[name])
    theirs = agent.home / home
    theirs.mkdir()
    (theirs / login).write_text("token")
    auth = {"security": {"auth": {"selectedType": "oauth-personal"}}, "hooks": {"A": ["mine"]}}
    (theirs / "settings.json").write_text(json.dumps(auth))
    (theirs / "mcp-config.json").write_text("mine")
    agent.model(name).complete(ASKED, SCHEMA, 50)
    beside = agent.started["beside"]
    assert "token" in beside.values()
    assert not any("mine" in each for each in beside.values())
    settings = next(text for path, text in beside.items() if path.endswith("settings.json"))
    assert ("oauth-personal" in settings) == (name == "gemini-cli")
    assert (theirs / login).read_text() == "token"


BUSY: list[tuple[str, dict[str, Any], type[ModelFault], str]] = [
    (
        "claude-code",
        {"out": replies.claude(is_error=True, result="Not logged in · Please run /login")},
        ModelUnavailable,
        "claude-code cannot be used: Not logged in · Please run /login",
    ),
    (
        "claude-code",
        {"out": replies.claude(is_error=True, api_error_status=429, result="(429) slow down")},
        ModelBusy,
        "claude-code failed: .* slow down",
    ),
    (
        "codex",
        {"out": replies.codex({"type": "turn.failed", "error": {"message": "status 401 no"}})},
        ModelUnavailable,
        "codex cannot be used: status 401 no",
    ),
    (
        "codex",
        {"out": replies.codex({"type": "error", "message": "last status: 429 Too Many"})},
        ModelBusy,
        "codex failed: last status: 429 Too Many",
    ),
    (
        "gemini-cli",
        {"err": json.dumps({"error": {"message": "No auth", "code": 41}}, indent=2), "status": 41},
        ModelUnavailable,
        "gemini-cli cannot be used: No auth",
    ),
    (
        "opencode",
        {"out": '{"type": "error", "error": {"data": {"message": "no", "statusCode": 503}}}'},
        ModelBusy,
        "opencode failed: no",
    ),
    (
        "copilot-cli",
        {"err": "Error: No authentication information found.", "status": 1},
        ModelUnavailable,
        "copilot-cli cannot be used: Error: No authentication information found",
    ),
    (
        "cursor-agent",
        {"err": "Error: Authentication required. Run 'cursor-agent login'.", "status": 1},
        ModelUnavailable,
        "cursor-agent cannot be used",
    ),
]


@pytest.mark.parametrize(("name", "script", "raises", "says"), BUSY)
def test_faults_are_told_apart(
    name: str, script: dict[str, Any], raises: type[ModelFault], says: str, fake: Fake
) -> None:
    """What is wrong with the login is not tried again; what passes is left to another day."""
    with pytest.raises(raises, match=says) as raised:
        fake(name, **script).model(name).complete(ASKED, SCHEMA, 50)
    assert type(raised.value) is raises


@each_agent
def test_a_crash_may_have_cost_something(name: str, fake: Fake) -> None:
    """Without a word of what was used, the most counts; the person reads the last words."""
    with pytest.raises(TooLate, match=f"{name} ended with status 3: out of memory"):
        fake(name, err="out of memory", status=3).model(name).complete(ASKED, SCHEMA, 50)


@each_agent
def test_a_program_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    """The message says what to install."""
    agent = FakeAgent(tmp_path, tmp_path)
    program = AGENTS[name].program
    with pytest.raises(ModelUnavailable, match=f"no program '{program}' on PATH"):
        agent.model(name).complete(ASKED, SCHEMA, 50)


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("claude-code", replies.claude(is_error=True, stop_reason="refusal", result="No.")),
        ("codex", replies.codex(replies.CODEX_END)),
        ("opencode", replies.opencode(reason="content-filter")),
        ("opencode", '{"type": "error", "error": {"name": "ContentFilterError"}}'),
    ],
)
def test_a_refusal_is_one(name: str, out: str, fake: Fake) -> None:
    """A model that refuses has said nothing."""
    done = fake(name, out=out).model(name).complete(ASKED, SCHEMA, 50)
    assert (done.text, done.refused) == ("", True)


def test_a_reply_that_claude_did_not_take_is_counted_with_the_most(fake: Fake) -> None:
    """It says nothing of what such replies took."""
    out = replies.claude(
        subtype="error_max_structured_output_retries", is_error=True, usage={}, total_cost_usd=0
    )
    model = fake("claude-code", out=out).model("claude-code")
    done = model.complete(ASKED, SCHEMA, 50)
    assert (done.text, done.usage) == ("", model.estimate(ASKED, 50))
    assert done.usage.cost


def test_a_price_that_opencode_tells_is_kept(fake: Fake) -> None:
    """Nothing is what it says where it knows none."""
    out = replies.opencode(replies.WORD, cost=0.002)
    done = fake("opencode", out=out).model("opencode").complete(ASKED, SCHEMA, 50)
    assert done.usage.cost == 0.002


def test_a_repair_is_one_text(fake: Fake) -> None:
    """What was asked, what came back and what is wrong with it stand in one question."""
    agent = fake("claude-code", **RIGHT["claude-code"])
    again = [
        *ASKED,
        {"role": "assistant", "content": "yes!"},
        {"role": "user", "content": "Reply again."},
    ]
    agent.model("claude-code").complete(again, SCHEMA, 50)
    said = f"{MARK}\n\nwhat was said\n\nYou replied:\nyes!\n\nReply again."
    assert agent.started["stdin"] == f"{said}"


def test_output_without_end_is_cut(fake: Fake) -> None:
    """It is read on, so that the program ends; what is kept is bounded."""
    with pytest.raises(TooLate, match=r"ended without a reply: x{200}…"):
        fake("claude-code", flood=True).model("claude-code").complete(ASKED, SCHEMA, 50)


def gone(pid: int) -> bool:
    """Whether a process is no longer there."""
    ran = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    # One that nobody has asked after yet is a zombie.
    return ran.stdout.strip() in {"", "Z"} or ran.stdout.startswith("Z")


def test_a_child_that_was_left_is_ended(fake: Fake) -> None:
    """Also one that holds the output open."""
    agent = fake("claude-code", child=True, **RIGHT["claude-code"])
    assert agent.model("claude-code").complete(ASKED, SCHEMA, 50).text == replies.WORD
    assert gone(agent.started["child"])


@pytest.mark.slow
def test_silence_is_waited_for_only_so_long(fake: Fake) -> None:
    """The program and its children are ended, and the folder is gone."""
    agent = fake("claude-code", hang=True, child=True)
    with pytest.raises(TooLate, match="took longer than 1 seconds"):
        agent.model("claude-code", timeout=-9.0).complete(ASKED, SCHEMA, 50)
    assert gone(agent.started["child"])
    assert gone(agent.started["pid"])
    assert not Path(agent.started["folder"]).exists()


@pytest.mark.slow
def test_a_wait_that_the_program_speaks_of_is_no_silence(fake: Fake) -> None:
    """One that waits for its provider says so, and costs nothing."""
    out = replies.codex({"type": "error", "message": "Reconnecting... last status: 429 Too Many"})
    with pytest.raises(ModelBusy, match="429 Too Many") as raised:
        fake("codex", out=out, hang=True).model("codex", timeout=-9.0).complete(ASKED, SCHEMA, 50)
    assert not isinstance(raised.value, TooLate)


ASK = """
from threading import Thread
from tom_swe.llm.agents import AgentModel
model = AgentModel("claude-code", timeout=60, at_once=2)
def ask():
    for _ in range(2):
        try:
            model.complete([{"role": "user", "content": "x"}], {}, 50)
        except Exception:
            pass
"""
IN_THREADS = """
threads = [Thread(target=ask, daemon=True) for _ in range(2)]
for each in threads: each.start()
for each in threads: each.join()
"""


@pytest.mark.parametrize("then", ["ask()", IN_THREADS], ids=["alone", "in threads"])
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="no /proc to look for processes in")
def test_ctrl_c_leaves_nothing(then: str, fake: Fake, tmp_path: Path) -> None:
    """The program has a process group of its own, so a terminal's Ctrl-C reaches tom alone."""
    fake("claude-code", hang=True, child=True)
    temporary = tempfile.mkdtemp(dir=tmp_path)
    environ = {**os.environ, "PATH": str(tmp_path / "bin"), "TMPDIR": temporary}
    command = [sys.executable, "-c", ASK + then]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE) as tom:
        while len(asking := running(temporary)) < (2 if then == "ask()" else 4):
            assert tom.poll() is None
        tom.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in tom.communicate()[1]
    assert asking
    assert running(temporary) == []
    assert list(Path(temporary).iterdir()) == []


def running(temporary: str) -> list[str]:
    """The processes that work in a folder below this."""
    found: list[str] = []
    for each in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if str(each.readlink()).startswith(temporary):
                found.append(each.parent.name)
    return found


def test_an_agent_needs_no_litellm() -> None:
    """Its library takes seconds and a hundred megabytes."""
    code = (
        "import sys\nfrom tom_swe.llm.agents import AgentModel\n"
        "model = AgentModel('codex', timeout=5, at_once=1, environ={'PATH': ''})\n"
        "model.estimate([{'role': 'user', 'content': 'x'}], 5)\n"
        "try:\n    model.complete([{'role': 'user', 'content': 'x'}], {}, 5)\n"
        "except Exception as error:\n    print(error)\n"
        "print('litellm' in sys.modules, 'tenacity' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "False False"
    assert "no program 'codex' on PATH" in ran.stdout


@pytest.mark.parametrize("name", ["openai/gpt-5-nano", "anthropic/claude-haiku-4-5", "claude", ""])
def test_other_models_are_no_agents(name: str) -> None:
    """Litellm's names mean what they did."""
    assert agent_named(name) is None
