"""Which repository a working directory belongs to, told without running git."""

import re
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

CONFIG_LIMIT = 256 * 1024

_HOMES = re.compile(r"^(?:/home/[^/]+|/Users/[^/]+|/root|[A-Za-z]:/Users/[^/]+)$")
_FOLDED = re.compile(r"^(.*?[^/])/(?:\.claude/worktrees|\.?worktrees)/[^/].*$")
_SECTION = re.compile(r'^\s*\[\s*remote\s+"origin"\s*\]', re.IGNORECASE)
_URL = re.compile(r"^\s*url\s*=\s*(.+?)\s*$", re.IGNORECASE)
_REMOTE = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*://[^/]+/|[^/\\\s:]+@?[^/\\\s:]*:(?!//))(.+)$", re.IGNORECASE
)


def repository_of(cwd: str) -> str:
    """``owner/name`` of the origin remote, or a folder's name; empty for home and root.

    The directory comes from a transcript and need not exist here. Never raises, and
    reads nothing but ``.git`` files and the configuration they lead to.
    """
    try:
        return _repository(cwd)
    except (OSError, ValueError, RuntimeError, RecursionError):
        return ""


def repository_from_url(url: str) -> str:
    """``owner/name`` from a remote's address; empty where it has none, as for a local path."""
    match = _REMOTE.match(url.strip())
    if not match or url.strip().lower().startswith("file:") or re.match(r"^[A-Za-z]:", url):
        return ""
    parts = [part for part in match[1].split("?")[0].strip("/").split("/") if part]
    name = parts[-1].removesuffix(".git") if parts else ""
    return f"{parts[-2]}/{name}" if len(parts) > 1 and name else name


def _repository(cwd: str) -> str:
    path = cwd.strip().replace("\\", "/") if _windows(cwd) else cwd.strip()
    path = path.rstrip("/")
    home = str(Path.home()).rstrip("/")
    if not path or path == home or _HOMES.match(path) or re.fullmatch(r"[A-Za-z]:|[/.~]*", path):
        return ""
    # Two slashes may name another machine; only plain absolute paths are looked at.
    if path.startswith("/") and not path.startswith("//") and ".." not in path.split("/"):
        for folder in (Path(path), *Path(path).parents):
            if str(folder) in {home, folder.anchor} or _HOMES.match(str(folder)):
                break
            if found := _checkout(folder):
                return found
    folded = _FOLDED.match(path)
    if folded and folded[1] != home and not _HOMES.match(folded[1]):
        path = folded[1]
    return PurePosixPath(path).name


def _windows(cwd: str) -> bool:
    return bool(PureWindowsPath(cwd.strip()).drive)


def _checkout(folder: Path) -> str:
    """The repository whose checkout this folder is; empty where it is none."""
    marker = folder / ".git"
    try:
        mode = marker.stat().st_mode
    except OSError:
        return ""
    if stat.S_ISDIR(mode):
        return _origin(marker) or folder.name
    if not stat.S_ISREG(mode):
        return ""
    target = _text(marker).strip()
    if not target.startswith("gitdir:"):
        return ""
    git = Path(target.removeprefix("gitdir:").strip())
    git = git if git.is_absolute() else folder / git
    common = git
    if git.parent.name == "worktrees":
        common = git.parent.parent
        name = common.parent.name if common.name == ".git" else common.name
        return _origin(common) or name.removesuffix(".git") or folder.name
    return _origin(common) or folder.name


def _origin(git: Path) -> str:
    inside = False
    for line in _text(git / "config").splitlines():
        if line.lstrip().startswith("["):
            inside = bool(_SECTION.match(line))
        elif inside and (match := _URL.match(line)):
            return repository_from_url(match[1].strip('"'))
    return ""


def _text(path: Path) -> str:
    try:
        # A pipe with this name would hang the reader.
        if not stat.S_ISREG(path.stat().st_mode):
            return ""
        with path.open("rb") as handle:
            return handle.read(CONFIG_LIMIT).decode(errors="replace")
    except OSError:
        return ""
