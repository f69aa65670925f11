"""Lines of long messages as digests, by which near-identical texts are known."""

import hashlib
import re
from collections.abc import Iterable

# A message of fewer lines and characters is written, not kept.
FEWEST_LINES = 5
FEWEST_CHARACTERS = 300
# Headings and the like stand in many texts.
SHORTEST_LINE = 12
_NUMBER = re.compile(r"\d+")


def digests_of(text: str) -> dict[int, int]:
    """The telling lines of a text: the length of each by its digest, a number of 56 bits.

    Case, spaces and numbers are left out, so that near-identical lines are the same.
    """
    found: dict[int, int] = {}
    for line in text.split("\n"):
        flat = _NUMBER.sub("0", " ".join(line.casefold().split()))
        if len(flat) >= SHORTEST_LINE:
            found[int.from_bytes(hashlib.sha256(flat.encode()).digest()[:7])] = len(flat)
    return found


def is_long(sizes: Iterable[int]) -> bool:
    """Whether lines of these lengths are so much text that nobody writes it twice."""
    told = list(sizes)
    return len(told) >= FEWEST_LINES or sum(told) >= FEWEST_CHARACTERS
