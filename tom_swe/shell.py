"""What a shell command runs: its simple commands, what these run in turn, and what they install.

A hook imports this, so it is the standard library only, and of that only what starts fast.
"""

from collections.abc import Iterator

# What hosts call the tool that runs a command.
SHELL_TOOLS = frozenset(
    {
        *("bash", "exec_command", "execute_bash", "local_shell", "run_shell_command", "shell"),
        *("terminal", "run_terminal_cmd", "execute_command"),
    }
)
# Longer commands hold files; what they run is known by then.
_LONGEST = 40_000
_DEEPEST = 6
_ENDS = ";|&()\n"
_KEYWORDS = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time"})
# What stands before a program and runs it as it is, with its short options that take a word.
_AHEAD = {
    "sudo": "CDghpRrTtUu",
    "doas": "Cu",
    "env": "Cu",
    "exec": "a",
    "nohup": "",
    "timeout": "ks",
    "command": "",
    "builtin": "",
    "time": "fo",
    "xargs": "adEILnPs",
    "nice": "n",
    "setsid": "",
    "stdbuf": "eio",
    "corepack": "",
}
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "fish"})
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
# Options of programs that take the next word, which is not what the program is to do.
_WITH_WORD = frozenset(
    {
        *("-C", "-c", "-u", "-n", "--git-dir", "--work-tree", "--prefix", "--cwd", "--dir"),
        *("--filter", "--workspace", "--directory", "--project", "--context", "--namespace"),
    }
)


class SimpleCommand:
    """A program with its words, the files that it is redirected to, and what it is fed.

    ``appends`` says that it only adds to them.
    """

    __slots__ = ("appends", "fed", "words", "writes")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.writes: list[str] = []
        self.fed = ""
        self.appends = False


def simple_commands(text: str) -> list[SimpleCommand]:
    """The simple commands of a command line or script, in the order in which they start.

    What stands in a substitution comes before the command that it is in. Never raises.
    """
    scanner = _Scanner(text[:_LONGEST])
    while scanner.at < len(scanner.text):
        scanner.scan(0, "")
    return scanner.found


def run_by(command: SimpleCommand, depth: int = 0) -> Iterator[list[str]]:
    """The words of a simple command, then those of each program that it runs through others.

    Whatever sets the environment is left out, and so is the folder of a program.
    """
    words = _bare(command.words)
    if not words:
        return
    words = [name_of(words[0]), *words[1:]]
    yield words
    if depth >= _DEEPEST:
        return
    program, rest = words[0], words[1:]
    if program == "eval" or program in _SHELLS:
        script = " ".join(rest) if program == "eval" else _script(rest) or command.fed
        for inner in simple_commands(script):
            yield from run_by(inner, depth + 1)
        return
    inner = SimpleCommand()
    inner.words, inner.fed = _through(program, rest), command.fed
    yield from run_by(inner, depth + 1)


def name_of(program: str) -> str:
    """A program without its folder."""
    return program.rpartition("/")[2] or program


def installed(words: list[str]) -> list[str]:
    """The packages that a command installs, without their versions."""
    if not words or words[0] not in _INSTALLERS:
        return []
    verb = [each for each in words[1:] if not each.startswith("-")]
    if verb[:1] == ["pip"]:
        verb = verb[1:]
    return [_package(each) for each in verb[1:]] if verb and verb[0] in _INSTALL else []


def plain_words(words: list[str]) -> list[str]:
    """The words of a command that are no options, nor belong to one that takes a word."""
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = word in _WITH_WORD and len(found) == 1
        else:
            found.append(word)
    return found


def _bare(words: list[str]) -> list[str]:
    at = 0
    while at < len(words) and (words[at] in _KEYWORDS or _is_assignment(words[at])):
        at += 1
    return words[at:]


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _behind(program: str, rest: list[str]) -> list[str]:
    at = 0
    while at < len(rest):
        word = rest[at]
        if program == "command" and word.lower() == "-v":
            return []
        if word.startswith("-"):
            at += 1 + (len(word) == 2 and word[1] in _AHEAD[program])
        elif _is_time(word):
            at += 1
        else:
            break
    return rest[at:]


def _is_time(word: str) -> bool:
    return word.rstrip("smhd").replace(".", "").isdecimal()


def _script(words: list[str]) -> str:
    for at, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return words[at + 1] if at + 1 < len(words) else ""
        if not word.startswith("-"):
            return ""
    return ""


