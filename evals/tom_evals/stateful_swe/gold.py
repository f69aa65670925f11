"""What only the reference solution knows: its files, modules and changed symbols. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from tom_evals.harness.instance import changed_files

_DEFINED = re.compile(r"\b(?:def|class)\s+([A-Za-z_]\w*)")
_HUNK = re.compile(r"^@@ [^@]* @@(.*)$")
_DUNDER = re.compile(r"__\w+__\Z")
# An identifier that could not be an English word.
_SHAPED = re.compile(r"_|\d|[a-z][A-Z]|[A-Z]{2}[a-z]")


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


def named_files(text: str, files: tuple[str, ...]) -> list[str]:
    """The files that a text names: by path, by the path's end, by name, or as a module.

    A module counts with a package before it, or where its name could be no English word.
    """
    return [file for file in files if any(_stands(form, text) for form in _forms(file))]


def _forms(file: str) -> Iterator[str]:
    path = PurePosixPath(file)
    if path.name not in ("__init__.py", "__main__.py"):
        yield path.name
    yield file
    parts = path.with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    for start in range(len(parts) - 1):
        yield "/".join((*parts[start:-1], path.name)) if parts[-1] == path.stem else file
        yield ".".join(parts[start:])
    if parts and _SHAPED.search(parts[-1]):
        yield parts[-1]


def _stands(form: str, text: str) -> bool:
    return re.search(rf"(?<![\w]){re.escape(form)}(?!\w)", text) is not None


def named_symbols(text: str, symbols: tuple[str, ...]) -> list[str]:
    """The symbols that a text names.

    One that could be an English word counts where it is written as code, or where it has its
    capital in the middle of a sentence.
    """
    return [each for each in symbols if _is_named(each, text)]


def _is_named(symbol: str, text: str) -> bool:
    name = re.escape(symbol)
    if _SHAPED.search(symbol):
        return re.search(rf"(?<!\w){name}(?!\w)", text) is not None
    as_code = rf"`[^`\n]*(?<!\w){name}(?!\w)[^`\n]*`|(?<!\w){name}\(|\w\.{name}(?!\w)"
    if re.search(as_code, text):
        return True
    inside = rf"(?<=[^\s.!?:] ){name}(?!\w)"
    return symbol[0].isupper() and re.search(inside, text) is not None
