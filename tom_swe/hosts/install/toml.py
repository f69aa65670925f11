"""A table of our own in a TOML file, with every other byte kept. Pure.

The table is written as a block of lines at the file's end and found again by its header. What
comes out is read by the standard library, so nothing goes wrong unseen.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from tom_swe.errors import TomError

type Table = dict[str, object]

_HEADER = re.compile(r"\s*\[")


def read(text: str | None) -> Table:
    """What a TOML text says. Raises TomError."""
    try:
        return tomllib.loads((text or "").removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise TomError(f"it is not valid TOML ({error}); fix it first") from error


def with_table(text: str, parent: str, name: str, wanted: Mapping[str, object]) -> str:
    """The text with these keys in the table; a table that is there keeps its other keys."""
    there = _table(read(text), parent).get(name)
    after = {**(cast("Table", there) if isinstance(there, dict) else {}), **wanted}
    if there == after:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    told = [f"{key} = {_written(value)}{newline}" for key, value in wanted.items()]
    if there is None:
        gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
        made = f"{text}{gap}[{parent}.{name}]{newline}{''.join(told)}"
        if not _says(made, text, parent, name, after):
            raise _fault(parent, name)
        return made

    def moved(block: list[str]) -> list[str]:
        kept = [each for each in block[1:] if not _is_of(each, wanted)]
        return [block[0], *told, *kept]

    return _edited(text, parent, name, after, moved, deep=False)


def without_table(text: str, parent: str, name: str) -> str:
    """The text without the table and what is below it."""
    if name not in _table(read(text), parent):
        return text
    return _edited(text, parent, name, None, lambda _: [], deep=True)


def _edited(
    text: str,
    parent: str,
    name: str,
    after: Table | None,
    edit: Callable[[list[str]], list[str]],
    *,
    deep: bool,
) -> str:
    """The text with the lines of the table edited, so that the table is as it should be then."""
    lines = text.splitlines(keepends=True)
    for start, end in _blocks(lines, parent, name, deep=deep):
        block = edit(lines[start:end])
        # The empty line that was put before it goes with it.
        first = start - 1 if not block and start and not lines[start - 1].strip() else start
        made = "".join([*lines[:first], *block, *lines[end:]])
        if _says(made, text, parent, name, after):
            return made
    raise _fault(parent, name)


def _blocks(lines: list[str], parent: str, name: str, *, deep: bool) -> Iterator[tuple[int, int]]:
    """Where the table could be, from its header to behind its last key.

    A line of a long text can look like a header. ``deep`` takes the tables below it as well.
    """
    path = rf"\s*\[\s*{_key(parent)}\s*\.\s*{_key(name)}\s*"
    whole, below = re.compile(rf"{path}\]"), re.compile(rf"{path}\.[^\]]*\]")
    for start in (i for i, each in enumerate(lines) if whole.match(each)):
        end = last = start + 1
        while end < len(lines) and (
            not _HEADER.match(lines[end]) or (deep and below.match(lines[end]))
        ):
            end += 1
            if lines[end - 1].strip() and not lines[end - 1].lstrip().startswith("#"):
                last = end
        yield start, last


def _says(made: str, text: str, parent: str, name: str, after: Table | None) -> bool:
    """Whether what was made says what the text says, but for this table."""
    expected = read(text)
    table = dict(_table(expected, parent))
    table.pop(name, None)
    if after is not None:
        table[name] = after
    try:
        said = read(made)
    except TomError:
        return False
    others = {key: value for key, value in expected.items() if key != parent}
    return said == {**others, parent: table} or (not table and said == others)


def _fault(parent: str, name: str) -> TomError:
    return TomError(f"[{parent}.{name}] is written there in a way that tom cannot change")


def _table(document: Table, name: str) -> Table:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise TomError(f"`{name}` is not a table there; fix it first")
    return cast("Table", table)


def _is_of(line: str, wanted: Mapping[str, object]) -> bool:
    key = line.partition("=")[0].strip().strip("\"'")
    return key in wanted


def _key(name: str) -> str:
    return rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"


def _written(value: object) -> str:
    """A text, a number or a list of texts, which TOML writes as JSON does."""
    return json.dumps(value, ensure_ascii=False)
