"""Small tasks of finding where code has to change, as many as are wanted.

A repository has a few files, each named after the one thing it deals with. A request says that
something is broken; only the precise one says with which thing, which is what tells the file.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

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
    def vague(self) -> str:
        """The request as it is made."""
        return f"The {self.part} is broken."

    @property
    def precise(self) -> str:
        """The request with what tells the file."""
        return f"{self.vague} The wrong behaviour happens with {self.thing}."


def file_of(thing: str) -> str:
    """The path of the file that deals with a thing."""
    return f"{thing}.py"


def repository(number: int, seed: int = 0) -> Repository:
    """A repository, the same whenever it is asked for."""
    random = Random(f"{seed}/{number}")
    things = random.sample(_THINGS, FILES)
    return Repository(
        f"tiny-{seed}-{number}",
        random.choice(_PARTS),
        random.choice(things),
        tuple(map(file_of, things)),
    )
