"""What an agent can look up of a repository: its files and what is defined in them."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.people.words import content
from tom_evals.userville.task import Task


class Place(NamedTuple):
    """A function or class and its file; ``symbol`` is "" for the file as such."""

    file: str
    symbol: str
    words: frozenset[str]

    @property
    def entry(self) -> str:
        """As it stands in an answer."""
        return self.symbol or self.file


class Index:
    """The places of one repository, to be searched by words."""

    def __init__(self, places: Iterable[tuple[str, str]]) -> None:
        self.places = tuple(
            Place(file, symbol, content(f"{file.replace('/', ' ').replace('.', ' ')} {symbol}"))
            for file, symbol in dict.fromkeys(places)
        )
        self._having = Counter(word for place in self.places for word in place.words)

    def ranked(self, text: str, most: int = 10) -> list[Place]:
        """The places that share words with a text, best first.

        By the sum of ln(1 + places / places that have it) over shared words; places that the
        text names outright, their symbol or file as it stands, come before all others.
        """
        wanted = content(text)
        scored = [(self._score(place, wanted, text), place) for place in self.places]
        scored.sort(key=lambda pair: -pair[0])
        return [place for score, place in scored[:most] if score > 0]

    def _score(self, place: Place, wanted: frozenset[str], text: str) -> float:
        shared = place.words & wanted
        score = math.fsum(
            sorted(math.log1p(len(self.places) / self._having[word]) for word in shared)
        )
        named = (bool(place.symbol) and place.symbol in text) + (place.file in text)
        return score + 100.0 * named


def of_tasks(tasks: Sequence[Task]) -> dict[str, Index]:
    """An index a repository, of all that its tasks change: what there is offline.

    It is smaller than the repository, so that finding is easier; all agents have the same.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for task in tasks:
        rows = found.setdefault(task.repository, [])
        rows += [(task.files[0], each) for each in task.functions] if task.files else []
        rows += [(each, "") for each in task.files]
    return {name: Index(rows) for name, rows in found.items()}


def checkout(repos: Path, task: Task) -> Path:
    """Where a task's repository is in a folder of clones."""
    return repos / task.repository.replace("/", "__")


def of_checkout(folder: Path) -> Index:
    """The functions and classes of a checkout's Python files; files that do not parse by name."""
    return Index(_places(folder))


def _places(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        yield name, ""
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield name, node.name
