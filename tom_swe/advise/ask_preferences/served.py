"""How real sessions served the person: proactive and personal. Pure.

The metrics are UserVille's where their parts can be seen in a transcript. What cannot
is said by another sign, so that the figures say how things go over time, and not how a laboratory
would score them (how often the person corrects agents is counted beside them):

- the effort of a question: whether it was after a place in the code, and whether it was waved off
  (the reply's level is told by nobody);
- the preference: what the person had said by then on how they want to be asked.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tom_swe.advise.ask_preferences.checks import asks_for_file, asks_for_symbol
from tom_swe.advise.ask_preferences.preference import Ask, Preference
from tom_swe.advise.clarity.assess import assess, is_underspecified
from tom_swe.extract.habits import is_waved_off
from tom_swe.model.base import Value
from tom_swe.model.session import Role, Session, Turn

_PARAGRAPH = re.compile(r"\n\s*\n")
# An offer hands the turn back; it asks for nothing that the work needs.
_OFFER = re.compile(
    r"\b(?:would you like (?:me )?to|(?:do you )?want (?:me )?to|shall i|should i|anything else|"
    r"ready (?:to|for)|(?:is|does) (?:that|this) (?:ok|okay|fine|look|sound|work)\w*|"
    r"any (?:questions|feedback|thoughts))\b",
    re.IGNORECASE,
)


class Serving(NamedTuple):
    """One session. ``personal`` is None where no wish was known, or nothing was asked."""

    asked: bool
    vague: bool
    proactive: bool
    personal: bool | None


class Served(Value):
    """Shares over the newest sessions in which an agent worked; None of none.

    ``proactivity`` is the share in which the person was asked where it was needed and for nothing
    that cost them much, ``personalisation`` the share that kept to how they want to be asked,
    among the ``judged`` ones.
    """

    sessions: int = 0
    asked: int = 0
    judged: int = 0
    proactivity: float | None = None
    personalisation: float | None = None


def asks(session: Session) -> tuple[Ask, ...]:
    """The agent's messages that ask the person something and got a reply, offers left out."""
    return tuple(_asks(session.turns))


def _asks(turns: Sequence[Turn]) -> Iterator[Ask]:
    done = 0
    last: Turn | None = None
    for turn in turns:
        if turn.role is Role.USER:
            if last is not None and turn.text.strip() and (text := _asked(last.text)):
                yield Ask(text, done, _is_costly(text, turn.text))
                done += 1
            last = None
        elif turn.role is Role.TOOL:
            done += 1
        elif turn.text.strip():
            last = turn


def _asked(message: str) -> str:
    """The last paragraphs of a message with their questions, "" where it asks nothing."""
    end = message.rstrip()
    if not end.endswith(("?", "?**", "?)", "?`", "\uff1f")):
        return ""
    asking = [each for each in _PARAGRAPH.split(end) if "?" in each or "\uff1f" in each]
    kept = [each for each in asking if not _OFFER.search(each)]
    return "\n\n".join(kept) if kept and kept[-1] is asking[-1] else ""


def _is_costly(text: str, reply: str) -> bool:
    return is_waved_off(reply) or asks_for_symbol(text) or asks_for_file(text)


def serving(session: Session, wishes: Collection[Preference], *, corrected: bool) -> Serving | None:
    """How a session went; None where nothing was asked of an agent, or none worked."""
    said = next((turn for turn in session.turns if turn.role is Role.USER and turn.text), None)
    if said is None or not any(turn.role is not Role.USER for turn in session.turns):
        return None
    clarity = assess(said.text)
    if not clarity.is_request:
        return None
    asked = asks(session)
    vague = is_underspecified(clarity)
    known = [each for each in wishes if each.can_be_broken]
    should_have_asked = vague and corrected and not asked
    return Serving(
        asked=bool(asked),
        vague=vague,
        proactive=not (should_have_asked or any(each.is_costly for each in asked)),
        personal=not any(each.broken(asked) for each in known) if known and asked else None,
    )


def served(sessions: Iterable[Serving]) -> Served:
    """The shares over some sessions."""
    rows = list(sessions)
    judged = [each.personal for each in rows if each.personal is not None]
    return Served(
        sessions=len(rows),
        asked=sum(each.asked for each in rows),
        judged=len(judged),
        proactivity=_share([each.proactive for each in rows]),
        personalisation=_share(judged),
    )


def _share(rows: Sequence[bool]) -> float | None:
    return sum(rows) / len(rows) if rows else None
