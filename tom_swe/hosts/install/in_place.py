"""A JSON text changed into another value, with every byte kept that need not change. Pure.

A change is made in small steps, each of one value, and each after reading the text anew: so
a comma or a comment is judged by what stands there, and not by what stood there once.
"""

import json
import re
from difflib import SequenceMatcher
from typing import NamedTuple

from tom_swe.errors import TomError
from tom_swe.hosts.install.jsonc import BOM, Json, Node, parsed

_STEPS = 10_000
_ENDS_IN_COMMENT = re.compile(r"//[^\n]*\Z")


class Splice(NamedTuple):
    """What stands from ``start`` to ``end`` becomes ``text``."""

    start: int
    end: int
    text: str

    def made(self, whole: str) -> str:
        """The text with this change."""
        return f"{whole[: self.start]}{self.text}{whole[self.end :]}"

    def undone(self, whole: str) -> "Splice":
        """What takes this change back; ``whole`` is the text before it."""
        return Splice(self.start, self.start + len(self.text), whole[self.start : self.end])


def rewritten(text: str, after: Json) -> str:
    """The text that says ``after``. Raises TomError where it holds no JSON, or cannot say it."""
    if not text.removeprefix(BOM).strip():
        return f"{text}{_Style.of('').dumped(after)}\n"
    for _ in range(_STEPS):
        step = _step(text, parsed(text), after)
        if step is None:
            return text
        text = step.made(text)
    raise TomError("it cannot be changed in place")


def _step(text: str, node: Node, after: Json) -> Splice | None:
    """The next small change on the way to ``after``; None where there is none left."""
    if _same(node.value, after):
        return None
    if isinstance(node.value, dict) and isinstance(after, dict):
        return _step_in_object(text, node, after)
    if isinstance(node.value, list) and isinstance(after, list):
        return _step_in_list(text, node, node.value, after)
    style = _Style.of(text)
    return Splice(node.start, node.end, style.dumped(after, _indent_at(text, node.start), node))


def _step_in_object(text: str, node: Node, after: dict[str, Json]) -> Splice | None:
    for index, child in enumerate(node.children):
        if child.key not in after:
            return _removed(text, node, index)
    for key, value in after.items():
        child = node.child(key)
        if child is None:
            return _inserted(text, node, len(node.children), value, key)
        if step := _step(text, child.node, value):
            return step
    return None


def _step_in_list(text: str, node: Node, before: list[Json], after: list[Json]) -> Splice | None:
    matcher = SequenceMatcher(None, [*map(_form, before)], [*map(_form, after)], autojunk=False)
    for kind, i, _, j, _ in matcher.get_opcodes():
        if kind == "delete":
            return _removed(text, node, i)
        if kind == "insert":
            return _inserted(text, node, i, after[j])
        if kind == "replace":
            return _step(text, node.children[i].node, after[j])
    return None


def _inserted(text: str, node: Node, index: int, value: Json, key: str | None = None) -> Splice:
    """The value put before the child of this index, or after the last one."""
    style = _Style.of(text)
    name = "" if key is None else f"{style.dumped(key)}:{style.gap}"
    if not node.children:
        return _first(text, node, value, name, style)
    if index < len(node.children):
        at = node.children[index].start
        indent = _indent_before(text, at)
        tail = f"{style.newline}{indent}" if indent is not None else style.gap
        told = style.dumped(value, _indent_at(text, at), node)
        return Splice(at, at, f"{name}{told},{tail}")
    last = node.children[-1]
    end = last.node.end
    indent = _indent_before(text, last.start)
    if indent is None or "\n" not in text[end : node.end]:
        told = style.dumped(value, _indent_at(text, last.start), node)
        if last.comma >= 0:
            return Splice(last.comma + 1, last.comma + 1, f"{style.gap}{name}{told},")
        return Splice(end, end, f",{style.gap}{name}{told}")
    told = f"{style.newline}{indent}{name}{style.dumped(value, indent)}"
    # A comment behind the last one, on its line, stays with it.
    line_end = _line_end(text, max(end, last.comma + 1), node.end - 1)
    if last.comma >= 0:
        return Splice(line_end, line_end, f"{told},")
    return Splice(end, line_end, f",{text[end:line_end]}{told}")


