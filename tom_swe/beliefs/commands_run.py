"""What an agent chose by doing it: the programs that its commands run and install. Pure.

Only commands count. What agents and tools write is mostly talk: in 107 real sessions the
catalogue's cues are found in 924 lines of it, and of 60 drawn by chance 10 tell of something
done. An agent that repeats what it was told does not thereby do it.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tom_swe.extract.catalogue import match
from tom_swe.model.session import Role, Turn

# The groups whose names are of programs and packages, where others name branches or languages.
_TOOLS = frozenset({"stack", "testing"})
# What hosts call the tool that runs a command.
_SHELLS = frozenset(
    {
        "bash",
        "exec_command",
        "execute_bash",
        "local_shell",
        "run_shell_command",
        "shell",
        "terminal",
    }
)
_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"")
_BETWEEN = re.compile(r"&&|\|\|?|&|;|\$\(|[(){}`]")
# What may stand before the program: its environment, and what runs it as it is.
_AHEAD = re.compile(r"\w+=\S*|sudo|time|env|exec|nohup|timeout|\d+[smh]?|-\S*")
# What stands between a program and another one that it runs.
_RUNS = {
    "npx": "",
    "bunx": "",
    "pnpx": "",
    "uvx": "",
    "pipx": "run",
    "uv": "run",
    "poetry": "run",
    "pdm": "run",
    "pipenv": "run",
    "hatch": "run",
    "pnpm": "exec dlx",
    "npm": "exec x",
    "yarn": "exec dlx",
    "bun": "x",
}
_INSTALLERS = frozenset({"pip", "pip3", "conda", "npm", *_RUNS} - {"npx", "bunx", "pnpx", "uvx"})
_INSTALL = frozenset({"add", "install", "i"})
_VERSION = re.compile(r"[\[=<>~!].*|(?<=.)@.*")
# Asking a program what it is uses it for nothing.
_ASKED = frozenset({"--version", "-v", "-V", "--help", "-h", "version", "help"})

type Choice = tuple[str, str]


def choices(turns: Iterable[Turn]) -> frozenset[Choice]:
    """The values of dimensions, with their dimensions, that commands show.

    A result is a turn like the command it came from; its first line hardly ever reads like one.
    """
    return frozenset(
        choice
        for turn in turns
        if turn.role is Role.TOOL and turn.tool.lower() in _SHELLS
        for name in _names(turn.text)
        for choice in _chosen(name)
    )


def _names(text: str) -> Iterator[str]:
    """The programs that a command runs, and the packages that it installs."""
    lines = (line.strip() for line in text.split("\n"))
    command = next((line for line in lines if line and not line.startswith("#")), "")
    for part in _BETWEEN.split(_QUOTED.sub(" ", command)):
        words = part.split()
        while words and _AHEAD.fullmatch(words[0]):
            words.pop(0)
        if words and not _ASKED.issuperset(words[1:] or ("",)):
            yield from _run(words)


def _run(words: list[str]) -> Iterator[str]:
    program = words[0] if words[0].startswith("/") else words[0].rpartition("/")[2]
    yield program
    rest = words[1:]
    if re.fullmatch(r"python[\d.]*|py", program):
        if rest[:1] == ["-m"] and rest[1:]:
            yield from _run(rest[1:])
        return
    if program in _INSTALLERS and rest:
        verb = rest[1:] if rest[0] == "pip" else rest
        if verb and verb[0] in _INSTALL:
            yield from (_VERSION.sub("", each) for each in verb[1:] if each[0] not in "-.")
            return
    if (through := _RUNS.get(program)) is None:
        return
    if through and (not rest or rest.pop(0) not in through.split()):
        return
    while rest and rest[0].startswith("-"):
        rest.pop(0)
    if rest:
        yield from _run([_VERSION.sub("", rest[0]), *rest[1:]])


@lru_cache(maxsize=4096)
def _chosen(name: str) -> tuple[Choice, ...]:
    """What running or installing this means, of the values that are names of such things."""
    return tuple(
        (found.dimension.id, found.choice.id)
        for found in match(name)
        if found.dimension.pick
        and found.dimension.group in _TOOLS
        and not found.negated
        and (found.start, found.end) == (0, len(name))
    )
