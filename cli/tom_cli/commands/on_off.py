"""Switching tom off and on, everywhere or in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tom_cli.common import talk
from tom_swe.checkout import IGNORE_FILE, is_ignored
from tom_swe.place import FILE_MODE, FOLDER_MODE, OFF

Here = Annotated[
    bool,
    typer.Option("--here", help="Only in this folder and below it, by a file named .tomignore."),
]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(off)
    app.command()(on)


def off(here: Here = False) -> None:
    """Switch tom off.

    It then briefs no session, reads none and learns from none. The memory stays. For one
    process, set TOM_OFF=1 instead.

    Example: tom off --here
    """
    from tom_swe.text.safe import safe

    place = _place(here)
    place.touch(mode=FILE_MODE)
    talk(f"off, by {safe(str(place))}; `tom on{' --here' * here}` switches it on again")
    if here:
        talk("what tom learned here stays; `tom memory forget --repository .` deletes it")


def on(here: Here = False) -> None:
    """Switch tom on again.

    Example: tom on
    """
    from tom_swe.text.safe import safe

    place = _place(here)
    if place.exists():
        place.unlink()
    if here and is_ignored(str(Path.cwd())):
        above = next(p for p in Path.cwd().parents if (p / IGNORE_FILE).exists())
        file = safe(str(above / IGNORE_FILE))
        talk(f"still off here, by {file}; delete that file to switch tom on")
        raise typer.Exit(1)
    talk("on")


def _place(here: bool) -> Path:
    from tom_swe.settings import load_settings

    if here:
        return Path.cwd() / IGNORE_FILE
    home = load_settings().home
    home.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return home / OFF
