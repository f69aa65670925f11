"""What a rule is that finds one kind of secret, and what only stands for one."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

type Span = tuple[int, int]


class Rule(NamedTuple):
    """One kind of secret: where it is in a text that holds one of the markers.

    A marker without capitals is looked for in any case. A ``run`` is one word of at least
    sixteen signs, for which a text without any such word need not be searched.
    """

    name: str
    markers: tuple[str, ...]
    find: Callable[[str], Iterable[Span]]
    run: bool = False


def placeholder(value: str) -> bool:
    """Whether a value only stands for a secret: all of a kind, as in ``sk-xxxxxxxx``."""
    # Of a key that is cut by dashes any part may be short, so the longest one tells.
    longest = max(_PARTING.split(value), key=len)
    judged = longest if len(longest) >= LONG_ENOUGH else value
    lowered = value.lower()
    return len(set(judged.lower())) < 5 or any(word in lowered for word in _STANDINS)


def pattern(name: str, markers: tuple[str, ...], expression: str, *, run: bool) -> Rule:
    """A rule of one expression; its first group, if it has any, is the secret."""
    compiled = re.compile(expression)
    group = 1 if compiled.groups else 0

    def find(text: str) -> Iterator[Span]:
        for match in compiled.finditer(text):
            if not placeholder(match[group]):
                yield match.span(group)

    return Rule(name, markers, find, run)


LONG_ENOUGH = 8
RUN = re.compile(r"[\w.~+=-]{16}")
_PARTING = re.compile(r"[-_.]")
_STANDINS = (
    "example",
    "your-",
    "your_",
    "xxxx",
    "placeholder",
    "redacted",
    "changeme",
    "dummy",
    "...",
    "****",
)
