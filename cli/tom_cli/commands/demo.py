"""The whole of tom on an invented developer's sessions, in a throw-away memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tom_cli.common import talk
from tom_swe.errors import TomError

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom
    from tom_swe.settings import Settings

# What the demo's folder calls the places that hosts keep their transcripts in.
PLACES = (
    ("claude-code", "dot-claude/projects"),
    ("codex", "dot-codex/sessions"),
    ("openhands", "dot-openhands/conversations"),
    ("aider", "src"),
)
VAGUE = "delete the old entries"
CLEAR = "install a date library in the front end"
FRONT_END = "ledger-web"
# What an agent of hers ran on 19 November.
COMMAND = "npx playwright test"
FORGOTTEN = ("answer_length", "short")


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
    from tom_swe.explain.counts import profile
    from tom_swe.ingest.importing import import_transcripts
    from tom_swe.model.advice import Query
    from tom_swe.model.checks import Mode
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
        user = settings.user
        step("2. What tom learned about her, each belief with her own words (tom profile)")
        show_profile(profile(tom.memory, user))
        step(f"3. Mira asks an agent: “{VAGUE}”. tom has it ask first (tom consult)")
        show_suggestion(tom.consult(user, Query(text=VAGUE, repository=FRONT_END, limit=5)))
        step(f"4. Mira asks an agent: “{CLEAR}”. tom answers from memory (tom consult)")
        show_suggestion(tom.consult(user, Query(text=CLEAR, repository=FRONT_END, limit=5)))
        step(f"5. An agent wants to run `{COMMAND}`. tom keeps it to her rule (tom checks)")
        pnpm = _belief(tom, user, "package_manager", "pnpm")
        tom.memory.checks.set_mode(user, pnpm, Mode.BLOCK)
        put(f"  {_stopped(settings, home)}", hang=2)
        step(f"6. What her next session in {FRONT_END} hears (tom brief)")
        put(tom.brief(user, FRONT_END).text, hang=2)
        short = _belief(tom, user, *FORGOTTEN)
        step(f"7. She has tom forget a belief (tom memory forget b{short})")
        said = tom.memory.beliefs.get(user, short).statement
        tom.forget_belief(user, short)
        left = tom.brief(user, FRONT_END).text
        put(f"  “{said}” is {'still' if said in left else 'no longer'} in the briefing.")
        tom.close()
    step("Now with your own history: `tom init`")
    put("  It finds the sessions on this machine and asks before it reads them.")


def _belief(tom: Tom, user: str, dimension: str, value: str) -> int:
    """The number of what she wants there."""
    found = (
        b.id
        for b in tom.memory.beliefs.user_model(user).beliefs
        if (b.dimension, b.value) == (dimension, value)
    )
    number = next(found, None)
    if number is None:
        raise TomError(f"the demo taught nothing about {dimension}; install tom again")
    return number


def _stopped(settings: Settings, home: Path) -> str:
    """What tom's hook answers Claude Code before it runs the command."""
    folder = home / "src" / FRONT_END
    folder.mkdir(parents=True)
    event = {
        "session_id": "demo",
        "cwd": str(folder),
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": COMMAND},
    }
    hook = Path(str(resources.files("tom_swe.hosts.hook"))) / "__main__.py"
    done = subprocess.run(  # noqa: S603 - this interpreter, and a file of ours
        [sys.executable, "-IS", str(hook), "PreToolUse", "claude-code"],
        input=json.dumps(event),
        env={**os.environ, "TOM_HOME": str(settings.home), "TOM_USER": settings.user},
        capture_output=True,
        text=True,
        check=True,
    )
    try:
        return json.loads(done.stdout)["hookSpecificOutput"]["permissionDecisionReason"]
    except (ValueError, KeyError) as error:
        raise TomError("the demo's hook did not answer; see `tom doctor`") from error
