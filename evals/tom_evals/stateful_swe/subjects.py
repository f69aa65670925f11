"""What tells a preference, and what asks for one: its words, and the words of who holds it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path

from tom_evals.keeping.material import meanings
from tom_evals.people.words import content
from tom_evals.stateful_swe.profile import Profile, catalogue

# Questions after what somebody wants, and not after what is the case.
_WISH = (
    "should i",
    "shall i",
    "do you want",
    "would you like",
    "do you prefer",
    "would you prefer",
    "do you like",
    "how do you",
    "do you have a preference",
    "any preference",
    "your preference",
    "convention",
    "do you use",
    "do you need",
    "is it ok",
    "may i",
    "can i",
)
# Words of so many requests that they tell nothing.
_COMMON = frozenset(content("error code data time fix file change name yes none all first state"))


@cache
def words(preference: str) -> frozenset[str]:
    """The stems of a preference's statement, of its subject and of its value."""
    known = catalogue().get(preference)
    spoken = " ".join(meanings()[preference, True]).replace("=", " ").replace("_", " ")
    return content(f"{known.statement if known else ''} {spoken}") - _COMMON


@cache
def tools(preference: str) -> frozenset[str]:
    """The stems of the tools that a preference is for; one alone tells it."""
    held = meanings()[preference, True] if preference.startswith("stack") else ()
    values = " ".join(said.partition("=")[2].replace("_", " ") for said in held)
    return content(values) - content("use then explicit say orm compose")


def told(
    text: str, profile: Profile, known: str = "", quotes: Mapping[str, Iterable[str]] | None = None
) -> list[str]:
    """The profile's preferences that a text tells, those on talking among them.

    It does by the statement, by a quote (by preference, in ``quotes``), by the name of a tool,
    or by two words of the subject; words that ``known`` has too are about the matter at hand.
    """
    flat = _flat(text)
    own = content(text) - content(known)
    return [
        each
        for each in (*profile.preferences, *profile.manner)
        if len(own & words(each)) > 1
        or own & tools(each)
        or any(_flat(said) in flat for said in _said(each, quotes or {}))
    ]


def asked(question: str, preferences: Collection[str]) -> list[str]:
    """The preferences that a question asks for.

    It does by a tool's name or two words of the subject, or by one word of the subject in
    words that ask for a wish.
    """
    own = content(question)
    enough = 1 if any(each in f" {_flat(question)} " for each in _WISH) else 2
    return [each for each in preferences if own & tools(each) or len(own & words(each)) >= enough]


def quotes(data: Path) -> dict[str, tuple[str, ...]]:
    """What people were written to say for each preference, from the shared ``reading`` data.

    Reversals and distractors say something else and are left out.
    """
    found: dict[str, list[str]] = {}
    lines = (data / "reading" / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, filter(None, lines)):
        if row["quote"] and row["label"] not in ("reversal", "distractor"):
            found.setdefault(row["pref"], []).append(row["quote"])
    return {name: tuple(said) for name, said in found.items()}


def _said(preference: str, given: Mapping[str, Iterable[str]]) -> list[str]:
    known = catalogue().get(preference)
    statement = [known.statement.rstrip(".")] if known else []
    # Two words may be anybody's.
    return [*statement, *(each for each in given.get(preference, ()) if len(each.split()) > 2)]


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
