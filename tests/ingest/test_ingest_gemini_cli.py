"""Gemini CLI's chats."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Provenance, Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "gemini-cli"
ID = "aaaa1111-0000-4000-8000-000000000001"
OTHER = "bbbb2222-0000-4000-8000-000000000002"
CHATS = ".gemini/tmp/shop/chats"
NAME = f"{CHATS}/session-2026-05-01T10-00-aaaa1111"


def head(session: str = ID, **more: object) -> dict[str, object]:
    """The first line of a chat."""
    return {"sessionId": session, "projectHash": "0" * 64, "startTime": at(0), **more}


def at(minute: int) -> str:
    """A time of the day."""
    return f"2026-05-01T10:{minute:02}:00.000Z"


def message(key: str, kind: object, content: object, minute: int = 0, **more: object) -> object:
    """A message."""
    return {"id": key, "type": kind, "content": content, "timestamp": at(minute), **more}


def asked(key: str, kind: str, answer: str, minute: int = 0, status: str = "success") -> object:
    """A message of the agent's that asks a question, with the answer."""
    question = {
        "question": "Which?",
        "type": kind,
        "options": [{"label": "npm"}, {"label": "yarn"}],
    }
    output = json.dumps({"answers": {"0": answer}})
    call = {
        "name": "ask_user",
        "status": status,
        "args": {"questions": [question]},
        "result": [{"functionResponse": {"response": {"output": output}}}],
        "timestamp": at(minute),
    }
    return message(key, "gemini", "", minute, toolCalls=[call])


def words(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for each in sessions for turn in each.by(Role.USER) if turn.text]


def said(write: Write, read: Read, tmp_path: Path, *lines: object) -> list[str]:
    """What the person said in a chat of these lines."""
    write(f"{NAME}.jsonl", [head(), *lines])
    return words(read(HOST, tmp_path))


def test_both_forms_hold_the_same(write: Write, read: Read, tmp_path: Path) -> None:
    """A chat as one JSON document, and as lines."""
    messages = [
        message("1", "user", "use tabs", 1),
        message("2", "gemini", "Done.", 2),
        message("3", "user", [{"text": "and spaces"}], 3),
    ]
    write(f"{NAME}.json", [{**head(), "messages": messages}])
    (first,) = read(HOST, tmp_path)
    (tmp_path / f"{NAME}.json").unlink()
    write(f"{NAME}.jsonl", [head(), *messages])
    (second,) = read(HOST, tmp_path)
    assert first.turns == second.turns
    assert first.host_id == ID
    assert [turn.text for turn in first.turns] == ["use tabs", "Done.", "and spaces"]
    assert first.turns[0].at == datetime(2026, 5, 1, 10, 1, tzinfo=UTC)


def test_what_the_host_says_is_no_words(write: Write, read: Read, tmp_path: Path) -> None:
    """Its context, its orders to go on, its notices, commands, and files that are referred to."""
    part = {"functionResponse": {"response": {"error": "no"}}}
    found = said(
        write,
        read,
        tmp_path,
        message("1", "user", "<session_context>\nThis is the Gemini CLI."),
        message("2", "user", "<hook_context>x</hook_context>"),
        message("3", "user", "System: Please continue.", displayContent=[part]),
        message("4", "user", "You have stopped calling tools without finishing. Now."),
        message("5", "user", "/mcp list"),
        message("6", "user", "?"),
        message("7", "info", "Request cancelled."),
        message("8", "warning", "careful"),
        message("9", "user", "read @a.md\n--- Content from referenced files ---\nuse yarn"),
        message("a", "user", "clear"),
    )
    assert found == ["read @a.md", "clear"]


def test_what_is_shown_counts(write: Write, read: Read, tmp_path: Path) -> None:
    """The text that the host shows as typed, and nothing where that has no text."""
    found = said(
        write,
        read,
        tmp_path,
        message("1", "user", "expanded: fix it", displayContent=[{"text": "fix it"}]),
        message("2", "user", "results", displayContent=[{"functionResponse": 5}]),
        message("3", "user", "plain", displayContent=[]),
    )
    assert found == ["fix it", "plain"]


