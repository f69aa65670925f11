"""Which coding agents are on this machine, and whether the person is logged in to them.

Told from the environment and from files, of which nothing but names is kept; no program runs.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from tom_swe.llm.agents.base import Table, table, text
from tom_swe.llm.agents.model import AGENTS


class LoggedIn(StrEnum):
    """Whether the person is, as far as files can tell."""

    YES = "logged in"
    NO = "not logged in"
    UNKNOWN = "cannot tell"


class FoundAgent(NamedTuple):
    """An agent whose program is on PATH; ``draws_on`` is the plan or the key that it uses."""

    name: str
    program: str
    logged_in: LoggedIn
    draws_on: str

    @property
    def model(self) -> str:
        """The model's name in tom's settings, with the agent's small model if it has one."""
        small = AGENTS[self.name].small
        return f"{self.name}/{small}" if small else self.name


class _Person(NamedTuple):
    """The person's environment and home, for looking into."""

    environ: Mapping[str, str]
    home: Path
    keychain: bool

    def variable(self, *names: str) -> str:
        """The first of these variables that is set."""
        return next((name for name in names if self.environ.get(name)), "")

    def folder(self, variable: str, default: str) -> Path:
        """Where a program keeps its files."""
        return Path(self.environ.get(variable) or self.home / default)

    @property
    def missing(self) -> LoggedIn:
        """What it means that no file holds a login, where one would."""
        return LoggedIn.UNKNOWN if self.keychain else LoggedIn.NO


type _Login = tuple[LoggedIn, str]


def found_agents(
    environ: Mapping[str, str], home: Path, *, keychain: bool = sys.platform == "darwin"
) -> list[FoundAgent]:
    """The agents whose program is there; ``keychain`` is whether logins may be kept in one."""
    person = _Person(environ, home, keychain)
    found: list[FoundAgent] = []
    for name, host in AGENTS.items():
        if program := shutil.which(host.program, path=environ.get("PATH")):
            found.append(FoundAgent(name, program, *_LOGINS[name](person)))
    return found


def could_read(agents: Sequence[FoundAgent]) -> list[FoundAgent]:
    """Those that the person is logged in to."""
    return [each for each in agents if each.logged_in is LoggedIn.YES]


def _claude_code(person: _Person) -> _Login:
    for cloud, name in (("BEDROCK", "AWS"), ("VERTEX", "Google Cloud")):
        if person.environ.get(f"CLAUDE_CODE_USE_{cloud}", "0") not in {"", "0", "false"}:
            return LoggedIn.YES, f"your {name} account"
    # The program takes a key before a plan when it is asked without a person.
    if key := person.variable("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        return LoggedIn.YES, f"your key in {key}"
    folder = person.folder("CLAUDE_CONFIG_DIR", ".claude")
    named = person.environ.get("CLAUDE_CONFIG_DIR")
    state = _read((folder if named else person.home) / ".claude.json")
    plan = table(_read(folder / ".credentials.json").get("claudeAiOauth"))
    if (
        person.variable("CLAUDE_CODE_OAUTH_TOKEN")
        or plan.get("accessToken")
        or (person.keychain and state.get("oauthAccount"))
    ):
        return LoggedIn.YES, "your Claude plan"
    if state.get("primaryApiKey"):
        return LoggedIn.YES, "your Anthropic key"
    return person.missing, "your Claude plan or key"


def _codex(person: _Person) -> _Login:
    if person.variable("CODEX_API_KEY"):
        return LoggedIn.YES, "your key in CODEX_API_KEY"
    login = _read(person.folder("CODEX_HOME", ".codex") / "auth.json")
    if login.get("tokens"):
        return LoggedIn.YES, "your ChatGPT plan"
    if login.get("OPENAI_API_KEY"):
        return LoggedIn.YES, "your OpenAI key"
    # A provider of the person's own needs no login, and the keyring may hold one.
    config = person.folder("CODEX_HOME", ".codex") / "config.toml"
    return (LoggedIn.UNKNOWN if config.is_file() else person.missing), "your ChatGPT plan or key"


def _gemini_cli(person: _Person) -> _Login:
    folder = person.folder("GEMINI_CLI_HOME", ".") / ".gemini"
    auth = table(table(_read(folder / "settings.json").get("security")).get("auth"))
    key = person.variable("GEMINI_API_KEY")
    if key and (auth.get("selectedType") != "oauth-personal"):
        return LoggedIn.YES, f"your key in {key}"
    if (folder / "oauth_creds.json").is_file():
        return LoggedIn.YES, "your Google account"
    # It encrypts a key that it is given, reads a .env file, and can ask Google's own program.
    hidden = any((folder / name).is_file() for name in ("gemini-credentials.json", ".env"))
    hidden = hidden or bool(auth.get("selectedType"))
    return (LoggedIn.UNKNOWN if hidden else person.missing), "your Google account or key"


def _opencode(person: _Person) -> _Login:
    place = person.folder("XDG_DATA_HOME", ".local/share") / "opencode"
    providers = [name for name, each in _read(place / "auth.json").items() if table(each)]
    if providers:
        return LoggedIn.YES, f"your login at {', '.join(providers)}"
    # Its settings and variables may hold a key, and some of its models need none.
    return LoggedIn.UNKNOWN, "the provider you are logged in to"


def _copilot_cli(person: _Person) -> _Login:
    plan = "your Copilot plan"
    # It takes GH_TOKEN too, which is mostly there for something else.
    if person.variable("COPILOT_GITHUB_TOKEN"):
        return LoggedIn.YES, plan
    config = _read(person.folder("COPILOT_HOME", ".copilot") / "config.json")
    names = {name.replace("_", "").lower(): value for name, value in config.items()}
    if any(names.get(name) for name in ("loggedinusers", "lastloggedinuser")):
        return LoggedIn.YES, plan
    return LoggedIn.UNKNOWN, plan  # the keyring or GitHub's own program may hold it


def _cursor_agent(person: _Person) -> _Login:
    if person.variable("CURSOR_API_KEY"):
        return LoggedIn.YES, "your key in CURSOR_API_KEY"
    kept = person.folder("XDG_CONFIG_HOME", ".config") / "cursor" / "auth.json"
    known = LoggedIn.YES if text(_read(kept).get("accessToken")) else LoggedIn.UNKNOWN
    return known, "your Cursor plan"


_LOGINS: Mapping[str, Callable[[_Person], _Login]] = {
    "claude-code": _claude_code,
    "codex": _codex,
    "gemini-cli": _gemini_cli,
    "opencode": _opencode,
    "copilot-cli": _copilot_cli,
    "cursor-agent": _cursor_agent,
}


def _read(file: Path) -> Table:
    """What a JSON file holds, {} where it cannot be read."""
    try:
        return table(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}
