"""Goose: one SQLite store for all sessions."""

import json
import sqlite3
from datetime import UTC
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation

_TABLES = """
    create table sessions (
        id text primary key, name text not null default '', description text not null default '',
        session_type text not null default 'user', working_dir text not null,
        created_at timestamp default current_timestamp,
        updated_at timestamp default current_timestamp, extension_data text default '{}'
    );
    create table messages (
        id integer primary key autoincrement,
        session_id text not null references sessions (id), role text not null,
        content_json text not null, created_timestamp integer not null,
        timestamp timestamp default current_timestamp, tokens integer, metadata_json text
    );
    create index idx_messages_session on messages (session_id);
"""


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.local/share/goose/sessions``."""
    home = folder / ".local" / "share" / "goose" / "sessions"
    home.mkdir(parents=True, exist_ok=True)
    store = home / "sessions.db"
    store.unlink(missing_ok=True)
    connection = sqlite3.connect(store)
    connection.executescript(_TABLES)
    for each in conversations:
        connection.execute(
            "insert into sessions (id, name, working_dir, created_at) values (?, ?, ?, ?)",
            (each.id, "CLI Session", each.cwd, f"{each.started.astimezone(UTC):%Y-%m-%d %H:%M:%S}"),
        )
        connection.executemany(
            "insert into messages (session_id, role, content_json, created_timestamp)"
            " values (?, ?, ?, ?)",
            (
                (
                    each.id,
                    "user" if said.by_person else "assistant",
                    json.dumps([{"type": "text", "text": said.text}]),
                    int(said.at.timestamp()),
                )
                for said in each.messages
            ),
        )
    connection.commit()
    connection.close()
    return home
