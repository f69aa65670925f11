"""Whether a command of a settings file calls tom: by itself, behind a prefix, or among others."""

import re
import shlex
from collections.abc import Sequence
from enum import StrEnum

HOOK, SERVER = "tom-hook", "tom-mcp"
EVENTS = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionEnd")
STATUS = "StatusLine"
_CALLS = frozenset({*EVENTS, STATUS})
_SEPARATORS = re.compile(r"[;&|()<>]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


class Whose(StrEnum):
    """Whose a command is."""

    OTHERS = "others"
    OURS = "ours"
    # It does something else as well, so tom leaves it to the person.
    SHARED = "shared"


def whose(command: object) -> Whose:
    """Whose hook a command is, whatever stands before tom's program."""
    if not isinstance(command, str) or HOOK not in command:
        return Whose.OTHERS
    parts = _parts(command)
    found = [part for part in parts if _calls_hook(part)]
    if not found:
        inner = [word for part in parts for word in part if " " in word]
        return max((whose(word) for word in inner), key=_rank, default=Whose.OTHERS)
    return Whose.OURS if len(parts) == 1 else Whose.SHARED


def moved(command: str, wanted: str) -> str:
    """A command of ours that calls what is wanted, with its prefix kept where that is plain."""
    words = _words(command)
    at = next((i for i, word in enumerate(words) if _name(word) == HOOK), None)
    if at is None or at == 0:
        return wanted if at == 0 else command
    before = " ".join(words[:at])
    # A prefix with quotes or variables stays as the person wrote it.
    return f"{before} {wanted}" if command.startswith(f"{before} ") else command


def program_of(command: str) -> str:
    """The path of tom's program in a command; "" where it is not plain."""
    return next((word for word in _flat(command) if _name(word) == HOOK), "")


def serves(words: Sequence[object]) -> bool:
    """Whether a command with its arguments starts tom's MCP server."""
    flat = [inner for word in words for inner in _flat(str(word))]
    # A path can hold quotes, which the words of a command line cannot.
    if any("-m tom_cli mcp" in str(word) or _name(str(word)) == SERVER for word in words):
        return True
    return any(
        _name(word) == SERVER
        or (_name(word) == "tom" and flat[i + 1 : i + 2] == ["mcp"])
        or (word == "tom_cli" and flat[i - 1 : i] == ["-m"] and flat[i + 1 : i + 2] == ["mcp"])
        for i, word in enumerate(flat)
    )


def _calls_hook(words: Sequence[str]) -> bool:
    for i, word in enumerate(words):
        if _name(word) != HOOK:
            continue
        if words[i + 1 : i + 2] and words[i + 1] in _CALLS:
            return True
        if all(_ASSIGNMENT.fullmatch(each) for each in words[:i]):
            return True
    return False


def _parts(command: str) -> list[list[str]]:
    """The commands of a line, each as its words."""
    parts: list[list[str]] = [[]]
    for word in _words(command):
        if _SEPARATORS.fullmatch(word):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _words(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return []


def _flat(command: str) -> list[str]:
    """The words of a command, and of the commands that stand in one word of it."""
    words = _words(command)
    if words == [command]:
        return words
    return [inner for word in words for inner in (_flat(word) if _is_command(word) else [word])]


def _is_command(word: str) -> bool:
    return " " in word and _name(word) not in (HOOK, SERVER)


def _name(word: str) -> str:
    return word.rpartition("/")[2]


def _rank(whose: Whose) -> int:
    return [Whose.OTHERS, Whose.SHARED, Whose.OURS].index(whose)
