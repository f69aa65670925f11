"""The lexicon of what cannot be taken back: verbs, their objects, and the words around them."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from tom_swe.text.terms import terms

_IRREGULAR = {"send": "sent", "rewrite": "rewritten", "cut": "cut", "pay": "paid", "tell": "told"}


class Act(NamedTuple):
    """One kind of thing that cannot be taken back, and why."""

    id: str
    because: str


class Verb(NamedTuple):
    """What does it. One that is ``strong`` does it to any object but code, a ``mild`` one to few.

    ``objects`` tell by themselves; ``possible`` ones tell beside one that does.
    """

    act: Act
    words: tuple[str, ...]
    objects: frozenset[str]
    possible: frozenset[str]
    is_strong: bool
    is_mild: bool


class Lexicon(NamedTuple):
    """The whole data file. ``verbs`` stand by their first word, those of most words first."""

    verbs: Mapping[str, Sequence[Verb]]
    participles: Mapping[str, Verb]
    code: frozenset[str]
    kinds: frozenset[str]
    generic: frozenset[str]
    bare: frozenset[str]
    words: Mapping[str, frozenset[str]]
    acts: Mapping[str, Act]
    live_ends: tuple[str, ...]


def term_of(word: str) -> str:
    """A word without its ending, of a name its last part: audit_log, logs; a path stays whole."""
    parts = () if "/" in word else terms(word)
    return parts[-1] if parts else word.lower()


@cache
def lexicon() -> Lexicon:
    """What the data file holds."""
    file = resources.files(__package__).joinpath("lexicon.toml")
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    verbs: dict[str, list[Verb]] = {}
    participles: dict[str, Verb] = {}
    for given in raw["act"]:
        act = Act(given["id"], given["because"])
        certain = frozenset(map(term_of, given.get("objects", ())))
        some = certain | frozenset(map(term_of, given.get("ambiguous", ())))
        for name in ("verbs", "mild", "strong"):
            for said in given.get(name, ()):
                words = tuple(said.split())
                mild = name == "mild"
                verb = Verb(act, words, certain if mild else some, some, name == "strong", mild)
                verbs.setdefault(words[0], []).append(verb)
                if len(words) == 1:
                    participles.setdefault(_participle(said), verb)
    participles |= dict.fromkeys(("go", "gone"), verbs["delete"][0])
    for each in verbs.values():
        each.sort(key=lambda verb: (-len(verb.words), not verb.is_strong))
    words = {name: frozenset(given) for name, given in raw["other"].items()}
    return Lexicon(
        verbs,
        participles,
        code=frozenset(map(term_of, raw["code"]["words"])),
        kinds=frozenset(map(term_of, raw["code"]["kinds"])),
        generic=frozenset(map(term_of, words["generic"])),
        bare=frozenset(map(term_of, words["bare"])),
        words=words,
        acts={each["id"]: Act(each["id"], each["because"]) for each in raw["act"]},
        live_ends=tuple(words["live_ends"]),
    )


def _participle(verb: str) -> str:
    """What was done: delete, deleted; drop, dropped."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    doubled = verb[-1] in "pnl" and verb[-2] in "aiou" and verb[-3:-2] not in "aeiou"
    return f"{verb}{verb[-1] if doubled else ''}ed"
