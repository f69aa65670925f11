"""What an agent does, in one form for the tools of all hosts. Standard library only.

What a tool is given tells what it does, so that a new host's names need no entry: who is given
a path and a text writes a file, who is given a command runs it.
"""

from collections.abc import Iterator, Mapping

from tom_swe.shell import SimpleCommand, run_by, simple_commands

COMMAND, FILE, REPLY = "command", "file", "reply"
_PATHS = (
    *("file_path", "path", "filePath", "filepath", "filename", "notebook_path"),
    *("absolute_path", "target_file", "TargetFile", "relative_workspace_path"),
)
_TEXTS = (
    *("content", "contents", "file_text", "new_string", "newString", "new_str", "newText"),
    *("new_text", "insert_text", "code_edit", "new_source", "CodeContent", "file_contents"),
)
_COMMANDS = ("command", "cmd", "script", "commandLine", "CommandLine")
_PATCHES = ("patch", "patchText", "input", "diff", "command")
_EDITS = ("edits", "changes", "replacements")
# What a tool is given that changes a part of a file.
_PARTS = (
    *_EDITS,
    *("old_string", "oldString", "old_str", "oldText", "insert_line", "insert_text", "code_edit"),
)
_PATCH = "*** Begin Patch"
_NEW_FILE = "*** Add File: "
_FILES = (_NEW_FILE, "*** Update File: ", "*** Move to: ")
# What a tool of another shape is called that makes files.
_WRITES = ("write", "create", "edit")
_LONGEST = 400_000
_MOST_NAMES = 60
_LONGEST_MESSAGE = 20_000
_AROUND_NAMES = "`'\"\u201c\u201d()[]{}<>,;\uff0c\u3002\u3001"


class Step:
    """One thing that an agent does: it runs a command, writes into a file, or replies.

    ``text`` is the command line, what is added to the file, or the reply. ``known`` says
    whether what is written is known, and not its file alone, ``whole`` whether that is all of
    the file, and ``is_new`` whether the file was not there before. ``cwd`` is the folder of the
    work.
    """

    __slots__ = (
        *("_lower", "_runs", "_simple", "cwd", "is_new", "kind", "known", "path", "text", "whole"),
    )

    def __init__(
        self,
        kind: str,
        text: str,
        path: str = "",
        *,
        known: bool = True,
        whole: bool = True,
        cwd: str = "",
    ) -> None:
        self.kind = kind
        self.text = text[:_LONGEST]
        self.path = path
        self.known = known
        self.whole = self.is_new = whole
        self.cwd = cwd
        self._lower = ""
        self._simple: list[SimpleCommand] | None = None
        self._runs: list[list[str]] | None = None

    @property
    def lower(self) -> str:
        """Its path and text in lower case, which triggers are looked for in."""
        if not self._lower:
            self._lower = f"{self.path}\n{self.text}".lower()
        return self._lower

    @property
    def commands(self) -> list[SimpleCommand]:
        """The simple commands of a command line."""
        if self._simple is None:
            self._simple = simple_commands(self.text) if self.kind == COMMAND else []
        return self._simple

    @property
    def runs(self) -> list[list[str]]:
        """The words of each program that a command line runs, in order."""
        if self._runs is None:
            self._runs = [words for each in self.commands for words in run_by(each)]
        return self._runs


def steps_of(tool: str, given: Mapping[str, object], cwd: str = "") -> list[Step]:
    """What a tool call does that can be checked; empty for reading and the like. Never raises."""
    patch = next((t for t in _texts(given, _PATCHES) if _PATCH in t), "")
    if patch:
        return [Step(FILE, text, path, whole=whole) for path, text, whole in _patched(patch)]
    path = next(iter(_texts(given, _PATHS)), "")
    if path:
        added = list(_added(given))
        # Some tools say by a command what they do with a file.
        if added or (writes(tool) and not _command(given)):
            whole = not any(key in given for key in _PARTS) and "edit" not in tool.lower()
            whole = whole or "file_text" in given
            return [Step(FILE, "\n".join(added), path, known=bool(added), whole=whole)]
        return []
    command = _command(given)
    if not command:
        return []
    step = Step(COMMAND, command, cwd=cwd)
    # A file that a command writes is a file.
    written = (
        Step(FILE, each.fed, path, known=bool(each.fed), whole=not each.appends)
        for each in (step.commands if ">" in command else ())
        for path in each.writes
        if not path.startswith("/dev/")
    )
    return [step, *written]


