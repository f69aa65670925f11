"""Cline, Roo Code and Kilo Code."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

START = 1769064454592
STARTED = datetime(2026, 1, 22, 6, 47, 34, 592_000, tzinfo=UTC)
TASK = f"saoudrizwan.claude-dev/tasks/{START}"
SHOWN, GIVEN = "ui_messages.json", "api_conversation_history.json"


def say(kind: str, text: str, after: int = 100) -> dict[str, object]:
    """What was shown as said."""
    return {"ts": START + after, "type": "say", "say": kind, "text": text}


def ask(kind: str, text: object, after: int = 200) -> dict[str, object]:
    """A question that was shown."""
    told = text if isinstance(text, str) else json.dumps(text)
    return {"ts": START + after, "type": "ask", "ask": kind, "text": told}


def given(role: str, *passages: str) -> dict[str, object]:
    """A message to or of the model."""
    return {"role": role, "content": [{"type": "text", "text": each} for each in passages]}


def words(session: Session) -> list[str]:
    """What the person said."""
    return [turn.text for turn in session.by(Role.USER) if turn.text]


def document(write: Write, name: str, value: object) -> Path:
    """A file of one JSON value."""
    return write(name, [json.dumps(value)])


def test_only_the_first_text_and_feedback_are_the_persons(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """What person and agent say has one type; results, diffs and reasoning are no words."""
    records = [
        say("text", "use tabs"),
        say("api_req_started", json.dumps({"request": "<task>never</task>"})),
        say("reasoning", "hm"),
        say("text", "I read it."),
        say("tool", json.dumps({"tool": "readFile", "path": "a.py"})),
        say("user_feedback", "no, spaces"),
        say("user_feedback_diff", json.dumps({"tool": "editedExistingFile", "diff": "+x"})),
        say("completion_result", "Done."),
    ]
    document(write, f"{TASK}/{SHOWN}", records)
    (session,) = read("cline", tmp_path)
    assert (session.host_id, session.started) == (str(START), STARTED)
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        (Role.USER, "", "use tabs"),
        (Role.AGENT, "", "I read it."),
        (Role.TOOL, "readFile", "a.py"),
        (Role.USER, "", "no, spaces"),
        (Role.AGENT, "", "Done."),
    ]
    assert session.turns[0].at == STARTED + timedelta(milliseconds=100)


def test_where_the_first_record_is_broken_no_text_is_the_persons(write: Write, read: Read) -> None:
    """The agent's first words do not take the place of the person's."""
    path = document(write, f"{TASK}/{SHOWN}", [None, say("text", "I read it."), 7, "x"])
    (session,) = read("cline", path)
    assert words(session) == []


@pytest.mark.parametrize(
    "question",
    [
        {"question": "Which?", "options": ["tabs", "spaces"]},
        {"question": "Which?", "suggest": [{"answer": "tabs"}, {"answer": "spaces"}]},
    ],
)
def test_typed_answers_are_words_and_picked_are_not(
    write: Write, read: Read, question: object
) -> None:
    """Options of Cline and suggestions of its forks."""
    records = [
        say("text", "format it"),
        ask("followup", question),
        say("user_feedback", "tabs"),
        ask("followup", question),
        say("user_feedback", "two blanks"),
        ask("followup", {"question": "Which?", "options": ["a"], "selected": "a"}),
        say("user_feedback", "a"),
    ]
    (session,) = read("cline", document(write, f"{TASK}/{SHOWN}", records))
    assert words(session) == ["format it", "two blanks", "a"]
    assert session.by(Role.USER)[1].attachment == "Asked: Which?\nPicked: tabs"


def test_what_is_said_again_after_a_stop_is_said_once(write: Write, read: Read) -> None:
    """A task that is taken up again often begins with the same words."""
    records = [say("text", "use tabs"), ask("resume_task", ""), say("user_feedback", "use tabs")]
    (session,) = read("cline", document(write, f"{TASK}/{SHOWN}", records))
    assert words(session) == ["use tabs"]


def test_what_the_model_was_given_is_read_where_nothing_else_is(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """Only what stands in the person's tags, and never in what a tool read."""
    records = [
        given(
            "user",
            "<task>\nuse tabs <explicit_instructions>x</explicit_instructions>\n</task>",
            "# task_progress RECOMMENDED\n",
            "<environment_details>\n# Current Working Directory (/src/app) Files\na.py",
        ),
        given("assistant", 'I ask. <options>["yes", "no"]</options>'),
        given("user", "[ask_followup_question for 'x'] Result:\n<answer>\nyes\n</answer>"),
        given("assistant", "Again. <suggest>yes</suggest>"),
        given("user", "[ask_followup_question for 'x'] Result:", "<answer>\nmaybe\n</answer>"),
        given("user", "[read_file for 'a'] Result:\nx <feedback>read</feedback>"),
        given(
            "user",
            "[write_to_file for 'a'] Result:\nThe user denied this operation and provided the "
            "following feedback:\n<feedback>\nnot that file\n</feedback>",
        ),
        given("user", "[TASK RESUMPTION] It was.\n<user_message>\ngo on\n</user_message>"),
        given("user", "Tool [read_file] was not executed because"),
    ]
    document(write, f"{TASK}/{GIVEN}", records)
    (session,) = read("cline", tmp_path)
    assert words(session) == ["use tabs", "maybe", "not that file", "go on"]
    assert (session.cwd, session.repository) == ("/src/app", "app")
    assert {turn.at for turn in session.turns} == {STARTED}


