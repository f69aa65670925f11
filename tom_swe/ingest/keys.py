"""By what a message is known again in a copy of it.

The host's own id of it where copies keep that, else its words and its time, else, for hosts that
write no times, its words and all that stood before them.
"""

import hashlib
from collections.abc import Iterable

from tom_swe.model.session import Role, Turn


def keyed(
    host: str, turns: Iterable[Turn], ids: dict[int, str], *, timed: bool
) -> tuple[Turn, ...]:
    """The turns of a session, those of the user with their keys.

    ``ids`` holds the host's own ids by a turn's place. ``timed`` says that the times are those of
    the messages, not of the session. Times count to the second: hosts round them differently.
    """
    told = list(turns)
    before = hashlib.sha256()
    found: list[Turn] = []
    answered = False
    for place, turn in enumerate(told):
        key = ""
        if turn.role is Role.USER:
            if own := ids.get(turn.ordinal):
                key = _digest(host, "id", own)
            elif turn.text and timed and turn.at:
                key = _digest(host, "time", f"{turn.at:%Y-%m-%dT%H:%M:%S}", turn.text)
            elif turn.text and not timed:
                # What opens a session is told apart by the answer: many begin alike.
                after = "" if answered else _answer(told[place + 1 :])
                key = (
                    _digest(host, before.hexdigest(), turn.text, after) if answered or after else ""
                )
        if turn.role is not Role.TOOL:
            answered = answered or turn.role is Role.AGENT
            before.update(f"{turn.role}\0{turn.text}\0".encode())
        found.append(turn.model_copy(update={"key": key}) if key else turn)
    return tuple(found)


def _answer(turns: Iterable[Turn]) -> str:
    return next((turn.text for turn in turns if turn.role is Role.AGENT), "")


def _digest(*parts: str) -> str:
    # A host's id may hold what no text can.
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]
