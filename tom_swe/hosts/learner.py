"""``python -m tom_swe.hosts.learner``: learns from the sessions that the hook noted.

One at a time, and gone when nothing is left to do. The inbox is taken by renaming it, and
a taken file is deleted only when its sessions are stored: a learner that is killed leaves
it for the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from filelock import FileLock, Timeout

from tom_swe.hosts.hook import OPENHANDS
from tom_swe.hosts.hook.state import SUFFIX
from tom_swe.hosts.inbox import INBOX, LEARNER_LOCK, Place, is_locked, log
from tom_swe.hosts.transcripts import found
from tom_swe.place import FILE_MODE

if TYPE_CHECKING:
    from tom_swe.ingest import Redactor
    from tom_swe.mind.tom import Tom
    from tom_swe.settings import Settings

LEARNER_LOG = "learner.log"
TAKEN = "taken-*.jsonl"
NICENESS = 10
# A hook that looks whether a learner is alive holds the lock for a moment.
LOCK_SECONDS = 1.0
STATE_SECONDS = 60 * 24 * 3600
# Before there was one file a session there were many, which had no suffix.
_OF_SESSIONS = frozenset({SUFFIX, ""})


class Told(NamedTuple):
    """The beliefs and the earlier turns that a session was told, where and when."""

    belief_ids: tuple[int, ...]
    cwd: str
    at: datetime
    sayings: tuple[tuple[int, int], ...] = ()


class Met(NamedTuple):
    """What the check of a belief met in a session, when, and what came of it."""

    belief_id: int
    mode: str
    outcome: str
    at: datetime


class Noted(NamedTuple):
    """A session that the inbox names, what it was told and what checks met in it."""

    host: str
    session: str
    user: str
    transcript: str
    told: tuple[Told, ...] = ()
    met: tuple[Met, ...] = ()


def main() -> None:
    """The learner as a process of its own: polite, and holding nothing of who started it."""
    os.closerange(3, 256)
    os.nice(NICENESS)
    place = Place(os.environ)
    try:
        os.chdir(place.home)
    except FileNotFoundError:
        # Nothing was ever kept here, so nothing waits.
        sys.exit(0)
    sys.exit(run(place, os.environ))


def run(place: Place, environ: Mapping[str, str]) -> int:
    """Learns until the inbox is empty; 1 where memory could not be used."""
    if place.is_off(environ):
        return 0
    lock = FileLock(place.file(LEARNER_LOCK), timeout=LOCK_SECONDS, mode=FILE_MODE)
    inbox = Path(place.hosts)
    while _waiting(inbox):
        try:
            with lock:
                _empty(place, environ)
        except Timeout:
            # The learner that has it looks into the inbox again after it let go.
            return 0
        except Exception as error:
            log(place, LEARNER_LOG, "stopped:", _safe(error))
            return 1
    return 0


def take_over(environ: Mapping[str, str]) -> int:
    """Learns from what learners that are gone had taken from the inbox; how many files.

    Files that a learner at work has are its own.
    """
    place = Place(environ)
    inbox = Path(place.hosts)
    left = set(inbox.glob(TAKEN))
    if not left or is_locked(place.file(LEARNER_LOCK)):
        return 0
    run(place, environ)
    return len(left - set(inbox.glob(TAKEN)))


def _waiting(inbox: Path) -> bool:
    return (inbox / INBOX).exists() or any(inbox.glob(TAKEN))


def _empty(place: Place, environ: Mapping[str, str]) -> None:
    """Takes and learns until nothing is left. What is left behind comes first."""
    from tom_swe.app import open_tom
    from tom_swe.settings import load_settings

    settings = load_settings(environ)
    inbox = Path(place.hosts)
    tom = open_tom(settings, say=lambda message: log(place, LEARNER_LOG, "note:", message))
    try:
        users = {settings.user}
        while taken := sorted(inbox.glob(TAKEN)) or _take(inbox):
            for file in taken:
                for noted in _read(place, file):
                    users.add(noted.user)
                    _store(place, tom, settings, noted, environ)
                file.unlink()
            for user in sorted(users):
                _learn(place, tom, user)
    finally:
        tom.close()
    _sweep(inbox)


def _take(inbox: Path) -> list[Path]:
    """The inbox, renamed so that hooks begin another; empty where there is none."""
    taken = inbox / f"taken-{time.time_ns():020d}.jsonl"
    try:
        (inbox / INBOX).rename(taken)
    except FileNotFoundError:
        return []
    # A hook that opened it before the rename finishes its line first.
    with taken.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
    return [taken]


def _read(place: Place, file: Path) -> Iterator[Noted]:
    """The sessions that a taken inbox names, each once with all that it was told."""
    seen: dict[Noted, tuple[list[Told], list[Met]]] = {}
    for line in file.read_bytes().splitlines():
        with contextlib.suppress(ValueError, AttributeError):
            named: Mapping[str, object] = json.loads(line)
            fields = (named.get(key) for key in ("host", "session", "user", "transcript_path"))
            texts = (value if isinstance(value, str) else "" for value in fields)
            host, session, user, transcript = texts
            noted = Noted(host, session, user, transcript)
            told, met = seen.setdefault(noted, ([], []))
            told.extend(_told(named))
            met.extend(_met(named))
            continue
        log(place, LEARNER_LOG, "skipped:", "an inbox line that is not a JSON object")
    for noted, (told, met) in seen.items():
        yield noted._replace(told=tuple(told), met=tuple(met))


def _told(named: Mapping[str, object]) -> Iterator[Told]:
    """What a line of the inbox says was told; lines of older hooks do not say it."""
    ids = [each for each in _listed(named, "told") if isinstance(each, int)]
    said = [str(each) for each in _listed(named, "said")]
    ids += [int(each[1:]) for each in said if re.fullmatch(r"b\d{1,18}", each)]
    turns = [found for each in said if (found := re.fullmatch(r"s(\d{1,18})\.(\d{1,9})", each))]
    if ids or turns or "told" in named:
        sayings = tuple((int(each[1]), int(each[2])) for each in turns)
        with contextlib.suppress(ValueError):
            at = datetime.fromisoformat(str(named.get("at"))).astimezone(UTC)
            yield Told(tuple(ids), str(named.get("cwd") or ""), at, sayings)


def _listed(named: Mapping[str, object], key: str) -> list[object]:
    """The JSON list of a field; empty where there is none."""
    with contextlib.suppress(ValueError):
        found: object = json.loads(str(named.get(key) or ""))
        return cast("list[object]", found) if isinstance(found, list) else []
    return []


def _met(named: Mapping[str, object]) -> Iterator[Met]:
    """What a line of the inbox says that checks met."""
    checks, at = (str(named.get(key) or "") for key in ("checks", "at"))
    with contextlib.suppress(ValueError, TypeError):
        for belief_id, mode, outcome in json.loads(checks):
            when = datetime.fromisoformat(at).astimezone(UTC)
            yield Met(int(belief_id), str(mode), str(outcome), when)


def _store(
    place: Place, tom: Tom, settings: Settings, noted: Noted, environ: Mapping[str, str]
) -> None:
    """Reads one session into memory. Raises MemoryFault; logs whatever is wrong with itself."""
    from tom_swe.errors import MemoryFault
    from tom_swe.ingest import Redactor
    from tom_swe.ingest.importing import import_transcripts

    user = noted.user or settings.user
    try:
        redactor = Redactor(emails=settings.redact_emails)
        # Before the session is there to be learned from, by whichever process.
        _keep_tellings(tom, user, noted, redactor)
        _keep_hits(tom, user, noted, redactor)
        here = found(noted.host, noted.session, noted.transcript, environ, Path.home())
        if here is None:
            log(
                place,
                LEARNER_LOG,
                "skipped:",
                f"a session of {noted.host[:40]} without a transcript",
            )
            return
        emails = settings.redact_emails
        import_transcripts(tom, user, noted.host, here.path, redact_emails=emails, only=here.only)
    except MemoryFault:
        raise
    except Exception as error:
        # One session that cannot be read keeps no other one waiting.
        log(place, LEARNER_LOG, "skipped:", _safe(error))


def _keep_tellings(tom: Tom, user: str, noted: Noted, redactor: Redactor) -> None:
    from tom_swe.checkout import repository_of
    from tom_swe.model.advice import Telling

    for told in noted.told:
        telling = Telling(
            host=noted.host,
            host_id=redactor.redact(_name_of(noted))[0],
            repository=redactor.redact(repository_of(told.cwd))[0],
            belief_ids=told.belief_ids,
            at=told.at,
            sayings=told.sayings,
        )
        tom.memory.tellings.put(user, telling)


def _keep_hits(tom: Tom, user: str, noted: Noted, redactor: Redactor) -> None:
    from tom_swe.model.checks import CheckHit, CheckOutcome, Mode

    host_id = redactor.redact(_name_of(noted))[0]
    hits: list[tuple[int, CheckHit]] = []
    for met in noted.met:
        with contextlib.suppress(ValueError):
            mode, outcome = Mode(met.mode), CheckOutcome(met.outcome)
            hit = CheckHit(host=noted.host, host_id=host_id, at=met.at, mode=mode, outcome=outcome)
            hits.append((met.belief_id, hit))
    if hits:
        tom.memory.checks.met(user, hits)


def _name_of(noted: Noted) -> str:
    """A session's name as the importers have it."""
    return noted.session.replace("-", "") if noted.host == OPENHANDS else noted.session


def _learn(place: Place, tom: Tom, user: str) -> None:
    learned = tom.learn(user)
    if learned.sessions:
        log(place, LEARNER_LOG, "learned:", f"{learned.sessions} sessions")
    for failure in learned.failed:
        log(place, LEARNER_LOG, "failed:", failure)


def _sweep(inbox: Path) -> None:
    """Drops what the hook kept of sessions long ago."""
    oldest = time.time() - STATE_SECONDS
    for file in inbox.iterdir():
        if file.suffix in _OF_SESSIONS and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def _safe(error: Exception) -> str:
    from tom_swe.errors import TomError

    # What tom did not raise itself may quote the session, so only its name is kept.
    return str(error) if isinstance(error, TomError) else type(error).__name__


if __name__ == "__main__":
    main()
