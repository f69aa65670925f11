"""Cursor's stores and transcripts."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]
type Stored = Callable[..., Path]

HOST = "cursor"
TABS = "workbench.panel.aichat.view.aichat.chatdata"
COMPOSERS = "composer.composerData"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def milliseconds(minutes: float = 0) -> int:
    """A time as Cursor writes most of them."""
    return round((START + timedelta(minutes=minutes)).timestamp() * 1000)


def bubble(kind: object, text: object, named: str = "b", **more: object) -> dict[str, object]:
    """A message of a composer: type 1 is the person's, 2 the agent's."""
    return {"type": kind, "text": text, "bubbleId": named, **more}


def composer(named: str, *bubbles: object, at: float = 0, **more: object) -> dict[str, object]:
    """A composer that holds its bubbles itself."""
    told = {"composerId": named, "createdAt": milliseconds(at), "name": "A title", "text": "draft"}
    return {**told, "conversation": list(bubbles), **more}


def rows(named: str, *bubbles: dict[str, object], **more: object) -> dict[str, object]:
    """A composer and its bubbles as the newest form has them, each in its row."""
    heads = [{"bubbleId": f"{place}", "type": each["type"]} for place, each in enumerate(bubbles)]
    whole = {"composerId": named, "createdAt": milliseconds(), "fullConversationHeadersOnly": heads}
    held = {f"bubbleId:{named}:{place}": each for place, each in enumerate(bubbles)}
    return {f"composerData:{named}": {**whole, **more}, **held}


def sent(minutes: float, text: str, **more: object) -> dict[str, object]:
    """A message of the person with its time."""
    return bubble(1, text, createdAt=(START + timedelta(minutes=minutes)).isoformat(), **more)


def words(session: Session) -> list[str]:
    """What the person says in a session."""
    return [turn.text for turn in session.by(Role.USER) if turn.text]


def by_id(sessions: list[Session]) -> dict[str, Session]:
    """Sessions by the host's ids."""
    return {session.host_id: session for session in sessions}


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """Cursor's ``User`` folder."""
    return tmp_path / "Cursor" / "User"


@pytest.fixture
def stored(user: Path) -> Stored:
    """Writes rows into the global store, or into that of a workspace; returns the store."""

    def write(values: Mapping[str, object], workspace: str = "", folder: str = "") -> Path:
        place = user / ("workspaceStorage" if workspace else "globalStorage") / workspace
        place.mkdir(parents=True, exist_ok=True)
        if folder:
            (place / "workspace.json").write_text(json.dumps({"folder": f"file://{folder}"}))
        with closing(sqlite3.connect(place / "state.vscdb")) as store, store:
            for table in ("ItemTable", "cursorDiskKV"):
                store.execute(f"create table if not exists {table} (key text unique, value blob)")
            for key, value in values.items():
                table = "ItemTable" if workspace else "cursorDiskKV"
                text = value if isinstance(value, str | None) else json.dumps(value)
                store.execute(f"insert or replace into {table} values (?, ?)", (key, text))
        return place / "state.vscdb"

    return write


def test_the_newest_form_is_read_in_the_order_of_the_heads(
    user: Path, stored: Stored, read: Read
) -> None:
    """Bubbles that no head names were edited away; tools and the agent's words are turns."""
    tool = {"name": "read_file", "params": '{"path": "a.py"}', "result": "import os"}
    identifier = {"id": "w", "uri": {"fsPath": "/home/me/pager"}}
    chat = rows(
        "c1",
        sent(1, "keep the diff small"),
        bubble(2, "", toolFormerData=tool),
        bubble(2, "Fixed."),
        sent(5, "good"),
        workspaceIdentifier=identifier,
    )
    stored({**chat, "bubbleId:c1:99": bubble(1, "edited away")})
    (session,) = read(HOST, user)
    assert (session.host_id, session.cwd, session.repository) == ("c1", "/home/me/pager", "pager")
    assert session.started == START
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "keep the diff small"),
        ("tool", "read_file", "a.py"),
        ("tool", "read_file", "import os"),
        ("agent", "", "Fixed."),
        ("user", "", "good"),
    ]
    assert session.turns[-1].at == START + timedelta(minutes=5)


