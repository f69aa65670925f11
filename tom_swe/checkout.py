"""Which repository a folder belongs to, told without running git, and where tom keeps out.

The folder comes from a transcript or an event and need not exist here. A hook imports this, so
it is the standard library only, and of that only what starts fast: `re` and `pathlib` would
each cost a hook a quarter of its time.
"""

# The temporary folders are only compared with (S108); pathlib is left out, see above.
# ruff: noqa: PTH110, PTH111, PTH116, PTH118, PTH120, PTH123, S108

import os
import stat
from collections.abc import Collection, Iterable, Mapping

from tom_swe.place import OFF

# A folder that holds this, or is below one that does, is not read, told or learned from.
IGNORE_FILE = ".tomignore"
CONFIG_LIMIT = 256 * 1024
# Folders that programs give to whatever they work on: neither they nor what lies in them name
# a repository.
_SANDBOXES = ("/app", "/workspace/project", "/usr/src/app", "/testbed", "/sandbox")
_TEMPORARY = (
    *("/tmp", "/var/tmp", "/var/folders"),
    *("/private/tmp", "/private/var/tmp", "/private/var/folders"),
)
# Below a home, beside every folder with a dot.
_OF_PROGRAMS = ("/AppData", "/Library/Application Support", "/Library/Caches")
# What lies in these is named by its first folder.
_OF_REPOSITORIES = ("/workspace", "/workspaces")
_OF_EVERYTHING = ("Desktop", "Documents", "Downloads")
_WORKTREES = ("worktrees", ".worktrees")
# Of the hosts that keep worktrees in a folder of their own, the one that puts the repository
# before the id.
_NAME_FIRST = ".cursor"
_HOMES = {"home", "Users"}


def kept_out(home: str, environ: Mapping[str, str], folder: str = "") -> str:
    """What says that tom tells nobody anything in a folder, "" where nothing does.

    It is the variable, or the file in tom's home, in the folder or above it.
    """
    if environ.get("TOM_OFF", "0") not in {"", "0"}:
        return "TOM_OFF"
    if os.path.exists(off := os.path.join(home, OFF)):
        return off
    return ignored_by(folder)


def is_ignored(folder: str) -> bool:
    """Whether a folder, or one above it, holds a `.tomignore`, whatever it says. Never raises.

    A worktree is where its repository is, too.
    """
    return bool(ignored_by(folder))


def ignored_by(folder: str) -> str:
    """The `.tomignore` that `is_ignored` found; "" for none. Never raises."""
    if not folder.startswith("/"):
        return ""
    try:
        return _ignored_by(folder) or _ignored_by(located(folder)[1])
    except (OSError, ValueError):
        return ""


def _ignored_by(folder: str) -> str:
    here = os.path.normpath(folder)
    while here.startswith("/"):
        if os.path.exists(file := os.path.join(here, IGNORE_FILE)):
            return file
        if (above := os.path.dirname(here)) == here:
            break
        here = above
    return ""


def same_repository(one: str, other: str) -> bool:
    """Whether two names mean one repository, where no more is known than the names.

    Hosts that record a remote name it ``owner/name``, others by its folder alone: a bare
    name is taken to be the one with an owner. Letter case says nothing.
    """
    one, other = one.casefold(), other.casefold()
    if one == other:
        return True
    if "/" in one and "/" in other:
        return False
    return bool(one and other) and _last(one) == _last(other)


def likeness(
    name: str, folders: Collection[str], other: str, others_folders: Collection[str]
) -> int:
    """How surely two names mean one repository, by where each was used; 0 where they do not.

    3: the same owner and name. 2: the same folder, whatever remote it has had, or one in the
    other where their last names are the same. 1: the same last name, where one has no owner
    and it is not known where one was used. ``folders`` are those of `place_of`.
    """
    if not name or not other:
        return 0
    one, two = name.casefold(), other.casefold()
    if "/" in one and one == two:
        return 3
    if not set(folders).isdisjoint(others_folders):
        return 2
    if _last(one) != _last(two) or ("/" in one and "/" in two):
        return 0
    if not folders or not others_folders:
        return 1
    return 2 * any(
        (a + "/").startswith(b + "/") or (b + "/").startswith(a + "/")
        for a in folders
        for b in others_folders
    )


def name_among(
    known: Iterable[tuple[str, Collection[str]]], repository: str, folder: str = ""
) -> str:
    """The known name that means this repository best, "" where none does; see `likeness`.

    ``known`` are names with the folders they were used in, ``folder`` is that of `place_of`.
    """
    here = (folder,) if folder else ()
    found = [
        (likeness(name, folders, repository, here), name == repository, name)
        for name, folders in known
    ]
    best = max(found, default=(0, False, ""))
    return best[2] if best[0] else ""


def repository_of(folder: str) -> str:
    """``owner/name`` of the origin remote, or a folder's name; empty for home and root.

    Empty too for a folder that says nothing of what is in it, such as a sandbox's or a
    temporary one. Never raises, and reads nothing but ``.git`` files and the configuration
    they lead to.
    """
    return located(folder)[0]


