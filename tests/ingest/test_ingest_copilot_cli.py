"""Copilot CLI's events."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "copilot-cli"
ID = "c3f091b3-1a1f-435f-8acb-6c7520106212"
AT = "2026-03-30T05:38:34.432Z"
PLACE = f"session-state/{ID}/events.jsonl"


def event(kind: str, data: object, named: str = "", **more: object) -> dict[str, object]:
    """One line of a session."""
    return {"type": kind, "data": data, "id": named, "timestamp": AT, "parentId": None, **more}


def said(text: str, named: str = "", **more: object) -> dict[str, object]:
    """A message of the person's, with what the model was sent."""
    sent = f"<current_datetime>x</current_datetime>\n\n{text}\n\n<reminder>be good</reminder>"
    return event("user.message", {"content": text, "transformedContent": sent, **more}, named)


def called(name: str, arguments: object, result: str, **more: object) -> list[dict[str, object]]:
    """A tool's call and its result."""
    call = {"toolCallId": f"{name} {result}", **more}
    return [
        event("tool.execution_start", {"toolName": name, "arguments": arguments, **call}),
        event("tool.execution_complete", {"success": True, "result": {"content": result}, **call}),
    ]


START = event(
    "session.start",
    {
        "sessionId": ID,
        "startTime": "2026-03-30T05:30:00.000Z",
        "context": {"cwd": "/src/app", "repository": "owner/app"},
    },
)


def words(session: Session) -> list[str]:
    """What the person says in a session."""
    return [turn.text for turn in session.by(Role.USER) if turn.text]


def test_words_are_what_was_typed_not_what_was_sent(write: Write, read: Read) -> None:
    """The head tells folder, repository and start; tools and the agent's words are turns."""
    lines = [
        START,
        event("system.message", {"role": "system", "content": "You are an agent"}),
        said("use tabs"),
        event("assistant.message", {"content": "", "toolRequests": [{}]}),
        *called("bash", {"command": "ls"}, "a.py"),
        event("assistant.message", {"content": "Done."}),
    ]
    (session,) = read(HOST, write(PLACE, lines).parents[1])
    assert (session.host_id, session.cwd, session.repository) == (ID, "/src/app", "owner/app")
    assert session.started == datetime(2026, 3, 30, 5, 30, tzinfo=UTC)
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("tool", "bash", "ls"),
        ("tool", "bash", "a.py"),
        ("agent", "", "Done."),
    ]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("User responded: keep it small", ["keep it small"]),
        ("User selected: Keep it", []),
        ("The user did not answer", []),
    ],
)
def test_a_typed_answer_is_words_and_a_picked_one_is_not(
    write: Write, read: Read, result: str, expected: list[str]
) -> None:
    """What was asked stands beside the answer."""
    lines = [START, said("go"), *called("ask_user", {"question": "How far?"}, result)]
    (session,) = read(HOST, write(PLACE, lines))
    assert words(session) == ["go", *expected]
    if result.startswith("User"):
        assert "Asked: How far?" in session.turns[-1].attachment


def test_the_same_words_in_a_tools_result_are_no_answer(write: Write, read: Read) -> None:
    """Only the tool that asks gives answers."""
    lines = [START, said("go"), *called("bash", {"command": "cat log"}, "User responded: no")]
    (session,) = read(HOST, write(PLACE, lines))
    assert words(session) == ["go"]


def test_what_others_put_into_the_conversation_is_no_words(write: Write, read: Read) -> None:
    """Skills, continuations, notifications, hooks and sub-agents."""
    lines = [
        START,
        said("go"),
        said("a skill's text", source="skill-pdf"),
        said("carry on", isAutopilotContinuation=True),
        event("user.message", {"content": "an order"}, agentId="agent-1"),
        event("assistant.message", {"content": "found it", "parentToolCallId": "c"}),
        *called("grep", {"pattern": "x"}, "y", parentToolCallId="c"),
        event("system.notification", {"content": "an agent is done"}),
        event("hook.start", {"input": {"prompt": "go"}}),
        said("and then", source="user"),
    ]
    (session,) = read(HOST, write(PLACE, lines))
    assert [turn.text for turn in session.turns] == ["go", "and then"]


