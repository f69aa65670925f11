"""Claude Code's histories."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]
type Line = dict[str, Any]

REJECTED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was "
    "a file edit, the new_string was NOT written to the file)."
)
_numbers = count(1)


def line(kind: str, content: object, session: str = "s1", **fields: object) -> Line:
    """One line as the host writes it, with a uuid of its own."""
    number = next(_numbers)
    return {
        "type": kind,
        "sessionId": session,
        "uuid": f"u{number}",
        "timestamp": f"2026-02-03T04:05:{number % 60:02}Z",
        "cwd": "/src/app",
        "message": {"role": kind, "content": content},
        **fields,
    }


def user(content: object, session: str = "s1", **fields: object) -> Line:
    """A line of the user's."""
    return line("user", content, session, **fields)


def result(text: str, detail: object = None) -> Line:
    """The result of the tool call t1."""
    content = [{"type": "tool_result", "tool_use_id": "t1", "content": text}]
    return user(content, toolUseResult=detail)


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


def test_a_session_holds_who_said_what(write: Write, read: Read) -> None:
    """Words, tool calls and results in order; thinking and sub-agents are left out."""
    calls = [
        {"type": "thinking", "thinking": "hmm"},
        {"type": "text", "text": "I will look."},
        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls -la"}},
    ]
    path = write(
        "projects/-src-app/s1.jsonl",
        [
            {"type": "summary", "summary": "Old things"},
            user("fix it", timestamp="2026-02-03T04:05:06+01:00"),
            line("assistant", calls),
            result("a.py\n" * 500),
            user("a question of the agent's", isSidechain=True),
            user("This is what happened before.", isCompactSummary=True),
            user("y", timestamp="2026-02-03T05:00:00Z"),
        ],
    )
    (session,) = read("claude-code", path)
    assert (session.host_id, session.cwd, session.repository) == ("s1", "/src/app", "app")
    assert session.started == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)
    assert session.ended == datetime(2026, 2, 3, 5, 0, tzinfo=UTC)
    assert [(turn.role, turn.tool, turn.text[:12]) for turn in session.turns] == [
        ("user", "", "fix it"),
        ("agent", "", "I will look."),
        ("tool", "Bash", "ls -la"),
        ("tool", "Bash", "a.py\na.py\na."),
        ("user", "", "y"),
    ]
    assert [turn.ordinal for turn in session.turns] == [0, 1, 2, 3, 4]


def test_words_in_a_rejection_are_the_persons(write: Write, read: Read) -> None:
    """Only what stands behind "the user said" counts, without the host's advice after it."""
    note = "\n\nNote: The user's next message may contain a correction."
    path = write(
        "s1.jsonl",
        [
            result(f"{REJECTED} To tell you how to proceed, the user said:\nrebase first{note}"),
            result(f"{REJECTED} STOP what you are doing and wait."),
            result(
                f"{REJECTED} To tell you how to proceed, the user said:\n"
                "The user wants to clarify these questions.\n    Start by asking them."
            ),
        ],
    )
    assert said(read("claude-code", path)) == ["rebase first"]


def test_typed_answers_are_words_and_picked_ones_are_not(write: Write, read: Read) -> None:
    """An answer that the agent had offered is context; one of the person's own is a quote."""
    asked = [{"question": "Tabs?", "options": [{"label": "Yes"}, {"label": "No"}]}]
    detail = {"questions": asked, "answers": {"Tabs?": "Yes", "Why?": "they are wider"}}
    path = write("s1.jsonl", [result("User has answered your questions", detail)])
    (session,) = read("claude-code", path)
    (turn,) = session.turns
    assert turn.text == "they are wider"
    assert "Asked: Tabs?\nPicked: Yes" in turn.attachment


def test_a_plan_is_the_hosts_and_additions_are_the_persons(write: Write, read: Read) -> None:
    """The order to carry out a plan is context; what was typed beside it is not."""
    plan = "# Plan\n\nUse tabs."
    host = "If you need specific details from before exiting plan mode, read the transcript."
    order = f"Implement the following plan:\n\n{plan}"
    path = write(
        "s1.jsonl",
        [
            user(f"{order}\n\n{host}", planContent=plan),
            user(f"{order}\n\nbut skip the docs", planContent=plan),
            user(order),
        ],
    )
    (session,) = read("claude-code", path)
    assert [turn.text for turn in session.turns] == ["", "but skip the docs", ""]
    assert all("Use tabs." in turn.attachment for turn in session.turns)


