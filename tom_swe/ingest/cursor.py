"""Cursor: SQLite stores of the editor, and transcripts of its agent.

A ``User`` folder is one set of stores: ``globalStorage/state.vscdb`` and
``workspaceStorage/<workspace>/state.vscdb`` (`cursor_stores` tells what they hold). A chat that
stands in several of them is read where it is longest. `cursor_transcripts` reads the transcripts.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import Tally, TranscriptSource, existing, printable, sources_of, walk
from tom_swe.ingest.cursor_openings import Openings
from tom_swe.ingest.cursor_stores import Bubble, CursorChat, Workspaces, chats, learn_composers
from tom_swe.ingest.cursor_transcripts import is_transcript, read_transcript
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.editors import VS_CODE, sent_again, user_folders
from tom_swe.ingest.sqlite import ForeignStore, is_sqlite, opened, with_log
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "cursor"

_STORE = "state.vscdb"
_OTHERS = {*VS_CODE} - {"Cursor"}
# What Cursor's buttons write; where a button's text has an end, what follows was typed.
_BUTTONS = {
    "For the code present, we get this error:": "If you propose a fix, please make it concise.",
    "Verify this issue exists and fix it:": "",
    "Implement the plan as specified, it is attached": "",
    "Implement the following to-dos from the plan": "",
    "Briefly inform the user about the task result": "",
}


class Cursor:
    """Reads the chats of Cursor, of the editor and of the terminal."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """Cursor's ``User`` folder on Linux, macOS and Windows, and ``~/.cursor/projects``."""
        found = [
            user
            for user in user_folders(environ, home, ("Cursor",))
            if user.parent.name == "Cursor" and any(_stores_in(user))
        ]
        projects = home / ".cursor" / "projects"
        if any(projects.glob("*/agent-transcripts")):
            found.append(projects)
        return found

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each set of stores under a path, then each transcript."""
        path = existing(path)
        users: dict[Path, list[Path]] = {}
        transcripts: dict[str, list[Path]] = {}
        for file in _files(path):
            if file.name == _STORE and file != path:
                user = _user_of(file)
                if user.parent.name not in _OTHERS:
                    users.setdefault(user, [user]).extend(with_log(file))
            elif file == path and is_sqlite(file):
                users[file] = with_log(file)
            elif file == path or is_transcript(file):
                transcripts.setdefault(file.stem, []).append(file)
        yield from sources_of(HOST, (*users.values(), *transcripts.values()))

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The chats of a set of stores, or the session of a transcript."""
        stores = [file for file in source.files if is_sqlite(file)]
        if stores:
            yield from _Stores(stores, tally, redactor).sessions()
        elif source.files[0].is_dir() or source.files[0].name.startswith(_STORE):
            raise SourceError(f"{source.key} holds no SQLite database. Give Cursor's User folder.")
        elif session := read_transcript(source, HOST, tally, redactor):
            yield session


def _stores_in(user: Path) -> Iterator[Path]:
    yield from user.glob(f"workspaceStorage/*/{_STORE}")
    yield from user.glob(f"globalStorage/{_STORE}")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
    elif stores := sorted(_stores_in(path)):
        # A whole ``User`` folder holds much else: no walk through all of it.
        yield from stores
    else:
        yield from walk(path, lambda name: name == _STORE or name.endswith(".jsonl"))


def _user_of(store: Path) -> Path:
    """The ``User`` folder that a store belongs to, else its own folder."""
    beside = store.parent.parent
    if beside.name == "workspaceStorage":
        return beside.parent
    return beside if store.parent.name == "globalStorage" else store.parent


