"""What one can do with tom here, from what it holds: what `tom` alone says. It loads little."""

from __future__ import annotations

import os
import shutil
import sqlite3
import textwrap
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tom_swe.checkout import kept_out
from tom_swe.hosts.inbox import HookFault, Place
from tom_swe.text.safe import safe

if TYPE_CHECKING:
    from tom_swe.hosts.hook.glance import Glance

HEARD_LINES = 3
_COMMAND = 15
_HINT = " " * (_COMMAND + 2)


def show_overview(environ: Mapping[str, str], folder: str) -> None:
    """Print it."""
    width = max(40, min(shutil.get_terminal_size((100, 24)).columns, 100))
    for line in overview(environ, folder, width):
        typer.echo("\n".join(_broken(line, width)))


def _broken(line: str, width: int) -> list[str]:
    """The parts of a line, as `layout.put` breaks it; without rich, which takes long to load."""
    hang = _HINT if line.startswith("  tom ") else " " * (len(line) - len(line.lstrip(" ")))
    plain = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    plain.subsequent_indent = hang
    return plain.wrap(line) or [""]


def is_installed(*packages: str) -> bool:
    """Whether all of these can be imported."""
    return all(find_spec(package) for package in packages)


def overview(
    environ: Mapping[str, str],
    folder: str,
    width: int,
    has: Callable[..., bool] = is_installed,
) -> Iterator[str]:
    """Its lines, each within a width where its words allow it."""
    place = Place(environ)
    off = kept_out(place.home, environ, folder)
    if off:
        yield f"tom is off here, by {safe(off)}: the next session hears nothing."
    if not os.path.exists(os.path.join(place.home, "tom.db")):  # noqa: PTH110, PTH118
        yield "tom has read nothing yet."
        yield ""
        yield _does("tom init", "read your past sessions with coding agents, on this machine")
        yield _does("tom demo", "see what tom does, on the history of somebody invented")
    else:
        yield from _known(environ, folder, width, off)
    yield _connected(environ)
    yield _does("tom web", "look at all of it in the browser")
    yield _does("tom code", "a coding agent that knows you")
    agent = has("prompt_toolkit", "openhands")
    yield _HINT + "`tom code` says how to give it a model" if agent else _install("openhands")
    yield _does("tom --help", "all commands")


def _known(environ: Mapping[str, str], folder: str, width: int, off: str) -> Iterator[str]:
    from tom_swe.hosts.hook.glance import glance

    try:
        held = glance(environ, folder)
    except (HookFault, sqlite3.Error, OSError) as error:
        yield f"The memory cannot be read: {safe(str(error), width)}."
        yield ""
        yield _does("tom doctor", "say what is wrong, and what to do")
        return
    if not held.sessions:
        yield "tom has read nothing yet."
        yield ""
        yield _does("tom init", "read your past sessions with coding agents, on this machine")
        if off or not held.hears:
            return
    else:
        yield f"tom has read {_counted(held.sessions, 'session')} of yours."
    if not off:
        yield from _heard(held, width)
    yield ""
    yield _does("tom profile", "what tom believes about you, with your own words")
    if held.waiting:
        waiting = _counted(held.waiting, "belief")
        yield _does("tom review", f"{waiting} to review: say yes or no, one key each")


def _heard(held: Glance, width: int) -> Iterator[str]:
    """What the next session in this folder hears."""
    where = f"in {safe(held.repository, 40)}" if held.repository else "in this folder"
    if not held.hears:
        yield f"The next session {where} hears nothing yet."
        return
    yield f"The next session {where} hears {_counted(len(held.hears), 'belief')}:"
    for line in held.hears[:HEARD_LINES]:
        # The quotes are in `tom brief`.
        yield f"  - {safe(line.partition(' "')[0], width - 4)}"
    more = len(held.hears) - HEARD_LINES
    yield f"    and {more} more: tom brief" if more > 0 else "    the quotes: tom brief"


def _connected(environ: Mapping[str, str]) -> str:
    from tom_swe.hosts.install import HOSTS, Here

    here = Here(environ=environ, home=Path.home())
    found = [host.title for host in HOSTS.values() if host.has_tom(here)]
    if not found:
        return _does("tom plugin", "connect your agents: tom plugin install")
    return _does("tom plugin", f"connected: {', '.join(found)}; tom plugin status")


def _install(extra: str) -> str:
    from tom_swe.extras import install_command

    return f"{_HINT}install it: {install_command(extra)}"


def _does(command: str, what: str) -> str:
    return f"  {command:<{_COMMAND}}{what}"


def _counted(count: int, one: str) -> str:
    return f"{count} {one}{'s'[: count != 1]}"
