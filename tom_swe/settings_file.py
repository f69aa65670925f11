"""One setting written into config.toml; every other line stays as the person left it."""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tom_swe.errors import SettingsError
from tom_swe.place import FILE_MODE, FOLDER_MODE
from tom_swe.settings import in_file

# What editors of Windows put before a text.
_MARK = "\ufeff"
KEYS = frozenset({"api_key", "database_key"})


def write_setting(path: Path, name: str, value: str | bool) -> None:
    """Sets it in the file, which is made if there is none. Raises SettingsError, OSError.

    A reader sees the file before or after, and nobody but the person may read it.
    """
    assert name not in KEYS, "a key is never written"
    before = in_file(path)
    if before.get(name) == value:
        return
    text = path.read_bytes().decode("utf-8") if path.is_file() else ""
    mark = _MARK if text.startswith(_MARK) else ""
    line = f"{name} = {json.dumps(value)}"
    for after in _edits(text.removeprefix(mark), name, line):
        if _says(after, {**before, name: value}):
            _put(path, mark + after)
            return
    raise SettingsError(f"{path} is written in a way that tom cannot change: write {line} there")


def _edits(text: str, name: str, line: str) -> Iterator[str]:
    """The text with the line replacing another, at its end, or at its beginning."""
    end = "\r\n" if "\r\n" in text else "\n"
    assigned = re.compile(rf"""[ \t]*["']?{re.escape(name)}["']?[ \t]*=""")
    lines = text.splitlines(keepends=True)
    for place, each in enumerate(lines):
        if assigned.match(each):
            ending = each[len(each.rstrip("\r\n")) :]
            yield "".join([*lines[:place], line, ending, *lines[place + 1 :]])
    apart = "" if not text or text.endswith("\n") else end
    yield f"{text}{apart}{line}{end}"
    yield f"{line}{end}{text}"


def _says(text: str, values: dict[str, object]) -> bool:
    """Whether the edit did what it was to do: what looks like a setting may be in a table."""
    try:
        return tomllib.loads(text) == values
    except tomllib.TOMLDecodeError:
        return False


def _put(path: Path, text: str) -> None:
    # Where the file is a link, as into somebody's dotfiles, what it leads to is written.
    target = path.resolve()
    target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        Path(fresh).chmod(FILE_MODE)
        Path(fresh).replace(target)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