def _through(program: str, rest: list[str]) -> list[str]:
    """The words of the program that another one runs; empty where it runs none."""
    if program in _AHEAD:
        return _behind(program, rest)
    if program == "find":
        starts = (at + 1 for at, word in enumerate(rest) if word in {"-exec", "-execdir", "-ok"})
        return rest[next(starts, len(rest)) :]
    if program.rstrip("0123456789.") == "python" or program == "py":
        return rest[1:] if rest[:1] == ["-m"] else []
    if (through := _RUNS.get(program)) is None:
        return []
    if through:
        if not rest or rest[0] not in through.split():
            return []
        rest = rest[1:]
    while rest and rest[0].startswith("-"):
        rest = rest[1:]
    return [_package(rest[0]), *rest[1:]] if rest else []


def _package(word: str) -> str:
    for at, sign in enumerate(word):
        if sign in "[=<>~!" or (sign == "@" and at):
            return word[:at]
    return word


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[SimpleCommand] = []
        self._waiting: list[tuple[SimpleCommand, str, bool]] = []

    def scan(self, depth: int, closing: str) -> None:
        """Takes commands up to the sign that closes them, and the sign."""
        command, word, role = SimpleCommand(), None, ""
        text = self.text

        def ended() -> None:
            nonlocal word, role
            if word is not None:
                self._take(command, word, role)
                word, role = None, ""

        def over() -> None:
            nonlocal command
            ended()
            if command.words or command.writes:
                self.found.append(command)
            command = SimpleCommand()

        while self.at < len(text):
            sign = text[self.at]
            if sign == closing:
                break
            if sign == "\\":
                follows = text[self.at + 1 : self.at + 2]
                if follows != "\n":
                    word = (word or "") + follows
                self.at += 2
            elif sign == "'":
                end = text.find("'", self.at + 1)
                end = len(text) if end < 0 else end
                word = (word or "") + text[self.at + 1 : end]
                self.at = end + 1
            elif sign == '"':
                word = (word or "") + self._quoted(depth)
            elif sign == "`" or text.startswith(("$(", "<(", ">("), self.at):
                word = (word or "") + self._substituted(depth)
            elif sign in " \t\r":
                ended()
                self.at += 1
            elif sign == "#" and word is None:
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            elif sign in "<>" or text.startswith("&>", self.at):
                if word is not None and word.isdecimal():
                    word = None
                ended()
                role = self._redirected()
            elif sign in _ENDS:
                over()
                self.at += 1
                if sign == "\n":
                    self._feed()
            else:
                word = (word or "") + sign
                self.at += 1
        over()
        self.at += 1

    def _take(self, command: SimpleCommand, word: str, role: str) -> None:
        if role in {">", ">>"}:
            command.writes.append(word)
            command.appends = role == ">>"
        elif role in {"<<", "<<-"}:
            self._waiting.append((command, word, role == "<<-"))
        elif role == "<<<":
            command.fed = word
        elif not role and (command.words or word not in _KEYWORDS):
            command.words.append(word)

    def _redirected(self) -> str:
        """What the next word is to a command: ">" or ">>" a file it writes, "<" what it reads."""
        text = self.text
        for sign in ("<<<", "<<-", "<<"):
            if text.startswith(sign, self.at):
                self.at += len(sign)
                return sign
        start = self.at
        while self.at < len(text) and text[self.at] in "<>&|":
            self.at += 1
        taken = text[start : self.at]
        # 2>&1 writes no file.
        if "<" in taken or taken.endswith("&"):
            return "<"
        return ">>" if ">>" in taken else ">"

    def _feed(self) -> None:
        """Gives the commands before a line's end the texts that stand below it."""
        for command, mark, indented in self._waiting:
            lines: list[str] = []
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = end + 1
                if (line.strip("\t") if indented else line) == mark:
                    break
                lines.append(line)
            command.fed = "\n".join(lines)
        self._waiting = []

    def _quoted(self, depth: int) -> str:
        text, held = self.text, ""
        self.at += 1
        while self.at < len(text) and text[self.at] != '"':
            if text[self.at] == "\\":
                held += text[self.at + 1 : self.at + 2]
                self.at += 2
            elif text[self.at] == "`" or text.startswith("$(", self.at):
                held += self._substituted(depth)
            else:
                held += text[self.at]
                self.at += 1
        self.at += 1
        return held

    def _substituted(self, depth: int) -> str:
        """The text of a substitution; the commands in it are found, too."""
        start = self.at
        closing = "`" if self.text[start] == "`" else ")"
        self.at += 1 if closing == "`" else 2
        if depth >= _DEEPEST:
            end = self.text.find(closing, self.at)
            self.at = len(self.text) if end < 0 else end + 1
            return self.text[start : self.at]
        waiting, self._waiting = self._waiting, []
        count = len(self.found)
        self.scan(depth + 1, closing)
        self._waiting = waiting
        # What a text is printed by is that text: "$(cat <<EOF ... EOF)".
        inner = self.found[count:]
        if len(inner) == 1 and inner[0].words == ["cat"] and inner[0].fed:
            return inner[0].fed
        return self.text[start : self.at]
