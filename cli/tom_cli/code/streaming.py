"""Markdown as it is streamed."""

from __future__ import annotations

_FENCES = ("```", "~~~")


class Streaming:
    """What an agent is saying: whole blocks of it come out, and the last one waits for its end."""

    def __init__(self) -> None:
        self._said = ""
        self._out = 0

    @property
    def rest(self) -> str:
        """What has not come out."""
        return self._said[self._out :]

    def add(self, text: str) -> str:
        """The blocks that end with this piece; "" for none."""
        self._said += text
        return self._until(self._out + whole_blocks(self.rest))

    def end(self, text: str = "") -> str:
        """What of a text, or of all that was streamed, has not come out; begins anew."""
        streamed = self._said.strip()
        left = text if text and text.strip() != streamed else self.rest
        self._said, self._out = "", 0
        return left.strip("\n")

    def _until(self, place: int) -> str:
        blocks, self._out = self._said[self._out : place], place
        return blocks.strip("\n")


def whole_blocks(text: str) -> int:
    """Where the last block of Markdown ends that is over, in a text that still grows."""
    end = place = 0
    fence = ""
    for line in text.splitlines(keepends=True):
        place += len(line)
        said = line.strip()
        if fence:
            fence = "" if said.startswith(fence) else fence
        elif said.startswith(_FENCES):
            fence = said[:3]
        elif not said and line.endswith("\n"):
            end = place
    return end
