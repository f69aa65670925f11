"""The files and symbols that a text names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

# An identifier that could not be an English word.
_SHAPED = re.compile(r"_|\d|[a-z][A-Z]|[A-Z]{2}[a-z]")


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
