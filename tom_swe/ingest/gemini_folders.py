"""Which folder a project of Gemini CLI is: its own files name it, a hash confirms the spelling.

``projectHash`` is the SHA-256 of the path as the person's system spells it. ``.project_root`` and
``projects.json`` hold the path too, on Windows in lower case: of the spellings that are that path
in lower case, the one with the right hash is true.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from pathlib import Path

from tom_swe.ingest.records import as_dict, as_str, read_object

HASH = re.compile(r"[0-9a-f]{64}")
_PATH_LIMIT = 1_000
_PROJECTS = 200
# Two spellings a word: 2 ** 10 of them are tried in a millisecond.
_WORDS = 10
_SPELLINGS = 50
_TEXT = 4 * 1024 * 1024
_WINDOWS = re.compile(r"[a-z]:\\")
_WORD = re.compile(r"(?<![^\W_])[a-z]")


def folder_of(project: Path, told: str, chat: Path | None = None) -> str:
    """The folder of a project in Gemini's ``tmp``, "" where nothing names it.

    ``told`` is the hash in a session of it, ``chat`` a file in which the path may be spelled.
    """
    wanted = told or (project.name if HASH.fullmatch(project.name) else "")
    named = _project_root(project) or _by_name(project)
    if named:
        return _true(named, wanted, chat) or named
    found = (_true(path, wanted, None) for path in _projects(project))
    return next((path for path in found if path), "") if wanted else ""


def _project_root(project: Path) -> str:
    try:
        with (project / ".project_root").open("rb") as handle:
            line = handle.read(_PATH_LIMIT * 4).decode(errors="replace").partition("\n")[0]
    except (OSError, ValueError):
        return ""
    return line.strip()[:_PATH_LIMIT]


def _projects(project: Path) -> dict[str, str]:
    """The paths in ``projects.json`` above, each with its folder's name."""
    listed = as_dict((read_object(project.parent.parent / "projects.json") or {}).get("projects"))
    some = islice(listed.items(), _PROJECTS)
    return {path: as_str(name) for path, name in some if 0 < len(path) <= _PATH_LIMIT}


def _by_name(project: Path) -> str:
    named = (path for path, name in _projects(project).items() if name == project.name)
    return next(named, "")


def _true(path: str, wanted: str, chat: Path | None) -> str:
    """The spelling of this path that has the wanted hash, "" where none is found."""
    if found := _spelled(path, wanted):
        return found
    if chat is None or not _WINDOWS.match(path):
        return ""
    return next((each for each in _written(path, chat) if _hash(each) == wanted), "")


@lru_cache(maxsize=4096)
def _spelled(path: str, wanted: str) -> str:
    if not wanted or _hash(path) == wanted:
        return path
    words = [match.start() for match in _WORD.finditer(path)]
    if not _WINDOWS.match(path) or len(words) > _WORDS:
        return ""
    for capitals in product((False, True), repeat=len(words)):
        letters = list(path)
        for at, capital in zip(words, capitals, strict=True):
            letters[at] = letters[at].upper() if capital else letters[at]
        if _hash(spelling := "".join(letters)) == wanted:
            return spelling
    return ""


def _written(path: str, chat: Path) -> Iterator[str]:
    """The spellings of a path that stand in a chat, as JSON writes them."""
    try:
        with chat.open("rb") as handle:
            text = handle.read(_TEXT).decode(errors="replace")
    except OSError:
        return
    escaped = path.replace("\\", "\\\\")
    found = re.finditer(re.escape(escaped), text, re.IGNORECASE)
    for each in list(dict.fromkeys(match[0] for match in found))[:_SPELLINGS]:
        yield each.replace("\\\\", "\\")


def _hash(path: str) -> str:
    return hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()