def place_of(folder: str) -> str:
    """The folder that tells a repository from another of its name; "" where none does.

    It is that of the checkout, for a worktree the one of the repository it belongs to.
    """
    return located(folder)[1]


def located(folder: str) -> tuple[str, str]:
    """What `repository_of` and `place_of` say of a folder, at the cost of one."""
    path = folder.strip()
    if _has_drive(path) or path.startswith("\\\\"):  # Windows wrote this
        path = path.replace("\\", "/")
    path = path.rstrip("/")
    if path.startswith("~/"):
        path = os.path.expanduser("~").rstrip("/") + path[1:]
    try:
        name, place = _above(path) or _by_path(path)
    except (OSError, ValueError):
        return "", ""
    return name, "" if _lies_in(place, _SANDBOXES) else place


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


def _by_path(path: str) -> tuple[str, str]:
    """The name and place that a path alone tells, for a folder that may be gone."""
    head, worktrees, tail = _at_worktrees(path)
    if not worktrees:
        return _name(path), path if _name(path) else ""
    folder, _, tool = head.rpartition("/") if _last(head).startswith(".") else (head, "", "")
    if name := _name(folder):
        return name, folder
    # A program's own folder, which says nothing of where the repository is.
    if tool == _NAME_FIRST:
        return tail[0], ""
    if len(tail) > 1:
        return tail[1], ""
    return ("", "") if tool or _home_of(folder) != folder else (tail[0], path)


def _at_worktrees(path: str) -> tuple[str, str, list[str]]:
    """A path before, at and after the first folder of worktrees in it."""
    parts = path.split("/")
    for at, part in enumerate(parts):
        tail = [each for each in parts[at + 1 :] if each not in {"", "."}]
        if part in _WORKTREES and tail and any(parts[:at]):
            return "/".join(parts[:at]), part, tail
    return path, "", []


def _name(path: str) -> str:
    """What a repository in this folder is called; empty where the folder is no repository's."""
    parts = [part for part in path.split("/") if part not in {"", ".", "~"}]
    home = _home_of(path)
    below = path.removeprefix(home) if home else ""
    if not parts or path in {home, parts[0][:2] if _has_drive(path) else ""}:
        return ""
    if below.startswith("/.") or _lies_in(below, _OF_PROGRAMS):
        return ""
    if not home and (_lies_in(path, (*_SANDBOXES, *_TEMPORARY)) or path in _OF_REPOSITORIES):
        return ""
    if parts[-1] in _OF_EVERYTHING or parts[-1].casefold() == "system32":
        return ""
    return parts[1] if _lies_in(path, _OF_REPOSITORIES) else parts[-1]


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _home_of(path: str) -> str:
    """The home in which a path lies, this person's or somebody else's; empty for none."""
    own = os.path.expanduser("~").rstrip("/")
    if own and _lies_in(path, (own,)):
        return own
    if _lies_in(path, ("/root",)):
        return "/root"
    drive = path[:2] if _has_drive(path) else ""
    parts = path.removeprefix(drive).split("/")
    is_user = len(parts) > 2 and parts[0] == "" and parts[1] in ({"Users"} if drive else _HOMES)
    return f"{drive}/{parts[1]}/{parts[2]}" if is_user and parts[2] else ""


def _has_drive(path: str) -> bool:
    return path[:1].isalpha() and path[1:2] == ":"


def _above(path: str) -> tuple[str, str] | None:
    """The name and place of the checkout in which a folder of this machine lies."""
    # Two slashes may name another machine.
    if not path.startswith("/") or path.startswith("//") or ".." in path.split("/"):
        return None
    folder = os.path.normpath(path)
    home = _home_of(folder)
    while folder not in {home, "/"}:
        if found := _checkout(folder):
            return found
        folder = os.path.dirname(folder)
    return None


def _checkout(folder: str) -> tuple[str, str] | None:
    """The name and place of the checkout that this folder is; None where it is none."""
    marker = os.path.join(folder, ".git")
    try:
        mode = os.stat(marker).st_mode
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return _origin(marker) or _bare(folder), folder
    target = _text(marker).strip()
    if not target.startswith("gitdir:"):
        # Git looks no further up either.
        return _bare(folder), folder
    git = os.path.normpath(os.path.join(folder, target.removeprefix("gitdir:").strip()))
    if _last(os.path.dirname(git)) != "worktrees":
        return _origin(git) or _bare(folder), folder
    common = os.path.dirname(os.path.dirname(git))
    whole = os.path.dirname(common) if _last(common) == ".git" else common
    name = _origin(common) or _bare(whole).removesuffix(".git") or _bare(folder)
    return name, whole


def _bare(folder: str) -> str:
    """The name of a checkout that has no remote."""
    return "" if _lies_in(folder, _SANDBOXES) else _last(folder)


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
