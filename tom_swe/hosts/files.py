"""Files of other programs, in which tom changes a part.

What would change is computed first, as text before and after, so that it can be shown. Several
changes are made together or not at all.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tom_swe.errors import TomError
from tom_swe.place import FILE_MODE, FOLDER_MODE

PRIVATE = FILE_MODE
_WRITABLE = 0o222


class FileEdit(NamedTuple):
    """A file as it is, None where it is not there, and as it would be, None where it goes.

    ``mode`` is that of a new file, whose folders are then for this person alone, too; None is
    what the person's umask says.
    """

    path: Path
    before: str | None
    after: str | None
    mode: int | None = PRIVATE

    @property
    def is_none(self) -> bool:
        """Whether the file stays as it is."""
        return self.after == self.before or (not self.after and not self.before)

    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            (self.before or "").splitlines(),
            (self.after or "").splitlines(),
            str(self.path) if self.before is not None else os.devnull,
            str(self.path) if self.after is not None else os.devnull,
            lineterm="",
        )
        return "\n".join(lines)

    def apply(self) -> None:
        """Makes this change alone. Raises TomError."""
        apply_all([self])

    def undone(self) -> FileEdit:
        """The change that takes this one back."""
        return FileEdit(self.path, self.after, self.before, self.mode)


def apply_all(edits: Sequence[FileEdit]) -> list[Path]:
    """Makes all changes, or none; the folders that were made for them, outermost first.

    Raises TomError where a file has changed since, or cannot be written.
    """
    wanted = [edit for edit in edits if not edit.is_none]
    for edit in wanted:
        _check(edit)
    folders: list[Path] = []
    done: list[FileEdit] = []
    edit = None
    try:
        for edit in wanted:
            folders += _make_folders(edit.path.resolve().parent, private=edit.mode is not None)
            _write(edit)
            done.append(edit)
    except OSError as error:
        for each in reversed(done):
            with contextlib.suppress(OSError):
                _write(each.undone())
        remove_empty(folders)
        where = edit.path if edit else "a file"
        raise TomError(
            f"{where} cannot be written: {error.strerror}; nothing was changed"
        ) from error
    return folders


def remove_empty(folders: Sequence[Path]) -> None:
    """Removes those of the folders that hold nothing, innermost first."""
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        with contextlib.suppress(OSError):
            folder.rmdir()


def read(path: Path) -> str | None:
    """A file's text with its line ends, None where it is not there. Raises TomError."""
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        raise TomError(f"{path} is not text in UTF-8: fix it first") from error
    except OSError as error:
        raise TomError(f"{path} cannot be read: {error.strerror}") from error


def _check(edit: FileEdit) -> None:
    if read(edit.path) != edit.before:
        raise TomError(f"{edit.path} was changed by another program just now; try again")
    if edit.before is None:
        return
    mode = edit.path.stat().st_mode
    if not mode & _WRITABLE or not os.access(edit.path, os.W_OK):
        raise TomError(f"{edit.path} is read-only; nothing was changed: make it writable first")


def _make_folders(folder: Path, *, private: bool) -> list[Path]:
    """Makes the folders that are missing; these, outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(FOLDER_MODE if private else 0o777)
    return missing[::-1]


def _write(edit: FileEdit) -> None:
    # A settings file is often a link into a folder of dotfiles, and stays one.
    path = edit.path.resolve()
    if edit.after is None:
        path.unlink()
        return
    handle, fresh = tempfile.mkstemp(prefix=f".{path.name}.tom-", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a handle
            file.write(edit.after)
        Path(fresh).chmod(path.stat().st_mode & 0o7777 if path.exists() else _new_mode(edit))
        Path(fresh).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(fresh).unlink()
        raise


def _new_mode(edit: FileEdit) -> int:
    if edit.mode is not None:
        return edit.mode
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
