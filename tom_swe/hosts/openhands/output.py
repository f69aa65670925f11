"""What a command has printed so far.

The SDK tells it once, when the command is over; until then it stands on the terminal's screen.
"""

from __future__ import annotations

from openhands.tools.terminal.constants import CMD_OUTPUT_PS1_END

from tom_swe.text.safe import safe_lines

_PROMPT_ENDS = CMD_OUTPUT_PS1_END.strip()


def printed(screen: str, command: str) -> str:
    """What stands on a shell's screen below the line of its newest command."""
    return without_echo(safe_lines(screen.rpartition(_PROMPT_ENDS)[2]).lstrip("\n"), command)


def without_echo(text: str, command: str) -> str:
    """The text without the command that it begins with, wherever a shell breaks that into lines."""
    at = 0
    for sign in command:
        if sign.isspace():
            continue
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text) or text[at] != sign:
            # Still being written, or nothing of it.
            return "" if at == len(text) else text
        at += 1
    return text[at:].strip("\n")
