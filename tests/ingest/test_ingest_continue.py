"""Continue's sessions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS
from tom_swe.memory import Store
from tom_swe.model.session import Role, Session

type Read = Callable[..., list[Session]]
type Entry = dict[str, object]

AT = 1_772_464_780_580
FOLDER = "file:///c%3A/src/app"


def entry(role: str, words: object, **more: object) -> Entry:
    """An entry of a history."""
    return {"message": {"role": role, "content": words}, "contextItems": [], **more}


def typed(words: str) -> Entry:
    """What was typed in the terminal client."""
    return entry("user", words, editorState=words)


def doc(*nodes: object) -> dict[str, object]:
    """A document of the editor."""
    return {"type": "doc", "content": list(nodes)}


def paragraph(*nodes: object) -> dict[str, object]:
    """A paragraph; what is text stands for a node of text."""
    content = [{"type": "text", "text": node} if isinstance(node, str) else node for node in nodes]
    return {"type": "paragraph", "content": content}


def write(home: Path, histories: dict[str, list[Entry]]) -> Path:
    """Sessions a minute apart, and the list of them."""
    folder = home / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    listed: list[object] = []
    for number, (name, history) in enumerate(histories.items()):
        told = {"sessionId": name, "title": "T", "workspaceDirectory": FOLDER, "history": history}
        (folder / f"{name}.json").write_text(json.dumps(told))
        listed.append({"sessionId": name, "dateCreated": str(AT + number * 60_000)})
    (folder / "sessions.json").write_text(json.dumps(listed))
    return folder


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


def test_a_session_is_read(tmp_path: Path, read: Read) -> None:
    """Words, replies, calls and results; every message has the session's time."""
    call = {
        "toolCall": {"function": {"name": "Bash", "arguments": '{"command": "ls"}'}},
        "output": [{"content": "a.py"}],
    }
    history = [
        entry("system", "You are an agent"),
        typed("use tabs"),
        entry("assistant", "I look.", toolCallStates=[call]),
        typed("and spaces"),
    ]
    (session,) = read("continue", write(tmp_path, {"a": history}))
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("agent", "", "I look."),
        ("tool", "Bash", "ls"),
        ("tool", "Bash", "a.py"),
        ("user", "", "and spaces"),
    ]
    assert (session.host_id, session.cwd, session.repository) == ("a", "c:/src/app", "app")
    times = {turn.at for turn in session.turns}
    assert times == {session.started} == {datetime.fromtimestamp(AT / 1000, UTC)}


def test_only_what_was_typed_in_the_editor_counts(tmp_path: Path, read: Read) -> None:
    """Not the code, the files and the prompts that were named in it."""
    named = {"type": "mention", "attrs": {"label": "a.py"}}
    document = doc(
        {"type": "codeBlock", "attrs": {"item": {"content": "def f(): ..."}}},
        {"type": "prompt-block", "content": [{"type": "text", "text": "You are"}]},
        paragraph({"type": "slashcommand"}, "fix\u00a0", named, "it"),
        {"type": "bulletList", "content": [paragraph("and test")]},
    )
    seen = entry("user", "```a.py\ndef f(): ...\n```\nfix a.py it\nand test", editorState=document)
    assert said(read("continue", write(tmp_path, {"a": [seen]}))) == ["fix it\nand test"]


def test_where_nothing_was_kept_of_the_editor(tmp_path: Path, read: Read) -> None:
    """The message itself, unless something was attached that stands in it."""
    blocks = [{"type": "text", "text": "use tabs"}]
    attached = entry("user", "use a.py", contextItems=[{"name": "a.py", "content": "x"}])
    path = write(tmp_path, {"a": [entry("user", blocks), attached]})
    assert said(read("continue", path)) == ["use tabs"]


@pytest.mark.parametrize(
    "words",
    ["/?", "/clear", "Explore this repo and provide a concise summary of it's contents"],
)
def test_commands_and_offered_prompts_are_not_words(tmp_path: Path, read: Read, words: str) -> None:
    """Words with a command in them are."""
    path = write(tmp_path, {"a": [typed(words), typed("/src/a.py is wrong")]})
    assert said(read("continue", path)) == ["/src/a.py is wrong"]


