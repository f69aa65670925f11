"""Edits as coloured diffs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from tom_swe.hosts.coding import Call
from tom_swe.text.safe import safe_lines

CONTEXT = 2
MOST_LINES = 60
LONGEST_LINE = 200
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def diff(before: str, after: str, most: int = MOST_LINES) -> Text:
    """The lines that differ, with a little around them."""
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), n=CONTEXT, lineterm="")
    )[2:]
    text = Text()
    for line in lines[:most]:
        text.append(f"    {safe_lines(line)}\n", style=_STYLES.get(line[:1], "dim"))
    if len(lines) > most:
        text.append(f"    … {len(lines) - most} lines more\n", style="dim")
    text.rstrip()
    return text


def planned(call: Call) -> Text:
    """The diff that a call of the file editor would make, empty where it makes none."""
    arguments = call.arguments
    path = Path(str(arguments.get("path", "")))
    old, new = _given(arguments.get("old_str")), _given(arguments.get("new_str"))
    match arguments.get("command"):
        case "create":
            return diff(_read(path), _given(arguments.get("file_text")))
        case "str_replace" if old:
            whole = _read(path)
            return diff(whole, whole.replace(old, new, 1)) if old in whole else diff(old, new)
        case "insert":
            lines = _read(path).splitlines()
            at = arguments.get("insert_line")
            at = at if isinstance(at, int) else len(lines)
            return diff("\n".join(lines), "\n".join([*lines[:at], *new.splitlines(), *lines[at:]]))
        case _:
            return Text()


def tail(text: str, most: int, *, ending: bool = False) -> Iterator[Text]:
    """The last lines of an output; of one that goes on, ``ending`` shows how long lines end."""
    lines = [line for line in safe_lines(text).splitlines() if line.strip()]
    if len(lines) > most:
        more = "" if ending else "; /output shows all"
        yield Text(f"    … {len(lines) - most} lines before{more}", style="dim")
    for line in lines[-most:]:
        cut = len(line) > LONGEST_LINE
        shown = f"…{line[-LONGEST_LINE:]}" if cut and ending else line[:LONGEST_LINE]
        yield Text(f"    {shown}{'…' if cut and not ending else ''}", style="dim")


def _given(value: object) -> str:
    return value if isinstance(value, str) else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
