"""Text as a policy of few words reads and writes it."""

from __future__ import annotations

import re

# A path, a name and a word with an apostrophe are one word each; a sentence's end is its own.
_WORD = re.compile(r"</?\w+>|\w+(?:[./:'-]+\w+)*|[^\w\s]")


def words(text: str) -> list[str]:
    """The words and marks of a text, in their order; marks such as ``<ask>`` are one each."""
    return _WORD.findall(text)