def test_what_is_sent_again_after_a_stop_was_said_once(write: Write, read: Read) -> None:
    """After an abort and after an error."""
    lines = [START, said("go", "1"), event("abort", {"reason": "user_initiated"}), said("go", "2")]
    (session,) = read(HOST, write(PLACE, [*lines, event("session.error", {}), said("go", "3")]))
    assert words(session) == ["go"]


def test_of_several_copies_the_longest_is_read(write: Write, read: Read, tmp_path: Path) -> None:
    """One session, whichever file comes first, and the same keys for the same messages."""
    lines = [START, said("one", "1"), event("assistant.message", {"content": "ok"}, "2")]
    write(f"b/{PLACE}", [*lines, said("two", "3")])
    (whole,) = read(HOST, tmp_path / "b")
    write(f"a/{PLACE}", lines)
    write(f"c/{PLACE}", lines)
    assert read(HOST, tmp_path) == [whole]
    (copy,) = read(HOST, tmp_path / "a")
    assert copy.turns[0].key == whole.turns[0].key != ""


def test_an_event_that_is_written_twice_counts_once(write: Write, read: Read) -> None:
    """A line with an id that was there before is the same line."""
    (session,) = read(HOST, write(PLACE, [START, said("go", "1"), said("go", "1")]))
    assert words(session) == ["go"]


def test_a_program_is_no_person(write: Write, read: Read, tally: Tally) -> None:
    """What a harness asks is counted and left out."""
    lines = [START, said("[[ ## user_query ## ]]\n\nWhat is 2+2?")]
    assert read(HOST, write(PLACE, lines).parents[1]) == []
    assert tally.by_programs == 1


def test_broken_lines_stop_nothing(write: Write, read: Read, tally: Tally) -> None:
    """Values of any type, lines that are none."""
    strange: list[object] = [None, 1, "x", [], {}, True]
    lines = [
        "{half a line",
        *(event("user.message", each) for each in strange),
        *(event("session.start", {"context": each}) for each in strange),
        *(event("user.message", {"content": each}) for each in (None, 1, [], {})),
        *(event("tool.execution_start", {"arguments": each}) for each in strange),
        *(event("tool.execution_complete", {"result": each}) for each in strange),
        said("go"),
    ]
    (session,) = read(HOST, write(PLACE, lines).parents[1])
    assert words(session) == ["go"]
    assert session.host_id == ID
    assert tally.lines_skipped == 1


def test_files_of_other_hosts_are_no_sessions(write: Write, tmp_path: Path) -> None:
    """In a folder only what looks like events of Copilot counts."""
    write("x/events.jsonl", [{"role": "user", "text": "hi"}])
    write("y/other.jsonl", [START])
    assert list(IMPORTERS[HOST].sources(tmp_path)) == []


def test_its_place_follows_the_environment(tmp_path: Path) -> None:
    """``COPILOT_HOME`` wins over home."""
    for name in (".copilot", "mine"):
        (tmp_path / name / "session-state").mkdir(parents=True)
    importer = IMPORTERS[HOST]
    assert importer.roots({}, tmp_path) == [tmp_path / ".copilot" / "session-state"]
    mine = {"COPILOT_HOME": str(tmp_path / "mine")}
    assert importer.roots(mine, tmp_path) == [tmp_path / "mine" / "session-state"]


def test_what_is_written_for_tests_reads_back(tmp_path: Path, read: Read) -> None:
    """The writer writes what the host would; a copy has the same keys."""
    start = datetime(2026, 5, 1, 9, tzinfo=UTC)
    texts = ("use tabs", "Done.", "and add a test", "Added.")
    messages = tuple(
        Said(place % 2 == 0, text, start + timedelta(minutes=place))
        for place, text in enumerate(texts)
    )
    conversations = [
        Conversation("0b53a1e4-0000-4000-8000-000000000001", "/home/me/shop", messages),
        Conversation("0b53a1e4-0000-4000-8000-000000000002", "/home/me/web", messages[:2]),
    ]
    one, other = read(HOST, writer_of(HOST)(tmp_path, conversations))
    assert [turn.text for turn in one.turns] == list(texts)
    assert [turn.at for turn in one.turns] == [each.at for each in messages]
    assert (one.cwd, other.cwd) == ("/home/me/shop", "/home/me/web")
    assert one.turns[0].key == other.turns[0].key != one.turns[2].key
