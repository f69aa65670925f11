"""The words by which requests about the way of working are known, and sentences as such words."""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from tom_swe.text.line_kinds import UNSPACED

# Of scripts without blanks each sign is a word.
_WORD = re.compile(
    rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+(?:['’._/-](?:(?![{UNSPACED}])[^\W_])+)*"
)
# Names of files, classes and versions are the task's own.
_NAME = re.compile(r"[\d._/-]|[a-z][A-Z]")


class Vocabulary(NamedTuple):
    """The words of the data file; ``plain`` ones are no twist.

    ``heads`` and ``checks`` say by the form what it is a form of.
    """

    heads: dict[str, str]
    articles: dict[str, str]
    making: frozenset[str]
    asking: frozenset[str]
    states: frozenset[str]
    using: frozenset[str]
    tools: frozenset[str]
    giving: frozenset[str]
    talking: frozenset[str]
    checks: dict[str, str]
    failing: frozenset[str]
    faults: frozenset[str]
    never: frozenset[str]
    steps: frozenset[str]
    stop: frozenset[str]
    plain: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The words, read once."""
    file = resources.files(__package__).joinpath("requests.toml")
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    verbs, words = raw["verbs"], raw["words"]
    plain = (verbs["making"], verbs["looking"], verbs["states"], words["failing"], words["stop"])
    return Vocabulary(
        heads={form: each["id"] for each in raw["head"] for form in each["forms"]},
        articles={each["id"]: each["a"] for each in raw["head"] if "a" in each},
        making=frozenset(verbs["making"]),
        asking=frozenset(verbs["making"]) | frozenset(verbs["looking"]),
        states=frozenset(verbs["states"]),
        using=frozenset(verbs["using"]),
        tools=frozenset(verbs["tools"]),
        giving=frozenset(verbs["giving"]),
        talking=frozenset(verbs["talking"]),
        checks={form: check for check, forms in raw["checks"].items() for form in forms},
        failing=frozenset(words["failing"]),
        faults=frozenset(words["faults"]),
        never=frozenset(words["never"]),
        steps=frozenset(words["steps"]),
        stop=frozenset(words["stop"]),
        plain=frozenset(word for each in plain for word in each),
    )


class Token(NamedTuple):
    """A word of a sentence, folded, at ``start:end``; ``head`` is what it is a form of, if any."""

    word: str
    start: int
    end: int
    head: str
    is_name: bool

    @property
    def may_twist(self) -> bool:
        """Whether it can make a request another than the plain one."""
        known = vocabulary()
        if self.head or self.is_name or len(self.word) < 3:
            return False
        return self.word not in known.plain and self.word not in known.checks


def tokens(words: str) -> list[Token]:
    """The words of a sentence; a head of two words is one."""
    heads = vocabulary().heads
    made: list[Token] = []
    for each in _WORD.finditer(words):
        word = folded(each.group())
        if made and (head := heads.get(f"{made[-1].word} {word}")):
            made[-1] = Token(head, made[-1].start, each.end(), head, False)
        else:
            is_name = bool(_NAME.search(each.group()))
            made.append(Token(word, *each.span(), heads.get(word, ""), is_name))
    return made


def done_with(word: str) -> str:
    """What is done, by the form of its verb: "pushing" and "push" are one."""
    known, stem = vocabulary(), word.removesuffix("ing")
    # "committing" has one letter more, "merging" one less.
    forms = (word, stem, stem[:-1], f"{stem}e") if stem != word else (word,)
    heads = (known.heads.get(form, "") for form in forms)
    return next((head for head in heads if head in known.steps), "")


@lru_cache(maxsize=20_000)
def folded(raw: str) -> str:
    """A word in lower case, without the ending of a plural or an adverb."""
    word = raw.casefold().replace("’", "'")
    if word in vocabulary().stop:
        return word
    if word.endswith("ly") and len(word) > 5:
        return word[:-2]
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is", "'s")):
        return word[:-1]
    return word


def forms_of(word: str) -> tuple[str, ...]:
    """What a person may have written for a folded word."""
    return word, f"{word}s", f"{word}ly"
