"""What Cursor's SQLite stores hold: chats, read one value at a time.

In 2024 a chat stood whole in ``ItemTable`` of its workspace's ``state.vscdb``, as a tab of
``workbench.panel.aichat.view.aichat.chatdata`` or a composer of ``composer.composerData``. Since
2025 it stands in ``cursorDiskKV`` of ``globalStorage/state.vscdb``: ``composerData:<composer>``
names its bubbles in order, ``bubbleId:<composer>:<bubble>`` holds one each. Bubbles that the
composer does not name were edited away. A composer of the time between holds its bubbles itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tom_swe.errors import SourceError
from tom_swe.ingest.base import Tally
from tom_swe.ingest.draft import TOOL_MARGIN, USER_WINDOW
from tom_swe.ingest.editors import path_of, workspace_of
from tom_swe.ingest.records import Record, argument, as_dict, as_list, as_str, instant, parse
from tom_swe.ingest.sqlite import ForeignStore, salvaged

_TABS = "workbench.panel.aichat.view.aichat.chatdata"
_COMPOSERS = "composer.composerData"
_PANES = "workbench.panel.composerChatViewPane"
_VIEW = "workbench.panel.aichat.view."
_WHOLE = "composerData:"


class Bubble(NamedTuple):
    """A message of a chat, or a tool's call or result. ``began`` is when an answer began."""

    by_person: bool
    text: str
    at: datetime | None = None
    began: datetime | None = None
    tool: str = ""


@dataclass(frozen=True)
class CursorChat:
    """A tab or a composer. ``length`` counts the person's bubbles, ``agents`` are sub-agents."""

    id: str
    is_tab: bool
    folder: str
    created: datetime | None
    updated: datetime | None
    length: int
    agents: frozenset[str]
    bubbles: Callable[[], Iterator[Bubble]]


class StoredValues:
    """The values of a table, each read by its key; one that cannot be read is an empty one."""

    def __init__(self, store: ForeignStore, table: str, path: Path, tally: Tally) -> None:
        self._store = store
        self._path = path
        self._tally = tally
        self._keys, self._value = {
            "ItemTable": (
                "select key from ItemTable where key >= ? and key < ? order by key",
                "select value from ItemTable where key = ?",
            ),
            "cursorDiskKV": (
                "select key from cursorDiskKV where key >= ? and key < ? order by key",
                "select value from cursorDiskKV where key = ?",
            ),
        }[table]
        self._there = has_columns(store, table, {"key", "value"}, path, tally)

    def starting(self, prefix: str) -> list[str]:
        """The keys that begin so, in order."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        rows = self._rows(self._keys, prefix, end)
        return [key for row in rows if (key := as_str(row[0]))]

    def value(self, key: str) -> Record:
        """The JSON object under a key, else an empty one."""
        raw = next(self._rows(self._value, key), (None,))[0]
        if raw is None:
            return {}
        self._tally.lines_read += 1
        found = parse(raw.decode(errors="replace") if isinstance(raw, bytes) else as_str(raw))
        if found is None:
            self._tally.lines_skipped += 1
        return found or {}

    def _rows(self, query: str, *values: str) -> Iterator[tuple[object, ...]]:
        if self._there:
            yield from salvaged(self._store.rows(query, values), self._path, self._tally)


@dataclass
class Workspaces:
    """Which folder a composer belongs to. ``listed`` is what the workspaces' own stores say."""

    user: Path
    listed: dict[str, str] = field(default_factory=dict[str, str])
    named: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, composer: str, told: Record) -> str:
        """The folder, by what the composer says, by its workspace's id, or by the lists."""
        address = as_dict(told.get("uri"))
        for name in ("fsPath", "external", "path"):
            if found := path_of(as_str(address.get(name))):
                return found
        workspace = as_str(told.get("id")) or self.named.get(composer, "")
        # It names a folder beside the others, whatever a store says.
        is_name = Path(workspace).name == workspace and workspace not in ("", "..")
        beside = self.user / "workspaceStorage" / workspace
        return (workspace_of(beside) if is_name else "") or self.listed.get(composer, "")


def has_columns(store: ForeignStore, table: str, names: set[str], path: Path, tally: Tally) -> bool:
    """Whether there is such a table with such columns; false where the store is broken."""
    try:
        return store.has(table) and store.columns(table) >= names
    except SourceError as error:
        tally.problem(path, str(error))
        return False


