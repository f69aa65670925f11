"""JSON files of other programs, in which tom changes a part.

What would change is computed first, as text before and after, so that it can be shown. The
rest of a file stays as it is, its indentation too.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, cast

from tom_swe.errors import TomError

type Table = dict[str, object]


class FileEdit(NamedTuple):
    """A file as it is, None where it is not there, and as it would be."""

    path: Path
    before: str | None
    after: str

    @property
    def is_none(self) -> bool:
        """Whether the file stays as it is."""
        return self.after == (self.before or "")

    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            (self.before or "").splitlines(),
            self.after.splitlines(),
            str(self.path) if self.before is not None else os.devnull,
            str(self.path),
            lineterm="",
        )
        return "\n".join(lines)

    def apply(self, *, keep: bool = True) -> Path | None:
        """Writes the file whole and keeps what it was beside it; where, or None if it is new.

        ``keep`` off keeps nothing beside it: what stands under version control litters there.

        Raises TomError where the file has changed since, or cannot be written.
        """
        if read(self.path) != self.before:
            raise TomError(f"{self.path} was changed by another program just now; try again")
        # A settings file is often a link into a folder of dotfiles, and stays one.
        path = self.path.resolve()
        backup: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o600
            if self.before is not None:
                mode = path.stat().st_mode & 0o777
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
                if keep:
                    backup = self.path.with_name(f"{self.path.name}.before-tom-{stamp}")
                    shutil.copy2(path, backup)
            fresh = path.with_name(f"{path.name}.tom-{os.getpid()}")
            fresh.write_text(self.after, encoding="utf-8", newline="")
            fresh.chmod(mode)
            fresh.replace(path)
        except OSError as error:
            raise TomError(f"{self.path} cannot be written: {error.strerror}") from error
        return backup


def read(path: Path) -> str | None:
    """A file's text with its line ends, None where it is not there. Raises TomError."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise TomError(f"{path} cannot be read: {error}") from error


def change(path: Path, edit: Callable[[Table], Table]) -> FileEdit:
    """What an edit would make of a file. Raises TomError where it holds no JSON object."""
    before = read(path)
    document = parsed(before, path)
    after = edit(document)
    if after == document:
        return FileEdit(path, before, before or "")
    return FileEdit(path, before, written(after, before or ""))


def parsed(text: str | None, path: Path) -> Table:
    """The JSON object in a text, an empty one where there is none. Raises TomError."""
    try:
        document: object = json.loads(text) if text and text.strip() else {}
    except ValueError as error:
        raise TomError(f"{path} is not valid JSON ({error}): fix it first") from error
    if not isinstance(document, dict):
        raise TomError(f"{path} is not a JSON object: fix it first")
    return cast("Table", document)


def written(document: Table, like: str = "") -> str:
    """The document as text, with the indentation that the file had."""
    indent = re.search(r"^[ \t]+(?=\")", like, re.MULTILINE)
    return json.dumps(document, indent=indent[0] if indent else 2, ensure_ascii=False) + "\n"


def items(value: object) -> list[object]:
    """The value, if it is a list; nothing else has items."""
    return cast("list[object]", value) if isinstance(value, list) else []
