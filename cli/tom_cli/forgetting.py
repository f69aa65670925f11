"""What a person wants forgotten: found, put in words, and taken out of every file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tom_cli.common import echoed, id_of, repository_here
from tom_cli.connecting import in_words
from tom_swe.checkout import same_repository
from tom_swe.errors import UsageError
from tom_swe.model.memory import Mentions, SessionSummary

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom
    from tom_swe.settings import Settings


class Which(NamedTuple):
    """Sessions of a repository, a host or a time, which ends before ``until``."""

    repository: str | None = None
    host: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked for."""
        return any(each is not None for each in self)

    def of(self, sessions: Iterable[SessionSummary]) -> tuple[int, ...]:
        """The ids of the sessions that all of it holds for.

        One without a time is in no span of time.
        """
        return tuple(each.id for each in sessions if self._holds(each))

    def _holds(self, session: SessionSummary) -> bool:
        if self.repository is not None and not same_repository(session.repository, self.repository):
            return False
        if self.host is not None and session.host != self.host:
            return False
        at = session.started or session.ended
        if self.since is not None and (at is None or at < self.since):
            return False
        return self.until is None or (at is not None and at < self.until)


def find(tom: Tom, user_id: str, target: str | None, phrase: str | None, which: Which) -> Mentions:
    """What is to go. Raises NotFound and UsageError."""
    if phrase is not None:
        return tom.mentions(user_id, phrase)
    if target is None:
        here = None if which.repository is None else _repository(which.repository)
        return Mentions(
            sessions=which._replace(repository=here).of(tom.memory.sessions.summaries(user_id))
        )
    if target[:1].lower() == "b":
        belief_id = id_of(target, "b", "belief")
        return Mentions(beliefs=(tom.memory.beliefs.get(user_id, belief_id).id,))
    if target[:1].lower() != "s":
        raise UsageError(
            f"{echoed(target)} is neither a belief nor a session: give an id such as b3 or s7"
        )
    session_id = id_of(target, "s", "session")
    tom.memory.sessions.get(user_id, session_id)
    return Mentions(sessions=(session_id,))


def described(tom: Tom, user_id: str, gone: Mentions) -> str:
    """What is to go, in words."""
    from tom_swe.explain.figures import number

    if gone.beliefs and not gone.sessions and len(gone.beliefs) == 1:
        (belief_id,) = gone.beliefs
        return f"b{belief_id} “{tom.memory.beliefs.get(user_id, belief_id).statement}”"
    if gone.sessions and len(gone.sessions) == 1 and not gone.beliefs:
        (session_id,) = gone.sessions
        session = tom.memory.sessions.get(user_id, session_id)
        return f"session s{session_id} ({number(len(session.turns), 'turn')} of {session.host})"
    parts = (
        (len(gone.sessions), "whole session"),
        (len(gone.beliefs), "belief"),
        (len(gone.consultations), "answer"),
        (len(gone.pointers), "pointer"),
        (len(gone.user_acts), "logged change"),
    )
    return in_words([f"{n} {what}{'s'[: n != 1]}" for n, what in parts if n])


def forget(tom: Tom, settings: Settings, gone: Mentions, phrase: str | None) -> None:
    """Takes it out of the memory, and out of what the coding session keeps beside it."""
    from tom_cli.code import conversations

    held = [tom.memory.sessions.get(settings.user, each).host_id for each in gone.sessions]
    tom.forget_mentions(settings.user, gone)
    for host_id in held:
        conversations.delete(settings.conversations, host_id)
    if phrase is not None:
        conversations.delete_holding(settings.conversations, phrase)
        _without(settings, phrase)


def _without(settings: Settings, phrase: str) -> None:
    """Deletes the history of what was typed where it holds the phrase: it has no parts to keep."""
    try:
        typed = settings.history.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    if phrase.strip().casefold() in typed.casefold():
        settings.history.unlink()


def _repository(given: str) -> str:
    return repository_here(None) if given == "." else given