def learn_composers(
    store: ForeignStore, path: Path, workspaces: Workspaces, tally: Tally
) -> set[str]:
    """Learn which folders composers belong to; returns those that a list says are sub-agents."""
    if folder := workspace_of(path.parent):
        for composer in _listed(StoredValues(store, "ItemTable", path, tally)):
            workspaces.listed.setdefault(composer, folder)
    agents: set[str] = set()
    names = {"composerId", "workspaceId", "isSubagent"}
    if has_columns(store, "composerHeaders", names, path, tally):
        query = "select composerId, workspaceId, isSubagent from composerHeaders"
        for composer, workspace, is_agent in salvaged(store.rows(query), path, tally):
            workspaces.named[as_str(composer)] = as_str(workspace)
            if is_agent:
                agents.add(as_str(composer))
    return agents


def chats(
    store: ForeignStore, path: Path, workspaces: Workspaces, tally: Tally
) -> Iterator[CursorChat]:
    """The chats in a store, of whichever form. Their bubbles are read while it is open."""
    items = StoredValues(store, "ItemTable", path, tally)
    folder = workspace_of(path.parent)
    for tab in as_list(items.value(_TABS).get("tabs")):
        yield _tab(as_dict(tab), folder)
    for each in as_list(items.value(_COMPOSERS).get("allComposers")):
        composer = as_dict(each)
        if as_list(composer.get("conversation")):
            yield _composer(composer, as_str(composer.get("composerId")), folder)
    values = StoredValues(store, "cursorDiskKV", path, tally)
    for key in values.starting(_WHOLE):
        composer = values.value(key)
        named = as_str(composer.get("composerId")) or key.removeprefix(_WHOLE)
        told = as_dict(composer.get("workspaceIdentifier"))
        yield _composer(composer, named, workspaces.of(named, told), values)


def _listed(items: StoredValues) -> Iterator[str]:
    """The composers that a workspace's store names."""
    told = items.value(_COMPOSERS)
    for each in as_list(told.get("allComposers")):
        yield as_str(as_dict(each).get("composerId"))
    for name in ("selectedComposerIds", "lastFocusedComposerIds"):
        yield from map(as_str, as_list(told.get(name)))
    for key in items.starting(_PANES):
        for view in items.value(key):
            if view.startswith(_VIEW):
                yield view.removeprefix(_VIEW)


def _tab(tab: Record, folder: str) -> CursorChat:
    bubbles = [as_dict(each) for each in as_list(tab.get("bubbles"))]
    return CursorChat(
        id=as_str(tab.get("tabId")),
        is_tab=True,
        folder=folder,
        created=None,
        updated=instant(tab.get("lastSendTime")),
        length=sum(each.get("type") == "user" for each in bubbles),
        agents=frozenset(),
        bubbles=partial(_held, bubbles, "user", "ai"),
    )


def _composer(
    composer: Record, named: str, folder: str, values: StoredValues | None = None
) -> CursorChat:
    held = [as_dict(each) for each in as_list(composer.get("conversation"))]
    heads = [as_dict(each) for each in as_list(composer.get("fullConversationHeadersOnly"))]
    ids = [as_str(each.get("bubbleId")) for each in heads]
    stored = values is not None and bool(heads)
    return CursorChat(
        id=named,
        is_tab=False,
        folder=folder,
        created=instant(composer.get("createdAt")),
        updated=instant(composer.get("lastUpdatedAt")),
        length=sum(each.get("type") == 1 for each in (heads if stored else held)),
        agents=frozenset(map(as_str, as_list(composer.get("subagentComposerIds")))),
        bubbles=partial(_stored, values, named, ids) if values and stored else partial(_held, held),
    )


def _held(bubbles: list[Record], person: object = 1, agent: object = 2) -> Iterator[Bubble]:
    for each in bubbles:
        yield from _bubbles(each, person, agent)


def _stored(values: StoredValues, composer: str, ids: list[str]) -> Iterator[Bubble]:
    for named in ids:
        yield from _bubbles(values.value(f"bubbleId:{composer}:{named}"), 1, 2)


def _bubbles(told: Record, person: object, agent: object) -> Iterator[Bubble]:
    """A stored bubble, with no more of its text than a session keeps."""
    kind = told.get("type")
    text = (as_str(told.get("text")) or as_str(told.get("rawText")))[:USER_WINDOW]
    at = instant(told.get("createdAt"))
    if kind == person:
        yield Bubble(by_person=True, text=text, at=at)
    elif kind == agent:
        began = instant(as_dict(told.get("timingInfo")).get("clientStartTime")) or at
        yield Bubble(by_person=False, text=text, at=at or began, began=began)
        called = as_dict(told.get("toolFormerData"))
        if name := as_str(called.get("name")):
            params = as_str(called.get("params")) or as_str(called.get("rawArgs"))
            for part in (argument(parse(params) or {}), as_str(called.get("result"))):
                yield Bubble(
                    by_person=False, text=part[: 2 * TOOL_MARGIN], at=at or began, tool=name
                )
