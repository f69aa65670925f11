"""Which parts of tom a host has, and whether the programs that it calls work."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tom_swe.errors import TomError
from tom_swe.hosts.files import read
from tom_swe.hosts.install import parts, scripts, sdk
from tom_swe.hosts.install.here import Here
from tom_swe.hosts.install.hosts import Host
from tom_swe.model.base import Value


class HostFault(Value):
    """What is wrong with a host, and what fixes it."""

    what: str
    fix: str


class Standing(Value):
    """What one host has of tom.

    ``has`` are the kinds of parts that are there, ``lacks`` those that it could have beside,
    ``calls`` the programs that the host runs for tom, and ``waits`` is what the person has still
    to do.
    """

    host: str
    title: str
    path: Path
    here: bool
    installed: bool
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    waits: str = ""
    faults: tuple[HostFault, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether something in it does not work."""
        return bool(self.faults)


def standing(host: Host, here: Here) -> Standing:
    """What of tom is in a host now."""
    wanted = host.parts(here)
    faults: list[HostFault] = []
    has: list[str] = []
    lacks: list[str] = []
    calls: dict[str, None] = {}
    for part in wanted:
        try:
            text = read(part.path)
            programs = part.calls(text)
            there = bool(programs) if not part.whole else text is not None
        except TomError as error:
            faults.append(HostFault(what=f"{part.path}: {error}", fix="then run this again"))
            continue
        calls |= dict.fromkeys(programs)
        (has if there else lacks).append(part.what)
    if host.sdk:
        programs = sdk.programs_of(host.folder(here))
        calls |= dict.fromkeys(programs)
        (has if programs else lacks).append(parts.HOOKS)
    again = f"tom plugin install {host.name}"
    faults += [
        HostFault(what=f"{each} is gone, or the tom that it calls is", fix=again)
        for each in calls
        if not _works(each)
    ]
    return Standing(
        host=host.name,
        title=host.title,
        path=host.folder(here),
        here=host.is_here(here),
        installed=bool(has),
        has=_distinct(has),
        lacks=_distinct(lacks),
        calls=tuple(calls),
        waits=host.waits(here) if has else "",
        faults=tuple(faults),
    )


def _works(program: str) -> bool:
    if Path(program).name in (scripts.HOOK, scripts.SERVER) and "/hosts/bin/" in program:
        return scripts.works(program)
    return scripts.is_program(program)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
