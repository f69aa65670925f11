"""Sessions as hosts with a store or a document keep them: what is told, in a host's own form.

Each message is a pair, who or what it is of (user, beside, agent, call, output) and its text.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

type Told = Sequence[tuple[str, str]]

WORDS = "rename it"
START = 1_793_523_600  # 2026-11-01 09:00 UTC


def _text(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def _role(kind: str) -> str:
    return "user" if kind in ("user", "beside") else "assistant"


def _tables(
    path: Path, tables: dict[str, str], rows: Sequence[tuple[str, tuple[object, ...]]]
) -> None:
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        for name, columns in tables.items():
            connection.execute(f"create table {name} ({columns})")
        for name, row in rows:
            connection.execute(f"insert into {name} values ({', '.join('?' * len(row))})", row)
    connection.close()


def opencode(folder: Path, told: Told, remote: str) -> Path:
    """A store of opencode."""
    del remote
    rows: list[tuple[str, tuple[object, ...]]] = []
    rows.append(("session", ("ses_1", None, "/w/shop", START * 1000)))
    for number, (kind, text) in enumerate(told):
        name, at = f"msg_{number:06}", (START + number) * 1000
        data = json.dumps({"role": _role(kind), "time": {"created": at}})
        state = {"input": {"command": text}} if kind == "call" else {"output": text}
        parts: list[dict[str, object]] = [_text(text)]
        if kind == "beside":
            parts = [{**_text(text), "synthetic": True}, _text(WORDS)]
        elif kind in ("call", "output"):
            parts = [{"type": "tool", "tool": "bash", "state": state}]
        rows.append(("message", (name, "ses_1", at, data)))
        for place, part in enumerate(parts):
            rows.append(("part", (f"{name}-{place}", name, json.dumps(part))))
    tables = {
        "session": "id primary key, parent_id, directory, time_created",
        "message": "id primary key, session_id, time_created, data",
        "part": "id primary key, message_id, data",
    }
    _tables(folder / "opencode" / "opencode.db", tables, rows)
    return folder / "opencode"


def in_project(name: str) -> Callable[[Path, Told, str], Path]:
    """A store of Crush, or of the old opencode in Go."""

    def write(folder: Path, told: Told, remote: str) -> Path:
        del remote
        rows: list[tuple[str, tuple[object, ...]]] = [("sessions", ("s-1", None, START))]
        for number, (kind, text) in enumerate(told):
            part: dict[str, object] = {"type": "text", "data": {"text": text}}
            parts = [part]
            if kind == "beside":
                picture = {"type": "binary", "data": {"path": text, "data": text}}
                parts = [picture, {"type": "text", "data": {"text": WORDS}}]
            elif kind == "call":
                given = json.dumps({"command": text})
                parts = [{"type": "tool_call", "data": {"name": "bash", "input": given}}]
            elif kind == "output":
                parts = [{"type": "tool_result", "data": {"name": "bash", "content": text}}]
            row = (number, "s-1", _role(kind), json.dumps(parts), START + number)
            rows.append(("messages", row))
        tables = {
            "sessions": "id primary key, parent_session_id, created_at",
            "messages": "id primary key, session_id, role, parts, created_at",
        }
        _tables(folder / "shop" / name, tables, rows)
        return folder / "shop"

    return write


def continue_dev(folder: Path, told: Told, remote: str) -> Path:
    """A session of Continue."""
    del remote
    history: list[dict[str, object]] = []
    for kind, text in told:
        entry: dict[str, object] = {"message": {"role": _role(kind), "content": text}}
        if kind == "user":
            entry["editorState"] = text
        elif kind == "beside":
            entry |= {"editorState": WORDS, "contextItems": [{"content": text}]}
        elif kind in ("call", "output"):
            call: dict[str, object] = {"toolCall": {"function": {"name": "Bash"}}}
            given = {"parsedArgs": {"command": text}}
            call |= given if kind == "call" else {"output": [{"content": text}]}
            entry = {"message": {"role": "assistant", "content": ""}, "toolCallStates": [call]}
        history.append(entry)
    home = folder / "sessions"
    home.mkdir(parents=True)
    session = {"sessionId": "n-1", "workspaceDirectory": "/w/shop", "history": history}
    (home / "n-1.json").write_text(json.dumps(session))
    listed = [{"sessionId": "n-1", "dateCreated": str(START * 1000)}]
    (home / "sessions.json").write_text(json.dumps(listed))
    return home


def amp(folder: Path, told: Told, remote: str) -> Path:
    """A thread of Amp."""
    messages: list[dict[str, object]] = []
    for number, (kind, text) in enumerate(told):
        message: dict[str, object] = {"role": _role(kind), "content": [_text(text)]}
        if kind == "beside":
            message |= {"content": [_text(WORDS)], "userState": {"cursorLocationLine": text}}
        elif kind == "call":
            call = {"type": "tool_use", "name": "Bash", "input": {"cmd": text}}
            message["content"] = [call]
        elif kind == "output":
            result = {"type": "tool_result", "run": {"result": {"output": text}}}
            message |= {"role": "user", "content": [result]}
        if _role(kind) == "user":
            message["meta"] = {"sentAt": (START + number) * 1000}
        messages.append(message)
    tree = {"uri": "file:///w/shop", "repository": {"type": "git", "url": remote}}
    env = {"initial": {"trees": [tree]}}
    thread = {"id": "T-1", "created": START * 1000, "env": env, "messages": messages}
    home = folder / "threads"
    home.mkdir(parents=True)
    (home / "T-1.json").write_text(json.dumps(thread))
    return home


def goose(folder: Path, told: Told, remote: str) -> Path:
    """A store of Goose."""
    del remote
    row: tuple[object, ...] = ("g-1", "/w/shop", "user", "2026-11-01 09:00:00")
    rows = [("sessions", row)]
    for number, (kind, text) in enumerate(told):
        block = _text(text)
        role = _role(kind)
        if kind == "beside":
            block = _text(f"<info-msg>{text}</info-msg>\n{WORDS}")
        elif kind == "call":
            value = {"name": "shell", "arguments": {"command": text}}
            block = {"type": "toolRequest", "toolCall": {"value": value}}
        elif kind == "output":
            role = "user"
            block = {"type": "toolResponse", "toolResult": {"value": [_text(text)]}}
        rows.append(("messages", (number, "g-1", role, json.dumps([block]), START + number)))
    tables = {
        "sessions": "id primary key, working_dir, session_type, created_at",
        "messages": "id primary key, session_id, role, content_json, created_timestamp",
    }
    _tables(folder / "sessions" / "sessions.db", tables, rows)
    return folder / "sessions"


STORES: dict[str, Callable[[Path, Told, str], Path]] = {
    "crush": in_project(".crush/crush.db"),
    "opencode-go": in_project(".opencode/opencode.db"),
    "opencode": opencode,
    "continue": continue_dev,
    "amp": amp,
    "goose": goose,
}
