"""opencode's stores and exports."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.memory import Store
from tom_swe.model.session import Role, Session

type Read = Callable[..., list[Session]]
type Message = dict[str, object]

AT = 1_764_265_491_419


def text(words: str, **more: object) -> dict[str, object]:
    """A part of text."""
    return {"type": "text", "text": words, **more}


def message(role: str, *parts: object, after: int = 0, **more: object) -> Message:
    """A message so many milliseconds after the session's start."""
    info = {"id": f"msg_{after}", "role": role, "time": {"created": AT + after}, **more}
    return {"info": info, "parts": list(parts)}


def info(name: str = "ses_a", **more: object) -> dict[str, object]:
    """A session."""
    return {"id": name, "directory": "/src/app", "title": "T", "time": {"created": AT}, **more}


def export(path: Path, messages: list[Message], **more: object) -> Path:
    """What the export of a session writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"info": info(**more), "messages": messages}))
    return path


def database(home: Path, messages: list[Message], name: str = "ses_a", parent: str = "") -> Path:
    """A store with one session, in which the parts are in no order."""
    home.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(home / "opencode.db") as connection:
        for table, columns in {
            "session": "id, parent_id, directory, title, time_created",
            "message": "id, session_id, time_created, data",
            "part": "id, message_id, data",
            "account": "secret",
        }.items():
            connection.execute(f"create table if not exists {table} ({columns})")
        row = (name, parent or None, "/src/app", "T", AT)
        connection.execute("insert into session values (?, ?, ?, ?, ?)", row)
        for number, each in enumerate(messages):
            said = each["info"]
            assert isinstance(said, dict)
            row = (f"{name}{number}", name, said["time"]["created"], json.dumps(said))
            connection.execute("insert into message values (?, ?, ?, ?)", row)
            parts = each["parts"]
            assert isinstance(parts, list)
            for place, part in reversed(list(enumerate(parts))):
                row = (f"{name}{number}-{place}", f"{name}{number}", json.dumps(part))
                connection.execute("insert into part values (?, ?, ?)", row)
    connection.close()
    return home


def storage(home: Path, messages: list[Message], name: str = "ses_a") -> Path:
    """The older store, one file a session, a message, a part."""
    files = {f"session/p/{name}": info(name)}
    for number, each in enumerate(messages):
        said, parts = each["info"], each["parts"]
        assert isinstance(said, dict)
        assert isinstance(parts, list)
        files[f"message/{name}/msg_{number}"] = said
        for place, part in enumerate(parts):
            files[f"part/msg_{number}/prt_{place}"] = part
    for path, value in files.items():
        file = home / "storage" / f"{path}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    return home


WRITERS = {
    "database": database,
    "storage": storage,
    "export": lambda home, messages: export(home / "a.json", messages).parent,
}
TALK = [
    message("user", text("use tabs"), text("The following tool was executed", synthetic=True)),
    message("assistant", {"type": "step-start"}, text("Done."), after=1000),
    message("user", {"type": "subtask", "prompt": "You are a reviewer"}, after=2000),
    message("user", text("and"), text("spaces"), after=3000, summary={"title": "Spacing"}),
]


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


@pytest.mark.parametrize("form", WRITERS)
def test_each_store_is_read(tmp_path: Path, read: Read, form: str) -> None:
    """Parts in order; not what the host, a command or a model wrote."""
    (session,) = read("opencode", WRITERS[form](tmp_path / "opencode", TALK))
    assert [(turn.role, turn.text) for turn in session.turns] == [
        ("user", "use tabs"),
        ("agent", "Done."),
        ("user", "and\nspaces"),
    ]
    assert (session.host_id, session.cwd, session.repository) == ("ses_a", "/src/app", "app")
    assert session.started == session.turns[0].at == datetime.fromtimestamp(AT / 1000, UTC)


def test_sub_agents_are_nobodys(tmp_path: Path, read: Read) -> None:
    """A session with a parent, in the store or in an export."""
    home = database(tmp_path / "opencode", TALK)
    database(home, [message("user", text("search it"))], "ses_b", parent="ses_a")
    assert len(read("opencode", home)) == 1
    path = export(tmp_path / "x" / "a.json", TALK, parentID="ses_z")
    with pytest.raises(SourceError, match="no session"):
        read("opencode", path)


@pytest.mark.parametrize("longer", WRITERS)
def test_the_longest_copy_counts(tmp_path: Path, read: Read, longer: str) -> None:
    """Of one session in the store, in the files beside it or in several exports."""
    for form in ("database", "storage"):
        WRITERS[form](tmp_path, TALK if form == longer else TALK[:1])
    if longer == "export":
        place = tmp_path / "exports"
        export(place / "1.json", TALK)
        export(place / "2.json", TALK[:1])
        (session,) = read("opencode", place)
        assert read("opencode", place / "2.json") == [session]
    else:
        (session,) = read("opencode", tmp_path)
    assert said([session]) == ["use tabs", "and\nspaces"]


def test_ids_that_were_taken_for_keys_part_nothing(tmp_path: Path, read: Read) -> None:
    """Messages called REDACTED are as many as there are, and so are sessions."""
    messages = [
        message("user", text("one")),
        message("user", text("two"), after=1),
    ]
    for each in messages:
        each["info"] = {**each["info"], "id": "REDACTED"}  # type: ignore[dict-item]
    export(tmp_path / "a.json", messages, name="REDACTED")
    export(tmp_path / "b.json", messages, name="REDACTED", time={"created": AT + 5})
    assert [said([session]) for session in read("opencode", tmp_path)] == [["one", "two"]] * 2


def question(options: list[str], metadata: object, output: str) -> Message:
    """A question of the agent's that was answered."""
    asked = {"question": "Which?", "options": [{"label": label} for label in options]}
    state = {
        "status": "completed",
        "input": {"questions": [asked]},
        "metadata": metadata,
        "output": output,
    }
    return message("assistant", {"type": "tool", "tool": "question", "state": state}, after=1)


