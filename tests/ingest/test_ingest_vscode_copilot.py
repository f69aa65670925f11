"""Copilot Chat's files: whole sessions, logs of changes, and exports."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Provenance, Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "vscode-copilot"
ID = "6c1f9a52-4b1e-4a55-9d0e-3f5a7c0e2b11"
STORAGE = "Code/User/workspaceStorage/0b1c"
FIRST = 1_757_647_218_205


def request(text: str, place: int = 0, *parts: object, **more: object) -> dict[str, object]:
    """What was sent, and the parts of the response."""
    return {
        "requestId": f"request_{place}",
        "timestamp": FIRST + 60_000 * place,
        "message": {"text": text, "parts": []},
        "variableData": {"variables": [{"kind": "file", "name": "file:secret.py"}]},
        "response": list(parts),
        **more,
    }


def state(*requests: object, **more: object) -> dict[str, object]:
    """A whole session."""
    return {
        "version": 3,
        "requesterUsername": "ada-l",
        "responderUsername": "GitHub Copilot",
        "sessionId": ID,
        "creationDate": FIRST - 5000,
        "customTitle": "A title",
        "requests": list(requests),
        **more,
    }


def words(session: Session) -> list[str]:
    """What the person says in a session."""
    return [turn.text for turn in session.by(Role.USER) if turn.text]


@pytest.fixture
def session_file(write: Write) -> Callable[..., Path]:
    """Writes a session, whole or as a log, into a workspace; returns the ``User`` folder."""

    def made(*lines: object, name: str = f"{ID}.json", folder: str = "/home/me/etl") -> Path:
        write(f"{STORAGE}/workspace.json", [{"folder": f"file://{folder}"}])
        return write(f"{STORAGE}/chatSessions/{name}", lines).parents[3]

    return made


def test_a_whole_session_is_read(session_file: Callable[..., Path], read: Read) -> None:
    """Words are the texts sent; what the agent wrote and its tools are turns of theirs."""
    parts = [
        {"value": "I look "},
        {"kind": "markdownContent", "content": {"value": "first."}},
        {"kind": "toolInvocationSerialized", "toolId": "read", "invocationMessage": "Reading"},
        {"kind": "inlineReference", "inlineReference": {}},
        {"value": "Done."},
    ]
    (session,) = read(HOST, session_file(state(request("use tabs", 0, *parts))))
    assert (session.host_id, session.cwd, session.repository) == (ID, "/home/me/etl", "etl")
    assert session.started == datetime.fromtimestamp((FIRST - 5000) / 1000, UTC)
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("agent", "", "I look \nfirst."),
        ("tool", "read", "Reading"),
        ("agent", "", "Done."),
    ]
    assert "ada-l" not in session.model_dump_json()


def test_of_a_log_only_the_last_state_counts(
    session_file: Callable[..., Path], read: Read, tally: Tally
) -> None:
    """Parts are set and lists are cut and continued; what fits nothing is passed over."""
    strange: list[object] = [None, 1, "x", [], {}, [None], ["requests", 10**9, "x"], [[]]]
    lines = [
        {"kind": 0, "v": state()},
        {"kind": 2, "k": ["requests"], "v": [request("one", 0), request("two", 1)]},
        {"kind": 1, "k": ["requests", 0, "response"], "v": [{"value": "Ok."}]},
        {"kind": 2, "k": ["requests"], "v": [request("two and a half", 2)], "i": 1},
        {"kind": 9, "k": ["requests"], "v": []},
        *({"kind": kind, "k": way, "v": 1} for way in strange[:-1] for kind in (1, 2)),
        "{half a line",
    ]
    (session,) = read(HOST, session_file(*lines, name=f"{ID}.jsonl"))
    assert [turn.text for turn in session.turns] == ["one", "Ok.", "two and a half"]
    assert tally.lines_skipped > 1


def test_the_older_file_beside_the_log_is_the_same_session(
    session_file: Callable[..., Path], read: Read
) -> None:
    """Both stay when the editor changes the form: the newer is read."""
    session_file(state(request("one", 0)))
    user = session_file(
        {"kind": 0, "v": state(request("one", 0), request("two", 1))}, name=f"{ID}.jsonl"
    )
    (session,) = read(HOST, user)
    assert words(session) == ["one", "two"]


@pytest.mark.parametrize(
    "button", ['@agent Continue: "Continue to iterate?"', "@agent Try Again", "Try Again"]
)
def test_buttons_are_no_words(session_file: Callable[..., Path], read: Read, button: str) -> None:
    """What a button sends is context."""
    (session,) = read(HOST, session_file(state(request("go", 0), request(button, 1))))
    assert words(session) == ["go"]


def test_what_is_sent_again_was_said_once(session_file: Callable[..., Path], read: Read) -> None:
    """After a stop, and a long text whenever it comes twice in a row."""
    long = "please rename the settings page to preferences, and keep the old address as an alias"
    requests = [
        request("go", 0, isCanceled=True),
        request("go", 1, {"value": "Ok."}),
        request("continue", 2, {"value": "Ok."}),
        request("continue", 3, {"value": "Ok."}),
        request(long, 4, {"value": "Ok."}),
        request(long, 5),
    ]
    (session,) = read(HOST, session_file(state(*requests)))
    assert words(session) == ["go", "continue", "continue", long]


def test_an_export_has_no_folder_and_is_a_copy(
    session_file: Callable[..., Path], write: Write, read: Read, tmp_path: Path
) -> None:
    """It is known by how it begins; its messages have the keys of the session itself."""
    (own,) = read(HOST, session_file(state(request("use tabs", 0))))
    exported = state(request("use tabs", 0))
    del exported["sessionId"]
    write("exports/talk.json", [json.dumps(exported, indent=2)])
    write("exports/package.json", [{"name": "x", "requests": []}])
    (copy,) = read(HOST, tmp_path / "exports")
    assert (copy.host_id, copy.cwd) == ("talk.json request_0", "")
    assert copy.provenance is Provenance.FORK
    assert copy.turns[0].key == own.turns[0].key != ""


def test_a_window_without_a_folder_is_read(write: Write, read: Read) -> None:
    """Its sessions lie in the global storage."""
    lines = [state(request("hello", 0))]
    path = write(f"Code/User/globalStorage/emptyWindowChatSessions/{ID}.json", lines)
    (session,) = read(HOST, path.parents[2])
    assert (words(session), session.cwd) == (["hello"], "")


def test_broken_files_stop_nothing(
    session_file: Callable[..., Path], read: Read, tally: Tally
) -> None:
    """Values of any type, half a file, and sessions without requests."""
    session_file("{half a file", name="half.json")
    session_file(state(), name="empty.json")
    session_file(state(*([None, 1, "x", [], {}] * 2), creationDate="x"), name="strange.json")
    mixed = [request("go", 0), request("", 1), request("x", 2, message=[1], response="x")]
    (session,) = read(HOST, session_file(state(*mixed, None)))
    assert words(session) == ["go"]
    assert any("half.json" in problem for problem in tally.problems)


def test_messages_without_times_have_none(session_file: Callable[..., Path], read: Read) -> None:
    """Then the session's own start is all that is known."""
    (session,) = read(HOST, session_file(state(request("go", 0, timestamp=None))))
    assert session.turns[0].at is None
    assert session.started == datetime.fromtimestamp((FIRST - 5000) / 1000, UTC)


