"""A table of our own in a TOML file, with every other byte kept. Pure.

The table is written as a block of lines at the file's end and found again by its header. What
comes out is read by the standard library, so nothing goes wrong unseen.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import cast

from tom_swe.errors import TomError

type Table = dict[str, object]

_HEADER = re.compile(r"\s*\[")


def read(text: str | None) -> Table:
    """What a TOML text says. Raises TomError."""
    try:
        return tomllib.loads((text or "").removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise TomError(f"it is not valid TOML ({error})") from error


def with_table(text: str, parent: str, name: str, wanted: Mapping[str, object]) -> str:
    """The text with these keys in the table; a table that is there keeps its other keys."""
    there = _table(read(text), parent).get(name)
    after = {**(cast("Table", there) if isinstance(there, dict) else {}), **wanted}
    if there == after:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    told = [f"{key} = {_written(value)}" for key, value in wanted.items()]
    if there is None:
        gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
        made = text + gap + newline.join((_header(parent, name), *told)) + newline
    else:
        lines = text.splitlines(keepends=True)
        start, end = _block(lines, parent, name, deep=False)
        kept = [each for each in lines[start + 1 : end] if not _is_of(each, wanted)]
        lines[start + 1 : end] = [*(f"{each}{newline}" for each in told), *kept]
        made = "".join(lines)
    return _checked(made, text, parent, name, after)


def without_table(text: str, parent: str, name: str) -> str:
    """The text without the table and what is below it."""
    if name not in _table(read(text), parent):
        return text
    lines = text.splitlines(keepends=True)
    start, end = _block(lines, parent, name, deep=True)
    # The empty line that was put before it goes, too.
    if start and not lines[start - 1].strip():
        start -= 1
    del lines[start:end]
    made = "".join(lines)
    return _checked(made, text, parent, name, None)


def _block(lines: list[str], parent: str, name: str, *, deep: bool) -> tuple[int, int]:
    """From its header to behind its last key; ``deep`` takes the tables below it as well."""
    own = re.compile(rf"\s*\[\s*{_key(parent)}\s*\.\s*{_key(name)}\s*(?:\.[^\]]*)?\]")
    whole = re.compile(rf"\s*\[\s*{_key(parent)}\s*\.\s*{_key(name)}\s*\]")
    start = next((i for i, each in enumerate(lines) if whole.match(each)), None)
    if start is None:
        raise TomError(f"[{parent}.{name}] is written there in a way that tom cannot change")
    end = last = start + 1
    while end < len(lines) and (not _HEADER.match(lines[end]) or (deep and own.match(lines[end]))):
        end += 1
        if lines[end - 1].strip() and not lines[end - 1].lstrip().startswith("#"):
            last = end
    return start, last


def _checked(made: str, text: str, parent: str, name: str, after: Table | None) -> str:
    """What was made, if it says what it should. Raises TomError."""
    expected = read(text)
    table = dict(_table(expected, parent))
    if after is None:
        del table[name]
    else:
        table[name] = after
    said = read(made)
    if said != {**expected, parent: table} and (table or said != _less(expected, parent)):
        raise TomError(f"[{parent}.{name}] is written there in a way that tom cannot change")
    return made


def _less(document: Table, name: str) -> Table:
    return {key: value for key, value in document.items() if key != name}


def _table(document: Table, name: str) -> Table:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise TomError(f"`{name}` is not a table there")
    return cast("Table", table)


def _is_of(line: str, wanted: Mapping[str, object]) -> bool:
    key = line.partition("=")[0].strip().strip("\"'")
    return key in wanted


def _key(name: str) -> str:
    return rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"


def _header(parent: str, name: str) -> str:
    return f"[{parent}.{name}]"


def _written(value: object) -> str:
    """A text, a number or a list of texts, which TOML writes as JSON does."""
    return json.dumps(value, ensure_ascii=False)
