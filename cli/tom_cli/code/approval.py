"""Which of an agent's calls need the person's word. Pure.

An agent's own word on how risky a call is counts for nothing here: what it has read may
have told it what to say.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tom_swe.hosts.coding import Call

TERMINAL, EDITOR = "terminal", "file_editor"
# These look, plan or think, and change nothing of the person's.
HARMLESS = frozenset({"task_tracker", "ask_tom", "think", "finish", "invoke_skill"})
# Programs that only show, as long as nothing that they are given leads out of the folder.
SHOWING = frozenset({"ls", "pwd", "cat", "head", "tail", "wc", "grep", "echo", "true"})
SHOWING_GIT = frozenset({"status", "diff", "log"})
GIT_OPTIONS = frozenset({"--oneline", "--stat", "--cached", "--staged", "--name-only", "--short"})
# What these run is in their arguments, so one word of theirs says nothing about the next.
RUNS_ANYTHING = frozenset(
    {
        "bash", "sh", "zsh", "fish", "env", "eval", "exec", "xargs", "sudo", "doas", "su", "nohup",
        "python", "python3", "node", "deno", "bun", "perl", "ruby", "ssh", "time", "find", "awk",
        "source", ".", "timeout", "nice", "watch", "docker", "podman", "kubectl",
    }
)  # fmt: skip
HAS_SUBCOMMANDS = frozenset(
    {"git", "npm", "pnpm", "yarn", "cargo", "uv", "pip", "go", "poetry", "make", "just", "gh"}
)
# What lets a shell do more than run one program, or leave the folder.
_SHELL = re.compile(r"[;&|<>`$(){}\n\\!]")
_WORD = re.compile(r"[a-z][\w:.-]*$", re.IGNORECASE)


class Need(NamedTuple):
    """Why a call needs a word, and what ``always`` would cover from then on."""

    key: str
    covers: str


def need_of(call: Call, folder: Path) -> Need | None:
    """What a call needs before it runs in a folder; None where it may just run."""
    if call.tool in HARMLESS:
        return None
    if call.tool == EDITOR:
        return _editing(call, folder)
    if call.tool == TERMINAL:
        return _running(call)
    return Need(f"tool:{call.tool}", f"every call of {call.tool}")


def needs_of(calls: Iterable[Call], folder: Path, allowed: set[str]) -> list[Need]:
    """What of these calls has still to be asked about."""
    found = (need_of(call, folder) for call in calls)
    return list(dict.fromkeys(need for need in found if need and need.key not in allowed))


def _editing(call: Call, folder: Path) -> Need | None:
    given = str(call.arguments.get("path", ""))
    home = folder.resolve()
    path = (home / given).resolve()
    inside = path.is_relative_to(home)
    # Git runs what lies in its folder.
    ours = inside and ".git" not in path.relative_to(home).parts
    if call.arguments.get("command") == "view":
        return None if inside else Need(f"read:{path}", f"reading {path}")
    if ours:
        return Need("edit", "every edit in this folder")
    return Need(f"edit:{path}", f"every edit of {path}")


def _running(call: Call) -> Need | None:
    command = str(call.arguments.get("command", "")).strip()
    if call.arguments.get("is_input"):
        if command in {"", "C-c"}:
            return None
        return Need(f"input:{command}", f"the input {command!r}")
    if not command:
        return None
    exactly = Need(f"run:{command}", "exactly this command")
    if _SHELL.search(command):
        return exactly
    try:
        words = shlex.split(command)
    except ValueError:
        return exactly
    if not words:
        return exactly
    if _only_shows(words):
        return None
    program = words[0]
    if program in RUNS_ANYTHING or "/" in program or "=" in program:
        return exactly
    if program in HAS_SUBCOMMANDS:
        if len(words) == 1 or not _WORD.match(words[1]):
            return exactly
        program = f"{program} {words[1]}"
    return Need(f"program:{program}", f"every `{program}` command")


def _only_shows(words: list[str]) -> bool:
    program, *given = words
    if program == "git":
        if not given or given[0] not in SHOWING_GIT:
            return False
        return all(
            word in GIT_OPTIONS if word.startswith("-") else _stays(word) for word in given[1:]
        )
    if program not in SHOWING:
        return False
    return all(_stays(word) for word in given if not word.startswith("-"))


def _stays(word: str) -> bool:
    """Whether a word names nothing outside of the folder."""
    return not word.startswith(("/", "~")) and ".." not in word
