"""The real programs from npm, each with tom put into it by one command, in a home of its own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pexpect
import pytest
from loopback import Loopback, ToolUse, Turn
from real_agents import BIN, Person
from told_and_learned import rested

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.hosts.install import Here, host_named
from tom_swe.model.belief import Quote, Saying
from tom_swe.testing import HashEmbedder, session_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.hosts,
    pytest.mark.skipif(
        not BIN.exists(), reason="no coding agents here: `tools/setup.sh hosts` installs them"
    ),
]
RULE = "Use pnpm, not npm"
# Said in an earlier session in the same repository; it bears on whatever is about a commit.
EARLIER = "never commit the lamps of the quay"
TAUGHT = "from now on always run ruff before you commit"
# How a briefing begins; Gemini CLI writes its tag in another way.
HEAD = "Follow it unless they say otherwise now"
RUNS = "npm install left-pad; touch ran"
# Beside the conversation some agents ask for a title, or which model to ask.
SHORT = 30_000


class Agent(NamedTuple):
    """How an agent is run on one message, and what its model calls to run a command."""

    command: Callable[[str], list[str]]
    tool: ToolUse
    at_a_terminal: bool = False
    by_stdin: bool = False


AGENTS = {
    "claude-code": Agent(
        lambda said: ["claude", "-p", said, "--model", "haiku", "--allowedTools", "Bash"],
        ToolUse("Bash", {"command": RUNS, "description": "Install"}),
    ),
    # What `codex exec` is told counts as a program's words.
    "codex": Agent(
        lambda said: [
            "codex", "--model", "scripted", "--dangerously-bypass-approvals-and-sandbox", said,
        ],
        ToolUse("exec_command", {"cmd": RUNS}),
        at_a_terminal=True,
    ),
    "gemini-cli": Agent(
        lambda said: ["gemini", "-p", said, "--skip-trust", "--yolo", "-m", "gemini-2.5-flash"],
        ToolUse("run_shell_command", {"command": RUNS, "description": "Install"}),
    ),
    # Words that are arguments are put into quotation marks there.
    "opencode": Agent(
        lambda _: ["opencode", "run"],
        ToolUse("bash", {"command": RUNS, "description": "Install"}),
        by_stdin=True,
    ),
    "copilot": Agent(
        lambda said: ["copilot", "-p", said, "--model", "scripted", "--allow-all-tools"],
        ToolUse("bash", {"command": RUNS, "description": "Install"}),
    ),
}  # fmt: skip
each_agent = pytest.mark.parametrize("name", AGENTS)


class Machine:
    """A person's machine with one repository, on which tom is put into an agent."""

    def __init__(self, person: Person, name: str) -> None:
        self.person = person
        self.name = name
        self.work = person.home / "shop"
        self.work.mkdir()
        kept = {key: os.environ[key] for key in ("LANG", "LITELLM_LOCAL_MODEL_COST_MAP")
                if key in os.environ}  # fmt: skip
        self.environ = {**kept, **person.environ, "PWD": str(self.work), "TERM": "xterm-256color"}
        subprocess.run(["git", "init", "-q", str(self.work)], check=True)
        with (person.home / ".codex" / "config.toml").open("a") as config:
            config.write(f'[projects."{self.work}"]\ntrust_level = "trusted"\n')

    @property
    def tom_home(self) -> Path:
        return Path(self.environ["TOM_HOME"])

    def tom(self, *words: str) -> str:
        """What tom says; it succeeds."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tom_cli", *words],
            env=self.environ, cwd=self.work, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def say_earlier(self, words: str) -> None:
        """Something useful that was said in this repository long ago."""
        mind = open_tom(Settings(home=self.tom_home), embedder=HashEmbedder())
        session = session_of(words, host_id="old", repository="shop")
        here = session.model_copy(update={"cwd": str(self.work)})
        kept = mind.add_session(LOCAL_USER, here).session_id
        assert kept is not None
        said = Saying(quote=Quote(ordinal=0, text=words), useful=1.0)
        with mind.memory.learning.from_outside(LOCAL_USER) as change:
            change.sayings.keep(kept, [said], (), 1)
            change.sayings.tidy([kept])
        mind.close()

    def say(self, said: str) -> list[str]:
        """A session of one message; what the model was asked in the conversation."""
        model, agent = self.person.model, AGENTS[self.name]
        model.requests.clear()
        if agent.at_a_terminal:
            self._at_a_terminal(agent.command(said))
        else:
            done = subprocess.run(
                agent.command(said), cwd=self.work, env=self.environ, capture_output=True,
                text=True, timeout=180, input=said if agent.by_stdin else "",
            )  # fmt: skip
            assert done.returncode == 0, (done.stdout, done.stderr)
        rested(self.tom_home)
        return [each for each in model.requests if len(each) > SHORT]

    def _at_a_terminal(self, command: list[str]) -> None:
        """Until the agent has said its last word; what it asks of the terminal is answered."""
        answers = {
            "\x1b[6n": "\x1b[1;1R",
            "\x1b[c": "\x1b[?62;c",
            "]10;?": "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
            "]11;?": "\x1b]11;rgb:0000/0000/0000\x1b\\",
        }
        child = pexpect.spawn(
            command[0], command[1:], cwd=str(self.work), env=self.environ, encoding="utf-8",
            dimensions=(50, 160),
        )  # fmt: skip
        shown, until, is_trusted = "", time.monotonic() + 120, False
        while "Done." not in _plain(shown):
            assert time.monotonic() < until, _plain(shown)
            if not is_trusted and "Trust all and continue" in _plain(shown):
                is_trusted = bool(child.send("2\r"))
            try:
                shown += (new := child.read_nonblocking(100_000, timeout=1))
            except pexpect.TIMEOUT:
                continue
            for asked, answer in answers.items():
                if asked in new:
                    child.send(answer)
        while child.isalive() and time.monotonic() < until:
            child.sendcontrol("c")
            try:
                child.expect(pexpect.EOF, timeout=1)
            except pexpect.TIMEOUT:
                continue
        child.close(force=True)

    def files(self) -> dict[Path, bytes]:
        """The files of agents in the home directory, but what is in the repository."""
        there = (path for path in self.person.home.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in there if self.work not in path.parents}

    def parts(self) -> list[Path]:
        """The files into which tom puts something."""
        here = Here(self.environ, self.person.home)
        return [part.path for part in host_named(self.name).parts(here)]


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", "", text)


@pytest.fixture
def machine(name: str, tmp_path: Path) -> Iterator[Machine]:
    """With tom knowing one rule, and a model that says one word."""
    with Loopback("Done.") as model:
        made = Machine(Person(tmp_path, model), name)
        made.tom("remember", RULE)
        made.say_earlier(EARLIER)
        yield made


@each_agent
def test_a_session_is_told_and_the_next_knows_what_it_taught(name: str, machine: Machine) -> None:
    """By the briefing and by what bears on the request, each once; then tom goes, and every file
    is as it was.
    """
    before = machine.files()
    machine.tom("plugin", "install", name, "--yes")
    installed = machine.files()
    assert "broken" not in machine.tom("plugin", "doctor", name)
    (asked,) = machine.say(TAUGHT)
    assert asked.count(HEAD) == 1
    assert asked.count(RULE) == 1
    assert asked.count(EARLIER) == 1
    asked = machine.say("say hello")[-1]
    assert asked.count(HEAD) == 1
    assert asked.count(EARLIER) <= 1
    assert "always run ruff" in asked
    log = machine.tom_home / "hosts" / "hook.log"
    assert not log.exists(), log.read_text()
    left = machine.files()
    machine.tom("plugin", "uninstall", name, "--yes")
    after = machine.files()
    for path in machine.parts():
        if left[path] == installed[path]:
            assert after.get(path) == before.get(path), path
        else:
            # The agent wrote into it meanwhile.
            assert b"tom-mcp" not in after[path], path
            assert b"tom-hook" not in after[path], path
    assert not (machine.tom_home / "hosts" / "bin").exists()


@each_agent
@pytest.mark.parametrize("mode", ["remind", "block"])
def test_a_rule_is_kept_to_at_a_real_tool_call(name: str, mode: str, machine: Machine) -> None:
    """The agent hears of the breach with the person's words; blocked, the command does not run."""
    machine.tom("checks", "mode", "1", mode)
    machine.tom("plugin", "install", name, "--yes")
    done: list[str] = []

    def answers(asked: dict[str, Any]) -> Turn:
        if len(json.dumps(asked)) < SHORT:
            return "A title"
        done.append("")
        return AGENTS[name].tool if len(done) == 1 else "Done."

    machine.person.model.turn = answers
    first, then = machine.say("add a dependency for padding")
    assert (machine.work / "ran").exists() == (mode == "remind")
    assert then.count(RULE) - first.count(RULE) == 1
    shown = json.loads(machine.tom("checks", "--json"))
    assert "1" in json.dumps(shown)