def test_tabs_and_composers_of_2024_are_read(user: Path, stored: Stored, read: Read) -> None:
    """Their messages have no times: a tab knows its last use, a composer its start."""
    bubbles = [{"type": "user", "text": "fix this"}, {"type": "ai", "rawText": "Fixed."}]
    tab = {"tabId": "t1", "lastSendTime": milliseconds(9), "bubbles": [*bubbles, {"type": "user"}]}
    held = composer("c1", bubble(1, "add a page"), bubble(2, "Added."), at=3)
    values = {TABS: {"tabs": [tab]}, COMPOSERS: {"allComposers": [held, {"composerId": "x"}]}}
    stored(values, "w1", "/home/me/app")
    found = by_id(read(HOST, user))
    assert set(found) == {"t1", "c1"}
    assert {session.cwd for session in found.values()} == {"/home/me/app"}
    assert [turn.text for turn in found["t1"].turns] == ["fix this", "Fixed."]
    assert (found["t1"].started, found["t1"].ended) == (None, START + timedelta(minutes=9))
    assert found["c1"].started == START + timedelta(minutes=3)
    assert not any(turn.at for session in found.values() for turn in session.turns)


def test_an_order_that_was_tried_again_is_one_saying(
    user: Path, stored: Stored, read: Read
) -> None:
    """Composers opened within minutes, and a tab beside them; not later or in another folder."""
    order = "make the home page a prompt"
    held = [composer(f"c{at}", bubble(1, order), bubble(2, f"{at}"), at=at) for at in (0, 1, 99)]
    bubbles = [{"type": "user", "text": text} for text in ("hi", order)]
    tab = {"tabId": "t", "lastSendTime": milliseconds(2), "bubbles": bubbles}
    stored({TABS: {"tabs": [tab]}, COMPOSERS: {"allComposers": held}}, "w1", "/home/me/app")
    stored({COMPOSERS: {"allComposers": [composer("d", bubble(1, order))]}}, "w2", "/home/me/b")
    found = by_id(read(HOST, user))
    keys = {named: found[named].turns[0].key for named in ("c0", "c1", "c99", "d")}
    keys["t"] = found["t"].turns[1].key
    assert keys["c0"] == keys["c1"] == keys["t"]
    assert len({keys["c0"], keys["c99"], keys["d"]}) == 3


def test_a_copy_of_a_chat_has_the_same_keys(user: Path, stored: Stored, read: Read) -> None:
    """A duplicate keeps the times of its messages, whatever its own id and start."""
    bubbles = [sent(1, "use tabs"), bubble(2, "Ok."), sent(30, "and run the tests")]
    copy = rows("c2", *bubbles, createdAt=milliseconds(600))
    stored({**rows("c1", *bubbles), **copy})
    one, other = read(HOST, user)
    assert [turn.key for turn in one.turns] == [turn.key for turn in other.turns]
    assert one.turns[0].key != one.turns[2].key


def test_a_chat_in_two_stores_is_read_where_it_is_longest(
    user: Path, stored: Stored, read: Read
) -> None:
    """The editor moved chats from the workspaces' stores to the global one."""
    stored({COMPOSERS: {"allComposers": [composer("c1", bubble(1, "one"))]}}, "w1", "/home/me/a")
    stored(rows("c1", sent(1, "one"), sent(2, "two")))
    (session,) = read(HOST, user)
    assert (words(session), session.cwd) == (["one", "two"], "/home/me/a")


@pytest.mark.parametrize(
    "listed",
    [
        {COMPOSERS: {"allComposers": [{"composerId": "c1"}]}},
        {COMPOSERS: {"selectedComposerIds": ["c1"]}},
        {"workbench.panel.composerChatViewPane.x": {"workbench.panel.aichat.view.c1": {}}},
    ],
)
def test_the_workspaces_tell_the_folder(
    user: Path, stored: Stored, read: Read, listed: Mapping[str, object]
) -> None:
    """Where a composer does not say it itself."""
    stored(rows("c1", sent(1, "go")))
    stored(listed, "w1", "/home/me/app")
    (session,) = read(HOST, user)
    assert session.cwd == "/home/me/app"


@pytest.mark.parametrize("named", ["w1", "..", "../w1", "a\0b", ""])
def test_a_workspace_is_named_by_its_id(user: Path, stored: Stored, read: Read, named: str) -> None:
    """The id is the name of a folder beside the others, and nothing else."""
    stored(rows("c1", sent(1, "go"), workspaceIdentifier={"id": named}))
    stored({}, "w1", "/home/me/app")
    (user / "workspace.json").write_text('{"folder": "file:///elsewhere"}')
    (session,) = read(HOST, user)
    assert session.cwd == ("/home/me/app" if named == "w1" else "")


