"""What only the reference solution knows: its files, modules and changed symbols. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tom_evals.common.harness.instance import changed_files

_DEFINED = re.compile(r"\b(?:def|class)\s+([A-Za-z_]\w*)")
_HUNK = re.compile(r"^@@ [^@]* @@(.*)$")
_DUNDER = re.compile(r"__\w+__\Z")


class Gold(NamedTuple):
    """The names of a solution: ``files`` are paths, ``symbols`` functions and classes."""

    files: tuple[str, ...]
    symbols: tuple[str, ...]


def gold(patch: str) -> Gold:
    """The names of a unified diff. Symbols stand in hunk headers and in changed lines."""
    return Gold(changed_files(patch), symbols(patch))


def symbols(patch: str, *, also_special: bool = False) -> tuple[str, ...]:
    """The functions and classes of a unified diff; ``__init__`` and its like only if asked for."""
    found = dict.fromkeys(_symbols(patch))
    return tuple(each for each in found if also_special or not _DUNDER.match(each))


def _symbols(patch: str) -> Iterator[str]:
    for line in patch.splitlines():
        hunk = _HUNK.match(line)
        changed = line[:1] in ("+", "-") and not line.startswith(("+++", "---"))
        if hunk or changed:
            yield from _DEFINED.findall(hunk[1] if hunk else line)
