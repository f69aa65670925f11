"""What hosts keep inside projects: one bounded look through the folders of home finds it all."""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from tom_swe.ingest.base import PRUNED

HOME_LEVELS = 4
HOME_FOLDERS = 4_000


def in_projects(home: Path, names: Iterable[str]) -> list[Path]:
    """Which of these relative names exist in the first few levels of home's folders.

    Hidden folders are left out. Home is walked once in a process, whatever is looked for.
    """
    wanted = tuple(names)
    return [
        found for folder in _projects(home) for name in wanted if _exists(found := folder / name)
    ]


@lru_cache(maxsize=8)
def _projects(home: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    level = [home]
    for _ in range(HOME_LEVELS + 1):
        below: list[Path] = []
        for folder in level:
            if len(found) >= HOME_FOLDERS:
                return tuple(found)
            found.append(folder)
            below += _folders(folder)
        level = below
    return tuple(found)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


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
