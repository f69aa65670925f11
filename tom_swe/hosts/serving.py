"""The entry by which an agent starts tom's MCP server, and where it stands among others.

A server that does not answer costs some agents the whole conversation: the OpenHands SDK
1.34 gives it up, the openhands CLI 1.16.0 waits without end. So a shell looks first, and
answers in tom's place, with no tools, where tom is not there any more.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from tom_swe.errors import TomError
from tom_swe.hosts.files import Table, items

# Beside a second server OpenHands puts a server's name before its tools' names, and
# `tom_consult` is the name of a tool of its own: the two in one agent are an error.
SERVER = "tom-swe"
SERVERS = "mcpServers"
EXTRA = "tom-swe[mcp]"
# A host passes few variables on to a server, and these say whose memory it is to read.
VARIABLES = ("TOM_HOME", "TOM_USER", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
PROBE = (
    "import sys; from importlib.util import find_spec as f; "
    "sys.exit(not (f('mcp') and f('tom_cli')))"
)
# $0 is the interpreter and $1 the probe. A request is answered by its id, which comes last;
# the shell alone does it, for nothing else is sure to be there.
SCRIPT = r"""if "$0" -P -c "$1" 2>/dev/null; then exec "$0" -P -m tom_cli mcp; fi
echo "tom is gone from $0: run 'tom plugin install' again, or 'tom plugin uninstall'" >&2
self='"capabilities":{"tools":{}},"serverInfo":{"name":"tom","version":"0"}'
while IFS= read -r line; do
  case $line in *'"id":'*) ;; *) continue ;; esac
  id=${line##*'"id":'}
  case $line in
  *'"initialize"'*) answer='"result":{"protocolVersion":"2025-06-18",'$self'}' ;;
  *'"tools/list"'*) answer='"result":{"tools":[]}' ;;
  *'"ping"'*) answer='"result":{}' ;;
  *) answer='"error":{"code":-32601,"message":"tom is not there"}' ;;
  esac
  printf '{"jsonrpc":"2.0","id":%s,%s}\n' "${id%%[,\}]*}" "$answer"
done"""


def can_serve(program: str = sys.executable) -> bool:
    """Whether an interpreter has tom and what its MCP server needs, or a `tom` is there."""
    if Path(program).name == "tom":
        return shutil.which(program) is not None
    command = [program, "-P", "-c", PROBE]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ours
    except OSError:
        return False
    return done.returncode == 0


def entry(environ: Mapping[str, str], python: str = sys.executable) -> Table:
    """What starts the server: this interpreter, on the memory that is used here."""
    made: Table = {"command": "/bin/sh", "args": ["-c", SCRIPT, python, PROBE]}
    kept = {name: environ[name] for name in VARIABLES if environ.get(name)}
    if "TOM_HOME" in kept:
        # The agent starts in another folder.
        kept["TOM_HOME"] = str(Path(kept["TOM_HOME"]).expanduser().absolute())
    if kept:
        made["env"] = kept
    return made


def alone(wanted: Table) -> Table:
    """A document that holds our entry only."""
    return {SERVERS: {SERVER: wanted}}


def with_ours(document: Table, wanted: Table) -> Table:
    """The document with our entry in it, once.

    One that is there calls this tom afterwards, and keeps its name and what else was said
    of it, such as that it is not to be used.
    """
    servers = _servers(document)
    ours = {name: table for name, table in servers.items() if is_ours(table)}
    if not ours and SERVER in servers:
        raise TomError(
            f"another MCP server there is called {SERVER!r}; tom leaves it alone: rename it first"
        )
    name, kept = next(iter(ours.items()), (SERVER, cast("object", {})))
    edited = {each: table for each, table in servers.items() if each == name or each not in ours}
    kept = cast("Table", kept)
    env = {**_table(wanted.get("env")), **_table(kept.get("env"))}
    edited[name] = {**kept, **wanted, **({"env": env} if env else {})}
    return {**document, SERVERS: edited}


def without_ours(document: Table) -> Table:
    """The document with no entry of ours. The table of servers stays, for hosts expect one."""
    servers = _servers(document)
    edited = {name: table for name, table in servers.items() if not is_ours(table)}
    return document if edited == servers else {**document, SERVERS: edited}


def program_in(document: Table) -> str | None:
    """The program that our entry starts tom with; None where there is no entry."""
    for table in _servers(document).values():
        if is_ours(table):
            told = cast("Table", table)
            words = [str(told.get("command", "")), *map(str, items(told.get("args")))]
            # The script is maybe that of an older tom.
            return words[3] if words[1:2] == ["-c"] and len(words) > 3 else words[0]
    return None


def is_ours(table: object) -> bool:
    """Whether an entry starts tom's server, by our script or as the how-to has it."""
    told = _table(table)
    words = [str(told.get("command", "")), *map(str, items(told.get("args")))]
    if words[1:] == ["mcp"]:
        return Path(words[0]).name == "tom"
    return any("-m tom_cli mcp" in word for word in words)


def _servers(document: Table) -> Table:
    servers = document.get(SERVERS, {})
    if not isinstance(servers, dict):
        raise TomError(f"`{SERVERS}` is not a JSON object there: fix it first")
    return cast("Table", servers)


def _table(value: object) -> Table:
    return cast("Table", value) if isinstance(value, dict) else {}