ANSWERED = 'User has answered your questions: "Which?"="{}". You can now continue with it.'


def test_answers_that_were_typed_are_words(tmp_path: Path, read: Read) -> None:
    """Picked options are context; where the answers stand only in what the agent reads, too."""
    typed = question(["npm", "pnpm"], {"answers": [["npm", "never yarn"]]}, "")
    printed = question(["npm"], {}, ANSWERED.format("rather pnpm"))
    picked = question(["npm"], {}, ANSWERED.format("npm"))
    silent = question(["npm"], None, ANSWERED.format("Unanswered"))
    (session,) = read(
        "opencode", export(tmp_path / "a.json", [*TALK, typed, printed, picked, silent])
    )
    assert said([session])[2:] == ["never yarn", "rather pnpm"]
    assert "Asked: Which?\nPicked: npm" in session.turns[3].attachment


def test_sent_again_after_an_abort_is_said_once(tmp_path: Path, read: Read) -> None:
    """The agent was stopped, and the person sent the same order again."""
    messages = [
        message("user", text("run it")),
        message("assistant", error={"name": "MessageAbortedError"}, after=1),
        message("user", text("run it"), after=2),
    ]
    assert said(read("opencode", export(tmp_path / "a.json", messages))) == ["run it"]


def test_what_a_fork_repeats_is_no_second_utterance(
    tmp_path: Path, read: Read, store: Store
) -> None:
    """Its messages have new ids and the old times."""
    home = database(tmp_path, TALK)
    database(home, [*TALK, message("user", text("go on"), after=9000)], "ses_b")
    for session in reversed(read("opencode", home)):
        store.sessions.put("me", session)
    kept = [store.sessions.get("me", each.id) for each in store.sessions.summaries("me")]
    assert sorted(said(kept)) == ["and\nspaces", "go on", "use tabs"]


def test_broken_parts_do_not_stop_the_rest(tmp_path: Path, read: Read, tally: Tally) -> None:
    """Files and rows that are no JSON, and values of any type."""
    home = storage(tmp_path / "a", TALK)
    (home / "storage" / "part" / "msg_0" / "prt_0.json").write_text('{"type": "te')
    (home / "storage" / "message" / "ses_a" / "msg_9.json").write_text("[1]")
    assert said(read("opencode", home)) == ["and\nspaces"]
    other = database(tmp_path / "b", [*TALK, message("user", 7, None, text("x"), after=9000)])
    with sqlite3.connect(other / "opencode.db") as connection:
        connection.execute("update part set data = x'ff' where id = 'ses_a0-0'")
        connection.execute("insert into session values (7, null, 8, 9, 'soon')")
    connection.close()
    assert said(read("opencode", other)) == ["and\nspaces", "x"]
    strange: list[Message] = [{"info": 1, "parts": 2}, {}, message("user", text("hi"))]
    assert said(read("opencode", export(tmp_path / "c" / "a.json", strange))) == ["hi"]
    assert tally.lines_skipped > 2


def test_a_broken_store_does_not_hide_the_files_beside_it(
    tmp_path: Path, read: Read, tally: Tally
) -> None:
    """What of them can be read is read, and the tally names the store."""
    home = storage(tmp_path, TALK)
    (home / "opencode.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 200)
    assert len(read("opencode", home)) == 1
    assert any("opencode.db" in problem for problem in tally.problems)
    with pytest.raises(SourceError):
        read("opencode", home / "opencode.db")


def test_the_store_of_the_old_opencode_is_anothers(tmp_path: Path) -> None:
    """It lies in a project's own folder."""
    (tmp_path / "app" / ".opencode").mkdir(parents=True)
    (tmp_path / "app" / ".opencode" / "opencode.db").touch()
    assert list(IMPORTERS["opencode"].sources(tmp_path)) == []


def test_a_session_that_grows_is_another_source(tmp_path: Path) -> None:
    """A new message of a session changes what its source is known by."""
    importer = IMPORTERS["opencode"]
    (before,) = importer.sources(storage(tmp_path, TALK[:2]))
    (after,) = importer.sources(storage(tmp_path, TALK))
    assert before.key == after.key
    assert (before.size, len(before.files)) != (after.size, len(after.files))


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """The same folder below home on Linux, macOS and Windows; XDG_DATA_HOME wins."""
    own = tmp_path / ".local" / "share" / "opencode"
    mine = tmp_path / "data" / "opencode"
    for folder in (own, mine):
        folder.mkdir(parents=True)
    importer = IMPORTERS["opencode"]
    assert importer.roots({"APPDATA": str(tmp_path)}, tmp_path) == [own]
    assert importer.roots({"XDG_DATA_HOME": str(mine.parent)}, tmp_path) == [mine]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """The person's messages, with their times and their folder."""
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    messages = tuple(
        Said(number % 2 == 0, f"message {number}", start + timedelta(minutes=number))
        for number in range(4)
    )
    written = [Conversation(name, f"/src/{name}", messages) for name in ("a", "b")]
    sessions = read("opencode", writer_of("opencode")(tmp_path, written))
    assert [session.host_id for session in sessions] == ["ses_a", "ses_b"]
    for session, conversation in zip(sessions, written, strict=True):
        told = [(turn.text, turn.at) for turn in session.by(Role.USER)]
        assert told == [(each.text, each.at) for each in messages if each.by_person]
        assert session.cwd == conversation.cwd
