"""Cursor: all chats in one SQLite store, a row a message; a small store for each workspace."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``Cursor/User``; the bubbles of equal conversations have equal ids and times."""
    user = folder / "Cursor" / "User"
    rows: dict[str, object] = {}
    workspaces: dict[str, list[str]] = {}
    for each in conversations:
        workspaces.setdefault(each.cwd, []).append(each.id)
        rows |= _rows(each)
    for cwd, ids in workspaces.items():
        storage = user / "workspaceStorage" / _workspace(cwd)
        storage.mkdir(parents=True, exist_ok=True)
        (storage / "workspace.json").write_text(json.dumps({"folder": f"file://{quote(cwd)}"}))
        listed = {"allComposers": [], "selectedComposerIds": ids}
        _store(storage / "state.vscdb", "ItemTable", {"composer.composerData": listed})
    _store(user / "globalStorage" / "state.vscdb", "cursorDiskKV", rows)
    return user


def _rows(conversation: Conversation) -> dict[str, object]:
    heads: list[dict[str, object]] = []
    rows: dict[str, object] = {}
    for place, said in enumerate(conversation.messages):
        named = str(uuid5(UUID(int=0), f"{place} {said.at.isoformat()} {said.text}"))
        kind = 1 if said.by_person else 2
        heads.append({"bubbleId": named, "type": kind})
        rows[f"bubbleId:{conversation.id}:{named}"] = {
            "_v": 3,
            "bubbleId": named,
            "type": kind,
            "text": said.text,
            "createdAt": said.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
    uri = {"$mid": 1, "fsPath": conversation.cwd, "scheme": "file"}
    rows[f"composerData:{conversation.id}"] = {
        "_v": 17,
        "composerId": conversation.id,
        "createdAt": round(conversation.started.timestamp() * 1000),
        "lastUpdatedAt": round(conversation.messages[-1].at.timestamp() * 1000),
        "fullConversationHeadersOnly": heads,
        "subagentComposerIds": [],
        "workspaceIdentifier": {"id": _workspace(conversation.cwd), "uri": uri},
    }
    return rows


def _store(path: Path, table: str, rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as store, store:
        for name in ("ItemTable", "cursorDiskKV"):
            store.execute(
                f"create table if not exists {name}"
                " (key text unique on conflict replace, value blob)"
            )
        values = [(key, json.dumps(value).encode()) for key, value in rows.items()]
        store.executemany(f"insert into {table} values (?, ?)", values)  # noqa: S608 -- ours


def _workspace(cwd: str) -> str:
    return hashlib.sha256(cwd.encode()).hexdigest()[:32]
