"""The briefing of a session: whole at its start, and afterwards what changed of it."""

from tom_swe.hosts.hook.event import Event
from tom_swe.hosts.hook.state import SessionState, digest
from tom_swe.hosts.hook.stored import Stored, known_name

TOLD = "told"
TAG = "tom-briefing"
ALSO = "Since this session was told what this person wants, more is known:"
INSTEAD = "This replaces what this session was told before of what this person wants."
NOTHING = "What this session was told before of what this person wants no longer holds."
# How a briefing marks what was said in one session only: that it is said again is nothing new.
_ONCE = " (seen once)"
_KEY_LENGTH = 16


class StoredBriefing:
    """The text for the start of a session, and the ids of the beliefs in it, as JSON.

    ``name`` is that of the repository it is kept under.
    """

    def __init__(self, text: str = "", belief_ids: str = "", name: str = "") -> None:
        self.text = text
        self.belief_ids = belief_ids
        self.name = name


def briefing(stored: Stored, user: str, event: Event) -> StoredBriefing:
    """What is stored for the repository of an event's folder, else for everywhere, else nothing.

    Raises sqlite3.Error.
    """
    chosen = known_name(stored, user, event)
    one = "SELECT text, belief_ids FROM briefing WHERE user_id = ? AND repository = ?"
    text, belief_ids = stored.connection.execute(one, (user, chosen)).fetchone() or ("", "")
    return StoredBriefing(str(text), str(belief_ids), chosen)


def untold(stored: StoredBriefing, state: SessionState) -> str:
    """The part of a briefing that a session does not have yet, noted as told; "" for none.

    In another repository a session gets what is new there. If something that it has does not
    hold any more, it gets the whole briefing again.
    """
    here = digest(stored.name)[:_KEY_LENGTH]
    before = [each.split(" ") for each in state.of(TOLD)]
    lines = [line for line in stored.text.split("\n") if line.startswith("- ")]
    now = {_key(line): line for line in lines}
    known = {key for _, key in before}
    new = [line for key, line in now.items() if key not in known]
    gone = any(name == here and key not in now for name, key in before)
    if gone:
        state.drop(TOLD)
    for key in now:
        state.add(f"{TOLD} {here} {key}")
    if not known:
        return stored.text
    if gone:
        return _in_tag([INSTEAD, stored.text] if lines else [NOTHING])
    return _in_tag([ALSO, *new]) if new else ""


def _in_tag(lines: list[str]) -> str:
    inner = "\n".join(lines).replace(f"<{TAG}>\n", "").replace(f"\n</{TAG}>", "")
    return f"<{TAG}>\n{inner}\n</{TAG}>"


def _key(line: str) -> str:
    """What names a line: its statement without the words that carry it, which may be others."""
    return digest(line.replace(_ONCE, "").partition(' "')[0])[:_KEY_LENGTH]
