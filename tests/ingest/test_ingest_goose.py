"""Goose's store and its older files."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

AT = 1_784_890_800  # 2026-07-24 11:00 UTC
HIDDEN = '{"userVisible": false, "agentVisible": true}'


def text(words: str) -> dict[str, object]:
    """A block of text."""
    return {"type": "text", "text": words}


RESPONSE = {"type": "toolResponse", "toolResult": {"status": "success", "value": [text("a.py")]}}
REQUEST = {
    "type": "toolRequest",
    "toolCall": {"value": {"name": "developer__shell", "arguments": {"command": "ls"}}},
}
TALK: list[tuple[str, object, str]] = [
    ("user", [text("<info-msg>\nIt is 11:00\n</info-msg>\nuse tabs")], ""),
    ("assistant", [text("I look."), REQUEST], ""),
    ("user", [RESPONSE], ""),
    ("user", [text("what the agent did, in short")], HIDDEN),
    ("user", [text("and spaces")], ""),
]


def store(
    folder: Path, messages: Sequence[tuple[str, object, str]] = TALK, kind: str | None = "user"
) -> Path:
    """A store with one session, its messages a second apart."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sessions.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table sessions (id, working_dir, session_type, created_at)")
        connection.execute(
            "create table messages (session_id, role, content_json, created_timestamp,"
            " metadata_json)"
        )
        row = ("2026_1", "/src/app", kind, "2026-07-24 11:00:00")
        connection.execute("insert into sessions values (?, ?, ?, ?)", row)
        for number, (role, content, metadata) in enumerate(messages):
            said = content if isinstance(content, str) else json.dumps(content)
            row = ("2026_1", role, said, AT + number, metadata)
            connection.execute("insert into messages values (?, ?, ?, ?, ?)", row)
    connection.close()
    return path


def lines(messages: Sequence[tuple[str, object, str]] = TALK) -> list[object]:
    """The same session as an older file."""
    head = {"working_dir": "/src/app", "created_at": "2026-07-24T11:00:00Z"}
    told = [
        {"role": role, "created": AT + number, "content": content}
        for number, (role, content, metadata) in enumerate(messages)
        if not metadata
    ]
    return [head, *told]


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


@pytest.mark.parametrize("form", ["store", "lines"])
def test_each_form_is_read(tmp_path: Path, write: Write, read: Read, form: str) -> None:
    """Words without the host's, replies, calls and results; not what is hidden from the person."""
    path = store(tmp_path) if form == "store" else write("2026_1.jsonl", lines())
    (session,) = read("goose", path)
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("agent", "", "I look."),
        ("tool", "developer__shell", "ls"),
        ("tool", "tool", "a.py"),
        ("user", "", "and spaces"),
    ]
    assert (session.host_id, session.cwd, session.repository) == ("2026_1", "/src/app", "app")
    assert session.started == session.turns[0].at == datetime.fromtimestamp(AT, UTC)


@pytest.mark.parametrize(("kind", "found"), [("user", 1), ("", 1), (None, 1), ("sub_agent", 0)])
def test_only_sessions_of_a_person_count(
    tmp_path: Path, write: Write, read: Read, kind: str | None, found: int
) -> None:
    """Others are a schedule's or an agent's, wherever a copy of them lies."""
    store(tmp_path, kind=kind)
    write("2026_1.jsonl", lines())
    assert len(read("goose", tmp_path)) == found


@pytest.mark.parametrize("longer", ["store", "lines"])
def test_the_longer_copy_counts(tmp_path: Path, write: Write, read: Read, longer: str) -> None:
    """A session that was taken over from an older file is one session."""
    store(tmp_path, TALK if longer == "store" else TALK[:1])
    write("2026_1.jsonl", lines(TALK if longer == "lines" else TALK[:1]))
    write("2025_7.jsonl", lines([("user", [text("hi")], "")]))
    write("other.jsonl", [{"role": "user", "text": "another host's"}])
    sessions = {session.host_id: said([session]) for session in read("goose", tmp_path)}
    assert sessions == {"2026_1": ["use tabs", "and spaces"], "2025_7": ["hi"]}


def test_broken_rows_do_not_stop_the_rest(
    tmp_path: Path, write: Write, read: Read, tally: Tally
) -> None:
    """Values of any type are passed over; a mark that is not closed stays."""
    messages: list[tuple[str, object, str]] = [
        ("user", '[{"type": "te', ""),
        ("user", [3, None, {"type": "text", "text": 7}, text("use <info-msg> marks")], "7"),
        ("user", {"type": "text"}, "{"),
        ("assistant", [{"type": "toolRequest", "toolCall": 5}, {"type": "toolResponse"}], ""),
    ]
    assert said(read("goose", store(tmp_path, messages))) == ["use <info-msg> marks"]
    assert tally.lines_skipped == 1
    strange: list[object] = ["[1]", '{"wor', *lines(), {"role": [], "content": {}}]
    assert len(said(read("goose", write("a/b.jsonl", strange)))) == 2


def test_a_broken_store_does_not_hide_the_files_beside_it(
    tmp_path: Path, write: Write, read: Read, tally: Tally
) -> None:
    """What of them can be read is read, and the tally names the store."""
    (tmp_path / "sessions.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 200)
    write("2026_1.jsonl", lines())
    assert len(read("goose", tmp_path)) == 1
    assert any("sessions.db" in problem for problem in tally.problems)
    with pytest.raises(SourceError):
        read("goose", tmp_path / "sessions.db")


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({}, ".local/share/goose/sessions"),
        ({"XDG_DATA_HOME": "data"}, "data/goose/sessions"),
        ({}, "Library/Application Support/goose/sessions"),
        ({}, "AppData/Roaming/Block/goose/data/sessions"),
        ({"APPDATA": "roaming"}, "roaming/Block/goose/data/sessions"),
        ({"GOOSE_PATH_ROOT": "mine"}, "mine/data/sessions"),
    ],
)
def test_its_places_on_every_system(tmp_path: Path, environ: dict[str, str], place: str) -> None:
    """Linux, macOS and Windows, and where the environment says."""
    (tmp_path / place).mkdir(parents=True)
    told = {name: str(tmp_path / value) for name, value in environ.items()}
    assert IMPORTERS["goose"].roots(told, tmp_path) == [tmp_path / place]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """The person's messages, with their times and their folder."""
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    messages = tuple(
        Said(number % 2 == 0, f"message {number}", start + timedelta(minutes=number))
        for number in range(4)
    )
    written = [Conversation(name, f"/src/{name}", messages) for name in ("a", "b")]
    sessions = read("goose", writer_of("goose")(tmp_path, written))
    assert [session.host_id for session in sessions] == ["a", "b"]
    for session, conversation in zip(sessions, written, strict=True):
        told = [(turn.text, turn.at) for turn in session.by(Role.USER)]
        assert told == [(each.text, each.at) for each in messages if each.by_person]
        assert session.cwd == conversation.cwd
