"""What is taken out of an answer: files that nobody asked for, and words beyond the most. Pure."""

from __future__ import annotations

import re

from tom_evals.people.names import named_files
from tom_evals.people.words import blocks, count, sentences


def without_files(text: str, files: tuple[str, ...]) -> str:
    """A text less the sentences and code blocks that name one of the files."""
    if not named_files(text, files):
        return text
    for block in blocks(text):
        if named_files(block, files):
            text = text.replace(block, "")
    kept = [each for each in sentences(text) if not named_files(each, files)]
    return " ".join(kept)


def shortened(text: str, most: int | None) -> str:
    """At most so many words: whole sentences where one fits, otherwise the first words."""
    if most is None or count(text) <= most:
        return text
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".strip()
        if count(longer) > most:
            break
        kept = longer
    if kept:
        return kept
    ends = [each.end() for each in re.finditer(r"\S+", text)]
    return text[: ends[most - 1]] if most else ""
