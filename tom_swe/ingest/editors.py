"""Where the editors of the VS Code family keep things, and the addresses that they write."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tom_swe.ingest.base import present
from tom_swe.ingest.records import as_dict, as_str, read_object

VS_CODE = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
SERVERS = (".vscode-server", ".vscode-remote", ".vscode-server-insiders", ".cursor-server")
# Nobody types so much twice in a row, letter for letter; "continue" is typed all day.
_TYPED_ONCE = 80
_DRIVE = re.compile(r"/[A-Za-z]:")


def user_folders(
    environ: Mapping[str, str], home: Path, names: Iterable[str] = VS_CODE
) -> list[Path]:
    """The ``User`` folders of these editors, on Linux, macOS and Windows, those that exist."""
    bases = [
        Path(environ.get("XDG_CONFIG_HOME") or home / ".config"),
        home / "Library" / "Application Support",
        Path(environ.get("APPDATA") or home / "AppData" / "Roaming"),
    ]
    named = [base / name / "User" for base in bases for name in names]
    return present([*named, *(home / server / "data" / "User" for server in SERVERS)])


def path_of(address: str) -> str:
    """The folder that a ``file://`` or ``vscode-remote://`` address names; a path stays one."""
    if "://" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = unquote(parts.path)
    if parts.scheme == "file":
        host = unquote(parts.netloc)
        if host and host != "localhost":
            return f"//{host}{path}"
    return path[1:] if _DRIVE.match(path) else path


def workspace_of(storage: Path) -> str:
    """The folder that an entry of ``workspaceStorage`` belongs to; "" where it is not told."""
    told = read_object(storage / "workspace.json") or {}
    found = told.get("folder") or told.get("workspace") or as_dict(told.get("folder")).get("path")
    return path_of(as_str(found))


def sent_again(text: str, before: str) -> bool:
    """Whether a message is the one before it, sent again: these editors do not mark a retry."""
    return len(text) >= _TYPED_ONCE and text == before
