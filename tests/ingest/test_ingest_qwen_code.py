"""Qwen Code's sessions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Provenance, Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "qwen-code"
ID = "aaaa1111-0000-4000-8000-000000000001"
OTHER = "bbbb2222-0000-4000-8000-000000000002"
CHATS = ".qwen/projects/-w-shop/chats"


def record(uuid: str, kind: str, *parts: object, **more: object) -> dict[str, object]:
    """A record of a session."""
    told = [{"text": part} if isinstance(part, str) else part for part in parts]
    return {
        "uuid": uuid,
        "sessionId": ID,
        "timestamp": f"2026-05-01T10:00:{sum(map(ord, uuid)) % 60:02}.000Z",
        "type": kind,
        "cwd": "/w/shop",
        "message": {"role": kind, "parts": told},
        **more,
    }


def words(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for each in sessions for turn in each.by(Role.USER) if turn.text]


def said(write: Write, read: Read, *lines: object) -> list[str]:
    """What the person said in a session of these lines."""
    return words(read(HOST, write(f"{CHATS}/{ID}.jsonl", lines)))


def test_a_session_with_its_tools(write: Write, read: Read, tmp_path: Path) -> None:
    """Texts, calls and results; no thoughts."""
    call = {"functionCall": {"name": "shell", "args": {"command": "ls"}}}
    result = {"functionResponse": {"name": "shell", "response": {"output": "a.py"}}}
    thought = {"text": "hm", "thought": True}
    lines = [
        record("1", "user", "use tabs"),
        record("2", "assistant", thought, "I look.", call),
        record("3", "tool_result", result),
        record("4", "system", subtype="custom_title", systemPayload={"customTitle": "Tabs"}),
    ]
    write(f"{CHATS}/{ID}.jsonl", lines)
    (session,) = read(HOST, tmp_path)
    assert (session.host_id, session.cwd, session.repository) == (ID, "/w/shop", "shop")
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("tool", "shell", "ls"),
        ("agent", "", "I look."),
        ("tool", "shell", "a.py"),
    ]


def test_what_others_say_in_the_persons_name_is_no_words(write: Write, read: Read) -> None:
    """Timers, notices, goals, sub-agents, texts of Gemini CLI and commands."""
    found = said(
        write,
        read,
        record("1", "user", "every day", subtype="cron"),
        record("2", "user", "done", subtype="notification", provenance="system"),
        record("3", "user", "go on", provenance="goal_runtime"),
        record("4", "user", "look", isSidechain=True),
        record("5", "user", "look", agentId="explore-1"),
        record("6", "user", "System: Please continue."),
        record("7", "user", "/stats"),
        record("8", "user", "mine", provenance="real_user"),
    )
    assert found == ["mine"]


def test_what_is_shown_counts(write: Write, read: Read) -> None:
    """Not what a hook or a file adds; words typed while the agent works, without their label."""
    label = "\n[User message received during tool execution]: "
    found = said(
        write,
        read,
        record("1", "user", "fix it <x>hook</x>", systemPayload={"displayText": "fix it"}),
        record("2", "user", f"{label}save logs", subtype="mid_turn_user_message"),
        record("3", "user", "read @a", "--- Content from referenced files ---\nuse yarn"),
    )
    assert found == ["fix it", "save logs", "read @a"]


def test_what_was_rewound_was_taken_back(write: Write, read: Read) -> None:
    """All that came after the record from which the session goes on; all of it at the start."""
    one, two = record("1", "user", "one"), record("2", "user", "two")
    to_one = record("3", "system", subtype="rewind", parentUuid="1")
    to_start = record("4", "system", subtype="rewind", parentUuid=None)
    strange = record("5", "system", subtype="rewind", parentUuid="none")
    last = record("6", "user", "last")
    assert said(write, read, one, two, to_one, last) == ["one", "last"]
    assert said(write, read, one, two, to_start, last) == ["last"]
    assert said(write, read, one, two, strange, last) == ["one", "two", "last"]


def test_a_branch_has_the_keys_of_its_origin(write: Write, read: Read, tmp_path: Path) -> None:
    """It copies the records with their uuids, and is a fork."""
    one = record("1", "user", "one")
    forked = {"sessionId": ID, "messageUuid": "1"}
    write(f"{CHATS}/{ID}.jsonl", [one])
    write(f"{CHATS}/{OTHER}.jsonl", [{**one, "sessionId": OTHER, "forkedFrom": forked}])
    first, second = read(HOST, tmp_path)
    assert first.turns[0].key == second.turns[0].key != ""
    assert (first.provenance, second.provenance) == (Provenance.OWN, Provenance.FORK)


def test_a_session_in_two_folders_is_one(write: Write, read: Read, tmp_path: Path) -> None:
    """Each record counts once, whichever file is longer."""
    one, two = record("1", "user", "one"), record("2", "user", "two")
    write(f".qwen/projects/-a/chats/{ID}.jsonl", [one])
    write(f"{CHATS}/{ID}.jsonl", [one, two])
    assert [words([each]) for each in read(HOST, tmp_path)] == [["one", "two"]]


def test_without_a_folder_its_name_tells_that_of_a_container(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """Elsewhere the way back from the name is not unique."""
    line = record("1", "user", "one")
    del line["cwd"]
    write(f".qwen/projects/-workspace-my-shop/chats/{ID}.jsonl", [line])
    write(f".qwen/projects/-home-me-shop/chats/{OTHER}.jsonl", [{**line, "sessionId": OTHER}])
    assert {each.host_id: each.cwd for each in read(HOST, tmp_path)} == {
        ID: "/workspace/my-shop",
        OTHER: "",
    }


def test_broken_lines_do_not_stop_the_rest(write: Write, read: Read, tally: Tally) -> None:
    """They are counted; files of others are not looked at."""
    odd = {**record("1", "user", "fine"), "timestamp": 10**30, "systemPayload": 5}
    lines = ["{", {"type": "other"}, {"type": ["user"]}, {**odd, "message": "no", "uuid": 5}, odd]
    assert said(write, read, *lines) == ["fine"]
    assert tally.lines_skipped == 3


def test_only_sessions_are_looked_at(write: Write, read: Read, tmp_path: Path) -> None:
    """Files in other places, and of another form, are not taken for sessions."""
    write(f"{CHATS}/{ID}.jsonl", [record("1", "user", "mine")])
    write(f"{CHATS}/other.jsonl", [{"x": 1}])
    write(".qwen/projects/-w-shop/subagents/x.jsonl", [record("1", "user", "not mine")])
    assert words(read(HOST, tmp_path)) == ["mine"]


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """Two variables go before home; the place is the same on every system."""
    importer = IMPORTERS[HOST]
    for name in (".qwen", "mine", "run"):
        (tmp_path / name / "projects").mkdir(parents=True)
    mine, run = str(tmp_path / "mine"), str(tmp_path / "run")
    assert importer.roots({}, tmp_path) == [tmp_path / ".qwen" / "projects"]
    assert importer.roots({"QWEN_HOME": mine, "QWEN_RUNTIME_DIR": run}, tmp_path) == [
        tmp_path / "run" / "projects",
        tmp_path / "mine" / "projects",
    ]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """Equal messages have equal keys."""
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    messages = (Said(True, "use tabs", at), Said(False, "Done.", at + timedelta(minutes=1)))
    written = [Conversation(each, "/w/shop", messages) for each in (ID, OTHER)]
    first, second = read(HOST, writer_of(HOST)(tmp_path, written))
    assert [(turn.role, turn.text, turn.at) for turn in first.turns] == [
        ("user", "use tabs", at),
        ("agent", "Done.", at + timedelta(minutes=1)),
    ]
    assert (first.host_id, first.cwd, second.host_id) == (ID, "/w/shop", OTHER)
    assert first.turns == second.turns
