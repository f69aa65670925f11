"""Antigravity's conversations."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "antigravity"
ID = "00000000-0000-4000-8000-0000000000a1"
HOME = ".gemini/antigravity-cli"
LOGS = f"{HOME}/brain/{ID}/.system_generated/logs"
AT = "2026-05-26T21:58:35Z"


def step(number: int, content: object, source: str = "MODEL", **more: object) -> dict[str, object]:
    """A step of the agent's or of the host's."""
    told = {"type": "PLANNER_RESPONSE", "status": "DONE", "created_at": AT}
    return {"step_index": number, "source": source, "content": content, **told, **more}


def asked(number: int, text: str, beside: str = "") -> dict[str, object]:
    """A step of the person's."""
    content = f"<USER_REQUEST>\n{text}\n</USER_REQUEST>\n{beside}"
    return step(number, content, "USER_EXPLICIT", type="USER_INPUT")


def words(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for each in sessions for turn in each.by(Role.USER) if turn.text]


def said(write: Write, read: Read, tmp_path: Path, *steps: object) -> list[str]:
    """What the person said in a conversation of these steps."""
    write(f"{LOGS}/transcript.jsonl", steps)
    return words(read(HOST, tmp_path))


def test_a_conversation(write: Write, read: Read, tmp_path: Path) -> None:
    """It is named by its folder; the agent's words, and its tools."""
    steps = [
        asked(0, "use tabs"),
        step(1, None, "SYSTEM", type="CONVERSATION_HISTORY"),
        step(2, "Done."),
        step(3, "Output: a.go", type="RUN_COMMAND"),
    ]
    write(f"{LOGS}/transcript_full.jsonl", steps)
    (session,) = read(HOST, tmp_path)
    assert session.host_id == ID
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("agent", "", "Done."),
        ("tool", "run_command", "Output: a.go"),
    ]


def test_only_what_stands_in_the_request_is_words(write: Write, read: Read, tmp_path: Path) -> None:
    """Not what the host puts beside it or into it, nor its own messages and checkpoints."""
    beside = "<USER_SETTINGS_CHANGE>use Flash</USER_SETTINGS_CHANGE>"
    inside = '<ADDITIONAL_METADATA>{"cwd": "/w"}</ADDITIONAL_METADATA>'
    found = said(
        write,
        read,
        tmp_path,
        asked(0, "one", beside),
        asked(1, f"two{inside}"),
        asked(2, "three <SYSTEM_MESSAGE> never closed"),
        step(3, "no tag", "USER_EXPLICIT"),
        step(4, "{{ CHECKPOINT 1 }} <USER_REQUEST>old</USER_REQUEST>", "USER_EXPLICIT"),
        step(5, "<SYSTEM_MESSAGE>x</SYSTEM_MESSAGE>", "SYSTEM", type="SYSTEM_MESSAGE"),
    )
    assert found == ["one", "two", "three"]


def test_answers_are_words(write: Write, read: Read, tmp_path: Path) -> None:
    """Whether one was typed or picked cannot be told."""
    content = "Q1: Which form?\nA1: one object a line\nQ2: And?\nA2: no array\nother"
    steps = [step(0, content, type="ASK_QUESTION")]
    assert said(write, read, tmp_path, *steps) == ["one object a line\nno array"]


def test_the_last_state_of_a_step_counts(write: Write, read: Read, tmp_path: Path) -> None:
    """A step may be written more than once."""
    assert said(write, read, tmp_path, asked(0, "use ta"), asked(0, "use tabs")) == ["use tabs"]


def test_sent_again_is_said_once(write: Write, read: Read, tmp_path: Path) -> None:
    """After a step that was cancelled."""
    stopped = step(1, "", status="CANCELED")
    assert said(write, read, tmp_path, asked(0, "go"), stopped, asked(2, "go")) == ["go"]


def test_a_conversation_in_several_files_is_one(write: Write, read: Read, tmp_path: Path) -> None:
    """The full transcript and the other, or copies in two places: the longest is read."""
    write(f"{LOGS}/transcript_full.jsonl", [asked(0, "one"), asked(1, "two")])
    write(f"{LOGS}/transcript.jsonl", [asked(0, "one")])
    copy = f".gemini/antigravity/brain/{ID}/.system_generated/logs/transcript.jsonl"
    write(copy, [asked(0, "one"), asked(1, "two"), asked(2, "three")])
    assert [words([each]) for each in read(HOST, tmp_path)] == [["one", "two", "three"]]
    write(copy, [])
    assert [words([each]) for each in read(HOST, tmp_path)] == [["one", "two"]]


def test_the_history_names_the_folder(write: Write, read: Read, tmp_path: Path) -> None:
    """By the id, else by the first prompt and its time; else nobody knows."""
    stamp = round(datetime.fromisoformat(AT).timestamp() * 1000)
    other = {"display": "use tabs", "timestamp": 1, "workspace": "/w/old"}
    first = {"display": "use tabs", "timestamp": stamp, "workspace": "/w/shop"}
    named = {"display": "x", "timestamp": 2, "workspace": "/w/web", "conversationId": ID}
    path = write(f"{LOGS}/transcript.jsonl", [asked(0, "use tabs")])
    folders: list[str] = []
    for lines in ([], [other], [other, first], [first, named, "{"]):
        write(f"{HOME}/history.jsonl", lines)
        folders += [session.cwd for session in read(HOST, path)]
    assert folders == ["", "", "/w/shop", "/w/web"]


def test_broken_lines_do_not_stop_the_rest(
    write: Write, read: Read, tmp_path: Path, tally: Tally
) -> None:
    """They are counted; values of a wrong type are nothing."""
    odd = {**asked(0, "fine"), "step_index": "x", "created_at": {"a": 1}}
    assert said(write, read, tmp_path, "{", {"x": 1}, {"source": 5}, step(1, 17), odd) == ["fine"]
    assert tally.lines_skipped == 3


def test_its_places(tmp_path: Path) -> None:
    """The editor's and the terminal's, at home on every system."""
    importer = IMPORTERS[HOST]
    assert importer.roots({}, tmp_path) == []
    for name in ("antigravity", "antigravity-cli", "tmp"):
        (tmp_path / ".gemini" / name).mkdir(parents=True)
    names = [root.name for root in importer.roots({}, tmp_path)]
    assert names == ["antigravity", "antigravity-cli"]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """With the folder, which stands in the history."""
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    messages = (Said(True, "use tabs", at), Said(False, "Done.", at + timedelta(minutes=1)))
    (session,) = read(HOST, writer_of(HOST)(tmp_path, [Conversation(ID, "/w/shop", messages)]))
    assert (session.host_id, session.cwd) == (ID, "/w/shop")
    assert [(turn.role, turn.text, turn.at) for turn in session.turns] == [
        ("user", "use tabs", at),
        ("agent", "Done.", at + timedelta(minutes=1)),
    ]
