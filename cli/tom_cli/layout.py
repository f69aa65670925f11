"""Lines on a terminal are broken between words, with hanging indents; elsewhere they stay whole."""

import re
from collections.abc import Iterator
from typing import Any, override

from rich.cells import cell_len
from rich.console import Console
from rich.containers import Lines
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from tom_swe.text.safe import safe

QUOTE = 140
JOINER = "\N{NO-BREAK SPACE}"
# What stays together: a command in backticks, a number with what it counts or, before a comma,
# with what counts it, and a word. In scripts without spaces a line may end after each sign, with
# the punctuation that follows it.
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_STEP = re.compile(
    rf"[{_WIDE}][\u3001\u3002\u3009-\u300f\uff01\uff09\uff0c\uff1a-\uff1f]* *"
    rf"|[^ `{_WIDE}]*`[^`]{{1,40}}`[^ {_WIDE}]* *"
    rf"|[^ {_WIDE}]+ \d[\d.]*(?:[,;:)]+ *|$)"
    rf"|(?:\d[\d.,]* |→ )?[^ {_WIDE}]+ *"
)


class PlainConsole(Console):
    """A console that leaves it to the command how to end when its reader left."""

    @override
    def on_broken_pipe(self) -> None:
        """Raises BrokenPipeError, where rich would exit with code 1."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Writes to stdout or stderr; plain and unwrapped where that is no terminal."""
    made = PlainConsole(highlight=False, markup=False, emoji=False, soft_wrap=True, stderr=stderr)
    if not made.is_terminal:
        made.width = 10_000
    return made


def put(text: Text | str, *, hang: int = 0, end: str = "\n", to: Console | None = None) -> None:
    """Print lines. On a terminal each is broken between words.

    What is broken off begins at ``hang``, or at its line's own indent where that is deeper.
    """
    out = to or console()
    lines = (Text(text) if isinstance(text, str) else text).split("\n", allow_blank=True)
    if out.is_terminal:
        lines = [part for line in lines for part in broken(line, out.width, hang)]
    for place, line in enumerate(lines, start=1):
        line.plain = line.plain.replace(JOINER, " ")
        out.print(line, end=end if place == len(lines) else "\n")


def joined(text: str) -> str:
    """A text that `put` keeps on one line, where it fits on one."""
    return text.replace(" ", JOINER)


def broken(line: Text, width: int, hang: int = 0) -> Iterator[Text]:
    """The parts of a line that fit into a width; a word that is wider stays whole."""
    plain = line.plain
    lead = len(plain) - len(plain.lstrip(" "))
    # Something must be left to write in.
    indent = min(max(hang, lead), width // 3)
    places: list[int] = []
    used = lead
    for start, size, room in _steps(plain, lead, width - indent):
        if used + size > width and used > indent:
            places.append(start)
            used = indent
        used += room
    first, *rest = line.divide(places)
    for part, before in [(first, 0), *((part, indent) for part in rest)]:
        if places and part is not rest[-1]:
            part.rstrip()
        yield Text(" " * before).append_text(part)


def _steps(plain: str, start: int, most: int) -> Iterator[tuple[int, int, int]]:
    """What stays together: where it begins, and its width without and with the space after it."""
    for step in _STEP.finditer(plain, start):
        word = step.group()
        size = cell_len(word.rstrip(" "))
        if size > most and JOINER in word:
            for at, inner, room in _steps(word.replace(JOINER, " "), 0, most):
                yield step.start() + at, inner, room
        else:
            yield step.start(), size, cell_len(word)


def quoted(text: str, length: int = QUOTE) -> str:
    """A quote in quotation marks, cut between words where it is longer than that."""
    return f"“{safe(text, length)}”"


class Words(Text):
    """Text in a table or a tree, broken as `put` breaks lines."""

    def wrap(self, console: Console, width: int, **how: Any) -> Lines:
        """The lines of it."""
        del console
        parts = [self] if how.get("no_wrap") else list(broken(self, width))
        for part in parts:
            part.plain = part.plain.replace(JOINER, " ")
        return Lines(parts)


def put_block(block: Table | Tree) -> None:
    """Print a table or a tree, on a terminal with what is in it broken between words."""
    out = console()
    out.print(block, soft_wrap=not out.is_terminal)
