"""opencode: one SQLite store for all sessions."""

import json
import sqlite3
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation, Said

_TABLES = """
    create table project (id text primary key, worktree text not null);
    create table session (
        id text primary key, project_id text not null, parent_id text, slug text not null,
        directory text not null, title text not null, version text not null, revert text,
        time_created integer not null, time_updated integer not null
    );
    create table message (
        id text primary key, session_id text not null, time_created integer not null,
        time_updated integer not null, data text not null
    );
    create table part (
        id text primary key, message_id text not null, session_id text not null,
        time_created integer not null, time_updated integer not null, data text not null
    );
    create index message_session_idx on message (session_id);
    create index part_message_idx on part (message_id);
"""


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.local/share/opencode``; the copy of a message has another id and the same time."""
    home = folder / ".local" / "share" / "opencode"
    home.mkdir(parents=True, exist_ok=True)
    store = home / "opencode.db"
    store.unlink(missing_ok=True)
    connection = sqlite3.connect(store)
    connection.executescript(_TABLES)
    connection.execute("insert into project values ('global', '/')")
    for each in conversations:
        _insert(connection, each)
    connection.commit()
    connection.close()
    return home


def _insert(connection: sqlite3.Connection, each: Conversation) -> None:
    plain = each.id.replace("-", "")
    name = f"ses_{plain}"
    times = [int(said.at.timestamp() * 1000) for said in each.messages]
    connection.execute(
        "insert into session (id, project_id, slug, directory, title, version, time_created,"
        " time_updated) values (?, 'global', 'quiet-river', ?, 'New session', '1.17.3', ?, ?)",
        (name, each.cwd, times[0], times[-1]),
    )
    for number, (said, at) in enumerate(zip(each.messages, times, strict=True)):
        message, part = f"msg_{plain}{number:06}", f"prt_{plain}{number:06}"
        connection.execute(
            "insert into message values (?, ?, ?, ?, ?)",
            (message, name, at, at, json.dumps(_info(each, said, at))),
        )
        connection.execute(
            "insert into part values (?, ?, ?, ?, ?, ?)",
            (part, message, name, at, at, json.dumps({"type": "text", "text": said.text})),
        )


def _info(each: Conversation, said: Said, at: int) -> dict[str, object]:
    info: dict[str, object] = {"time": {"created": at}, "agent": "build"}
    if said.by_person:
        return {"role": "user", **info, "summary": {"diffs": []}}
    return {"role": "assistant", **info, "mode": "build", "path": {"cwd": each.cwd, "root": "/"}}
