"""Where the real data lie, which are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import typer

REAL_SESSIONS = Path("sessions") / "claude-code-real.tar.xz"
"""Three developers' sessions with the host, in the folder of real data."""
REAL_HOST = "claude-code"


def place_of_data() -> Path:
    """Where real data are looked for: ``TOM_SHARED_DATA``, else beside the checkout."""
    named = os.environ.get("TOM_SHARED_DATA")
    return Path(named) if named else Path(__file__).parents[4] / "shared" / "data"


def shared_data() -> Path:
    """The folder of real data. Exits with 2 and what to set where there is none."""
    place = place_of_data()
    if not place.is_dir():
        typer.echo(f"no data at {place}: set TOM_SHARED_DATA to the folder that has it", err=True)
        raise typer.Exit(2)
    return place
