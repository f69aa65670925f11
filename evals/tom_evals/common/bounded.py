"""Texts made short enough to be shown to a model."""

from __future__ import annotations


def bounded(text: str, most: int) -> str:
    """A text of at most so many characters and a note: its beginning and end, half each."""
    left_out = len(text) - most
    if left_out <= 0:
        return text
    end = most // 2
    return f"{text[: most - end]}\n[{left_out} characters left out]\n{text[len(text) - end :]}"