def test_what_was_typed_while_the_agent_worked_counts_once(write: Write, read: Read) -> None:
    """Handed over at once: a turn. Sent later as a line, or taken back: not here."""

    def queued(operation: str, content: str = "") -> Line:
        number = next(_numbers)
        stamp = f"2026-02-03T04:06:00.{number:03}Z"
        return {
            "type": "queue-operation",
            "operation": operation,
            "content": content,
            "timestamp": stamp,
            "sessionId": "s1",
        }

    path = write(
        "s1.jsonl",
        [
            queued("enqueue", "add a test please"),
            queued("remove"),
            queued("enqueue", "sent later"),
            queued("dequeue"),
            user("sent later"),
            queued("enqueue", "taken bak"),
            queued("popAll", "taken bak"),
            queued("enqueue", "/config"),
            queued("remove"),
        ],
    )
    assert said(read("claude-code", path)) == ["add a test please", "sent later"]


def test_a_message_sent_again_after_an_interruption_counts_once(write: Write, read: Read) -> None:
    """The same words right after stopping the agent are one message; later they are two."""
    stop = [{"type": "text", "text": "[Request interrupted by user]"}]
    path = write("s1.jsonl", [user("commit"), user(stop), user("commit"), user("commit")])
    assert said(read("claude-code", path)) == ["commit", "commit"]


def test_meta_lines_are_context(write: Write, read: Read) -> None:
    """The text of a skill is what a command became, nobody's words."""
    path = write("s1.jsonl", [user("go on"), user("Base directory: always use tabs", isMeta=True)])
    (session,) = read("claude-code", path)
    assert [turn.text for turn in session.turns] == ["go on", ""]
    assert "always use tabs" in session.turns[1].attachment


def test_what_tom_said_is_not_learned_again(write: Write, read: Read) -> None:
    """Briefings and advice vanish from every turn."""
    path = write("s1.jsonl", [user("<tom-briefing>likes tabs</tom-briefing>\nhello")])
    (session,) = read("claude-code", path)
    assert said([session]) == ["hello"]
    assert "tabs" not in session.model_dump_json()


def test_copied_history_has_the_keys_of_the_original(
    write: Write, read: Read, tmp_path: Path
) -> None:
    """A resumed or forked file repeats lines; files of one session are read together."""
    old = [user("first", "s1"), user("second", "s1")]
    first = write("projects/p/s1.jsonl", old)
    os.utime(first, (1, 1))
    before = read("claude-code", tmp_path)
    copies = [{**entry, "sessionId": "s2"} for entry in old]
    write("projects/p/s2.jsonl", [*copies, user("third", "s2")])
    kept = [{**entry, "forkedFrom": {"sessionId": "s1"}} for entry in old]
    write("projects/p/a3.jsonl", [*kept, user("fourth", "s1")])
    first_session, second_session = read("claude-code", tmp_path)
    assert said([first_session]) == ["first", "second", "fourth"]
    assert (second_session.host_id, said([second_session])) == ("s2", ["first", "second", "third"])
    keys = [[turn.key for turn in each.turns] for each in (first_session, second_session)]
    assert keys[0][:2] == keys[1][:2]
    assert len({*keys[0], *keys[1]}) == 4
    assert before[0].turns == first_session.turns[:2]
    one, other = IMPORTERS["claude-code"].sources(tmp_path)
    assert [file.name for file in one.files] == ["s1.jsonl", "a3.jsonl"]
    assert [file.name for file in other.files] == ["s2.jsonl"]
    assert list(IMPORTERS["claude-code"].sources(one.files[1])) == [one]


def test_files_of_sub_agents_and_of_others_are_left_out(write: Write, tmp_path: Path) -> None:
    """A folder yields only what is this host's and the person's."""
    write("p/agent-1.jsonl", [user("an order of the agent's")])
    write("p/s1/subagents/x.jsonl", [user("an order of the agent's")])
    write("p/other.jsonl", [{"session": "a", "role": "user", "text": "hello"}])
    mine = write("p/s1.jsonl", [user("hello")])
    (source,) = IMPORTERS["claude-code"].sources(tmp_path)
    assert source.files == (mine,)
    assert (source.size, source.mtime_ns) == (mine.stat().st_size, mine.stat().st_mtime_ns)


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """The configured folder wins over home; what does not exist is no root."""
    importer = IMPORTERS["claude-code"]
    (tmp_path / ".claude" / "projects").mkdir(parents=True)
    (tmp_path / "mine" / "projects").mkdir(parents=True)
    assert importer.roots({}, tmp_path) == [tmp_path / ".claude" / "projects"]
    configured = {"CLAUDE_CONFIG_DIR": str(tmp_path / "mine")}
    assert importer.roots(configured, tmp_path) == [tmp_path / "mine" / "projects"]
    assert importer.roots({"CLAUDE_CONFIG_DIR": "/nowhere"}, tmp_path) == []


def test_a_form_that_nobody_knows_is_named(write: Write, read: Read, tally: Tally) -> None:
    """The tally says which records were not understood."""
    path = write("x.jsonl", [{"type": "v9-turn", "uuid": "1", "body": "hello"}])
    with pytest.raises(Exception, match="no session of claude-code"):
        read("claude-code", path)
    assert tally.unknown_versions == {"claude-code: records of type v9-turn"}


