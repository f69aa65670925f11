"""What tom puts into a host, a part a file: how the file says it, and how it is taken out again.

A part is pure: it makes a text of a text. Where there is no file the text is None.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from tom_swe.errors import TomError
from tom_swe.hosts.files import PRIVATE
from tom_swe.hosts.install import hook_files, server_files, toml
from tom_swe.hosts.install.hook_files import HookCall, HookForm
from tom_swe.hosts.install.in_place import rewritten
from tom_swe.hosts.install.jsonc import Json, value_of
from tom_swe.hosts.install.server_files import SERVER, ServerForm

type Table = dict[str, Json]
type Empty = frozenset[str]

HOOKS, SERVERS, STATUS_LINE = "hooks", "MCP server", "status line"
_NOTHING: Empty = frozenset()
# What a file that tom made holds once tom's part is out.
_HEADS = ("version", "$schema")


@dataclass(frozen=True)
class Part:
    """One file's part in a host.

    ``put`` gives the text with it, ``take`` the text without it, where what was empty before
    stays, ``calls`` the programs of ours that the text has the host run, and ``left`` the
    commands in it that call tom and that tom leaves alone. A part that is ``whole`` is a file
    of tom's own, and ``is_bare`` says whether a text holds nothing worth keeping.
    """

    what: str
    path: Path
    put: Callable[[str | None], str]
    take: Callable[[str, Empty], str]
    empty: Callable[[str | None], Empty] = lambda _: _NOTHING
    calls: Callable[[str | None], list[str]] = lambda _: []
    left: Callable[[str | None], list[str]] = lambda _: []
    is_bare: Callable[[str], bool] = lambda text: not text.strip()
    whole: bool = False
    mode: int = PRIVATE

    def told(self, text: str | None) -> str:
        """The text with it. Raises TomError, which names the file."""
        with _naming(self.path):
            return self.put(text)

    def untold(self, text: str, empty: Empty = _NOTHING) -> str:
        """The text without it. Raises TomError, which names the file."""
        with _naming(self.path):
            return self.take(text, empty)

    def programs(self, text: str | None) -> list[str]:
        """The programs of ours that a host runs by this file; none where it cannot be read."""
        try:
            return self.calls(text)
        except TomError:
            return []


@contextlib.contextmanager
def _naming(path: Path) -> Generator[None]:
    try:
        yield
    except TomError as error:
        raise TomError(f"{path}: {error}") from error


def hooks(path: Path, form: HookForm, call: HookCall) -> Part:
    """Hooks in a JSON file."""
    return Part(
        HOOKS,
        path,
        put=partial(_put, edit=partial(hook_files.with_hooks, form=form, call=call)),
        take=partial(_take, edit=hook_files.without_hooks),
        empty=lambda text: hook_files.empty_in(value_of(text)),
        calls=lambda text: hook_files.programs_in(value_of(text)),
        left=lambda text: hook_files.shared_in(value_of(text)),
        is_bare=_is_bare,
    )


def status_line(path: Path, call: HookCall) -> Part:
    """The status line in a JSON file."""
    return Part(
        STATUS_LINE,
        path,
        put=partial(_put, edit=partial(hook_files.with_status, call=call)),
        take=partial(_take, edit=hook_files.without_status),
        calls=lambda text: hook_files.status_calls_in(value_of(text)),
        is_bare=_is_bare,
    )


def server(path: Path, form: ServerForm, program: str) -> Part:
    """An entry for the MCP server in a JSON file."""

    def calls(text: str | None) -> list[str]:
        found = server_files.program_in(value_of(text), form.key)
        return [] if found is None else [found]

    def take(document: Table, empty: Empty) -> Table:
        return server_files.without_server(document, form.key, empty)

    return Part(
        SERVERS,
        path,
        put=partial(_put, edit=partial(server_files.with_server, form=form, program=program)),
        take=partial(_take, edit=take),
        empty=lambda text: server_files.empty_in(value_of(text), form.key),
        calls=calls,
        is_bare=_is_bare,
    )


def toml_server(path: Path, parent: str, program: str) -> Part:
    """A table for the MCP server in a TOML file."""

    def calls(text: str | None) -> list[str]:
        servers = toml.read(text).get(parent)
        entry = cast("Table", servers).get(SERVER) if isinstance(servers, dict) else None
        return [str(entry.get("command", ""))] if isinstance(entry, dict) else []

    return Part(
        SERVERS,
        path,
        put=lambda text: toml.with_table(text or "", parent, SERVER, {"command": program}),
        take=lambda text, _: toml.without_table(text, parent, SERVER),
        calls=calls,
    )


def own(what: str, path: Path, text: str, *, program: str = "", mode: int = PRIVATE) -> Part:
    """A file of tom's own, in which a program of ours may be called."""
    return Part(
        what,
        path,
        put=lambda _: text,
        take=lambda before, _: "" if before == text else before,
        calls=lambda before: [program] if program and before and program in before else [],
        whole=True,
        mode=mode,
    )


def _put(text: str | None, edit: Callable[[Table], Table]) -> str:
    document = value_of(text)
    after = edit(document)
    return text if text is not None and after == document else rewritten(text or "", after)


def _take(text: str, empty: Empty, edit: Callable[[Table, Empty], Table]) -> str:
    document = value_of(text)
    after = edit(document, empty)
    return text if after == document else rewritten(text, after)


def _is_bare(text: str) -> bool:
    return not value_of(text).keys() - _HEADS
