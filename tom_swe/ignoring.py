"""Folders in which tom keeps out: nothing there is read, told or learned. Standard library only."""

# A hook has no time for pathlib.
# ruff: noqa: PTH110, PTH118, PTH120
import os

NAME = ".tomignore"


def is_ignored(folder: str) -> bool:
    """Whether a folder, or one above it, holds a `.tomignore`, whatever is in that. Never raises.

    The folder comes from an event or a transcript and need not exist here.
    """
    if not folder.startswith("/"):
        return False
    try:
        here = os.path.normpath(folder)
        while not os.path.exists(os.path.join(here, NAME)):
            above = os.path.dirname(here)
            if above == here:
                return False
            here = above
    except (OSError, ValueError):
        return False
    return True