def test_sub_agents_and_empty_chats_are_nobodys(user: Path, stored: Stored, read: Read) -> None:
    """A parent names its sub-agents, or the table of heads does."""
    values = {
        **rows("parent", sent(1, "go"), subagentComposerIds=["child"]),
        **rows("child", sent(2, "find every caller")),
        **rows("marked", sent(2, "find the tests")),
        **rows("draft"),
    }
    with closing(sqlite3.connect(stored(values))) as store, store:
        store.execute("create table composerHeaders (composerId, workspaceId, isSubagent)")
        store.execute("insert into composerHeaders values ('marked', 'w', 1), ('parent', 'w', 0)")
    assert set(by_id(read(HOST, user))) == {"parent"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For the code present, we get this error:\n```\nE1\n```\nHow can I resolve this?", []),
        (
            "For the code present, we get this error:\nE1\n{}\nand a test".format(
                "How can I resolve this? If you propose a fix, please make it concise."
            ),
            ["and a test"],
        ),
        ("Verify this issue exists and fix it:\nthe loop ends early", []),
        ("Implement the plan as specified, it is attached for your reference.", []),
        ("Implement the following to-dos from the plan: 1, 2", []),
        ("Briefly inform the user about the task result and perform follow-ups", []),
        ("Verify that it works", ["Verify that it works"]),
    ],
)
def test_what_buttons_write_is_no_words(
    user: Path, stored: Stored, read: Read, text: str, expected: list[str]
) -> None:
    """It stands beside the turn; what was typed after it stays."""
    stored(rows("c1", sent(1, text), bubble(2, "Ok.")))
    (session,) = read(HOST, user)
    assert words(session) == expected


def test_a_message_without_a_time_was_sent_before_its_answer(
    user: Path, stored: Stored, read: Read
) -> None:
    """The first has else the start of the chat; times that all are one are those of a move."""
    timing = {"clientStartTime": milliseconds(7) + 0.25, "clientEndTime": milliseconds(8)}
    chat = [
        bubble(1, "one"),
        sent(5, "two"),
        bubble(2, "Ok.", createdAt=(START + timedelta(minutes=5)).isoformat()),
        sent(5, "three"),
        bubble(2, "Ok.", timingInfo=timing),
        bubble(1, "four"),
    ]
    stored(rows("c1", *chat))
    (session,) = read(HOST, user)
    at = [turn.at.replace(microsecond=0) for turn in session.by(Role.USER) if turn.at]
    assert at == [START + timedelta(minutes=minutes) for minutes in (0, 5, 7, 7)]


def test_broken_values_stop_nothing(user: Path, stored: Stored, read: Read, tally: Tally) -> None:
    """Nulls, half values, values of any type, and stores that are none."""
    strange: list[object] = [None, 1, "x", [], {}, True]
    values: dict[str, object] = {
        "composerData:a": None,
        "composerData:b": "{half a value",
        "composerData:c": {"fullConversationHeadersOnly": [*strange, {"bubbleId": 1, "type": 1}]},
        "composerData:d": {"conversation": strange, "subagentComposerIds": strange},
        **rows("c1", *(bubble(each, each) for each in strange), sent(1, "go")),
        "bubbleId:c1:1": "{half a value",
        **{f"composerData:e{place}": each for place, each in enumerate(strange)},
    }
    stored(values)
    tabs = {"tabs": [*strange, {"tabId": "t", "bubbles": [*strange, {"type": "user", "text": 1}]}]}
    stored({TABS: tabs, COMPOSERS: {"allComposers": strange}}, "w1")
    (user / "workspaceStorage" / "w2").mkdir()
    (user / "workspaceStorage" / "w2" / "state.vscdb").write_bytes(b"no store at all")
    assert [words(session) for session in read(HOST, user)] == [["go"]]
    assert tally.lines_skipped > 1


def test_a_folder_without_a_store_is_an_error(user: Path, read: Read) -> None:
    """Where nothing at all can be read."""
    (user / "globalStorage").mkdir(parents=True)
    (user / "globalStorage" / "state.vscdb").write_bytes(b"no store at all")
    with pytest.raises(SourceError):
        read(HOST, user)


def test_other_tables_and_editors_are_left_alone(
    user: Path, stored: Stored, read: Read, tmp_path: Path
) -> None:
    """A view in the name of a table is none, and VS Code's own stores are not Cursor's."""
    with closing(sqlite3.connect(stored(rows("c1", sent(1, "go"))))) as store, store:
        store.execute("create view composerHeaders as select 'c1' composerId, 1 isSubagent")
    (tmp_path / "Code").mkdir()
    user.rename(tmp_path / "Code" / "User")
    assert list(IMPORTERS[HOST].sources(tmp_path)) == []
    (tmp_path / "Code").rename(tmp_path / "Cursor.old")
    (session,) = read(HOST, tmp_path)
    assert words(session) == ["go"]


def test_rows_in_the_log_of_a_running_editor_are_read(
    user: Path, stored: Stored, read: Read
) -> None:
    """The newest messages stand there, and the source changes with it."""
    path = stored(rows("c1", sent(1, "one")))
    (before,) = IMPORTERS[HOST].sources(user)
    with closing(sqlite3.connect(path)) as store:
        store.execute("pragma journal_mode = wal")
        for key, value in rows("c2", sent(2, "two")).items():
            store.execute("insert into cursorDiskKV values (?, ?)", (key, json.dumps(value)))
        store.commit()
        (after,) = IMPORTERS[HOST].sources(user)
        assert set(by_id(read(HOST, user))) == {"c1", "c2"}
    assert before.key == after.key
    assert before.size != after.size


