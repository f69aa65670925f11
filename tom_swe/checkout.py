"""Which repository a folder belongs to, told without running git, and where tom keeps out.

The folder comes from a transcript or an event and need not exist here. A hook imports this, so
it is the standard library only, and of that only what starts fast: `re` and `pathlib` would
each cost a hook a quarter of its time.
"""

# ruff: noqa: PTH110, PTH111, PTH116, PTH118, PTH120, PTH123

import os
import stat
from collections.abc import Iterable

# A folder that holds this, or is below one that does, is not read, told or learned from.
IGNORE_FILE = ".tomignore"
CONFIG_LIMIT = 256 * 1024
_WORKTREES = ("/.claude/worktrees/", "/.worktrees/", "/worktrees/")


def is_ignored(folder: str) -> bool:
    """Whether a folder, or one above it, holds a `.tomignore`, whatever it says. Never raises."""
    if not folder.startswith("/"):
        return False
    try:
        here = os.path.normpath(folder)
        while not os.path.exists(os.path.join(here, IGNORE_FILE)):
            above = os.path.dirname(here)
            if above == here:
                return False
            here = above
    except (OSError, ValueError):
        return False
    return True


def same_repository(one: str, other: str) -> bool:
    """Whether two names mean one repository.

    Hosts that record a remote name it ``owner/name``, others by its folder alone: a bare
    name is taken to be the one with an owner.
    """
    if one == other:
        return True
    if "/" in one and "/" in other:
        return False
    return bool(one and other) and one.rpartition("/")[2] == other.rpartition("/")[2]


def name_among(names: Iterable[str], repository: str) -> str:
    """The name that means this repository, "" where none does; the very same goes first."""
    meant = [name for name in names if same_repository(name, repository)]
    return repository if repository in meant else next(iter(meant), "")


def repository_of(folder: str) -> str:
    """``owner/name`` of the origin remote, or a folder's name; empty for home and root.

    Never raises, and reads nothing but ``.git`` files and the configuration they lead to.
    """
    path = folder.strip()
    if _has_drive(path) or path.startswith("\\\\"):  # Windows wrote this
        path = path.replace("\\", "/")
    path = path.rstrip("/")
    home = os.path.expanduser("~").rstrip("/")
    if not path.strip("/.~") or path == home or _is_a_home(path):
        return ""
    try:
        if found := _above(path, home):
            return found
    except (OSError, ValueError):
        return ""
    cuts = [
        at
        for part in _WORKTREES
        if (at := path.find(part)) > 0 and path[at - 1] != "/" and path[at + len(part)] != "/"
    ]
    if cuts and path[: min(cuts)] != home and not _is_a_home(path[: min(cuts)]):
        path = path[: min(cuts)]
    return next((part for part in reversed(path.split("/")) if part not in {"", "."}), "")


def repository_from_url(url: str) -> str:
    """``owner/name`` from a remote's address; empty where it has none, as for a local path."""
    url = url.strip()
    if "://" in url:
        scheme, _, rest = url.partition("://")
        path = "" if scheme.lower() == "file" else rest.partition("/")[2]
    else:
        host, _, path = url.partition(":")
        if len(host) < 2 or host.lower() == "file" or any(sign in host for sign in "/\\ \t"):
            return ""
    parts = [part for part in path.split("?")[0].split("/") if part]
    name = parts[-1].removesuffix(".git") if parts else ""
    return f"{parts[-2]}/{name}" if len(parts) > 1 and name else name


def _is_a_home(path: str) -> bool:
    """Whether this is somebody's home, or a drive."""
    drive = path[:2] if _has_drive(path) else ""
    top, *folders = path.removeprefix(drive).split("/")
    homes = {"Users"} if drive else {"home", "Users"}
    is_user = top == "" and len(folders) == 2 and folders[0] in homes
    return is_user or path in {"/root", drive}


def _has_drive(path: str) -> bool:
    return path[:1].isalpha() and path[1:2] == ":"


def _above(path: str, home: str) -> str:
    """The repository of the checkout in which a folder of this machine lies; empty for none."""
    # Two slashes may name another machine.
    if not path.startswith("/") or path.startswith("//") or ".." in path.split("/"):
        return ""
    folder = os.path.normpath(path)
    while folder not in {home, "/"} and not _is_a_home(folder):
        if found := _checkout(folder):
            return found
        folder = os.path.dirname(folder)
    return ""


def _checkout(folder: str) -> str:
    """The repository whose checkout this folder is; empty where it is none."""
    marker = os.path.join(folder, ".git")
    try:
        mode = os.stat(marker).st_mode
    except OSError:
        return ""
    if stat.S_ISDIR(mode):
        return _origin(marker) or _last(folder)
    target = _text(marker).strip()
    if not target.startswith("gitdir:"):
        return ""
    git = os.path.normpath(os.path.join(folder, target.removeprefix("gitdir:").strip()))
    if _last(os.path.dirname(git)) != "worktrees":
        return _origin(git) or _last(folder)
    common = os.path.dirname(os.path.dirname(git))
    name = _last(os.path.dirname(common)) if _last(common) == ".git" else _last(common)
    return _origin(common) or name.removesuffix(".git") or _last(folder)


def _origin(git: str) -> str:
    """The repository that the origin remote names, by git's configuration."""
    inside = False
    for line in _text(os.path.join(git, "config")).splitlines():
        if (section := line.lstrip()).startswith("["):
            words = section[1:].partition("]")[0].split()
            inside = len(words) == 2 and words[0].lower() == "remote" and words[1] == '"origin"'
        elif inside:
            key, equals, value = line.partition("=")
            if equals and key.strip().lower() == "url":
                return repository_from_url(value.strip().strip('"'))
    return ""


def _text(path: str) -> str:
    try:
        # A pipe with this name would hang the reader.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as handle:
            return handle.read(CONFIG_LIMIT).decode(errors="replace")
    except OSError:
        return ""


def _last(path: str) -> str:
    return path.rpartition("/")[2]
