"""How many modules a request passes: ``python tools/trips.py [--list] [--json]``.

Seven trips are made in tom's demo memory, in this process, and watched by `sys.monitoring`:

- a transcript to its session: one turn of Claude Code's, which states a rule, is imported
- a sentence to its belief: that session is read until its belief and the briefings are stored
- a consult: a request that says too little is answered
- briefing: a session's briefing in one repository
- hook: a session starts and sends its first prompt, which gets the briefing
- undo: the rejection of a belief is taken back
- forgetting a session: the one that the first trip brought, its belief and all

A module counts where the body of one of its functions runs. Bodies of modules and classes, and
code that a library generates, are no such bodies; a lambda or a generator expression makes no
module count. A product module is a file of ``tom_swe`` or of the migrations, ``tom_swe.testing``
left out.

A move is a change of module from one start of a function to the next one, in the order of
the calls; returns are no moves, nor is a generator that goes on. What is loaded or cached once a
process is not counted: everything runs once before, in another memory.
"""

from __future__ import annotations

import argparse
import inspect
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import CodeType

from rich.console import Console
from rich.table import Table

import tom_migrations
import tom_swe
from tom_swe import Query, Settings, import_transcripts, open_tom
from tom_swe.hosts import hook

ROOTS = [Path(inspect.getfile(package)).parent for package in (tom_swe, tom_migrations)]
LEFT_OUT = ROOTS[0] / "testing"
# The places of the demo's home in which hosts keep their transcripts.
PLACES = (
    ("claude-code", "dot-claude/projects"),
    ("codex", "dot-codex/sessions"),
    ("openhands", "dot-openhands/conversations"),
    ("aider", "src"),
)
USER = "mira"
REPOSITORY = "ledger-api"
SENTENCE = "From now on always use pnpm"

type Passed = list[str]


def module_of(code: CodeType) -> str:
    """The product module whose function this is; "" for all other code."""
    if code.co_name.startswith("<") or not code.co_flags & inspect.CO_OPTIMIZED:
        return ""
    path = Path(code.co_filename)
    root = next((each for each in ROOTS if path.is_relative_to(each)), None)
    if root is None or path.is_relative_to(LEFT_OUT):
        return ""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@contextmanager
def watched() -> Generator[Passed]:
    """The product modules whose functions start meanwhile, in that order."""
    passed: Passed = []
    known: dict[CodeType, str] = {}

    def start(code: CodeType, _: int) -> object:
        if code not in known:
            known[code] = module_of(code)
        if not known[code]:
            return sys.monitoring.DISABLE
        passed.append(known[code])
        return None

    tool, event = sys.monitoring.PROFILER_ID, sys.monitoring.events.PY_START
    sys.monitoring.use_tool_id(tool, "trips")
    try:
        sys.monitoring.register_callback(tool, event, start)
        # Code that an earlier trip passed over is looked at again.
        sys.monitoring.restart_events()
        sys.monitoring.set_events(tool, event)
        yield passed
    finally:
        sys.monitoring.set_events(tool, sys.monitoring.events.NO_EVENTS)
        sys.monitoring.register_callback(tool, event, None)
        sys.monitoring.free_tool_id(tool)


def trips(folder: Path) -> dict[str, Passed]:
    """What each trip passes, in a demo memory that is made in a folder."""
    transcripts = folder / "home"
    with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
        shutil.copytree(shipped, transcripts)
    tom = open_tom(Settings(home=folder / "memory", user=USER))
    for host, place in PLACES:
        import_transcripts(tom, USER, host, transcripts / place)
    tom.learn(USER)
    found: dict[str, Passed] = {}

    def trip(name: str, action: Callable[[], object]) -> None:
        with watched() as passed:
            action()
        found[name] = list(passed)

    said = transcript(folder)
    trip("a transcript to its session", lambda: import_transcripts(tom, USER, "claude-code", said))
    trip("a sentence to its belief", lambda: tom.read(USER))
    query = Query(text="make it faster", repository=REPOSITORY)
    trip("a consult", lambda: tom.consult(USER, query))
    trip("briefing", lambda: tom.brief(USER, REPOSITORY))
    with silent():
        trip("hook", lambda: first_prompt(folder))
    stated = next(
        each for each in tom.recall(USER, Query(text=SENTENCE)).beliefs if SENTENCE in each.quotes
    )
    tom.reject(USER, stated.id)
    trip("undo", lambda: tom.undo(USER))
    session_id = stated.evidence[-1].session_id
    trip("forgetting a session", lambda: tom.forget_session(USER, session_id))
    tom.close()
    return found


def transcript(folder: Path) -> Path:
    """A folder with a transcript of one turn."""
    project = folder / "said" / "-home-mira-src-web"
    project.mkdir(parents=True)
    line = {
        "type": "user",
        "uuid": "u-1",
        "sessionId": "said",
        "cwd": "/home/mira/src/web",
        "version": "2.1.0",
        "timestamp": "2026-11-01T09:00:00.000Z",
        "message": {"role": "user", "content": SENTENCE},
    }
    (project / "said.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return project.parent


def first_prompt(folder: Path) -> None:
    """Runs the hooks of a session's start and of its first prompt."""
    environ = {"TOM_HOME": str(folder / "memory"), "TOM_USER": USER}
    for name in (hook.START, hook.PROMPT):
        event = {"hook_event_name": name, "session_id": "asked", "cwd": str(folder / "said")}
        sys.stdin = io.TextIOWrapper(io.BytesIO(json.dumps(event).encode()))
        try:
            hook.run(name, environ)
        finally:
            sys.stdin = sys.__stdin__


@contextmanager
def silent() -> Generator[None]:
    """Sends what is written to the standard output's descriptor nowhere meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(nowhere)
        os.close(kept)


def main() -> None:
    """Prints a table of the trips, or one JSON document."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--list", action="store_true", help="name the modules too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        trips(Path(first))
        found = trips(Path(second))
    rows = {
        name: {
            "modules": len(set(passed)),
            "moves": sum(one != other for one, other in pairwise(passed)),
            "passed": list(dict.fromkeys(passed)),
        }
        for name, passed in found.items()
    }
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    table = Table("trip", "modules", "moves", box=None)
    for name, row in rows.items():
        table.add_row(name, str(row["modules"]), str(row["moves"]))
    console = Console()
    console.print(table)
    if options.list:
        for name, passed in found.items():
            console.print(f"\n{name}:", *dict.fromkeys(passed), sep="\n  ")


if __name__ == "__main__":
    main()