def test_answers_stand_in_results_of_native_tools(write: Write, read: Read) -> None:
    """Newer models call tools; the answer is in the result, the options in the call."""
    call = {"type": "tool_use", "name": "ask_followup_question", "input": {"options": '["a"]'}}
    results = [
        {"type": "tool_result", "content": [{"type": "text", "text": "<answer>\na\n</answer>"}]},
        {"type": "tool_result", "content": "<answer>\nb\n</answer>"},
    ]
    records = [
        given("user", "<task>\ngo\n</task>"),
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": results},
    ]
    (session,) = read("cline", document(write, f"{TASK}/{GIVEN}", records))
    assert words(session) == ["go", "b"]


def test_the_shown_messages_are_read_once(write: Write, read: Read, tmp_path: Path) -> None:
    """Of both files the one with times; of a broken one the other."""
    document(write, f"{TASK}/{GIVEN}", [given("user", "<task>\nuse tabs\n</task>")])
    shown = document(write, f"{TASK}/{SHOWN}", [say("text", "use tabs")])
    (session,) = read("cline", tmp_path)
    assert session.turns[0].at != STARTED
    shown.write_text("[{")
    (session,) = read("cline", tmp_path)
    assert words(session) == ["use tabs"]


def test_a_copied_task_is_one_session(write: Write, read: Read, tmp_path: Path) -> None:
    """The longer of two copies, whatever their folders are called."""
    longer = [say("text", "use tabs"), say("text", "Yes."), say("user_feedback", "go on")]
    for name, records in (("a", longer), ("z", longer[:1])):
        document(write, f"{name}/{TASK}/{SHOWN}", records)
    (session,) = read("cline", tmp_path)
    assert words(session) == ["use tabs", "go on"]


def test_a_task_that_a_task_made_begins_with_an_agents_order(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """What the person says in it later is theirs."""
    task = "rooveterinaryinc.roo-cline/tasks/7d9f"
    document(write, f"{task}/{SHOWN}", [say("text", "do it"), say("user_feedback", "use tabs")])
    document(write, f"{task}/history_item.json", {"parentTaskId": "x", "workspace": "/src/app"})
    (session,) = read("roo-code", tmp_path)
    assert (words(session), session.cwd) == (["use tabs"], "/src/app")
    assert session.started == STARTED + timedelta(milliseconds=100)


def test_the_list_of_tasks_tells_the_folder(write: Write, read: Read, tmp_path: Path) -> None:
    """Where neither the task nor the model was told."""
    document(write, f"{TASK}/{SHOWN}", [say("task", "use tabs")])
    item = {"id": str(START), "cwdOnTaskInitialization": "/src/app"}
    document(write, "saoudrizwan.claude-dev/state/taskHistory.json", [None, item])
    (session,) = read("cline", tmp_path)
    assert (words(session), session.cwd) == (["use tabs"], "/src/app")


def test_each_host_reads_its_own_tasks(write: Write, read: Read, tmp_path: Path) -> None:
    """In a folder that holds the storage of several extensions."""
    for name in ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "kilocode.kilo-code"):
        document(write, f"{name}/tasks/{START}/{SHOWN}", [say("text", name)])
    for host, name in (("cline", "saoud"), ("roo-code", "roo"), ("kilo-code", "kilo")):
        (session,) = read(host, tmp_path)
        assert session.host == host
        assert words(session)[0].startswith(name)