def test_typed_answers_are_words_and_picked_are_not(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """A text, or what is no option; not yes or no, an option, options, nor what was cancelled."""
    found = said(
        write,
        read,
        tmp_path,
        asked("1", "text", "npm"),
        asked("2", "choice", "yarn"),
        asked("3", "choice", "npm, yarn"),
        asked("4", "choice", "neither, pnpm"),
        asked("5", "yesno", "Yes"),
        asked("6", "text", "gone", status="cancelled"),
    )
    assert found == ["npm", "neither, pnpm"]


def test_an_answer_has_the_time_of_its_call(write: Write, read: Read, tmp_path: Path) -> None:
    """The message began before the question was answered."""
    write(f"{NAME}.jsonl", [head(), asked("1", "text", "npm", 7)])
    (session,) = read(HOST, tmp_path)
    (turn,) = session.by(Role.USER)
    assert turn.at == datetime(2026, 5, 1, 10, 7, tzinfo=UTC)
    assert "Asked: Which?" in turn.attachment


@pytest.mark.parametrize("kind", ["error", "info"])
def test_sent_again_is_said_once(write: Write, read: Read, tmp_path: Path, kind: str) -> None:
    """After an error of the model, or a cancelled request, the same words are the same message."""
    found = said(
        write,
        read,
        tmp_path,
        message("1", "user", "use tabs", 1),
        message("2", kind, "Request cancelled.", 2),
        message("3", "user", "use tabs", 3),
        message("4", "gemini", "Done.", 4),
        message("5", "user", "use tabs", 5),
    )
    assert found == ["use tabs", "use tabs"]


def test_a_later_line_replaces_the_earlier(write: Write, read: Read, tmp_path: Path) -> None:
    """The message with its id; ``$set`` with messages replaces them all."""
    found = said(
        write,
        read,
        tmp_path,
        message("0", "user", "before"),
        {"$set": {"messages": [message("1", "user", "draft")]}},
        {"$set": {"summary": "a title"}},
        message("1", "user", "final"),
    )
    assert found == ["final"]


def test_what_was_rewound_was_taken_back(write: Write, read: Read, tmp_path: Path) -> None:
    """The message named and all after it; everything where there is no such message."""
    one, two = message("1", "user", "one", 1), message("2", "user", "two", 2)
    three = message("3", "user", "three", 3)
    assert said(write, read, tmp_path, one, two, {"$rewindTo": "2"}, three) == ["one", "three"]
    assert said(write, read, tmp_path, one, two, {"$rewindTo": "9"}, three) == ["three"]


def test_an_older_file_does_not_bring_it_back(write: Write, read: Read, tmp_path: Path) -> None:
    """The chat was resumed from a file that still holds what was taken back since."""
    one, two = message("1", "user", "one", 1), message("2", "user", "two", 2)
    write(f"{NAME}.json", [{**head(), "messages": [one, two]}])
    write(f"{NAME}.jsonl", [head(), one, two, {"$rewindTo": "2"}])
    assert words(read(HOST, tmp_path)) == ["one"]


def test_a_session_in_several_files_is_one(write: Write, read: Read, tmp_path: Path) -> None:
    """Resumed in a new file, and moved to another folder: each message counts once, in order."""
    one, two = message("1", "user", "one", 1), message("2", "user", "two", 2)
    first = {**head(), "messages": [one, message("a", "gemini", "Done.", 1)]}
    write(f"{NAME}.json", [first])
    write(f".gemini/tmp/{'0' * 64}/chats/session-2026-05-01T10-00-aaaa1111.json", [first])
    later = f"{CHATS}/session-2026-05-01T11-00-aaaa1111.jsonl"
    write(later, [head(), two])
    (session,) = read(HOST, tmp_path)
    assert [turn.text for turn in session.turns] == ["one", "Done.", "two"]
    assert len(list(IMPORTERS[HOST].sources(tmp_path))) == 1
    assert read(HOST, tmp_path / later) == [session]


def test_ids_that_begin_alike_stay_apart(write: Write, read: Read, tmp_path: Path) -> None:
    """File names hold eight characters of the id, the files all of it."""
    write(f"{NAME}.jsonl", [head(), message("1", "user", "one")])
    write(f"{NAME}.json", [{**head("aaaa1111-other"), "messages": [message("2", "user", "two")]}])
    assert sorted(words(read(HOST, tmp_path))) == ["one", "two"]
    assert len(read(HOST, tmp_path)) == 2


def test_sub_agents_are_nobodys(write: Write, read: Read, tmp_path: Path) -> None:
    """By kind, by their first order even with the parent's id, and by their folder."""
    order = "Your task is to do a deep investigation of the codebase to find x"
    write(f"{NAME}.jsonl", [head(), message("1", "user", "find x")])
    write(f"{CHATS}/session-2026-05-01T10-01-aaaa1111.jsonl", [head(), message("2", "user", order)])
    sub = head(OTHER, kind="subagent")
    write(f"{CHATS}/session-2026-05-01T10-02-bbbb2222.jsonl", [sub, message("3", "user", "go")])
    write(f"{CHATS}/{ID}/{OTHER}.jsonl", [head(OTHER), message("4", "user", "look")])
    assert words(read(HOST, tmp_path)) == ["find x"]


def test_the_server_of_an_editor_is_no_session(write: Write, read: Read, tmp_path: Path) -> None:
    """It writes such a file at each start."""
    name = f"{CHATS}/session-2026-05-01T10-00-a2a-serv.jsonl"
    write(name, [head("a2a-server"), message("1", "user", "hello"), message("2", "gemini", "hi")])
    assert read(HOST, tmp_path) == []


def test_the_log_tells_of_sessions_whose_chat_is_gone(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """They are mirrors of their own host, so that an imported chat counts and is not replaced."""
    typed = {"type": "user", "timestamp": at(1)}
    entries = [
        {**typed, "sessionId": ID, "message": "use tabs"},
        {**typed, "sessionId": OTHER, "message": "use yarn"},
        {**typed, "sessionId": OTHER, "message": "/quit"},
        {**typed, "sessionId": OTHER, "message": 17},
        None,
    ]
    write(".gemini/tmp/shop/logs.json", [json.dumps(entries)])
    write(".gemini/tmp/shop/.project_root", ["/w/shop"])
    write(f"{NAME}.jsonl", [head(), message("1", "user", "use tabs", 1)])
    chat, log = sorted(read(HOST, tmp_path), key=lambda session: session.host)
    assert (chat.host, chat.host_id, words([chat])) == (HOST, ID, ["use tabs"])
    assert (log.host, log.host_id, words([log])) == ("gemini-cli-log", OTHER, ["use yarn"])
    assert (log.provenance, log.cwd) == (Provenance.MIRROR, "/w/shop")


def folder(write: Write, read: Read, tmp_path: Path, told: str, *lines: object) -> str:
    """The folder of a chat with this hash."""
    hashed = hashlib.sha256(told.encode()).hexdigest()
    first = head(projectHash=hashed)
    write(f"{NAME}.jsonl", [first, message("1", "user", "hi"), *lines])
    (session,) = read(HOST, tmp_path)
    return session.cwd


def test_the_project_names_its_folder(write: Write, read: Read, tmp_path: Path) -> None:
    """In its own file, or in the list of projects; else nobody knows."""
    assert folder(write, read, tmp_path, "/w/shop") == ""
    write(".gemini/projects.json", [{"projects": {"/w/web": "web", "/w/shop": "shop"}}])
    assert folder(write, read, tmp_path, "/w/shop") == "/w/shop"
    write(".gemini/tmp/shop/.project_root", ["/w/moved"])
    assert folder(write, read, tmp_path, "/w/shop") == "/w/moved"


def test_the_hash_tells_how_a_path_of_windows_is_spelled(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """Gemini keeps it in lower case: capitals are tried, then what stands in the chat."""
    write(".gemini/tmp/shop/.project_root", ["c:\\users\\me\\my work\\bigshop"])
    simple = "C:\\Users\\me\\My Work\\bigshop"
    assert folder(write, read, tmp_path, simple) == simple
    camel = "C:\\Users\\me\\My Work\\BigShop"
    assert folder(write, read, tmp_path, camel) == camel.lower()
    call = {"name": "read_file", "args": {"path": f"{camel}\\a.py"}}
    written = message("2", "gemini", "", toolCalls=[call])
    assert folder(write, read, tmp_path, camel, written) == camel


def test_a_folder_that_is_a_hash_is_looked_up(write: Write, read: Read, tmp_path: Path) -> None:
    """Older versions name a project's folder by the hash of its path."""
    hashed = hashlib.sha256(b"/w/shop").hexdigest()
    write(".gemini/projects.json", [{"projects": {"/w/web": "web", "/w/shop": "shop"}}])
    name = f".gemini/tmp/{hashed}/chats/session-2026-05-01T10-00-aaaa1111.json"
    write(name, [{**head(projectHash=hashed), "messages": [message("1", "user", "hi")]}])
    (session,) = read(HOST, tmp_path)
    assert session.cwd == "/w/shop"


def test_broken_parts_do_not_stop_the_rest(
    write: Write, read: Read, tmp_path: Path, tally: Tally
) -> None:
    """Broken lines are counted; of two files of a session, the good one is read."""
    write(f"{NAME}.json", ["{ broken"])
    lines = [head(), "{", {"x": 1}, message("1", "user", "hi"), {"$set": 5}, {"$rewindTo": None}]
    write(f"{NAME}.jsonl", [*lines, message("2", ["user"], "no"), message("3", "user", "there")])
    assert words(read(HOST, tmp_path)) == ["there"]
    assert tally.lines_skipped == 4
    (tmp_path / f"{NAME}.jsonl").unlink()
    with pytest.raises(SourceError):
        read(HOST, tmp_path)


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """GEMINI_CLI_HOME takes the place of home; the place is the same on every system."""
    home, mine = tmp_path / "home", tmp_path / "mine"
    for each in (home, mine):
        (each / ".gemini" / "tmp").mkdir(parents=True)
    importer = IMPORTERS[HOST]
    assert importer.roots({}, home) == [home / ".gemini" / "tmp"]
    assert importer.roots({"GEMINI_CLI_HOME": str(mine)}, home) == [mine / ".gemini" / "tmp"]
    assert importer.roots({}, tmp_path) == []


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """Two conversations in two folders of one name."""
    start = datetime(2026, 5, 1, 10, tzinfo=UTC)
    messages = (Said(True, "use tabs", start), Said(False, "Done.", start + timedelta(minutes=1)))
    written = [Conversation(ID, "/w/shop", messages), Conversation(OTHER, "/v/shop", messages)]
    found = read(HOST, writer_of(HOST)(tmp_path, written))
    assert {(each.host_id, each.cwd) for each in found} == {(ID, "/w/shop"), (OTHER, "/v/shop")}
    assert [[turn.text for turn in each.turns] for each in found] == [["use tabs", "Done."]] * 2
    assert found[0].turns[0].key == found[1].turns[0].key != ""