def test_wrong_fields_are_survived(write: Write, read: Read) -> None:
    """Lines whose fields have other types than they should yield what can be had."""
    odd: list[object] = [
        user(None),
        user([None, 1, {"type": "text"}, {"type": "text", "text": 7}]),
        {**user("x"), "message": ["no", "object"], "timestamp": 10**30},
        {**user("x"), "sessionId": ["s1"], "message": None},
        user([{"type": "tool_result", "tool_use_id": {}, "content": {"a": 1}}]),
        user("still here"),
    ]
    assert said(read("claude-code", write("s1.jsonl", odd))) == ["still here"]


def test_prompts_of_programs_are_no_words(write: Write, read: Read, tally: Tally) -> None:
    """A session in which only a program speaks is left out and counted, unlike a person's."""
    program = {"entrypoint": "sdk-cli", "promptSource": "sdk"}
    write(
        "p/a.jsonl", [user("always answer in JSON", "a", **program), line("assistant", "{}", "a")]
    )
    remote = {**program, "origin": {"kind": "human"}}
    path = write("p/b.jsonl", [user("use tabs", "b", **remote)]).parent
    assert said(read("claude-code", path)) == ["use tabs"]
    assert tally.by_programs == 1


@pytest.mark.parametrize("kind", ["task-notification", "peer", "something-new"])
def test_who_speaks_is_what_the_record_says(kind: str, write: Write, read: Read) -> None:
    """In a line of the user's and in one that was queued."""
    queued = {"type": "queued_command", "commandMode": "prompt", "prompt": "use yarn"}
    lines = [
        user("fix the tests", origin={"kind": "human"}),
        user("always use yarn", origin={"kind": kind}),
        line("attachment", "", attachment={**queued, "origin": {"kind": kind}}),
        line("attachment", "", attachment={**queued, "prompt": "use pnpm"}),
    ]
    assert said(read("claude-code", write("s1.jsonl", lines))) == ["fix the tests", "use pnpm"]


def test_what_was_taken_back_is_no_words(write: Write, read: Read) -> None:
    """The person rewound: another prompt follows the same line, and the first one is gone."""
    start = user("add a page", parentUuid="root")
    answer = line("assistant", "done", parentUuid=start["uuid"])
    gone = user("never write tests", parentUuid=answer["uuid"])
    reply = line("assistant", "no tests", parentUuid=gone["uuid"])
    behind = user("good, always so", parentUuid=reply["uuid"])
    again = user("add it with tests", parentUuid=answer["uuid"])
    path = write("s1.jsonl", [start, answer, gone, reply, behind, again])
    assert said(read("claude-code", path)) == ["add a page", "add it with tests"]


def test_lines_that_follow_themselves_end(write: Write, read: Read) -> None:
    """A file may say anything of which line follows which."""
    one = user("one", parentUuid="b")
    other = {**user("other", parentUuid="b"), "uuid": "b"}
    assert said(read("claude-code", write("s1.jsonl", [one, other]))) == ["other"]


@pytest.mark.parametrize("first", ["snapshots", "picture"])
def test_a_session_that_is_named_late_is_read(first: str, write: Write, read: Read) -> None:
    """Snapshots or a large picture stand before the first line that says whose it is."""
    snapshot = {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}}
    picture = {"type": "image", "source": {"type": "base64", "data": "A" * 300 * 1024}}
    text = {"type": "text", "text": "use pnpm"}
    lines = [snapshot] * 30 if first == "snapshots" else [snapshot]
    path = write("p/s1.jsonl", [*lines, user([picture, text])])
    assert said(read("claude-code", path.parent)) == ["use pnpm"]


def test_what_is_typed_while_the_agent_works_is_said_once(write: Write, read: Read) -> None:
    """Marks of tasks are no words; what a line repeats counts there, what went back does not."""

    def queue(operation: str, content: str = "") -> Line:
        return {**line("queue-operation", ""), "operation": operation, "content": content}

    lines = [
        user("go"),
        queue("enqueue", '{"task_id": "t1"}'),
        queue("enqueue", "never touch old migrations"),
        queue("remove"),
        queue("enqueue", "use the staging bucket"),
        queue("remove"),
        user("use the staging bucket"),
        queue("enqueue", "and yarn"),
        queue("popAll"),
        user("and pnpm"),
    ]
    assert said(read("claude-code", write("s1.jsonl", lines))) == [
        "go",
        "never touch old migrations",
        "use the staging bucket",
        "and pnpm",
    ]


def test_files_of_other_hosts_in_a_folder_are_not_claimed(write: Write, read: Read) -> None:
    """They name their sessions with the same word."""
    path = write("chats/session-1.jsonl", [{"sessionId": "a", "projectHash": "b", "startTime": 1}])
    with pytest.raises(SourceError, match="no transcripts of claude-code"):
        read("claude-code", path.parent)