def test_the_newer_store_has_the_words_in_an_envelope(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """Notices, files and expanded commands are the host's; other agents' sessions nobody's."""
    text = '<mode_notice>x</mode_notice><user_input mode="act">use tabs</user_input>'
    blocks = [
        {"type": "text", "text": text},
        {"type": "text", "text": '<file_content path="a">always spaces</file_content>'},
        {"type": "tool_result", "content": "never"},
    ]
    messages = [
        {"role": "user", "content": blocks, "ts": START},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes."}], "ts": START + 1},
        {"role": "user", "content": '<user_command slash="x">expanded</user_command>', "ts": 1},
        {"role": "user", "content": "go on", "ts": START + 2000},
    ]
    lead = {"agent": "lead", "sessionId": "s1", "messages": messages}
    document(write, ".cline/data/sessions/s1/s1.messages.json", lead)
    head = {"cwd": "/src/app", "started_at": "2026-01-22T06:47:34.592Z"}
    document(write, ".cline/data/sessions/s1/s1.json", head)
    helper = {**lead, "agent": "worker", "sessionId": "s2"}
    document(write, ".cline/data/sessions/s1/s2.messages.json", helper)
    (session,) = read("cline", tmp_path)
    assert (session.host_id, session.cwd, session.started) == ("s1", "/src/app", STARTED)
    assert words(session) == ["use tabs", "go on"]


@pytest.mark.parametrize("text", ["", "{", "null", '"x"', "[[[]]]", '[{"say": []}]', "[1, {}]"])
def test_what_is_no_task_gives_no_words(write: Write, read: Read, text: str) -> None:
    """Nothing at all or a plain word that it cannot be read."""
    path = write(f"{TASK}/{SHOWN}", [text])
    with pytest.raises(SourceError):
        read("cline", path)


def test_one_broken_task_stops_no_other(
    write: Write, read: Read, tmp_path: Path, tally: Tally
) -> None:
    """It is named in the tally."""
    write(f"saoudrizwan.claude-dev/tasks/1/{SHOWN}", ["{"])
    document(write, f"{TASK}/{SHOWN}", [say("text", "use tabs")])
    (session,) = read("cline", tmp_path)
    assert words(session) == ["use tabs"]
    assert len(tally.problems) == 1


def test_their_places_are_in_the_editors(tmp_path: Path) -> None:
    """On Linux, macOS and Windows, on servers, and where Cline's other programs keep theirs."""
    bases = (".config/Code", "Library/Application Support/Cursor", "AppData/Roaming/VSCodium")
    places = [tmp_path / base / "User" for base in bases]
    places.append(tmp_path / ".vscode-server" / "data" / "User")
    for host, name in (
        ("roo-code", "rooveterinaryinc.roo-cline"),
        ("kilo-code", "kilocode.kilo-code"),
    ):
        storages = [place / "globalStorage" / name for place in places]
        for storage in storages:
            storage.mkdir(parents=True)
        assert IMPORTERS[host].roots({}, tmp_path) == storages
    (tmp_path / ".cline" / "data").mkdir(parents=True)
    (tmp_path / "mine" / "data").mkdir(parents=True)
    assert IMPORTERS["cline"].roots({}, tmp_path) == [tmp_path / ".cline" / "data"]
    named = {"CLINE_DIR": str(tmp_path / "mine")}
    assert IMPORTERS["cline"].roots(named, tmp_path) == [tmp_path / "mine" / "data"]


@pytest.mark.parametrize("host", ["cline", "roo-code", "kilo-code"])
def test_what_is_written_is_read(read: Read, tmp_path: Path, host: str) -> None:
    """The person's messages, their times and ids come back as they were."""
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    said = tuple(
        Said(number % 2 == 0, f"use {number} blanks", at + timedelta(minutes=number))
        for number in range(5)
    )
    named = "a3a1b82a-34bd-451c-938a-6f0bca54449f"
    path = writer_of(host)(tmp_path, [Conversation(named, "/src/app", said)])
    (session,) = read(host, path)
    assert (session.host_id, session.cwd, session.started) == (named, "/src/app", at)
    assert [(turn.text, turn.at) for turn in session.by(Role.USER)] == [
        (each.text, each.at) for each in said if each.by_person
    ]
