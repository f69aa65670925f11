"""Crush: one SQLite store a project."""

import json
import sqlite3
from collections import defaultdict
from pathlib import Path
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation

_TABLES = """
    create table sessions (
        id text primary key, parent_session_id text, title text not null,
        message_count integer not null default 0, prompt_tokens integer not null default 0,
        completion_tokens integer not null default 0, cost real not null default 0.0,
        updated_at integer not null, created_at integer not null, summary_message_id text
    );
    create table messages (
        id text primary key, session_id text not null, role text not null,
        parts text not null default '[]', model text, created_at integer not null,
        updated_at integer not null, finished_at integer{more},
        foreign key (session_id) references sessions (id) on delete cascade
    );
    create index idx_messages_session_id on messages (session_id);
"""


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.crush/crush.db`` in each folder of work, which are made below this one."""
    return write_stores(folder, conversations, ".crush/crush.db", ", provider text")


def write_stores(
    folder: Path, conversations: list[Conversation], name: str, more_columns: str
) -> Path:
    """A store of this name in each folder of work, which are made below this one."""
    projects: defaultdict[str, list[Conversation]] = defaultdict(list)
    for each in conversations:
        projects[each.cwd].append(each)
    for cwd, held in projects.items():
        store = folder / cwd.lstrip("/") / name
        store.parent.mkdir(parents=True, exist_ok=True)
        store.unlink(missing_ok=True)
        connection = sqlite3.connect(store)
        connection.executescript(_TABLES.format(more=more_columns))
        for each in held:
            _insert(connection, each)
        connection.commit()
        connection.close()
    return folder


def _insert(connection: sqlite3.Connection, each: Conversation) -> None:
    times = [int(said.at.timestamp()) for said in each.messages]
    connection.execute(
        "insert into sessions (id, title, message_count, created_at, updated_at)"
        " values (?, 'New Session', ?, ?, ?)",
        (each.id, len(times), times[0], times[-1]),
    )
    for number, (said, at) in enumerate(zip(each.messages, times, strict=True)):
        role, reason = ("user", "stop") if said.by_person else ("assistant", "end_turn")
        parts = [
            {"type": "text", "data": {"text": said.text}},
            {"type": "finish", "data": {"reason": reason, "time": 0 if said.by_person else at}},
        ]
        connection.execute(
            "insert into messages (id, session_id, role, parts, model, created_at, updated_at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                str(uuid5(UUID(int=0), f"{each.id} {number}")),
                each.id,
                role,
                json.dumps(parts),
                "" if said.by_person else "a-model",
                at,
                at,
            ),
        )