@pytest.mark.parametrize(
    "place",
    [
        ".config/Code/User",
        ".config/VSCodium/User",
        "Library/Application Support/Code - Insiders/User",
        "AppData/Roaming/Code/User",
        ".vscode-server/data/User",
    ],
)
def test_its_places_are_those_of_the_editor(tmp_path: Path, place: str) -> None:
    """On Linux, macOS, Windows and servers, where there are sessions."""
    importer = IMPORTERS[HOST]
    (tmp_path / place / "workspaceStorage" / "a").mkdir(parents=True)
    assert importer.roots({}, tmp_path) == []
    (tmp_path / place / "workspaceStorage" / "a" / "chatSessions").mkdir()
    assert importer.roots({}, tmp_path) == [tmp_path / place]


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """``APPDATA`` and ``XDG_CONFIG_HOME`` win over home."""
    for base in ("roaming", "config"):
        (tmp_path / base / "Code/User/workspaceStorage/a/chatSessions").mkdir(parents=True)
    environ = {"APPDATA": f"{tmp_path}/roaming", "XDG_CONFIG_HOME": f"{tmp_path}/config"}
    assert IMPORTERS[HOST].roots(environ, tmp_path / "home") == [
        tmp_path / "config/Code/User",
        tmp_path / "roaming/Code/User",
    ]


def test_what_is_written_for_tests_reads_back(tmp_path: Path, read: Read) -> None:
    """The writer writes what the host would; a copy has the same keys."""
    start = datetime(2026, 5, 1, 9, tzinfo=UTC)
    texts = ("use tabs", "Done.", "and add a test", "Added.")
    messages = tuple(
        Said(place % 2 == 0, text, start + timedelta(minutes=place))
        for place, text in enumerate(texts)
    )
    conversations = [
        Conversation("0b53a1e4-0000-4000-8000-000000000001", "/home/me/my shop", messages),
        Conversation("0b53a1e4-0000-4000-8000-000000000002", "/home/me/web", messages[:2]),
    ]
    found = read(HOST, writer_of(HOST)(tmp_path, conversations))
    one, other = sorted(found, key=lambda session: session.host_id)
    assert [turn.text for turn in one.turns] == list(texts)
    assert [turn.at for turn in one.by(Role.USER)] == [messages[0].at, messages[2].at]
    assert (one.cwd, other.cwd) == ("/home/me/my shop", "/home/me/web")
    assert one.turns[0].key == other.turns[0].key != one.turns[2].key
