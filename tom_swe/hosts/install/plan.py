"""What would change on this machine, computed before any of it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tom_swe.errors import TomError
from tom_swe.hosts.files import FileEdit, apply_all, read, remove_empty
from tom_swe.hosts.install import record as records
from tom_swe.hosts.install.here import Here
from tom_swe.hosts.install.hosts import Host
from tom_swe.hosts.install.parts import Part
from tom_swe.hosts.install.record import FileRecord, HostRecord, digest
from tom_swe.hosts.install.scripts import Scripts


class Plan(NamedTuple):
    """The changes, what is to be kept in mind of them, and what the person should hear."""

    edits: list[FileEdit]
    hosts: dict[str, HostRecord | None]
    notes: list[str]

    @property
    def shown(self) -> list[FileEdit]:
        """The changes that there are."""
        return [edit for edit in self.edits if not edit.is_none]

    @staticmethod
    def of(plans: Iterable[Plan]) -> Plan:
        """Several plans as one."""
        made = Plan([], {}, [])
        for plan in plans:
            made.edits.extend(plan.edits)
            made.hosts.update(plan.hosts)
            made.notes.extend(plan.notes)
        return made


def installing(host: Host, here: Here) -> Plan:
    """Puts the parts of a host into its files. Raises TomError."""
    known = records.load(here.environ).host(host.name)
    edits: list[FileEdit] = []
    files: list[FileRecord] = []
    for path, parts in _by_path(host.parts(here)):
        before = read(path)
        about = known.file(path)
        if before is not None and any(part.whole for part in parts):
            _refuse_another(path, before, parts[0].told(None), about)
        text = before
        for part in parts:
            text = part.told(text)
        assert text is not None
        was = _origin(before, parts, about)
        empty = frozenset[str]().union(*(part.empty(was) for part in parts))
        files.append(FileRecord.of(path, was, text, empty))
        edits.append(FileEdit(path, before, text, parts[0].mode))
    gone = [each for each in known.files if each.path not in {file.path for file in files}]
    plan = _giving_back(gone, dict(_by_path(_all_parts(host, here))))
    made = HostRecord(files=tuple(files), instructions=known.instructions)
    return Plan([*edits, *plan.edits], {host.name: made}, plan.notes)


def uninstalling(host: Host, here: Here) -> Plan:
    """Takes the parts of a host out of its files. Raises TomError."""
    known = records.load(here.environ).host(host.name)
    parts = dict(_by_path(_all_parts(host, here)))
    without_record = [
        FileRecord(path=str(path), made=False, before="", after="")
        for path in parts
        if known.file(path) is None
    ]
    plan = _giving_back([*known.files, *without_record], parts)
    return Plan(plan.edits, {host.name: None}, plan.notes)


def _all_parts(host: Host, here: Here) -> list[Part]:
    """Those too that were not asked for this time."""
    return host.parts(here._replace(serves=True, shows_status=True))


def carry_out(plan: Plan, environ: Mapping[str, str]) -> None:
    """Makes all changes of a plan or none, and keeps in mind what they were. Raises TomError."""
    record = records.load(environ)
    for name, host in plan.hosts.items():
        record = record.with_host(name, host)
    scripts = Scripts.of(environ)
    programs = scripts.edits(environ) if record.hosts else scripts.removals()
    made = apply_all([*programs, *plan.edits, records.saving(environ, record)])
    home = scripts.folder.parent.parent
    if made := [folder for folder in made if home not in (folder, *folder.parents)]:
        record = record.with_folders(made)
        records.saving(environ, record).apply()
    gone = [Path(each) for each in record.folders]
    remove_empty([*gone, scripts.folder] if not record.hosts else gone)


def _giving_back(known: Sequence[FileRecord], parts: Mapping[Path, list[Part]]) -> Plan:
    edits: list[FileEdit] = []
    notes: list[str] = []
    for about in known:
        path = Path(about.path)
        text = read(path)
        if text is None:
            continue
        here = parts.get(path, [])
        was = about.original(text)
        if was is None:
            was = text
            for part in here:
                was = part.untold(was, frozenset(about.empty))
            if any(part.whole for part in here) and was:
                notes.append(f"{path} was changed since tom wrote it, so it stays")
            elif not here and about.after:
                notes.append(f"{path} was changed since; look into it for tom-hook and tom-mcp")
            is_bare = all(part.is_bare(was) for part in here)
            goes = about.made and is_bare and bool(here)
        else:
            goes = about.made
        notes += [
            f"{path} still has a hook that calls tom among other things: {command}"
            for part in here
            for command in part.left(was)
        ]
        goes = goes or (not was and any(part.whole for part in here))
        edits.append(FileEdit(path, text, None if goes else was))
    return Plan(edits, {}, notes)


def _origin(before: str | None, parts: list[Part], about: FileRecord | None) -> str | None:
    """The file as it would be without tom; None where it would not be there."""
    if before is None or any(part.whole for part in parts):
        return None
    if about is not None and (was := about.original(before)) is not None:
        return None if about.made else was
    for part in parts:
        before = part.untold(before, frozenset(about.empty if about else ()))
    made = about is not None and about.made and all(part.is_bare(before) for part in parts)
    return None if made else before


def _refuse_another(path: Path, before: str, text: str, about: FileRecord | None) -> None:
    """A file of this name that tom did not write is another's. Raises TomError."""
    if before != text and (about is None or digest(before) != about.after):
        raise TomError(f"{path} is there already and is not what tom wrote: rename it first")


def _by_path(parts: Iterable[Part]) -> list[tuple[Path, list[Part]]]:
    ordered = sorted(parts, key=lambda part: str(part.path))
    return [(path, list(group)) for path, group in groupby(ordered, key=lambda part: part.path)]
