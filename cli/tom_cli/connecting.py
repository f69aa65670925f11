"""Putting tom into the agents on this machine: the question in `tom init`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tom_cli.common import shown_path, talk
from tom_cli.keys import key_pressed
from tom_swe.errors import TomError

if TYPE_CHECKING:
    from tom_swe.hosts.install import Here, Host, Plan

KEYS = "Enter or y connect, n not now, c choose, d show the changes"


def agents_here() -> tuple[list[Host], list[Host]]:
    """The agents on this machine that have tom, and those that do not."""
    from tom_swe.hosts.install import HOSTS, standing

    here = _here()
    found = [host for host in HOSTS.values() if host.is_here(here)]
    there = [host for host in found if standing(host, here).installed]
    return there, [host for host in found if host not in there]


def offer(hosts: Sequence[Host]) -> list[Host]:
    """Asks whether to install tom in these agents, and does; those in which it now is."""
    from tom_cli.layout import put
    from tom_cli.ticking import ticked
    from tom_swe.text.safe import safe

    chosen = list(hosts)
    put("  tom briefs each new session there and learns from it afterwards.")
    put("  `tom plugin uninstall` gives your files back.")
    while True:
        put(f"  Connect {in_words([host.title for host in chosen])}?")
        key = key_pressed(KEYS, "ync\rd\nq")
        if key in "nq":
            return []
        if key == "d":
            for each in _plans(chosen):
                for edit in each.shown:
                    what = "delete" if edit.after is None else "new file"
                    whole = edit.before is None or edit.after is None
                    put(f"{what} {shown_path(edit.path)}" if whole else safe(edit.diff()))
            continue
        if key == "c":
            lines = [f"{host.title} ({host.name})" for host in hosts]
            chosen = [hosts[i] for i in ticked("Connect which?", lines)]
            if not chosen:
                return []
        return [host for host in chosen if _install(host)]


def _install(host: Host) -> bool:
    from tom_swe.hosts.install import carry_out
    from tom_swe.hosts.install.plan import installing
    from tom_swe.hosts.install.sdk import add_to_openhands, bundled

    here = _here()
    try:
        if host.sdk:
            add_to_openhands(bundled(here))
        else:
            carry_out(installing(host, here), here.environ)
    except TomError as error:
        # One agent's broken file keeps tom out of that one alone.
        talk(f"{host.title} is not connected: {error}")
        return False
    talk(f"{host.title} is connected; tom is there from its next session on")
    if host.note:
        talk(f"{host.title}: {host.note}")
    return True


def _plans(hosts: Sequence[Host]) -> list[Plan]:
    from tom_swe.hosts.install.plan import installing

    here = _here()
    return [installing(host, here) for host in hosts if not host.sdk]


def _here() -> Here:
    from tom_swe.hosts.install import Here
    from tom_swe.hosts.install.scripts import can_serve

    return Here(os.environ, Path.home(), serves=can_serve())


def in_words(names: Sequence[str]) -> str:
    """Names as one would say them: "a, b and c"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
