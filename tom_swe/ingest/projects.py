"""Transcripts that lie in the projects themselves, somewhere below home."""

import os
from functools import lru_cache
from pathlib import Path
from time import monotonic

from tom_swe.ingest.base import PRUNED

LEVELS = 4
FOLDERS = 4_000
# As long as one look round for transcripts takes, and no longer: projects come and go.
_SECONDS = 30


def in_projects(home: Path, names: tuple[str, ...]) -> list[Path]:
    """What is called so in the first few levels of home's folders, hidden ones left out.

    A name may be a path, such as ``.specstory/history``.
    """
    folders = _folders_below(home, int(monotonic() / _SECONDS))
    return [folder / name for folder in folders for name in names if _exists(folder / name)]


@lru_cache(maxsize=2)
def _folders_below(home: Path, period: int) -> tuple[Path, ...]:
    """Home and the folders below it, level by level, so that a limit cuts off the deepest."""
    del period
    found: list[Path] = []
    level = [home]
    for _ in range(LEVELS + 1):
        below: list[Path] = []
        for folder in level:
            if len(found) >= FOLDERS:
                return tuple(found)
            found.append(folder)
            below += _folders(folder)
        level = below
    return tuple(found)


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                folder / entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name not in PRUNED
                and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