def _first(text: str, node: Node, value: Json, name: str, style: "_Style") -> Splice:
    inner = text[node.start + 1 : node.end - 1]
    outer = _indent_at(text, node.start)
    if style.is_one_line and not inner.strip():
        told = f"{name}{style.dumped(value, '', node)}"
        return Splice(node.start + 1, node.end - 1, told)
    told = f"{style.newline}{outer}{style.unit}{name}{style.dumped(value, outer + style.unit)}"
    return Splice(node.start + 1, node.end - 1, f"{inner.rstrip()}{told}{style.newline}{outer}")


def _removed(text: str, node: Node, index: int) -> Splice:
    child = node.children[index]
    end = child.node.end
    if len(node.children) == 1:
        before = text[node.start + 1 : child.start]
        after = text[max(end, child.comma + 1) : node.end - 1]
        if not before.strip() and not after.strip():
            return Splice(node.start + 1, node.end - 1, "")
        return Splice(node.start + 1, node.end - 1, _joined(before.rstrip(), after))
    if child.comma < 0:
        comma = node.children[index - 1].comma
        kept = text[comma + 1 : child.start].rstrip()
        return Splice(comma, end, _joined(kept, text[end : end + 2], keep=False))
    end = child.comma + 1
    line = text.rfind("\n", 0, child.start) + 1
    line_end = text.find("\n", end)
    if line_end >= 0 and not (text[line : child.start] + text[end:line_end]).strip():
        return Splice(line, line_end + 1, "")
    return Splice(child.start, end + len(text[end:]) - len(text[end:].lstrip(" \t")), "")


def _joined(before: str, after: str, *, keep: bool = True) -> str:
    """Both in a row; what comes after a comment to the line's end is on a line of its own."""
    newline = "\n" if _ENDS_IN_COMMENT.search(before) and not after.startswith(("\n", "\r")) else ""
    return f"{before}{newline}{after if keep else ''}"


class _Style(NamedTuple):
    """How a text is written: its line ends, its indentation, and the space after a colon."""

    newline: str
    unit: str
    gap: str
    is_one_line: bool

    @staticmethod
    def of(text: str) -> "_Style":
        indent = re.search(r"\n([ \t]+)\S", text)
        has_gap = not text or re.search(r'":\s', text) or not re.search(r'":', text)
        return _Style(
            newline="\r\n" if "\r\n" in text else "\n",
            unit=indent[1] if indent else "  ",
            gap=" " if has_gap else "",
            is_one_line=len(text.strip()) > len("{}") and "\n" not in text.strip(),
        )

    def dumped(self, value: Json, indent: str = "", beside: Node | None = None) -> str:
        """A value as text, on one line where the file or what is ``beside`` it is so."""
        if self.is_one_line or (beside is not None and self._is_short(value)):
            separators = (f",{self.gap}", f":{self.gap}")
            return json.dumps(value, ensure_ascii=False, separators=separators)
        told = json.dumps(value, ensure_ascii=False, indent=self.unit)
        return told.replace("\n", f"{self.newline}{indent}")

    def _is_short(self, value: Json) -> bool:
        return not isinstance(value, dict | list) or len(json.dumps(value)) < 200


def _line_end(text: str, at: int, limit: int) -> int:
    """Where the line ends on which ``at`` stands, without its line end."""
    end = text.find("\n", at, limit)
    end = limit if end < 0 else end
    if text.count("/*", at, end) != text.count("*/", at, end):
        return at  # a comment of several lines begins there
    return end - 1 if text[end - 1 : end] == "\r" and end > at else end


def _indent_before(text: str, at: int) -> str | None:
    """What stands before ``at`` on its line, if that is only an indentation."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return before if before.strip(" \t") == "" and "\n" in text[:at] else None


def _indent_at(text: str, at: int) -> str:
    """The indentation of the line on which ``at`` stands."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _same(one: Json, other: Json) -> bool:
    return _form(one) == _form(other)


def _form(value: Json) -> str:
    """A value in one way only; true and 1 are not the same."""
    return json.dumps(value, sort_keys=True)
