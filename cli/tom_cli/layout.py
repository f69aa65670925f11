"""Lines on a terminal are broken between words, with hanging indents; elsewhere they stay whole."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from tom_swe.text.safe import safe

QUOTE = 140
# What stays together: a number with what it counts, and a word. In scripts without spaces a line
# may end after each sign, with the punctuation that follows it.
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_STEP = re.compile(
    rf"[{_WIDE}][\u3001\u3002\u3009-\u300f\uff01\uff09\uff0c\uff1a-\uff1f]* *"
    rf"|(?:\d[\d.,]* |→ )?[^\s{_WIDE}]+ *"
)


def console() -> Console:
    """Writes to stdout; plain and unwrapped where that is no terminal."""
    made = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not made.is_terminal:
        made.width = 160
    return made


def put(text: Text | str, *, hang: int = 0, to: Console | None = None) -> None:
    """Print lines. On a terminal each is broken between words.

    What is broken off begins at ``hang``, or at its line's own indent where that is deeper.
    """
    out = to or console()
    for line in (Text(text) if isinstance(text, str) else text).split("\n", allow_blank=True):
        for part in broken(line, out.width, hang) if out.is_terminal else (line,):
            out.print(part)


def broken(line: Text, width: int, hang: int = 0) -> Iterator[Text]:
    """The parts of a line that fit into a width; a word that is wider stays whole."""
    plain = line.plain
    lead = len(plain) - len(plain.lstrip(" "))
    # Something must be left to write in.
    indent = min(max(hang, lead), width // 3)
    places: list[int] = []
    used = lead
    for step in _STEP.finditer(plain, lead):
        if used + cell_len(step.group().rstrip()) > width and used > indent:
            places.append(step.start())
            used = indent
        used += cell_len(step.group())
    first, *rest = line.divide(places)
    first.rstrip()
    yield first
    for part in rest:
        part.rstrip()
        yield Text(" " * indent).append_text(part)


def quoted(text: str, length: int = QUOTE) -> str:
    """A quote in quotation marks, cut between words where it is longer than that."""
    return f"“{safe(text, length)}”"


def put_block(block: Table | Tree) -> None:
    """Print a table or a tree, on a terminal with what is in it broken between words."""
    out = console()
    out.print(block, soft_wrap=not out.is_terminal)
