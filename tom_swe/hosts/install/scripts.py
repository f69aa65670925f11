"""The two programs that agents run: files in tom's home, which call this very tom.

An agent's settings name a file, and no program stands in them. A script knows the interpreter
and the memory that it was made for, and does no harm once that tom is gone: the hook then says
nothing, and the server answers with no tools, for some agents wait without end for one that
does not answer (the openhands CLI 1.16.0), or give up the conversation (the OpenHands SDK 1.34).
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import tom_swe
from tom_swe.hosts.files import FileEdit, read
from tom_swe.hosts.inbox import Place
from tom_swe.hosts.install.ours import HOOK, SERVER

SCRIPT_MODE = 0o700
CHECK = "--check"
# These say whose memory is meant, and an agent may be started without them.
_VARIABLES = ("TOM_HOME", "TOM_USER", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
_PROBE = (
    "import sys; from importlib.util import find_spec as f; "
    "sys.exit(not (f('mcp') and f('tom_cli')))"
)
_HEAD = """\
#!/bin/sh
# Made by `tom plugin install`. It goes with the last `tom plugin uninstall`.
"""
_HOOK = """\
python={python}
main={main}
if [ ! -x "$python" ] || [ ! -f "$main" ]; then [ "$1" = {check} ] && exit 1; exit 0; fi
{variables}\
if [ "$1" = {check} ]; then TOM_OFF=1 exec "$python" -IS "$main" Stop </dev/null; fi
"$python" -IS "$main" "$@"
# Some agents take a hook that fails for a no (Copilot CLI 1.0).
exit 0
"""
# A request is answered by its id, which comes last; the shell alone does it, for nothing else is
# sure to be there.
_SERVER = r"""python={python}
{variables}if "$python" -EP -c {probe} 2>/dev/null; then
  [ "$1" = {check} ] && exit 0
  exec "$python" -EP -m tom_cli mcp
fi
[ "$1" = {check} ] && exit 1
echo "tom is gone from $python: run 'tom plugin install' again, or 'tom plugin uninstall'" >&2
self='"capabilities":{{"tools":{{}}}},"serverInfo":{{"name":"tom","version":"0"}}'
while IFS= read -r line; do
  case $line in *'"id":'*) ;; *) continue ;; esac
  id=${{line##*'"id":'}}
  case $line in
  *'"initialize"'*) answer='"result":{{"protocolVersion":"2025-06-18",'$self'}}' ;;
  *'"tools/list"'*) answer='"result":{{"tools":[]}}' ;;
  *'"ping"'*) answer='"result":{{}}' ;;
  *) answer='"error":{{"code":-32601,"message":"tom is not there"}}' ;;
  esac
  printf '{{"jsonrpc":"2.0","id":%s,%s}}\n' "${{id%%[,\}}]*}}" "$answer"
done
"""


class Scripts(NamedTuple):
    """Where the two programs are."""

    folder: Path

    @staticmethod
    def of(environ: Mapping[str, str]) -> Scripts:
        """Those of the memory that is used here."""
        return Scripts(Path(Place(environ).home) / "hosts" / "bin")

    @property
    def hook(self) -> Path:
        """What a hook runs, with an event and the host's name."""
        return self.folder / HOOK

    @property
    def server(self) -> Path:
        """What starts the MCP server."""
        return self.folder / SERVER

    def edits(self, environ: Mapping[str, str]) -> list[FileEdit]:
        """What makes them, for this interpreter."""
        made = {self.hook: hook_script(environ), self.server: server_script(environ)}
        return [FileEdit(path, read(path), text, SCRIPT_MODE) for path, text in made.items()]

    def removals(self) -> list[FileEdit]:
        """What takes them away."""
        there = ((path, read(path)) for path in (self.hook, self.server))
        return [FileEdit(path, text, None) for path, text in there if text is not None]


def hook_script(environ: Mapping[str, str], python: str = sys.executable) -> str:
    """The text of ``tom-hook``."""
    main = Path(tom_swe.__file__).parent / "hosts" / "hook" / "__main__.py"
    return _HEAD + _HOOK.format(
        python=shlex.quote(python),
        main=shlex.quote(str(main)),
        check=CHECK,
        variables=_variables(environ),
    )


def server_script(environ: Mapping[str, str], python: str = sys.executable) -> str:
    """The text of ``tom-mcp``."""
    return _HEAD + _SERVER.format(
        python=shlex.quote(python),
        probe=shlex.quote(_PROBE),
        check=CHECK,
        variables=_variables(environ),
    )


def can_serve(python: str = sys.executable) -> bool:
    """Whether an interpreter has tom and what its MCP server needs."""
    return _runs([python, "-EP", "-c", _PROBE])


def works(program: str) -> bool:
    """Whether a script of ours is there and would reach its tom."""
    return _runs([program, CHECK])


def is_program(name: str) -> bool:
    """Whether a name is that of a program that can be started."""
    return shutil.which(name) is not None


def _runs(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ours
    except OSError:
        return False
    return done.returncode == 0


def _variables(environ: Mapping[str, str]) -> str:
    """Shell lines that set what was set here, unless the agent has it set."""
    lines: list[str] = []
    for name in _VARIABLES:
        if value := environ.get(name):
            if name != "TOM_USER":
                # The agent starts in another folder.
                value = os.path.abspath(os.path.expanduser(value))  # noqa: PTH100, PTH111
            lines.append(f'[ -n "${name}" ] || {name}={shlex.quote(value)}\nexport {name}\n')
    return "".join(lines)
