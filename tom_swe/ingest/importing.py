"""Transcripts on this machine into memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tom_swe.checkout import is_ignored
from tom_swe.errors import SourceError, UsageError
from tom_swe.ingest import IMPORTERS, Importer, Redactor, Tally, TranscriptSource, read_sessions
from tom_swe.mind.tom import Tom
from tom_swe.model.base import Value
from tom_swe.model.memory import PutState
from tom_swe.model.session import CLEANING


class FoundTranscripts(Value):
    """Transcripts of one host in one place."""

    host: str
    path: Path
    files: int
    size: int


@dataclass
class Intake:
    """What an import did. ``passed_over`` counts sources that had not changed since.

    ``ignored`` sessions were held where the person keeps tom out. ``messages`` and ``words`` are
    what the person wrote in the new and grown ones, copies left out.
    """

    new: int = 0
    grown: int = 0
    unchanged: int = 0
    forgotten: int = 0
    passed_over: int = 0
    ignored: int = 0
    turns: int = 0
    messages: int = 0
    words: int = 0
    tally: Tally = field(default_factory=Tally)


def find(environ: Mapping[str, str], home: Path, tally: Tally) -> list[FoundTranscripts]:
    """The transcripts that the known hosts left in their usual places."""
    found: list[FoundTranscripts] = []
    for importer in IMPORTERS.values():
        for root in importer.roots(environ, home):
            try:
                sources = list(importer.sources(root))
            except SourceError as error:
                tally.problem(root, str(error))
                continue
            if sources:
                size = sum(source.size for source in sources)
                files = sum(len(source.files) for source in sources)
                found.append(
                    FoundTranscripts(host=importer.host, path=root, files=files, size=size)
                )
    return found


def importer_of(host: str) -> Importer:
    """The importer of a host. Raises UsageError, which names those there are."""
    if host not in IMPORTERS:
        raise UsageError(f"no importer for {host!r}: use one of {', '.join(IMPORTERS)}")
    return IMPORTERS[host]


def import_transcripts(
    tom: Tom,
    user_id: str,
    host: str,
    path: Path,
    *,
    redact_emails: bool = False,
    progress: Callable[[int], None] = lambda _: None,
    only: str = "",
) -> Intake:
    """Reads every session of a host under a path into memory and queues it for learning.

    What is kept already is passed over. ``progress`` is told the bytes of each source
    that is done. ``only`` is the host's id of one session; the rest of its store is not read
    and not marked as read. Raises UsageError for an unknown host, SourceError where nothing at all
    can be read.
    """
    importer = importer_of(host)
    sessions = tom.memory.sessions
    intake = Intake()
    ignored: list[str] = []
    read: list[int] = []

    def wanted(source: TranscriptSource) -> bool:
        key, stamp = _stamp(source)
        if only or sessions.source_seen(user_id, key) != stamp:
            return True
        intake.passed_over += 1
        progress(source.size)
        return False

    def done(source: TranscriptSource) -> None:
        # What is ignored now may be wanted later: its source is looked at again.
        if not (ignored or only):
            sessions.mark_source(user_id, *_stamp(source))
        ignored.clear()
        progress(source.size)

    for session in read_sessions(
        importer,
        path,
        intake.tally,
        Redactor(emails=redact_emails),
        wanted=wanted,
        done=done,
        only=only,
    ):
        if only and session.host_id != only:
            continue
        if is_ignored(session.cwd):
            intake.ignored += 1
            ignored.append(session.host_id)
            continue
        put = tom.add_session(user_id, session)
        _count(intake, put.state, len(session.turns))
        if put.state in (PutState.NEW, PutState.GROWN) and put.session_id is not None:
            read.append(put.session_id)
    # Only now it is known which of them are copies.
    intake.messages, intake.words = sessions.said_in(read)
    return intake


def _count(intake: Intake, state: PutState, turns: int) -> None:
    match state:
        case PutState.NEW:
            intake.new += 1
        case PutState.GROWN:
            intake.grown += 1
        case PutState.UNCHANGED:
            intake.unchanged += 1
        case PutState.FORGOTTEN:
            intake.forgotten += 1
            return
    intake.turns += turns


def _stamp(source: TranscriptSource) -> tuple[str, str]:
    key = f"{source.host}:{source.key}"
    return key, f"{CLEANING}:{len(source.files)}:{source.size}:{source.mtime_ns}"
