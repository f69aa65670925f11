"""Small repositories with an issue each, for runs that show that all parts work together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.workspace import git
from tom_evals.common.whole import whole

# Of the one commit, so that its hash is the same wherever it is made.
_DATE = "2026-01-05T09:00:00+0000"


class Toy(NamedTuple):
    """One repository and its issue. ``vague`` leaves ``detail``, a pattern, out of the issue.

    The code is in parts, so that an agent that is played can write it in more than one way:
    ``head``, ``signature`` or ``typed``, ``docstring``, and a body: as it is, right, or wrong
    as one has it who did not ask ``question``.
    """

    id: str
    repo: str
    package: str
    module: str
    title: str
    issue: str
    vague: str
    hints: str
    question: str
    detail: str
    head: str
    signature: str
    typed: str
    docstring: str
    body: str
    right: str
    wrong: str
    remarks: tuple[str, ...]
    existing: str
    judging: str
    fail_to_pass: tuple[str, ...]
    pass_to_pass: tuple[str, ...]
    regression: str


@cache
def toys() -> tuple[Toy, ...]:
    """All of them."""
    file = resources.files(__package__).joinpath("toys.toml")
    rows = cast("list[dict[str, Any]]", tomllib.loads(file.read_text(encoding="utf-8"))["toy"])
    return tuple(map(_toy, rows))


def _toy(row: Mapping[str, Any]) -> Toy:
    fields: dict[str, Any] = dict(row)
    for name in ("remarks", "fail_to_pass", "pass_to_pass"):
        fields[name] = tuple(fields[name])
    return Toy(**fields)


def built(repos: Path) -> tuple[Instance, ...]:
    """The instances, their repositories made in a folder of clones where they are not there yet."""
    return tuple(_built(toy, repos.absolute()) for toy in toys())


def _built(toy: Toy, repos: Path) -> Instance:
    clone = repos / toy.repo.replace("/", "__")
    if not clone.is_dir():
        with whole(clone) as making:
            git(making, "init", "--quiet", "--initial-branch=main")
            _write(making, _files(toy))
            git(making, "add", "--all")
            git(making, "commit", "--quiet", "--message", "The state before", at=_DATE)
    with TemporaryDirectory(prefix="tom-toy-") as place:
        patch = _patch(clone, Path(place) / "solved", {toy.module: _module(toy, toy.right)})
        tests = {"tests/test_judged.py": toy.judging}
        test_patch = _patch(clone, Path(place) / "judged", tests)
    return Instance(
        id=toy.id,
        repo=toy.repo,
        base_commit=git(clone, "rev-parse", "HEAD").strip(),
        issue=toy.issue.strip(),
        hints=toy.hints,
        patch=patch,
        test_patch=test_patch,
        fail_to_pass=toy.fail_to_pass,
        pass_to_pass=toy.pass_to_pass,
        test_command="python -m unittest -q",
    )


def _patch(clone: Path, folder: Path, files: Mapping[str, str]) -> str:
    git(clone, "clone", "--quiet", str(clone), str(folder))
    _write(folder, files)
    git(folder, "add", "--all")
    return git(folder, "diff", "--cached", "--no-color")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _module(toy: Toy, body: str) -> str:
    return f"{toy.head}\n{toy.signature}\n{toy.docstring}{body}"


def _files(toy: Toy) -> dict[str, str]:
    return {
        "README.md": f"# {toy.package}\n\nTests: `python -m unittest`\n",
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- The first version.\n",
        f"{toy.package}/__init__.py": "",
        toy.module: _module(toy, toy.body),
        "tests/__init__.py": "",
        "tests/test_existing.py": toy.existing,
    }
