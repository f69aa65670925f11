"""Tom's MCP server among the servers of a settings file, as a document before and after. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from tom_swe.errors import TomError
from tom_swe.hosts.install.jsonc import Json
from tom_swe.hosts.install.ours import serves

type Table = dict[str, Json]

# Beside a second server OpenHands puts a server's name before its tools' names, and
# `tom_consult` is the name of a tool of its own: the two in one agent are an error.
SERVER = "tom-swe"


class ServerForm(NamedTuple):
    """How a host writes its MCP servers: under which name, and what an entry says beside.

    ``one_list`` has the command and its arguments in one list.
    """

    key: str = "mcpServers"
    fields: Mapping[str, Json] = {}
    one_list: bool = False

    def entry(self, program: str) -> Table:
        """The entry that starts a program."""
        if self.one_list:
            return {**self.fields, "command": [program]}
        return {**self.fields, "command": program, "args": []}


def with_server(document: Table, form: ServerForm, program: str) -> Table:
    """The document with our entry in it, once.

    One that is there starts this program afterwards, and keeps its name and what else was said
    of it, such as that it is not to be used.
    """
    servers = _servers(document, form.key)
    ours = [name for name, entry in servers.items() if _is_ours(entry)]
    if not ours and SERVER in servers:
        raise TomError(
            f"another MCP server there is called {SERVER!r}; tom leaves it alone: rename it first"
        )
    name = ours[0] if ours else SERVER
    edited = {each: entry for each, entry in servers.items() if each == name or each not in ours}
    there = edited.get(name)
    edited[name] = _moved(there, form, program) if isinstance(there, dict) else form.entry(program)
    return {**document, form.key: edited}


def without_server(document: Table, key: str, empty: frozenset[str] = frozenset()) -> Table:
    """The document with no entry of ours, nor a table that then holds none.

    ``empty`` names the table, if it was empty before and stays.
    """
    servers = _servers(document, key)
    edited = {name: entry for name, entry in servers.items() if not _is_ours(entry)}
    if edited == servers:
        return document
    if edited or key in empty:
        return {**document, key: edited}
    return {name: value for name, value in document.items() if name != key}


def empty_in(document: Table, key: str) -> frozenset[str]:
    """The table's name, if it is there and holds nothing."""
    return frozenset({key} if key in document and not document[key] else ())


def program_in(document: Table, key: str) -> str | None:
    """The program that our entry starts; None where there is no entry."""
    for entry in _servers(document, key).values():
        if isinstance(entry, dict) and _is_ours(entry):
            return _words(entry)[0]
    return None


def _moved(there: Table, form: ServerForm, program: str) -> Table:
    """The entry that is there with this program; a prefix of the person's stays."""
    words = _words(there)
    if program in words or any(program in word for word in words):
        return there
    wanted = form.entry(program)
    return {**there, **{key: wanted[key] for key in ("command", "args") if key in wanted}}


def _is_ours(entry: Json) -> bool:
    return isinstance(entry, dict) and serves(_words(entry))


def _words(entry: Table) -> list[str]:
    command, arguments = entry.get("command"), entry.get("args")
    listed = [*(command if isinstance(command, list) else [command or ""])]
    listed += arguments if isinstance(arguments, list) else []
    return [str(each) for each in listed]


def _servers(document: Table, key: str) -> Table:
    servers = document.get(key, {})
    if not isinstance(servers, dict):
        raise TomError(f"`{key}` is not a JSON object there; fix it first")
    return servers
