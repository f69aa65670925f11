"""Who the agent works for: a manner of talking, and coding preferences; drawn by a seed.

The dimensions and the pool of preferences are TOM-SWE's (arXiv 2510.21903, section 4).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple, cast

from tom_evals.keeping.material import dimensions

SEED = 42
COUNT = 15
FEWEST, MOST = 5, 10


class Verbosity(StrEnum):
    """How much the person wants to read."""

    CONCISE = "concise"
    VERBOSE = "verbose"


class Timing(StrEnum):
    """When the person lets themselves be asked: only before the work starts, or as it goes."""

    UPFRONT = "upfront"
    ONGOING = "ongoing"


class Style(StrEnum):
    """How the person answers: a few words and to the first question only, or at length."""

    SHORT = "short"
    VERBOSE = "verbose"


class Preference(NamedTuple):
    """One of the catalogue; ``group`` is git, qual, arch, stack or doc."""

    id: str
    group: str
    statement: str


class Profile(NamedTuple):
    """One person. ``preferences`` are ids of the catalogue, no two about the same choice."""

    id: str
    verbosity: Verbosity
    timing: Timing
    style: Style
    preferences: tuple[str, ...]

    @property
    def manner(self) -> tuple[str, ...]:
        """The preferences on talking that the manner comes to, by their ids in the utterances."""
        return tuple(each for _, each in self.manner_in_words if each)

    @property
    def manner_in_words(self) -> tuple[tuple[str, str], ...]:
        """The manner, a sentence for each dimension, with the preference that it comes to or ""."""
        return (_VERBOSITY[self.verbosity], _TIMING[self.timing], _STYLE[self.style])


# One for each dimension: "verbose" is a value of two, and as keys the two would be one.
_VERBOSITY = {
    Verbosity.CONCISE: ("Wants to read little: short answers, no explanations.", "i_concise"),
    Verbosity.VERBOSE: ("Wants explanations in detail.", "i_detailed"),
}
_TIMING = {
    Timing.UPFRONT: (
        "Answers questions only before the work has started; refuses later ones.",
        "i_ask_upfront",
    ),
    Timing.ONGOING: ("Answers questions at any time, as they come up.", "i_ask_anytime"),
}
_STYLE = {
    Style.SHORT: (
        "Answers in fewer than 15 words, and only the first question of a message.",
        "i_one_question",
    ),
    Style.VERBOSE: ("Answers at length, and all questions.", ""),
}


@cache
def catalogue() -> Mapping[str, Preference]:
    """The coding preferences by their ids."""
    file = resources.files(__package__).joinpath("preferences.toml")
    rows = cast("dict[str, str]", tomllib.loads(file.read_text(encoding="utf-8")))
    return {name: Preference(name, name.rstrip("0123456789"), said) for name, said in rows.items()}


def manner_statements() -> Mapping[str, str]:
    """What `described` says of a manner, by the preference that it comes to."""
    said = (*_VERBOSITY.values(), *_TIMING.values(), *_STYLE.values())
    return {preference: words for words, preference in said if preference}


def profiles(
    count: int = COUNT, seed: int = SEED, pool: Collection[str] | None = None
) -> tuple[Profile, ...]:
    """So many people; the eight manners in turn, 5 to 10 preferences each, fewer if the pool has.

    The same arguments give the same people.
    """
    random = Random(f"profiles/{seed}")
    manners = list(product(Verbosity, Timing, Style))
    random.shuffle(manners)
    return tuple(
        Profile(f"p{number:02d}", *manners[number % len(manners)], _drawn(random, pool))
        for number in range(count)
    )


def _drawn(random: Random, pool: Collection[str] | None) -> tuple[str, ...]:
    wanted = random.randint(FEWEST, MOST)
    order = sorted(catalogue() if pool is None else pool)
    random.shuffle(order)
    chosen: list[str] = []
    taken: set[str] = set()
    for each in order:
        if len(chosen) < wanted and not dimensions(each) & taken:
            taken |= dimensions(each)
            chosen.append(each)
    return tuple(sorted(chosen))


def described(profile: Profile) -> str:
    """The profile in words, as the oracle is told it and as a model plays it."""
    known = catalogue()
    lines = [
        *(words for words, _ in profile.manner_in_words),
        *(known[each].statement for each in profile.preferences),
    ]
    return "\n".join(f"- {line}" for line in lines)


def write(people: Iterable[Profile], file: Path) -> None:
    """One profile a line, as JSON."""
    lines = [json.dumps(each._asdict()) for each in people]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(file: Path) -> tuple[Profile, ...]:
    """The profiles of a file. Raises ValueError where one is not what it should be."""
    found: list[Profile] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            profile = Profile(
                id=row["id"],
                verbosity=Verbosity(row["verbosity"]),
                timing=Timing(row["timing"]),
                style=Style(row["style"]),
                preferences=tuple(row["preferences"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{file}, line {number}: not a profile ({error})") from error
        unknown = [each for each in profile.preferences if each not in catalogue()]
        if unknown:
            raise ValueError(f"{file}, line {number}: there is no preference {unknown[0]!r}")
        found.append(profile)
    return tuple(found)
