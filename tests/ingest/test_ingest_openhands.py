"""OpenHands' conversations."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]
type Event = dict[str, Any]


def event(kind: str, **fields: object) -> Event:
    """One event as the SDK keeps it."""
    return {"kind": kind, "timestamp": "2026-02-18T19:10:19.390505", "source": "agent", **fields}


def message(source: str, text: str, **fields: object) -> Event:
    """A message of the user's or the agent's."""
    role = "user" if source == "user" else "assistant"
    content = [{"type": "text", "text": text}]
    return event(
        "MessageEvent", source=source, llm_message={"role": role, "content": content}, **fields
    )


def keep(folder: Path, events: list[Event | str]) -> Path:
    """Writes events one a file, the later ones first."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, entry in reversed(list(enumerate(events))):
        text = entry if isinstance(entry, str) else json.dumps(entry)
        (folder / f"event-{number:05}-12bead78-a27c-4319-a401-d358f4b8de7d.json").write_text(text)
    return folder


EVENTS: list[Event | str] = [
    event("SystemPromptEvent", system_prompt={"text": "You are an agent"}),
    message("user", "use tabs", extended_content=[{"type": "text", "text": "likes spaces"}]),
    event(
        "ActionEvent",
        thought=[{"type": "text", "text": "<think>hm</think>Looking."}],
        tool_name="terminal",
        tool_call={"name": "terminal", "arguments": '{"command": "ls"}'},
        action={"kind": "SomethingUnknown"},
    ),
    event(
        "ObservationEvent",
        source="environment",
        tool_name="terminal",
        observation={"content": [{"type": "text", "text": "\x1b[01;34ma.py\x1b[0m"}]},
    ),
    "{ broken",
    event("UserRejectObservation", source="user", rejection_reason="do not push"),
    event("UserRejectObservation", source="user", rejection_reason="User rejected the action"),
    message("user", "The task appears incomplete (iteration 1/3).\n\nPlease review."),
    message("user", "an order of another agent", sender="agent-2"),
    message("agent", "Done."),
]


def test_a_conversation_is_read_in_order(tmp_path: Path, read: Read, tally: Tally) -> None:
    """Words, calls and results; what was put beside a message never appears."""
    keep(tmp_path / "conversations" / "12ab" / "events", EVENTS)
    state = {"id": "12ab-34cd", "workspace": {"working_dir": "/src/app"}}
    (tmp_path / "conversations" / "12ab" / "base_state.json").write_text(json.dumps(state))
    (session,) = read("openhands", tmp_path / "conversations")
    assert (session.host_id, session.cwd, session.repository) == ("12ab34cd", "/src/app", "app")
    assert [(turn.role, turn.tool, turn.text) for turn in session.turns] == [
        ("user", "", "use tabs"),
        ("agent", "", "Looking."),
        ("tool", "terminal", "ls"),
        ("tool", "terminal", "a.py"),
        ("user", "", "do not push"),
        ("user", "", ""),
        ("agent", "", "Done."),
    ]
    assert "likes spaces" not in session.model_dump_json()
    assert tally.lines_skipped == 1
    assert "not a readable JSON object" in tally.problems[0]


def test_a_folder_of_events_stands_alone(tmp_path: Path, read: Read) -> None:
    """Without the SDK's layout round it, the folder's name is the session's."""
    folder = keep(tmp_path / "talk", EVENTS)
    (session,) = read("openhands", folder)
    assert session.host_id == "talk"
    (source,) = IMPORTERS["openhands"].sources(folder)
    assert source.files == (folder,)
    assert source.size == sum(file.stat().st_size for file in folder.iterdir())


def test_a_file_of_events_is_read(tmp_path: Path, write: Write, read: Read) -> None:
    """One event a line, found in a folder too."""
    write("kept/run.jsonl", [message("user", "use tabs")])
    (session,) = read("openhands", tmp_path)
    assert (session.host_id, session.turns[0].text) == ("run", "use tabs")


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """Each of the host's variables, then home."""
    importer = IMPORTERS["openhands"]
    for name in ("one", "two/conversations", ".openhands/conversations"):
        (tmp_path / name).mkdir(parents=True)
    assert importer.roots({}, tmp_path) == [tmp_path / ".openhands" / "conversations"]
    one = {"OPENHANDS_CONVERSATIONS_DIR": str(tmp_path / "one")}
    assert importer.roots(one, tmp_path) == [tmp_path / "one"]
    for key in ("OPENHANDS_PERSISTENCE_DIR", "OH_PERSISTENCE_DIR"):
        two = {key: str(tmp_path / "two")}
        assert importer.roots(two, tmp_path) == [tmp_path / "two" / "conversations"]