class _Stores:
    """A set of stores, gone through twice: what is said once must be known before it is told."""

    def __init__(self, stores: Iterable[Path], tally: Tally, redactor: Redactor) -> None:
        # The workspaces' stores tell the folders of what the global one holds.
        self._paths = sorted(
            stores, key=lambda store: (store.parent.name == "globalStorage", store)
        )
        self._tally = tally
        self._redactor = redactor
        self._workspaces = Workspaces(_user_of(self._paths[0]))
        self._openings = Openings()
        self._agents: set[str] = set()
        self._longest: dict[str, tuple[int, Path]] = {}

    def sessions(self) -> Iterator[Session]:
        last = self._paths[-1]
        failed: SourceError | None = None
        with ExitStack() as stack:
            # The global one may be gigabytes large, and is copied to be opened while Cursor runs.
            held: dict[Path, ForeignStore] = {}
            try:
                held[last] = stack.enter_context(opened(last))
            except SourceError as error:
                failed = error
                self._tally.problem(last, str(error))
                self._paths.remove(last)
            readable = 0
            for path, store in self._opened(held):
                readable += 1
                self._agents |= learn_composers(store, path, self._workspaces, self._tally)
                self._survey(path, store)
            if not readable:
                raise failed or SourceError(f"{printable(last)} cannot be read.")
            for path, store in self._opened(held):
                for chat in chats(store, path, self._workspaces, self._tally):
                    if self._longest.get(chat.id) != (chat.length, path):
                        continue
                    del self._longest[chat.id]
                    if chat.id not in self._agents and (session := self._session(chat, path)):
                        yield session

    def _opened(self, held: Mapping[Path, ForeignStore]) -> Iterator[tuple[Path, ForeignStore]]:
        for path in self._paths:
            if path in held:
                yield path, held[path]
                continue
            try:
                with opened(path) as store:
                    yield path, store
            except SourceError as error:
                self._tally.problem(path, str(error))

    def _survey(self, path: Path, store: ForeignStore) -> None:
        """Find where each chat is longest, and with what composers were opened."""
        for chat in chats(store, path, self._workspaces, Tally()):
            self._agents |= chat.agents
            if not chat.id or not chat.length:
                continue
            if chat.length > self._longest.get(chat.id, (0, path))[0]:
                self._longest[chat.id] = (chat.length, path)
            if not chat.is_tab:
                typed = ((_typed(each.text), each) for each in chat.bubbles() if each.by_person)
                text, first = next((each for each in typed if each[0]), ("", Bubble(True, "")))
                self._openings.add(chat.folder, text, first.at or chat.created)

    def _session(self, chat: CursorChat, path: Path) -> Session | None:
        bubbles = list(chat.bubbles())
        times = _times(bubbles, chat.created)
        draft = SessionDraft(
            HOST, chat.id, printable(path), self._tally, self._redactor, timed=any(times)
        )
        draft.cwd, draft.started, draft.ended = chat.folder, chat.created, chat.updated
        before, opened_with = "", False
        for bubble, at in zip(bubbles, times, strict=True):
            if bubble.tool:
                draft.tool(bubble.tool, bubble.text, bubble.at)
                continue
            if not bubble.by_person:
                draft.agent(bubble.text, bubble.at)
                continue
            words = _typed(bubble.text)
            if sent_again(words, before):
                draft.interrupted()
            key = ""
            if chat.is_tab:
                key = self._openings.of_tab(chat.folder, words, chat.updated)
            elif words and not opened_with:
                opened_with = True
                key = self._openings.of_composer(chat.folder, words, bubble.at or chat.created)
            beside = "" if words == bubble.text else bubble.text
            draft.user(words, at, attachment=beside, message=key if words else "")
            before = words or before
        return draft.finish()


def _typed(text: str) -> str:
    """What was typed of a message: nothing of what a button wrote."""
    begins = text.lstrip()
    for opening, end in _BUTTONS.items():
        if begins.startswith(opening):
            return begins.partition(end)[2].strip() if end else ""
    return text


def _times(bubbles: list[Bubble], created: datetime | None) -> list[datetime | None]:
    """When the person's messages were sent; all unknown where the chat tells no time of any."""
    answered: list[datetime | None] = [None] * len(bubbles)
    following: datetime | None = None
    for place in range(len(bubbles) - 1, -1, -1):
        answered[place] = following
        following = None if bubbles[place].by_person else bubbles[place].began or following
    found: list[datetime | None] = []
    last: datetime | None = None
    for bubble, answer in zip(bubbles, answered, strict=True):
        at: datetime | None = None
        if bubble.by_person:
            # Messages that were moved from an older store all have the time of the move.
            at = (bubble.at if bubble.at != last else None) or answer or bubble.at
            last = bubble.at or last
        found.append(at)
    if not any(found):
        return found
    known = created
    for place, bubble in enumerate(bubbles):
        if bubble.by_person:
            known = found[place] = found[place] or known
    return found