def test_answers_that_were_typed_are_words(tmp_path: Path, read: Read) -> None:
    """What was picked of the options is context."""
    calls = [
        {
            "toolCall": {"function": {"name": "AskQuestion"}},
            "parsedArgs": {"question": "Which?", "options": ["npm", "pnpm"]},
            "output": [{"content": f'User answered: "{answer}"'}],
        }
        for answer in ("npm", 'never "yarn"')
    ]
    path = write(tmp_path, {"a": [entry("assistant", "", toolCallStates=calls)]})
    (session,) = read("continue", path)
    assert said([session]) == ['never "yarn"']
    assert "Asked: Which?\nPicked: npm" in session.turns[0].attachment


def test_sent_again_after_a_cancel_is_said_once(tmp_path: Path, read: Read) -> None:
    """The person stopped a call and sent the same order."""
    call = {"toolCall": {"function": {"name": "Bash"}}, "status": "canceled"}
    stopped = entry("assistant", "", toolCallStates=[call])
    path = write(tmp_path, {"a": [typed("run it"), stopped, typed("run it")]})
    assert said(read("continue", path)) == ["run it"]


@pytest.mark.parametrize("backwards", [False, True])
def test_what_a_fork_repeats_is_no_second_utterance(
    tmp_path: Path, read: Read, store: Store, backwards: bool
) -> None:
    """The older session holds it, whichever is read first; the same words elsewhere count."""
    talk = [typed("use tabs"), entry("assistant", "Fine."), typed("go on")]
    fork = [*talk, entry("assistant", "Well."), typed("and test")]
    other = [typed("use tabs"), entry("assistant", "No."), typed("go on")]
    found = read("continue", write(tmp_path, {"a": talk, "b": fork, "c": other}))
    for session in reversed(found) if backwards else found:
        store.sessions.put("me", session)
    kept = [store.sessions.get("me", each.id) for each in store.sessions.summaries("me")]
    assert {session.host_id: said([session]) for session in kept} == {
        "a": ["use tabs", "go on"],
        "b": ["and test"],
        "c": ["use tabs", "go on"],
    }


def test_a_session_that_is_not_listed_has_no_time(tmp_path: Path, read: Read) -> None:
    """Nor where the list is broken."""
    folder = write(tmp_path, {"a": [typed("use tabs")]})
    for broken in ("[3, {}]", "{", '[{"sessionId": "a", "dateCreated": "soon"}]'):
        (folder / "sessions.json").write_text(broken)
        (session,) = read("continue", folder)
        assert (session.started, session.turns[0].at) == (None, None)


def test_broken_entries_do_not_stop_the_rest(tmp_path: Path, read: Read) -> None:
    """Values of any type; a file that is none of these sessions is passed over or refused."""
    strange: list[Entry] = [
        entry("user", 7, editorState=[1]),
        entry("user", "", editorState={"content": [[1], {"type": 3}, "x"]}),
        entry("assistant", None, toolCallStates=[None, {"output": 5, "toolCall": "x"}]),
        {"message": []},
        3,  # type: ignore[list-item]
        typed("use tabs"),
    ]
    folder = write(tmp_path, {"a": strange})
    (folder / "b.json").write_text('{"history": [')
    (folder / "c.json").write_text('{"settings": true}')
    assert said(read("continue", tmp_path)) == ["x", "use tabs"]
    for name in ("b", "c"):
        with pytest.raises(SourceError):
            read("continue", folder / f"{name}.json")


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """The same folder below home on Linux, macOS and Windows; CONTINUE_GLOBAL_DIR wins."""
    own = tmp_path / ".continue" / "sessions"
    mine = tmp_path / "mine" / "sessions"
    for folder in (own, mine):
        folder.mkdir(parents=True)
    importer = IMPORTERS["continue"]
    assert importer.roots({"APPDATA": str(tmp_path)}, tmp_path) == [own]
    assert importer.roots({"CONTINUE_GLOBAL_DIR": str(mine.parent)}, tmp_path) == [mine]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """The person's messages and their folder, with the session's time."""
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    messages = tuple(
        Said(number % 2 == 0, f"message {number}", start + timedelta(minutes=number))
        for number in range(4)
    )
    written = [Conversation(name, f"/src/{name}", messages) for name in ("a", "b")]
    sessions = read("continue", writer_of("continue")(tmp_path, written))
    assert [session.host_id for session in sessions] == ["a", "b"]
    for session, conversation in zip(sessions, written, strict=True):
        assert said([session]) == [each.text for each in messages if each.by_person]
        assert (session.cwd, session.started) == (conversation.cwd, start)
