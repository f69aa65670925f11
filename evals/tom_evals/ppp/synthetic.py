"""Small tasks of finding where code has to change, as many as are wanted.

A repository has a few files, each named after the one thing it deals with. A request says that
something is broken; only the precise one says with which thing, which is what tells the file.

In some repositories two files deal with the thing, and nothing that the person meant tells which
of them it is. So it is with real issues, where what was left out finds the place less often than
the place itself, asked for, does (``python -m tom_evals userville --evaluate``: productivity .25
and .68 of those who always ask the one and the other). Else nobody would gain by asking for it.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tom_evals.userville.task import Task

FILES = 3
TWINS = 0.5  # share of repositories in which two files deal with the thing

_THINGS = (
    "anchors", "arrays", "badges", "borders", "buttons", "caches", "cells", "charts", "colours",
    "columns", "commas", "cookies", "dates", "emails", "emojis", "footers", "headers", "icons",
    "images", "labels", "links", "menus", "prices", "quotes", "rows", "slashes", "spaces", "tabs",
    "tags", "themes", "tokens", "umlauts",
)  # fmt: skip
_PARTS = ("export", "import", "preview", "search", "report", "upload", "print", "sync")


class Repository(NamedTuple):
    """A request in two forms, and the files; ``file`` is the one that has to change."""

    name: str
    part: str
    thing: str
    files: tuple[str, ...]
    file: str

    @property
    def task(self) -> Task:
        """What a simulated person knows."""
        return Task(self.name, self.name, self.vague, self.precise, (self.file,), ())

    @property
    def vague(self) -> str:
        """The request as it is made."""
        return f"The {self.part} is broken."

    @property
    def precise(self) -> str:
        """The request with what tells the file, in each of three sentences."""
        return (
            f"{self.vague} The faulty behaviour appears with {self.thing}. "
            f"The intended outcome keeps all {self.thing}. The trigger was an edit to {self.thing}."
        )


def files_of(thing: str) -> tuple[str, str]:
    """The paths of the files that can deal with a thing; the first one always does."""
    return f"{thing}.py", f"{thing}_view.py"


def repository(number: int, use: str) -> Repository:
    """A repository, the same whenever it is asked for."""
    random = Random(f"{use}/repository/{number}")
    thing, *others = random.sample(_THINGS, FILES)
    mine = files_of(thing) if random.random() < TWINS else files_of(thing)[:1]
    files = [*mine, *(files_of(each)[0] for each in others)][:FILES]
    random.shuffle(files)
    return Repository(
        f"{use}-{number}", random.choice(_PARTS), thing, tuple(files), random.choice(mine)
    )
