"""One event from stdin to stdout."""

import os
import sys
from collections.abc import Mapping

from tom_swe.checkout import is_ignored
from tom_swe.hosts.hook import state as states
from tom_swe.hosts.hook import stored as storing
from tom_swe.hosts.hook.answer import HookAnswer, can_be_told, written
from tom_swe.hosts.hook.event import (
    AFTER,
    COMPACTED,
    EVENTS,
    PROMPT,
    START,
    STATUS,
    STOP,
    TOOL,
    Event,
)
from tom_swe.hosts.hook.state import LATER, OWED, SessionState
from tom_swe.hosts.hook.stored import SilentKeyring, Stored
from tom_swe.hosts.hook.telling import TOLD, briefing, untold
from tom_swe.hosts.inbox import HOOK_LOG, INBOX, LEARNER_LOCK, HookFault, Place, append, is_locked
from tom_swe.hosts.inbox import log as log_line

SAID = "said"
OFF_LINE = b"tom: off\n"
_SILENT = "silent"


def main() -> None:
    """Answers one event and exits 0, always."""
    try:
        name, host = [*sys.argv[1:3], "", ""][:2]
        run(name, dict(os.environ), host)
    finally:
        # Whatever happened, the host goes on; and tearing the interpreter down takes time.
        os._exit(0)


def run(name: str, environ: Mapping[str, str], host: str = "") -> None:
    """Answers one event, whose JSON comes on stdin."""
    place = Place(environ)
    if place.is_off(environ):
        if name == STATUS:
            os.write(1, OFF_LINE)
        return
    try:
        event = Event(name, sys.stdin.buffer.read(), host)
        if event.name == STATUS:
            show_status(place, event)
            return
        if event.name not in EVENTS:
            raise HookFault("an event that tom does not know")
        if event.is_foreign or event.is_own or is_ignored(event.cwd) or not _matters(event):
            return
    except Exception as error:
        log_fault(place, name, error)
        return
    try:
        place.make()
    except OSError as error:
        # What is there can be read all the same.
        log_fault(place, name, error)
    answer, noted = respond(place, event)
    try:
        if event.name not in {TOOL, AFTER} or noted:
            append(place.file(INBOX), event.line(place.user, **noted))
    except Exception as error:
        log_fault(place, event.name, error)
    finally:
        # It is noted as told already, whether that could be written down or not.
        if said := written(event, answer):
            os.write(1, said)
    if event.name in {PROMPT, START, TOOL, AFTER} or answer.decision:
        return
    try:
        if not is_locked(place.file(LEARNER_LOCK)):
            start_learner(place, environ)
    except Exception as error:
        log_fault(place, event.name, error)


def _matters(event: Event) -> bool:
    """Whether there is anything to do: a session's start mostly waits for its first prompt."""
    return event.name != START or event.source == COMPACTED or can_be_told(event)


def respond(place: Place, event: Event) -> tuple[HookAnswer, dict[str, str]]:
    """What to answer to an event, and what to note of it beside itself.

    What goes wrong with one part of it is logged, and the others are answered.
    """
    nothing = HookAnswer(), dict[str, str]()
    if event.name not in {PROMPT, START, TOOL, AFTER, STOP}:
        return nothing
    held: list[SessionState | Stored] = []
    try:
        if not event.session:
            raise HookFault("the host gives no session id, so nothing can be told once")
        held.append(state := states.opened(place, event))
        if event.name == PROMPT:
            state.begin_turn()
        if event.source == COMPACTED:
            state.drop(TOLD, SAID)
        if _SILENT in state or (event.name == START and not can_be_told(event)):
            return nothing
        if event.name == AFTER and not (state.of(LATER) or state.of(OWED)):
            return nothing
        try:
            held.append(stored := storing.opened(place))
        except SilentKeyring:
            state.add(_SILENT)
            raise
        if event.name == AFTER:
            from tom_swe.hosts.hook.checking import reminded_after

            return HookAnswer(reminded_after(stored, state)), {}
        if event.name in {TOOL, STOP}:
            return _checked(place, event, state, stored)
        return _told(place, event, state, stored)
    except Exception as error:
        log_fault(place, event.name, error)
    finally:
        for each in reversed(held):
            each.close()
    return nothing


def _checked(
    place: Place, event: Event, state: SessionState, stored: Stored
) -> tuple[HookAnswer, dict[str, str]]:
    from tom_swe.hosts.hook.checking import checked

    answer, hits = checked(stored, place.user, event, state)
    return answer, {"checks": hits} if hits else {}


def _told(
    place: Place, event: Event, state: SessionState, stored: Stored
) -> tuple[HookAnswer, dict[str, str]]:
    """What the session is to be told, and which beliefs and earlier words are in it."""
    words = reminder = ""
    if event.name == PROMPT:
        try:
            from tom_swe.hosts.hook.checking import heed, owed

            heed(stored, place.user, event, state)
            reminder = owed(stored, state) if can_be_told(event) else ""
        except Exception as error:
            # The session still gets its briefing.
            log_fault(place, event.name, error)
    if not can_be_told(event):
        return HookAnswer(), {}
    known = briefing(stored, place.user, event)
    context = untold(known, state)
    noted = {"told": known.belief_ids} if context else {}
    if event.name == PROMPT:
        try:
            from tom_swe.hosts.hook.earlier import earlier

            words, ids = earlier(stored, place.user, event, state, known.belief_ids)
            if words:
                noted[SAID] = ids
        except Exception as error:
            log_fault(place, event.name, error)
    return HookAnswer("\n".join(filter(None, (context, words, reminder)))), noted


def show_status(place: Place, event: Event) -> None:
    """Writes the line of a host's status line; nothing where it cannot be known."""
    from tom_swe.hosts.hook.status import status

    if is_ignored(event.cwd):
        os.write(1, OFF_LINE)
        return
    held: list[SessionState | Stored] = []
    try:
        held.append(stored := storing.opened(place))
        held.append(state := states.kept(place, event))
        os.write(1, f"{status(stored, place.user, event, state)}\n".encode())
    except Exception as error:
        log_fault(place, event.name, error)
    finally:
        for each in reversed(held):
            each.close()


def log_fault(place: Place, event: str, error: Exception) -> None:
    """Logs what went wrong; a name that tom does not know may hold a message."""
    log_line(place, HOOK_LOG, event if event in EVENTS else "?", error)


def start_learner(place: Place, environ: Mapping[str, str]) -> None:
    """Starts the learner in a session of its own, holding nothing of the host's, and leaves it."""
    # -EP: neither the shell nor the working directory, which is someone's repository, says what
    # is imported.
    command = [sys.executable, "-EP", "-m", "tom_swe.hosts.learner"]
    if environ.get("TOM_HOME"):
        environ = {**environ, "TOM_HOME": place.home}
    nothing = (os.devnull, os.O_RDWR, 0)
    os.posix_spawn(
        command[0],
        command,
        environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, number, *nothing) for number in range(3)],
        setsid=True,
    )
