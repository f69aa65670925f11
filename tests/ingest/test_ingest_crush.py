"""The stores of Crush and of the old opencode in Go."""

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

type Read = Callable[..., list[Session]]

AT = 1_755_277_200
HOSTS = {"crush": ".crush/crush.db", "opencode-go": ".opencode/opencode.db"}


def text(words: str) -> dict[str, object]:
    """A part of text."""
    return {"type": "text", "data": {"text": words}}


def store(
    path: Path,
    messages: Sequence[tuple[str, str, object]],
    sessions: Sequence[tuple[str, str | None]] = (("s", None),),
) -> Path:
    """A store with these sessions and messages (session, role, parts), a second apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("create table sessions (id, parent_session_id, title, created_at)")
        connection.execute("create table messages (id, session_id, role, parts, created_at)")
        for number, (name, parent) in enumerate(sessions):
            row = (name, parent, "A title of a model", AT + number)
            connection.execute("insert into sessions values (?, ?, ?, ?)", row)
        for number, (name, role, parts) in enumerate(messages):
            said = parts if isinstance(parts, str) else json.dumps(parts)
            connection.execute(
                "insert into messages values (?, ?, ?, ?, ?)",
                (str(number), name, role, said, AT + number),
            )
    connection.close()
    return path


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


@pytest.mark.parametrize("host", HOSTS)
def test_a_store_is_read(tmp_path: Path, read: Read, host: str) -> None:
    """Words, replies, calls and results; seconds are times, the project is the folder."""
    call = {"type": "tool_call", "data": {"name": "bash", "input": '{"command": "ls"}'}}
    result = {"type": "tool_result", "data": {"name": "bash", "content": "a.py"}}
    thought = {"type": "reasoning", "data": {"thinking": "hm"}}
    (tmp_path / "app" / ".git").mkdir(parents=True)
    store(
        tmp_path / "app" / HOSTS[host],
        [
            ("s", "user", [text("use tabs"), {"type": "finish", "data": {"reason": "stop"}}]),
            ("s", "assistant", [thought, text("I look."), call]),
            ("s", "tool", [result]),
            ("s", "user", [text("exit")]),
        ],
    )
    (session,) = read(host, tmp_path)
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("agent", "", "I look."),
        ("tool", "bash", "ls"),
        ("tool", "bash", "a.py"),
        ("user", "", "exit"),
    ]
    assert (session.host_id, session.cwd) == ("s", str(tmp_path / "app"))
    assert session.repository == "app"
    assert session.started == session.turns[0].at == datetime.fromtimestamp(AT, UTC)


@pytest.mark.parametrize(
    "order",
    [
        "Please analyze this codebase and create a **CRUSH.md** file containing:",
        "`Please analyze this codebase and create a **CRUSH.md** file containing:",
        "Please analyze this codebase and create a OpenCode.md file containing:",
        "Provide a detailed but concise summary of our conversation above.",
    ],
)
def test_the_clients_own_orders_are_not_words(tmp_path: Path, read: Read, order: str) -> None:
    """Wherever in a session they stand."""
    messages = [("s", "user", [text("hi")]), ("s", "user", [text(order)])]
    path = store(tmp_path / ".crush" / "crush.db", messages)
    assert said(read("crush", path)) == ["hi"]


def test_sessions_of_sub_agents_are_nobodys(tmp_path: Path, read: Read) -> None:
    """A session with a parent holds an agent's orders."""
    messages = [("s", "user", [text("hi")]), ("t", "user", [text("search it")])]
    store(tmp_path / ".crush" / "crush.db", messages, [("s", None), ("t", "s")])
    assert said(read("crush", tmp_path)) == ["hi"]


def test_sent_again_after_an_error_is_said_once(tmp_path: Path, read: Read) -> None:
    """The agent was stopped before it did anything."""
    stopped = {"type": "finish", "data": {"reason": "error", "message": "API Error"}}
    messages = [
        ("s", "user", [text("run it")]),
        ("s", "assistant", [stopped]),
        ("s", "user", [text("run it")]),
        ("s", "assistant", [text("Done.")]),
        ("s", "user", [text("run it")]),
    ]
    path = store(tmp_path / ".crush" / "crush.db", messages)
    assert said(read("crush", path)) == ["run it", "run it"]


def test_broken_rows_do_not_stop_the_rest(tmp_path: Path, read: Read, tally: Tally) -> None:
    """Values of any type are passed over and counted."""
    messages: list[tuple[str, str, object]] = [
        ("s", "user", '[{"type": "te'),
        ("s", "user", [None, 3, {"type": "text", "data": 7}, text("use tabs")]),
        ("s", "user", {"type": "text"}),
        ("s", "nobody", [text("what?")]),
    ]
    path = store(tmp_path / ".crush" / "crush.db", messages)
    with sqlite3.connect(path) as connection:
        connection.execute("insert into messages values (1, 's', x'00', x'ff', 'soon')")
    connection.close()
    assert said(read("crush", path)) == ["use tabs"]
    assert tally.lines_skipped == 3


def test_a_store_of_something_else_is_refused(tmp_path: Path, read: Read) -> None:
    """Its tables have other names, or it is no store at all."""
    path = tmp_path / "crush.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table account (secret)")
    connection.close()
    with pytest.raises(SourceError, match="is no store of crush"):
        read("crush", path)
    path.write_text("words")
    with pytest.raises(SourceError, match="is no SQLite database"):
        read("crush", path)


def test_a_log_that_is_not_written_back_is_read(tmp_path: Path, read: Read) -> None:
    """The newest messages of a client that runs stand there, and its store is not touched."""
    path = store(tmp_path / ".crush" / "crush.db", [("s", "user", [text("old")])])
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    row = ("2", "s", "user", json.dumps([text("new")]), AT + 9)
    connection.execute("insert into messages values (?, ?, ?, ?, ?)", row)
    connection.commit()
    before = path.read_bytes()
    assert said(read("crush", tmp_path)) == ["old", "new"]
    assert path.read_bytes() == before
    connection.close()


def test_the_two_hosts_do_not_read_each_others_stores(tmp_path: Path) -> None:
    """Each is known by its folder."""
    for name in HOSTS.values():
        store(tmp_path / "app" / name, [])
    for host, name in HOSTS.items():
        found = [source.files for source in IMPORTERS[host].sources(tmp_path)]
        assert found == [(tmp_path / "app" / name,)]


def test_stores_are_found_in_the_projects_of_home(tmp_path: Path) -> None:
    """On every system: where a project is, is the person's choice."""
    path = store(tmp_path / "src" / "app" / ".crush" / "crush.db", [])
    assert IMPORTERS["crush"].roots({}, tmp_path) == [path.parent]
    assert IMPORTERS["opencode-go"].roots({}, tmp_path) == []


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_written_is_read_back(tmp_path: Path, read: Read, host: str) -> None:
    """The person's messages, with their times."""
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    messages = tuple(
        Said(number % 2 == 0, f"message {number}", start + timedelta(minutes=number))
        for number in range(4)
    )
    written = [Conversation(name, f"/src/{name}", messages) for name in ("a", "b")]
    sessions = read(host, writer_of(host)(tmp_path, written))
    assert [session.host_id for session in sessions] == ["a", "b"]
    for session in sessions:
        told = [(turn.text, turn.at) for turn in session.by(Role.USER)]
        assert told == [(each.text, each.at) for each in messages if each.by_person]
        assert Path(session.cwd).name == session.host_id
