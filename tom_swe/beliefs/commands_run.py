"""What an agent chose by doing it: the programs that its commands run and install. Pure.

Only commands count. What agents and tools write is mostly talk: in 107 real sessions the
catalogue's cues are found in 924 lines of it, and of 60 drawn by chance 10 tell of something
done. An agent that repeats what it was told does not thereby do it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tom_swe.extract.catalogue import match
from tom_swe.model.session import Role, Turn
from tom_swe.shell import SHELL_TOOLS, installed, run_by, simple_commands

# The groups whose names are of programs and packages, where others name branches or languages.
_TOOLS = frozenset({"stack", "testing"})
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
        if turn.role is Role.TOOL and turn.tool.lower() in SHELL_TOOLS
        for name in _names(turn.text)
        for choice in _chosen(name)
    )


def _names(text: str) -> Iterator[str]:
    """The programs that a command runs, and the packages that it installs."""
    lines = (line.strip() for line in text.split("\n"))
    first = next((line for line in lines if line and not line.startswith("#")), "")
    # A path that a line of a result begins with is run by nobody.
    for command in simple_commands(first):
        if command.words and not command.words[0].startswith("/"):
            for words in run_by(command):
                if not _ASKED.issuperset(words[1:] or ("",)):
                    yield words[0]
                    yield from installed(words)


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
