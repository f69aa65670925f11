"""What an agent left behind, as the checks of adherence see it, and how it is read from git."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|spec)/|(?:^|/)test_[^/]*$|[_.](?:test|spec)\.\w+$"
)
_CHANGELOG = re.compile(
    r"(?:^|/)(?:changelog|changes|history|news|releases|release[-_]notes|newsfragments)"
    r"(?:/.*)?(?:\.(?:md|rst|txt))?\Z",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"(<<-?[ \t]*(['\"]?)(\w+)\2[^\n]*)\n.*?(?:^[ \t]*\3[ \t]*$\n?|\Z)", re.DOTALL | re.MULTILINE
)
_CODE = frozenset({".py", ".js", ".jsx", ".ts", ".tsx", ".go", ".rs", ".java", ".c", ".cpp", ".rb"})


class NoWork(Exception):
    """The checkout cannot be read: it says what git said."""


class Changed(NamedTuple):
    """A file that the work changed; ``before`` is None for a new one, ``after`` for a deleted one.

    A file that is no text counts as empty. ``added`` are the lines that the patch adds.
    """

    path: str
    before: str | None
    after: str | None
    added: tuple[str, ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether its path is that of a test."""
        return _TEST.search(self.path) is not None

    @property
    def is_code(self) -> bool:
        """Whether it is source code and no test."""
        return PurePosixPath(self.path).suffix in _CODE and not self.is_test


class Work(NamedTuple):
    """An agent's work. ``patch`` is all that changed since the base, committed or not.

    ``commands`` are the shell commands that it ran, ``messages`` those of its commits, newest
    first, ``branch`` where it left the checkout ("" on no branch), ``from_develop`` whether
    that has all of a branch develop (None where there is no such branch), ``has_changelog``
    whether the project keeps one, ``words`` its last ones to the user.
    """

    patch: str = ""
    commands: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    branch: str = ""
    from_develop: bool | None = None
    has_changelog: bool = False
    files: tuple[Changed, ...] = ()
    words: str = ""

    @property
    def programs(self) -> tuple[tuple[str, ...], ...]:
        """The words of each simple command, assignments before the program left out."""
        return tuple(each for command in self.commands for each in simple(command))

    @property
    def code(self) -> list[Changed]:
        """The source files that it changed or made."""
        return [each for each in self.files if each.is_code and each.after is not None]

    @property
    def tests(self) -> list[Changed]:
        """The tests that it changed or made."""
        return [each for each in self.files if each.is_test and each.after is not None]

    @property
    def python(self) -> list[Changed]:
        """The source files of Python among `code`."""
        return [each for each in self.code if each.path.endswith(".py")]


def simple(command: str) -> list[tuple[str, ...]]:
    """The simple commands of a shell command line, as words; none where it is malformed.

    Redirections and the bodies of here-documents are no words of a command.
    """
    text = _HERE.sub(r"\1\n", command.replace("\\\n", " "))
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.commenters, lexer.whitespace_split = " \t\r", "", True
    found: list[list[str]] = [[]]
    is_target = False
    try:
        for token in lexer:
            if is_target:
                is_target = False
            elif set(token) <= set("<>&") and set(token) & set("<>"):
                is_target = True
            elif set(token) <= set("();<>|&\n"):
                found.append([])
            else:
                found[-1].append(token)
    except ValueError:
        return []
    return [words for each in found if (words := tuple(_without_environment(each)))]


def _without_environment(words: Sequence[str]) -> Sequence[str]:
    start = 0
    while start < len(words) and re.match(r"\w+=", words[start]):
        start += 1
    return words[start:]


def work_of(folder: Path, base_commit: str, commands: Iterable[str] = (), words: str = "") -> Work:
    """The work in a checkout since a commit: what is committed, staged, changed and new.

    Ignored files are no part of it; neither the index nor a file is touched. Raises NoWork.
    """
    with TemporaryDirectory(prefix="tom-index-") as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        _git(folder, "read-tree", base_commit, env=index)
        _git(folder, "add", "--all", env=index)
        patch = _git(folder, "diff", "--cached", "--no-renames", base_commit, env=index)
        names = _git(
            folder, "diff", "--cached", "--no-renames", "--name-only", "-z", base_commit, env=index
        )
        added = added_lines(patch)
        files = tuple(
            Changed(
                path,
                _shown(folder, f"{base_commit}:{path}", index),
                _shown(folder, f":{path}", index),
                added.get(path, ()),
            )
            for path in names.split("\0")
            if path
        )
        there = _git(folder, "ls-tree", "-r", "--name-only", base_commit).splitlines()
    log = _git(folder, "log", "--no-merges", "--format=%B%x00", f"{base_commit}..HEAD")
    return Work(
        patch=patch,
        commands=tuple(commands),
        messages=tuple(each.strip() for each in log.split("\0") if each.strip()),
        branch=_git(folder, "branch", "--show-current").strip(),
        from_develop=_from_develop(folder),
        has_changelog=any(is_changelog(each) for each in there),
        files=files,
        words=words,
    )


def is_changelog(path: str) -> bool:
    """Whether a text, or a folder that it is in, is named as changelogs are."""
    return _CHANGELOG.search(path) is not None


def added_lines(patch: str) -> dict[str, tuple[str, ...]]:
    """The lines that a unified diff adds, by file."""
    found: dict[str, list[str]] = {}
    path = ""
    inside = False
    for line in patch.splitlines():
        if line.startswith("diff --git "):
            inside = False
        elif line.startswith("@@"):
            inside = True
        elif not inside and line.startswith("+++ b/"):
            path = line.removeprefix("+++ b/")
        elif inside and line.startswith("+"):
            found.setdefault(path, []).append(line[1:])
    return {name: tuple(lines) for name, lines in found.items()}


def _from_develop(folder: Path) -> bool | None:
    """Whether HEAD has all that a branch develop has, here or at the origin."""
    for name in ("develop", "origin/develop"):
        if _run(folder, "rev-parse", "--verify", "--quiet", name).returncode == 0:
            return _run(folder, "merge-base", "--is-ancestor", name, "HEAD").returncode == 0
    return None


def _shown(folder: Path, name: str, env: dict[str, str]) -> str | None:
    done = _run(folder, "show", name, env=env)
    return done.stdout if done.returncode == 0 else None


def _git(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    done = _run(folder, *arguments, env=env)
    if done.returncode:
        raise NoWork(f"git {arguments[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout


def _run(
    folder: Path, *arguments: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],  # noqa: S607
        cwd=folder,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
