"""Small tasks of finding where code has to change, as many as are wanted.

A repository has a few files, each named after the one thing it deals with. A request says that
something is broken; only the precise one says with which thing, which is what tells the file.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tom_evals.userville.task import Task

FILES = 3

_THINGS = (
    "anchors", "arrays", "badges", "borders", "buttons", "caches", "cells", "charts", "colours",
    "columns", "commas", "cookies", "dates", "emails", "emojis", "footers", "headers", "icons",
    "images", "labels", "links", "menus", "prices", "quotes", "rows", "slashes", "spaces", "tabs",
    "tags", "themes", "tokens", "umlauts",
)  # fmt: skip
_PARTS = ("export", "import", "preview", "search", "report", "upload", "print", "sync")


class Repository(NamedTuple):
    """A request in two forms, and the files: the wrong one is named after what goes wrong."""

    name: str
    part: str
    thing: str
    files: tuple[str, ...]

    @property
    def file(self) -> str:
        """The file that has to change."""
        return file_of(self.thing)

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


def file_of(thing: str) -> str:
    """The path of the file that deals with a thing."""
    return f"{thing}.py"


def repository(number: int, use: str) -> Repository:
    """A repository, the same whenever it is asked for."""
    random = Random(f"{use}/repository/{number}")
    things = random.sample(_THINGS, FILES)
    return Repository(
        f"{use}-{number}",
        random.choice(_PARTS),
        random.choice(things),
        tuple(map(file_of, things)),
    )
