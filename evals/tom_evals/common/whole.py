"""A folder that is there only when all of it is, whenever its maker was killed."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(folder: Path) -> Generator[Path]:
    """A place to make the folder in, beside it; in place once the block has ended well.

    One process at a time makes one folder. What an interrupted one has left is removed.
    """
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    making.rename(folder)
