"""Gemini CLI: a chat a session, ``~/.gemini/tmp/<project>/chats/session-<time>-<id>.json[l]``.

A session that was resumed, moved or rewritten stands in several files: they are one source, and
their messages are merged by id. ``logs.json`` beside ``chats`` lists what was typed in any session
of the project; it is read for the sessions whose chat is gone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    sources_of,
    walk,
)
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.gemini_chat import Chat, ChatMessage, entries, read_chat, typed_part
from tom_swe.ingest.gemini_folders import folder_of
from tom_swe.ingest.records import as_str, instant
from tom_swe.model.session import Provenance, Session
from tom_swe.redact.redactor import Redactor

HOST = "gemini-cli"
# Sessions of which only the log is left. They are mirrors: one that is imported counts instead.
LOG_HOST = "gemini-cli-log"
LOG = "logs.json"

_CHAT = re.compile(r"session-[\dT-]{10,20}-(.+)\.jsonl?")
# The server of an editor's extension writes such a file at each start, without a person.
_SERVER = "a2a-server"
_CANCELLED = "Request cancelled."
_START = datetime.min.replace(tzinfo=UTC)


class GeminiCli:
    """Reads the chats of Gemini CLI."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``.gemini/tmp`` in ``$GEMINI_CLI_HOME`` or at home, on every system."""
        base = Path(environ.get("GEMINI_CLI_HOME") or home)
        return present([base / ".gemini" / "tmp"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The chats under a path, those of one session together, and the logs."""
        path = existing(path)
        if path.is_dir():
            # A project's folder has its name, which may be that of a folder full of packages.
            files = [file for file in walk(path, _wanted, ".gemini" not in path.parts) if _is(file)]
            groups = _groups(files)
        elif _is(path) and path.name != LOG:
            beside = [file for file in _beside(path) if _is(file)]
            groups = [group for group in _groups(beside) if path in group] or [[path]]
        else:
            groups = [[path]]
        yield from sources_of(HOST, groups)

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session in these chats, or those of which only a log is left."""
        if source.files[0].name == LOG:
            yield from _logged(source.files[0], tally, redactor)
            return
        chats: defaultdict[str, list[Chat]] = defaultdict(list)
        failed: SourceError | None = None
        for file in source.files:
            try:
                chat = read_chat(file, tally)
            except SourceError as error:
                failed = error
                tally.problem(file, str(error))
                continue
            # A sub-agent's chat may carry its parent's id.
            if not chat.is_by_agent and chat.id != _SERVER:
                chats[chat.id or file.stem].append(chat)
        if failed and (len(source.files) == 1 or not chats):
            raise failed
        for named, some in chats.items():
            if session := _session(named, some, tally, redactor):
                yield session


def _wanted(name: str) -> bool:
    return name == LOG or bool(_CHAT.fullmatch(name))


def _is(file: Path) -> bool:
    if file.name == LOG:
        return file.parent.parent.name == "tmp" or (file.parent / "chats").is_dir()
    return file.parent.name == "chats" and bool(_CHAT.fullmatch(file.name))


def _beside(file: Path) -> Iterator[Path]:
    """The chats of all projects."""
    try:
        yield from sorted(file.parents[2].glob("*/chats/session-*"))
    except OSError:
        yield file


def _groups(files: Iterable[Path]) -> list[list[Path]]:
    """The files by session: their names end in the first eight characters of its id."""
    groups: defaultdict[str, list[Path]] = defaultdict(list)
    for file in files:
        name = _CHAT.fullmatch(file.name)
        groups[name[1][:8] if name else printable(file)].append(file)
    return list(groups.values())


def _session(named: str, chats: list[Chat], tally: Tally, redactor: Redactor) -> Session | None:
    """The session in these chats, whatever order they come in."""
    chats = sorted(chats, key=_age)
    source = min((chat.file for chat in chats), key=str)
    draft = SessionDraft(HOST, named, printable(source), tally, redactor)
    folders = [folder_of(chat.file.parent.parent, chat.project_hash, chat.file) for chat in chats]
    draft.cwd = next((folder for folder in sorted(folders) if folder), "")
    starts = [at for chat in chats if (at := instant(chat.head.get("startTime")))]
    draft.started = min(starts, default=None)
    for message in _merged(chats):
        _take(draft, message)
    return draft.finish()


def _age(chat: Chat) -> tuple[datetime, int, str]:
    updated = instant(chat.head.get("lastUpdated")) or _START
    return updated, len(chat.messages), str(chat.file)


def _merged(chats: list[Chat]) -> Iterable[ChatMessage]:
    """The messages of all chats by time; of two with one id, that of the newer chat."""
    if len(chats) == 1:
        return chats[0].messages.values()
    taken_back = {key for chat in chats for key in chat.taken_back}
    found: dict[str, tuple[datetime, ChatMessage]] = {}
    for chat in chats:
        at = _START
        for key, message in chat.messages.items():
            at = message.at or at
            if key not in taken_back:
                found[key] = (at, message)
    return [message for _, message in sorted(found.values(), key=lambda each: each[0])]


def _take(draft: SessionDraft, message: ChatMessage) -> None:
    if message.kind == "user":
        _say(draft, message.text, message.at, message.own_id)
    elif message.kind == "gemini":
        draft.agent(message.text, message.at)
    elif message.kind == "error" or message.text.startswith(_CANCELLED):
        draft.interrupted()
    for call in message.calls:
        if call.cancelled:
            draft.interrupted()
        if call.answers:
            draft.answers(call.answers, call.at)
        else:
            draft.tool(call.name, call.said, call.at)
            draft.tool(call.name, call.result, call.at)


def _say(draft: SessionDraft, text: str, at: datetime | None, message: str = "") -> None:
    words, beside = typed_part(text)
    if words or beside:
        draft.user(words, at, attachment=beside, message=message)


def _logged(file: Path, tally: Tally, redactor: Redactor) -> Iterator[Session]:
    """The sessions in a log whose chats are nowhere beside it."""
    chats = (_CHAT.fullmatch(each.name) for each in _beside(file.parent / "chats" / file.name))
    kept = {name[1][:8] for name in chats if name}
    cwd = folder_of(file.parent, "")
    drafts: dict[str, SessionDraft] = {}
    for entry in entries(file, tally):
        named = as_str(entry.get("sessionId"))
        if not named or named[:8] in kept or entry.get("type") != "user":
            continue
        if named not in drafts:
            draft = SessionDraft(LOG_HOST, named, printable(file), tally, redactor, family=HOST)
            draft.provenance = Provenance.MIRROR
            draft.cwd = cwd
            drafts[named] = draft
        _say(drafts[named], as_str(entry.get("message")), instant(entry.get("timestamp")))
    for draft in drafts.values():
        if session := draft.finish():
            yield session
