"""What is known that bears on a request, as an agent is told it. Pure."""

from collections.abc import Sequence

from tom_swe.advise.brief import plain
from tom_swe.model.advice import PastTurn
from tom_swe.model.belief import Belief, Status

QUOTE = 160  # characters


def background(beliefs: Sequence[Belief], turns: Sequence[PastTurn]) -> list[str]:
    """A line a belief, each with its newest quote, and a line a past turn; none of nothing."""
    lines: list[str] = []
    if beliefs:
        lines.append("What this person wants, in their own words:")
        for belief in beliefs:
            quote = f' "{plain(belief.said, QUOTE)}"' if belief.said else ""
            once = "" if belief.status is Status.CONFIRMED or belief.is_upheld else " (seen once)"
            lines.append(f"- {plain(belief.statement)}{once}{quote}")
    if turns:
        lines.append("What they said before about something similar:")
        lines += [f'- "{plain(turn.text, QUOTE)}"' for turn in turns]
    return lines