def writes(tool: str) -> bool:
    """Whether a tool is called as those are that write files."""
    return any(each in tool.lower() for each in _WRITES)


def names_in(message: str) -> list[str]:
    """The names of files and branches that a message gives, without their folders."""
    plain = "".join(" " if each in _AROUND_NAMES else each for each in message[:_LONGEST_MESSAGE])
    words = (word.rstrip(".:!?") for word in plain.split())
    names = (word.replace("\\", "/").rstrip("/") for word in words if _is_name(word))
    return list(dict.fromkeys(name.rpartition("/")[2] for name in names))[:_MOST_NAMES]


def _is_name(word: str) -> bool:
    return len(word) < 200 and any(sign in word.strip("./") for sign in "./-_")


def messages_of(words: list[str], fed: str) -> str:
    """The message of a commit, "" where a command makes none that can be seen."""
    if not matches_words(["git", "commit"], words):
        return ""
    said: list[str] = []
    for at, word in enumerate(words):
        follows = words[at + 1] if at + 1 < len(words) else ""
        if word == "--message":
            said.append(follows)
        elif "m" in (flags := _flags(word)):
            said.append(word[1 + len(flags) :] or follows)
        elif word.startswith("--message="):
            said.append(word.partition("=")[2])
        elif word in {"-F", "--file"} and follows == "-":
            said.append(fed)
    return "\n\n".join(said)


def _flags(word: str) -> str:
    """The short options of git commit that a word holds, up to one that takes what follows."""
    if not word.startswith("-") or word.startswith("--"):
        return ""
    end = next((at for at, sign in enumerate(word) if sign in "mCcFStu"), len(word))
    return word[1 : end + 1]


def branches_of(words: list[str]) -> list[str]:
    """The names of the branches that a command makes."""
    if words[:1] != ["git"]:
        return []
    rest = words[1:]
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in {"-C", "-c"} else rest[1:]
    if not rest:
        return []
    verb, options = rest[0], rest[1:]
    makes = {"checkout": "-b -B --orphan", "switch": "-c -C --create", "worktree": "-b -B"}
    if verb in makes:
        signs = makes[verb].split()
        return [options[at + 1] for at, each in enumerate(options[:-1]) if each in signs]
    if verb == "branch":
        if any(each in {"-m", "-M", "--move"} for each in options):
            return [each for each in options if not each.startswith("-")][-1:]
        if not any(each.startswith("-") for each in options):
            return options[:1]
    return []


def matches_words(wanted: list[str], words: list[str]) -> bool:
    """Whether a command begins with these words, whatever options stand between them."""
    from tom_swe.shell import plain_words

    return plain_words(words)[: len(wanted)] == wanted


def items(value: object) -> list[object]:
    """A list, where it is one."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def fields(value: object) -> Mapping[str, object]:
    """An object with names, where it is one."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _texts(given: Mapping[str, object], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        if isinstance(value := given.get(key), str) and value:
            yield value


def _added(given: Mapping[str, object]) -> Iterator[str]:
    yield from _texts(given, _TEXTS)
    for key in _EDITS:
        for each in items(given.get(key)):
            yield from _texts(fields(each), _TEXTS)


def _command(given: Mapping[str, object]) -> str:
    for key in _COMMANDS:
        value = given.get(key)
        if isinstance(value, str) and value:
            return value
        if words := [each for each in items(value) if isinstance(each, str)]:
            # bash -lc SCRIPT, as words.
            if len(words) > 2 and words[1].startswith("-") and words[1].endswith("c"):
                return words[2]
            return " ".join(_as_word(each) for each in words)
    return ""


def _as_word(word: str) -> str:
    plain = word and all(each.isalnum() or each in "-_./=:@%+," for each in word)
    return word if plain else "'" + word.replace("'", "'\\''") + "'"


def _patched(patch: str) -> Iterator[tuple[str, str, bool]]:
    """The files of a patch, each with the lines that are added to it; whether that is all of it."""
    path, lines, whole = "", list[str](), False
    for line in patch.split("\n"):
        named = next((line[len(sign) :] for sign in _FILES if line.startswith(sign)), "")
        if named:
            if path and not line.startswith("*** Move"):
                yield path, "\n".join(lines), whole
            if not line.startswith("*** Move"):
                lines, whole = [], line.startswith(_NEW_FILE)
            path = named.strip()
        elif line.startswith("+") and path:
            lines.append(line[1:])
    if path:
        yield path, "\n".join(lines), whole
