"""Which repository a hook's working directory is of, and which stored name means it.

Says what `tom_swe.checkout` says (a test holds them together) with nothing that
is slow to import: re alone costs a hook a quarter of its time.
"""

# pathlib is left out for the same reason.
# ruff: noqa: PTH111, PTH116, PTH118, PTH120, PTH123

import os
import stat

CONFIG_LIMIT = 256 * 1024


def best(names: list[str], repository: str) -> str:
    """The stored name that means this repository, "" where none does."""
    if repository in names:
        return repository
    for name in names:
        owned = "/" in name and "/" in repository
        if name and repository and not owned and _last(name) == _last(repository):
            return name
    return ""


def repository_of(cwd: str) -> str:
    """What `tom_swe.checkout` calls the repository of a working directory."""
    path = cwd.strip().rstrip("/")
    home = os.path.expanduser("~").rstrip("/")
    if not path.strip("/.~") or path == home or _is_a_home(path):
        return ""
    if path.startswith("/") and not path.startswith("//") and ".." not in path.split("/"):
        folder = os.path.normpath(path)
        while folder not in {home, "/"} and not _is_a_home(folder):
            if found := _checkout(folder):
                return found
            folder = os.path.dirname(folder)
    cuts = [
        at
        for part in ("/.claude/worktrees/", "/.worktrees/", "/worktrees/")
        if (at := path.find(part)) > 0 and path[at + len(part)] != "/"
    ]
    if cuts and path[: min(cuts)] != home and not _is_a_home(path[: min(cuts)]):
        path = path[: min(cuts)]
    return _last(path)


def _is_a_home(path: str) -> bool:
    parts = path.split("/")
    return path == "/root" or (len(parts) == 3 and parts[0] == "" and parts[1] in {"home", "Users"})


def _checkout(folder: str) -> str:
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
    inside = False
    for line in _text(os.path.join(git, "config")).splitlines():
        if (section := line.lstrip()).startswith("["):
            words = section[1:].partition("]")[0].split()
            inside = len(words) == 2 and words[0].lower() == "remote" and words[1] == '"origin"'
        elif inside:
            key, equals, value = line.partition("=")
            if equals and key.strip().lower() == "url":
                return _named_by(value.strip().strip('"'))
    return ""


def _named_by(url: str) -> str:
    """``owner/name`` from a remote's address, empty for a path on this machine."""
    if "://" in url:
        scheme, _, rest = url.partition("://")
        path = "" if scheme.lower() == "file" else rest.partition("/")[2]
    else:
        head, _, path = url.partition(":")
        if len(head) < 2 or any(sign in head for sign in "/\\ \t"):
            return ""
    parts = [part for part in path.split("?")[0].split("/") if part]
    name = parts[-1].removesuffix(".git") if parts else ""
    return f"{parts[-2]}/{name}" if len(parts) > 1 and name else name


def _text(path: str) -> str:
    try:
        # A pipe with this name would hang the hook.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as handle:
            return handle.read(CONFIG_LIMIT).decode(errors="replace")
    except OSError:
        return ""


def _last(path: str) -> str:
    return path.rpartition("/")[2]
