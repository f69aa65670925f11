"""The whole of tom on an invented developer's sessions, in a throw-away memory."""

from __future__ import annotations

import shutil
import tempfile
from importlib import resources
from pathlib import Path

import typer

from tom_cli.common import talk
from tom_swe.errors import TomError

# What the demo's folder calls the places that hosts keep their transcripts in.
PLACES = (
    ("claude-code", "dot-claude/projects"),
    ("codex", "dot-codex/sessions"),
    ("openhands", "dot-openhands/conversations"),
    ("aider", "src"),
)
UNCLEAR = "clean this up"
CLEAR = "add a `--since YYYY-MM-DD` option to ledger_api/cli.py that filters the entries by date"
REPOSITORY = "ledger-api"


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(demo)


def demo() -> None:
    """Show what tom does, on an invented developer's sessions.

    Your own memory stays untouched.

    Example: tom demo
    """
    from rich.text import Text

    from tom_cli.layout import put
    from tom_cli.render import intake_line, show_profile
    from tom_cli.suggestion import show_suggestion
    from tom_swe.app import open_tom
    from tom_swe.ingest.importing import import_transcripts
    from tom_swe.model.advice import Query
    from tom_swe.settings import Settings

    def step(title: str) -> None:
        put(Text(f"\n── {title}", style="bold magenta"))

    with tempfile.TemporaryDirectory(prefix="tom-demo-") as folder:
        # A copy, since a log's folder says which repository it is of.
        home = Path(folder) / "home"
        with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
            shutil.copytree(shipped, home)
        settings = Settings(home=Path(folder) / "memory", user="mira")
        tom = open_tom(settings, say=talk)
        step("1. Reading Mira's sessions with four coding agents")
        for host, place in PLACES:
            intake = import_transcripts(tom, settings.user, host, home / place)
            put(f"  {intake_line(host, intake)}")
        for failure in tom.learn(settings.user).failed:
            raise TomError(f"the demo's {failure}")
        step("2. What tom learned about her, each belief with her own words (tom profile)")
        show_profile(tom.memory.beliefs.user_model(settings.user))
        for number, request in ((3, UNCLEAR), (4, CLEAR)):
            step(f"{number}. An agent asks about: “{request}” (tom consult)")
            query = Query(text=request, repository=REPOSITORY, limit=5)
            show_suggestion(tom.consult(settings.user, query))
        step(f"5. The briefing for her next session in {REPOSITORY} (tom brief)")
        put(tom.brief(settings.user, REPOSITORY).text)
        tom.close()
    step("Now with your own history: `tom init`")
    put("  It finds the sessions on this machine and asks before it reads them.")
