"""What tom takes of a disk: the core, and what each extra adds, as they are installed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NAME = "tom-swe"
BLOCK = 512  # bytes, as stat counts them
EXTRAS = ("chroma", "litellm", "mcp", "encryption", "openhands", "all")


def installed() -> dict[str, dict[str, float]]:
    """Megabytes and packages of the core, and those that each extra adds to it.

    Only of extras that are installed whole: a package that is not here has no size.
    """
    there = {str(canonicalize_name(each.name)): each for each in distributions()}
    core = _needed(there, {(NAME, "")})
    found = {"core": _size(there[each] for each in core)}
    for extra in EXTRAS:
        wanted = _needed(there, {(NAME, ""), (NAME, extra)})
        if there.keys() >= wanted:
            found[extra] = _size(there[each] for each in wanted - core)
    return found


def _needed(there: dict[str, Distribution], roots: set[tuple[str, str]]) -> set[str]:
    """The packages that these need, each with one of its extras or none."""
    seen: set[tuple[str, str]] = set()
    todo = list(roots)
    while todo:
        if (each := todo.pop()) not in seen:
            seen.add(each)
            if each[0] in there:
                todo += _wanted_by(there[each[0]], each[1])
    return {name for name, _ in seen}


def _wanted_by(package: Distribution, extra: str) -> Iterator[tuple[str, str]]:
    for line in package.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            name = str(canonicalize_name(requirement.name))
            yield name, ""
            yield from ((name, each) for each in requirement.extras)


def _size(packages: Iterable[Distribution]) -> dict[str, float]:
    """What their files take of the disk, without what Python compiles of them."""
    chosen = list(packages)
    files = (Path(str(each.locate_file(f))) for each in chosen for f in each.files or ())
    taken = (file.stat().st_blocks for file in files if file.suffix != ".pyc" and file.is_file())
    return {"mb": sum(taken) * BLOCK / 1e6, "packages": len(chosen)}
