"""A list in which one key ticks each line."""

from __future__ import annotations

from collections.abc import Sequence

from tom_cli.keys import key_pressed

KEYS = "123456789abcdefgh"


def ticked(title: str, lines: Sequence[str]) -> list[int]:
    """The numbers of the lines that the person leaves ticked; at first all are.

    Quitting ticks none.
    """
    from tom_cli.layout import put
    from tom_swe.text.safe import safe

    chosen = set(range(len(lines)))
    keys = KEYS[: len(lines)]
    while True:
        put(f"\n{title}")
        for i, line in enumerate(lines):
            mark = "x" if i in chosen else " "
            put(f"  {keys[i]} [{mark}] {safe(line)}", hang=8)
        offer = f"{keys[0]}-{keys[-1]} tick or untick, Enter installs, q quits"
        key = key_pressed(offer, f"{keys}\r\nq")
        if key == "q":
            return []
        if key in "\r\n":
            return sorted(chosen)
        chosen ^= {keys.index(key)}
