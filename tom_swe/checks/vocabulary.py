"""The vocabulary of checks: what rules speak of that can be seen in what an agent does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class CheckedWord:
    """One thing that a rule can speak of. ``given`` is what the data file says of it beside."""

    table: str
    id: str
    label: str
    words: re.Pattern[str]
    given: Mapping[str, Any]

    def texts(self, key: str) -> list[str]:
        """A list of texts of the data file."""
        return [str(each) for each in self.given.get(key, ())]


@dataclass(frozen=True, slots=True)
class Mention:
    """That a rule speaks of something at ``start:end``, against it where it is ``negated``."""

    entry: CheckedWord
    start: int
    end: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class CheckedWords:
    """The whole data file."""

    entries: Sequence[CheckedWord]
    programs: frozenset[str]
    rivals: frozenset[str]
    named_otherwise: Mapping[str, Sequence[str]]
    apart: Sequence[frozenset[str]]
    numbers: Mapping[str, int]
    short: Mapping[str, int]
    long: Sequence[str]

    def in_its_place(self, value: str, other: str) -> bool:
        """Whether of two values of a dimension one is used instead of the other."""
        return value != other and all((value in each) is (other in each) for each in self.apart)

    def mentions(self, text: str) -> list[Mention]:
        """What a text speaks of, in its order; where two overlap, the longer one."""
        found = [
            Mention(entry, match.start(), match.end())
            for entry in self.entries
            for match in entry.words.finditer(text)
            if match.end() > match.start()
        ]
        kept: list[Mention] = []
        for each in sorted(found, key=lambda m: (m.start - m.end, m.start)):
            if not any(_clash(each, other) for other in kept):
                kept.append(each)
        return sorted(kept, key=lambda m: m.start)


def _clash(one: Mention, other: Mention) -> bool:
    """Whether of two mentions one is to be left out: a place in a rule is of one thing."""
    overlap = one.start < other.end and other.start < one.end
    # That a name is meant stands inside of what the name is to be: "a date prefix".
    if {one.entry.table, other.entry.table} == {"subject", "name"}:
        return False
    return overlap


@cache
def vocabulary() -> CheckedWords:
    """What the data file holds."""
    file = resources.files(__package__).joinpath("vocabulary.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    tables = ("action", "text", "name", "subject", "language")
    entries = [
        _entry(table, given)
        for table in tables
        for given in cast("list[dict[str, Any]]", raw[table])
    ]
    rivals = cast("dict[str, Any]", raw["rivals"])
    return CheckedWords(
        entries=entries,
        programs=frozenset(cast("list[str]", raw["programs"]["names"])),
        rivals=frozenset(cast("list[str]", rivals["dimensions"])),
        named_otherwise=cast("dict[str, list[str]]", rivals["programs"]),
        apart=[frozenset(each) for each in cast("dict[str, list[str]]", rivals["apart"]).values()],
        numbers=cast("dict[str, int]", raw["numbers"]),
        short=cast("dict[str, int]", raw["short"]),
        long=cast("list[str]", raw["long"]["asked"]),
    )


def _entry(table: str, given: dict[str, Any]) -> CheckedWord:
    words = cast("list[str]", given["words"])
    name = str(given.get("id", words[0]))
    pattern = re.compile("|".join(_whole(each) for each in words), re.IGNORECASE)
    return CheckedWord(table, name, str(given.get("label", name)), pattern, given)


def _whole(words: str) -> str:
    if _CJK.search(words):
        return f"(?:{words})"
    before = r"(?<![\w-])" if re.match(r"[\w(\[]", words) else ""
    after = r"(?![\w-])" if words[-1] != ":" else ""
    return f"{before}(?:{words}){after}"
