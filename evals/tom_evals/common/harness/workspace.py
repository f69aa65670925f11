"""An instance's repository as a real git checkout, and whether a patch to it is right."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tom_evals.common.harness.instance import Instance, changed_files
from tom_evals.common.harness.processes import finished

JUDGING_SECONDS = 1800
# Whoever runs it may sign commits, run hooks or use templates: none of that is the agent's.
_APART = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    # The base commit is a commit like any other, which a server gives only where it is allowed.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "uploadpack.allowAnySHA1InWant",
    "GIT_CONFIG_VALUE_0": "true",
    "GIT_AUTHOR_NAME": "agent",
    "GIT_AUTHOR_EMAIL": "agent@localhost",
    "GIT_COMMITTER_NAME": "agent",
    "GIT_COMMITTER_EMAIL": "agent@localhost",
}


class NoCheckout(Exception):
    """A repository or a commit that is not there, or a patch that does not fit."""


class Judged(NamedTuple):
    """Whether all the tests passed, and the end of what they printed."""

    resolved: bool
    output: str


def clone(repos: Path, repo: str) -> Path:
    """Where a repository's clone is looked for."""
    return repos / repo.replace("/", "__")


def cloning(place: Path, repo: str) -> str:
    """The command that makes it."""
    return f"git clone --bare https://github.com/{repo} {place}"


def source(repos: Path, repo: str) -> Path:
    """Where the repository "owner/name" lies in a folder of clones: ``owner__name``."""
    # Git runs in the checkout, from which a relative path would lead elsewhere.
    place = clone(repos.absolute(), repo)
    if not place.is_dir():
        raise NoCheckout(f"no clone of {repo} at {place}: {cloning(place, repo)}")
    return place


def checkout(instance: Instance, repos: Path, folder: Path) -> Path:
    """The repository at its base commit, on branch main, with no history after it.

    What came after the commit holds the solution, so it is not fetched. Raises NoCheckout.
    """
    folder.mkdir(parents=True)
    begin(folder)
    git(folder, "fetch", "--quiet", str(source(repos, instance.repo)), instance.base_commit)
    git(folder, "reset", "--quiet", "--hard", "FETCH_HEAD")
    (folder / ".git" / "FETCH_HEAD").unlink()
    git(folder, "config", "user.name", "agent")
    git(folder, "config", "user.email", "agent@localhost")
    return folder


def begin(folder: Path) -> None:
    """Makes a repository in which what Python writes when it runs is nobody's work."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").write_text("__pycache__/\n*.pyc\n", encoding="utf-8")


def patch_of(folder: Path, base_commit: str) -> str:
    """All that was changed since the base commit, committed or not, as a diff of git's."""
    git(folder, "add", "--all")
    return git(folder, "diff", "--cached", "--binary", "--no-color", "--no-ext-diff", base_commit)


def judge(instance: Instance, patch: str, repos: Path) -> Judged:
    """Runs the instance's tests on a fresh checkout with the patch. Raises NoCheckout.

    As SWE-bench does: the files of the tests are the tests' own, whatever the patch made of
    them, and all that is to pass has to.
    """
    names = [*instance.fail_to_pass, *instance.pass_to_pass]
    if not names:
        raise NoCheckout(f"{instance.id} names no test to judge it by")
    with TemporaryDirectory(prefix="tom-judge-") as place:
        folder = checkout(instance, repos, Path(place) / "checkout")
        theirs = set(changed_files(instance.test_patch))
        try:
            _apply(folder, patch, leaving=theirs)
        except NoCheckout as error:
            return Judged(resolved=False, output=str(error))
        _apply(folder, instance.test_patch)
        return _tested(folder, [*_command(instance.test_command), *names], Path(place))


def git(folder: Path, *arguments: str, at: str = "") -> str:
    """What git prints, apart from the settings of whoever runs it. Raises NoCheckout.

    ``at`` is the time that a commit is made at, now without one.
    """
    done = _git(folder, arguments, at=at)
    if done.returncode:
        raise NoCheckout(f"git {arguments[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout


def _git(
    folder: Path, arguments: Sequence[str], given: str | None = None, at: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        env=os.environ | _APART | (_dated(at) if at else {}),
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _dated(at: str) -> dict[str, str]:
    return {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}


def _apply(folder: Path, patch: str, leaving: Collection[str] = ()) -> None:
    if not patch.strip():
        return
    excluded = [f"--exclude={name}" for name in sorted(leaving)]
    done = _git(folder, ["apply", "--whitespace=nowarn", *excluded, "-"], patch)
    if done.returncode:
        raise NoCheckout(f"the patch does not apply: {done.stderr.strip()}")


def _command(command: str) -> list[str]:
    """The words of a command; ``python`` is the one that runs this."""
    words = shlex.split(command)
    return [sys.executable, *words[1:]] if words[:1] == ["python"] else words


def _tested(folder: Path, command: list[str], home: Path) -> Judged:
    path = os.environ.get("PATH", "")
    try:
        done = finished(
            command,
            folder=folder,
            environment={"PATH": path, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
            seconds=JUDGING_SECONDS,
        )
    except OSError as error:
        raise NoCheckout(f"{command[0]} cannot be run: {error}") from error
    if done.late:
        return Judged(resolved=False, output=f"the tests did not end within {JUDGING_SECONDS} s")
    return Judged(resolved=done.code == 0, output=f"{done.output}{done.errors}"[-2000:])
