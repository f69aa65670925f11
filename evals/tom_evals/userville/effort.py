"""What an answer costs the person. Pure.

The paper (Sun et al., arXiv 2511.02208) knows three efforts, its released code five levels.
"""

from enum import IntEnum

from tom_evals.people import Level


class Effort(IntEnum):
    """What a question costs the person who is asked."""

    LOW = 1  # they only have to say what they meant
    MEDIUM = 2  # they cannot or will not answer
    HIGH = 3  # they have to know, or find out, what goes beyond their request


_EFFORTS = {
    Level.REQUEST: Effort.LOW,
    Level.HINT: Effort.HIGH,
    Level.REFUSED: Effort.MEDIUM,
    Level.FILE: Effort.HIGH,
    Level.SYMBOL: Effort.HIGH,
}


def effort_of(level: Level | None) -> Effort:
    """The paper's effort of a level; of a reply that was given none, medium."""
    return Effort.MEDIUM if level is None else _EFFORTS[level]
