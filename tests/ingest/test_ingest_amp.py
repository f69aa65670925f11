"""Amp's threads."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS
from tom_swe.model.session import Role, Session

type Read = Callable[..., list[Session]]
type Message = dict[str, object]

AT = 1_761_596_306_663
RESULT = {"type": "tool_result", "run": {"status": "done", "result": {"output": "a.py"}}}


def sent(*words: str, after: int = 0) -> Message:
    """A message of the person, so many seconds after the thread's start."""
    content = [{"type": "text", "text": each} for each in words]
    meta = {"sentAt": AT + after * 1000}
    return {"role": "user", "content": content, "userState": {"x": "not words"}, "meta": meta}


def reply(words: str, *blocks: object, state: str = "complete") -> Message:
    """A message of the agent."""
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": words}, *blocks]
    return {"role": "assistant", "content": content, "state": {"type": state}}


def thread(folder: Path, messages: object, name: str = "T-1") -> Path:
    """A thread of one folder."""
    url = "https://github.com/owner/name"
    tree = {"uri": "file:///src/my%20app", "repository": {"type": "git", "url": url}}
    told = {
        "id": name,
        "created": AT,
        "title": "A model's",
        "env": {"initial": {"trees": [tree]}},
        "messages": messages,
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(told))
    return path


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


def test_a_thread_is_read(tmp_path: Path, read: Read) -> None:
    """Words, replies, calls and results, the folder and the repository."""
    call = {"type": "tool_use", "name": "Bash", "input": {"cmd": "ls"}}
    result = {"role": "user", "content": [RESULT, {"type": "text", "text": "by the host"}]}
    thread(tmp_path, [sent("use tabs", "please", after=9), reply("I look.", call), result])
    (session,) = read("amp", tmp_path)
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs\nplease"),
        ("agent", "", "I look."),
        ("tool", "Bash", "ls"),
        ("tool", "tool", "a.py"),
    ]
    assert (session.host_id, session.cwd) == ("T-1", "/src/my app")
    assert session.repository == "owner/name"
    started = datetime.fromtimestamp(AT / 1000, UTC)
    assert (session.started, session.turns[0].at) == (started, started + timedelta(seconds=9))


def test_sent_again_after_a_cancel_is_said_once(tmp_path: Path, read: Read) -> None:
    """The agent was stopped, and the person sent the same order again."""
    stopped = reply("", state="cancelled")
    path = thread(tmp_path, [sent("run it"), stopped, sent("run it", after=3)])
    assert said(read("amp", path)) == ["run it"]


def test_broken_messages_do_not_stop_the_rest(tmp_path: Path, read: Read) -> None:
    """Values of any type; what is no thread is refused."""
    strange = [3, {"role": "user", "content": 7}, {"role": []}, reply("", None), sent("use tabs")]
    assert said(read("amp", thread(tmp_path, strange))) == ["use tabs"]
    with pytest.raises(SourceError, match="is no thread"):
        read("amp", thread(tmp_path, "none", "T-2"))
    (tmp_path / "T-3.json").write_text('{"messages": [')
    assert said(read("amp", tmp_path)) == ["use tabs"]


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """The same folder below home on Linux, macOS and Windows; XDG_DATA_HOME wins."""
    own = tmp_path / ".local" / "share" / "amp" / "threads"
    mine = tmp_path / "data" / "amp" / "threads"
    for folder in (own, mine):
        folder.mkdir(parents=True)
    importer = IMPORTERS["amp"]
    assert importer.roots({"APPDATA": str(tmp_path)}, tmp_path) == [own]
    assert importer.roots({"XDG_DATA_HOME": str(tmp_path / "data")}, tmp_path) == [mine]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """The person's messages, with their times and their folder."""
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    messages = tuple(
        Said(number % 2 == 0, f"message {number}", start + timedelta(minutes=number))
        for number in range(4)
    )
    written = [Conversation(name, f"/src/{name}", messages) for name in ("a", "b")]
    sessions = read("amp", writer_of("amp")(tmp_path, written))
    assert [session.host_id for session in sessions] == ["T-a", "T-b"]
    for session, conversation in zip(sessions, written, strict=True):
        told = [(turn.text, turn.at) for turn in session.by(Role.USER)]
        assert told == [(each.text, each.at) for each in messages if each.by_person]
        assert session.cwd == conversation.cwd
