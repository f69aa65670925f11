"""Instances of SWE-bench and of what is derived from it: an issue, a commit, and its tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from tom_swe.extras import install_command

_REQUIRED = ("instance_id", "repo", "base_commit", "problem_statement")


class Unreadable(Exception):
    """Instances that cannot be read: it says which and why."""


class Instance(NamedTuple):
    """One issue in a repository at a commit, and how its solution is judged.

    ``files`` are the paths that the reference patch changes; ``test_command`` runs named tests
    in a plain checkout, their names appended.
    """

    id: str
    repo: str
    base_commit: str
    issue: str
    hints: str = ""
    patch: str = ""
    test_patch: str = ""
    fail_to_pass: tuple[str, ...] = ()
    pass_to_pass: tuple[str, ...] = ()
    test_command: str = "python -m pytest -q"

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the reference solution changes."""
        return changed_files(self.patch)


def changed_files(patch: str) -> tuple[str, ...]:
    """The paths of a unified diff's ``+++ b/`` lines, in order; deleted files by their old name."""
    found: dict[str, None] = {}
    old = ""
    for line in patch.splitlines():
        if line.startswith("--- a/"):
            old = line.removeprefix("--- a/")
        elif line.startswith("+++ b/"):
            found[line.removeprefix("+++ b/")] = None
        elif line.startswith("+++ /dev/null"):
            found[old] = None
    return tuple(found)


def read(file: Path) -> tuple[Instance, ...]:
    """The instances of a JSONL file in SWE-bench's columns. Raises Unreadable."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise Unreadable(f"{file} cannot be read: {error}") from error
    return tuple(_instances(rows, str(file)))


def fetched(
    name: str = "princeton-nlp/SWE-bench_Verified", split: str = "test"
) -> tuple[Instance, ...]:
    """The instances of a set on Hugging Face, by the extra ``[swebench]``. Raises Unreadable."""
    try:
        from datasets import load_dataset  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
    except ImportError as error:
        command = install_command("swebench", of="tom-evals")
        raise Unreadable(
            f"the `datasets` package is not installed: run {command}, or give "
            "the rows as a JSONL file with --instances"
        ) from error
    rows = cast("Iterable[Mapping[str, Any]]", load_dataset(name, split=split))
    return tuple(_instances(rows, name))


def _instances(rows: Iterable[object], source: str) -> Iterator[Instance]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise Unreadable(f"{source}, row {number}: not an object")
        fields = cast("Mapping[str, Any]", row)
        missing = [name for name in _REQUIRED if not isinstance(fields.get(name), str)]
        if missing:
            raise Unreadable(f"{source}, row {number}: {', '.join(missing)} missing")
        yield Instance(
            id=fields["instance_id"],
            repo=fields["repo"],
            base_commit=fields["base_commit"],
            issue=fields["problem_statement"],
            hints=fields.get("hints_text") or "",
            patch=fields.get("patch") or "",
            test_patch=fields.get("test_patch") or "",
            fail_to_pass=_tests(fields.get("FAIL_TO_PASS")),
            pass_to_pass=_tests(fields.get("PASS_TO_PASS")),
            test_command=fields.get("test_command") or Instance._field_defaults["test_command"],
        )


def _tests(given: object) -> tuple[str, ...]:
    """Names of tests, which SWE-bench has as a list or as the JSON of one."""
    names = json.loads(given) if isinstance(given, str) and given else given
    return tuple(map(str, cast("list[object]", names))) if isinstance(names, list) else ()


def repository(instance: str) -> str:
    """The repository that an instance is of."""
    return instance.rpartition("-")[0]
