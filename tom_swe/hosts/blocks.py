"""A block of a person's rules in a Markdown file that agents read, as text. Pure.

The block names the memory that wrote it and the beliefs in it, and each line carries a digest
of itself: what a person changed there is told from what tom wrote, and another's block in the
same file is another's.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tom_swe.errors import TomError
from tom_swe.explain.markdown import escaped, unescaped
from tom_swe.model.belief import Belief, Kind, Reach, Status

TITLE = "## Working preferences"
_BEGIN = re.compile(r"<!-- tom:begin (?P<owner>[0-9a-f]{8})(?P<ids>(?: b\d+)*)(?: \|[^\n]*)? -->")
_END = re.compile(r"<!-- tom:end (?P<owner>[0-9a-f]{8}) -->")
_LINE = re.compile(
    r"^\s*(?:[-*+]|\d+[.)])?\s*(?P<text>.*?)\s*"
    r"(?:<!-- b(?P<id>\d+) (?P<digest>[0-9a-f]{8}) -->)?\s*$"
)
_WHOLE = re.compile(r"<!-- tom:begin .*?(?:<!-- tom:end [0-9a-f]{8} -->|\Z)", re.DOTALL)
_RULE = re.compile(r"[-*_\s]{3,}$")


class FoundBlock(NamedTuple):
    """A block in a text: where it stands, and what a person did to it since it was written."""

    start: int
    end: int
    edited: Mapping[int, str] = {}
    removed: tuple[int, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def is_touched(self) -> bool:
        """Whether there is anything to be read back."""
        return bool(self.edited or self.removed or self.added)


def owner_of(user_id: str, since: datetime) -> str:
    """The name that a memory signs its blocks with; it says nothing of whose it is."""
    return hashlib.sha256(f"{user_id}\0{since.isoformat()}".encode()).hexdigest()[:8]


def fit(beliefs: Iterable[Belief]) -> list[Belief]:
    """Of what a session would be told, what may stand in a file that others may read.

    What the person asks for and has said twice or decided; no habits and nothing about them.
    """
    return [
        belief
        for belief in beliefs
        if belief.kind in (Kind.CONSTRAINT, Kind.PREFERENCE)
        and (belief.status is Status.CONFIRMED or belief.is_upheld)
    ]


def rendered(beliefs: Sequence[Belief], owner: str, newline: str = "\n") -> str:
    """The block; empty where there is nothing to say. It holds no quotes."""
    if not beliefs:
        return ""
    ids = "".join(f" b{belief.id}" for belief in beliefs)
    lines = [
        f"<!-- tom:begin {owner}{ids} | by `tom sync`, which reads your changes back -->",
        TITLE,
        "",
        *(
            f"- {(text := _text(belief))} <!-- b{belief.id} {_digest(owner, belief.id, text)} -->"
            for belief in beliefs
        ),
        f"<!-- tom:end {owner} -->",
    ]
    return newline.join(lines)


def found(text: str, owner: str) -> FoundBlock | None:
    """The memory's own block in a text, None where there is none. Raises TomError."""
    begins = [each for each in _BEGIN.finditer(text) if each["owner"] == owner]
    ends = [each for each in _END.finditer(text) if each["owner"] == owner]
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0].start() < begins[0].end():
        raise TomError("its block has no first or last line, or appears twice")
    begin, end = begins[0], ends[0]
    listed = [int(each) for each in re.findall(r"b(\d+)", begin["ids"])]
    edited: dict[int, str] = {}
    seen: set[int] = set()
    added: list[str] = []
    for line in text[begin.end() : end.start()].splitlines():
        match = _LINE.match(line)
        said = match["text"].strip() if match else ""
        if not match or not said or said.startswith(("#", "<!--")) or _RULE.match(line):
            continue
        number = int(match["id"] or 0)
        if number not in listed or number in seen:
            added.append(unescaped(said))
            continue
        seen.add(number)
        if match["digest"] != _digest(owner, number, said):
            edited[number] = _without_place(unescaped(said))
    removed = tuple(number for number in listed if number not in seen)
    return FoundBlock(begin.start(), end.end(), edited, removed, tuple(added))


def others_in(text: str, owner: str) -> bool:
    """Whether another memory's block is in a text."""
    return any(each["owner"] != owner for each in _BEGIN.finditer(text))


def without_blocks(text: str) -> str:
    """The text with every memory's block blanked, on as many lines as before."""

    def blank(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n")

    return _WHOLE.sub(blank, text)


def placed(text: str, block: str, owner: str, newline: str = "\n") -> str:
    """The text with this block in the place of the one before, else at its end.

    No other byte changes, but for the blank lines that part the block from the rest.
    """
    here = found(text, owner)
    if here is None:
        if not block:
            return text
        return f"{text}{_gap(text, newline)}{block}{newline}"
    before, after = text[: here.start], text[here.end :]
    if block:
        return f"{before}{block}{after}"
    # The blank line that was put before it goes, too.
    before = before.removesuffix(newline) if before.endswith(newline * 2) or not before else before
    return before + after.removeprefix(newline)


def _gap(text: str, newline: str) -> str:
    if not text or text.endswith(newline * 2):
        return ""
    return newline if text.endswith(newline) else newline * 2


_PLACE = re.compile(r" \(in [\w.+#-]+ code\)$")


def _text(belief: Belief) -> str:
    where = f" (in {belief.scope.name} code)" if belief.scope.reach is Reach.LANGUAGE else ""
    return escaped(f"{belief.statement}{where}")


def _without_place(text: str) -> str:
    return _PLACE.sub("", text)


def _digest(owner: str, number: int, text: str) -> str:
    return hashlib.sha256(f"{owner}\0{number}\0{text}".encode()).hexdigest()[:8]
