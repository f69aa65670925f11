"""What an agent's commands, branch and commits tell of preferences. Pure.

Each check is True where the work kept to the preference, False where it did not, and None where
this cannot be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tom_evals.stateful_swe.work import Work

_MAIN = frozenset({"", "main", "master", "develop", "trunk"})
_WORD = re.compile(r"[A-Za-z]{3,}")
# What a branch is called when nothing is said of its work.
_EMPTY = re.compile(
    r"(?:fix|bug|issue|patch|branch|work|wip|tmp|temp|test|dev|feature|feat|update|changes|new|"
    r"agent|user)\Z",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\b(?:because|since|so that|so as to|in order to|otherwise|due to|why|reason|previously|"
    r"used to|caused|would|to (?:avoid|prevent|allow|keep|make sure|ensure)|"
    r"as (?:it|the|this|they)|which (?:caused|made|broke|led))\b",
    re.IGNORECASE,
)
_LINTERS = frozenset({"ruff", "flake8", "pylint", "eslint", "biome", "pre-commit", "lint"})
_TEST_RUN = frozenset({"pytest", "tox", "nox", "jest", "vitest", "unittest"})
_IN_CONTAINER = frozenset({"docker", "docker-compose", "podman"})
# What runs a program that it is given.
_RUNNERS = frozenset(
    {"npx", "python", "python3", "uv", "uvx", "poetry", "pnpm", "npm", "yarn", "hatch", "make"}
)
_VALUED = frozenset({"-c", "-C", "--git-dir", "--work-tree"})


def branch_says_what(work: Work) -> bool | None:
    """git01, where a branch was made or found that is none of the main ones."""
    if work.branch in _MAIN:
        return None
    words = {each.lower() for each in _WORD.findall(work.branch)}
    return sum(not _EMPTY.match(each) for each in words) >= 2


def stays_in_branch(work: Work) -> bool | None:
    """git02, where something was committed or a branch made."""
    if any(map(_makes_branch, _git(work))):
        return False
    return True if work.messages else None


def opens_no_request(work: Work) -> bool | None:
    """git03, where something was pushed or a pull request opened."""
    if any(map(_is_request, work.programs)):
        return False
    return True if any(map(_is_push, _git(work))) else None


def pushes_apart(work: Work) -> bool | None:
    """git04, where something was pushed or a pull request opened, which pushes by itself."""
    lines = [work._replace(commands=(each,)) for each in work.commands]
    pushed = [any(map(_is_push, _git(each))) for each in lines]
    opened = [any(map(_is_request, each.programs)) for each in lines]
    if any(opened) and not any(pushed):
        return False
    if any(p and o for p, o in zip(pushed, opened, strict=True)):
        return False
    return True if any(pushed) else None


def rebases(work: Work) -> bool | None:
    """git08, where histories were joined."""
    git = _git(work)
    if any(each[0] == "rebase" or (each[0] == "pull" and "--rebase" in each) for each in git):
        return True
    joined = [each for each in git if each[0] in ("merge", "pull")]
    return False if any(not {"--abort", "--ff-only"} & set(each) for each in joined) else None


def says_why(work: Work) -> bool | None:
    """git09, by the words that reasons are given with, where something was committed."""
    return all(_WHY.search(each) for each in work.messages) if work.messages else None


def lints(work: Work) -> bool | None:
    """qual07, where code was changed."""
    return runs(work, _LINTERS) if work.code else None


def keeps_hooks(work: Work) -> bool | None:
    """qual08: hooks were run, or were passed over with ``--no-verify``."""
    if any("--no-verify" in each for each in _git(work)):
        return False
    return True if runs(work, {"pre-commit"}) else None


def tests_in_containers(work: Work) -> bool | None:
    """qual10, where tests were run."""
    tested = [each for each in work.programs if _TEST_RUN & set(each)]
    return all(each[0] in _IN_CONTAINER for each in tested) if tested else None


def prefers(good: Iterable[str], bad: Iterable[str]) -> Callable[[Work], bool | None]:
    """A check that commands run the ones and never the others."""
    wanted, others = frozenset(good), frozenset(bad)

    def check(work: Work) -> bool | None:
        if runs(work, others):
            return False
        return True if runs(work, wanted) else None

    return check


def runs(work: Work, names: Iterable[str]) -> bool:
    """Whether one of the programs was run, by itself or by another (``npx``, ``python -m``)."""
    wanted = frozenset(names)
    return any(
        each[0].rpartition("/")[2] in wanted or (each[0] in _RUNNERS and wanted & set(each[1:4]))
        for each in work.programs
    )


def _git(work: Work) -> list[tuple[str, ...]]:
    """What git was called with, from its command on."""
    found: list[tuple[str, ...]] = []
    for program in work.programs:
        rest = program[1:] if program[0] == "git" else ()
        while rest and rest[0].startswith("-"):
            rest = rest[2 if rest[0] in _VALUED else 1 :]
        if rest:
            found.append(rest)
    return found


def _makes_branch(git: tuple[str, ...]) -> bool:
    if git[0] == "branch":
        return len(git) > 1 and not git[1].startswith("-")
    flags = {"checkout": ("-b", "-B"), "switch": ("-c", "-C")}.get(git[0], ())
    return any(each in git for each in flags)


def _is_push(git: tuple[str, ...]) -> bool:
    return git[0] == "push"


def _is_request(program: tuple[str, ...]) -> bool:
    return program[:3] in (("gh", "pr", "create"), ("glab", "mr", "create"))