def message(role: str, text: str, **more: object) -> dict[str, object]:
    """A line of a transcript."""
    return {"role": role, "message": {"content": [{"type": "text", "text": text}]}, **more}


TALK = ".cursor/projects/home-me-app/agent-transcripts"


def test_of_a_transcript_only_queries_are_words(write: Write, read: Read, tmp_path: Path) -> None:
    """Where the file marks them; files of sub-agents are not the person's."""
    edit = {"type": "tool_use", "name": "StrReplace", "input": {"path": "a.go"}}
    lines = [
        message("user", "<user_info>\nOS: linux\n</user_info>"),
        message("user", "<rules>x</rules>\n<user_query>\nrename it\n</user_query>"),
        {"role": "assistant", "message": {"content": [{"type": "text", "text": "Ok."}, edit]}},
        {"type": "turn_ended", "status": "success"},
        "{half a line",
        *({"role": "user", "message": each} for each in (None, 1, [], {"content": [1, None]})),
    ]
    write(f"{TALK}/s1/s1.jsonl", lines)
    write(f"{TALK}/s1/subagents/s2.jsonl", lines)
    (session,) = read(HOST, tmp_path)
    assert (session.host_id, session.cwd, session.started) == ("s1", "", None)
    assert [(turn.role, turn.text) for turn in session.turns if turn.text] == [
        ("user", "rename it"),
        ("agent", "Ok."),
        ("tool", "a.go"),
    ]
    assert "OS: linux" in session.turns[0].attachment


def test_an_older_transcript_marks_nothing(write: Write, read: Read) -> None:
    """Then all of a message is words but what the editor tells of the machine."""
    lines = [message("user", "<user_info>x</user_info>\ngo"), message("assistant", "Ok.")]
    (session,) = read(HOST, write(f"{TALK}/s1.jsonl", lines))
    assert words(session) == ["go"]


def test_a_transcript_of_a_chat_in_the_store_is_left_to_the_store(
    write: Write, read: Read, stored: Stored, user: Path, tmp_path: Path
) -> None:
    """The editor writes transcripts of its chats too; the store knows times and folder."""
    stored(rows("c1", sent(1, "go")))
    for named in ("c1", "c2"):
        write(f"{TALK}/{named}/{named}.jsonl", [message("user", "go")])
    (tmp_path / ".config").mkdir()
    user.parent.rename(tmp_path / ".config" / "Cursor")
    assert set(by_id(read(HOST, tmp_path / ".cursor"))) == {"c2"}


@pytest.mark.parametrize(
    "place",
    [
        ".config/Cursor/User",
        "Library/Application Support/Cursor/User",
        "AppData/Roaming/Cursor/User",
    ],
)
def test_its_places(tmp_path: Path, place: str) -> None:
    """On Linux, macOS and Windows, where there are stores; and the transcripts."""
    importer = IMPORTERS[HOST]
    (tmp_path / place / "globalStorage").mkdir(parents=True)
    (tmp_path / ".config/Code/User/globalStorage").mkdir(parents=True)
    (tmp_path / ".config/Code/User/globalStorage/state.vscdb").touch()
    (tmp_path / ".cursor/projects").mkdir(parents=True)
    assert importer.roots({}, tmp_path) == []
    (tmp_path / place / "globalStorage" / "state.vscdb").touch()
    (tmp_path / TALK).mkdir(parents=True)
    assert importer.roots({}, tmp_path) == [tmp_path / place, tmp_path / ".cursor/projects"]


def test_what_is_written_for_tests_reads_back(tmp_path: Path, read: Read) -> None:
    """The writer writes what the host would; a copy has the same keys."""
    texts = ("use tabs", "Done.", "and add a test", "Added.")
    messages = tuple(
        Said(place % 2 == 0, text, START + timedelta(minutes=place))
        for place, text in enumerate(texts)
    )
    conversations = [
        Conversation("0b53a1e4-0000-4000-8000-000000000001", "/home/me/shop", messages),
        Conversation("0b53a1e4-0000-4000-8000-000000000002", "/home/me/shop", messages[:2]),
    ]
    one, other = read(HOST, writer_of(HOST)(tmp_path, conversations))
    assert [turn.text for turn in one.turns] == list(texts)
    assert [turn.at for turn in one.turns] == [each.at for each in messages]
    assert (one.cwd, one.started) == ("/home/me/shop", START)
    assert one.turns[0].key == other.turns[0].key != one.turns[2].key
