"""Tom's own transcript format."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.model.session import Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]


def test_the_documented_fields_are_read(write: Write, read: Read) -> None:
    """Every field of the format arrives where it belongs."""
    path = write(
        "a.jsonl",
        [
            {"session": "a", "role": "user", "text": "use tabs", "at": "2026-03-01T09:30:00Z"},
            {"session": "a", "role": "tool", "text": "ls", "tool": "bash", "cwd": "/src/app"},
            {"session": "a", "role": "assistant", "text": "Done.", "at": 1772357460},
            {"session": "b", "role": "agent", "text": "Hello.", "repository": "owner/name"},
        ],
    )
    first, second = read("jsonl", path)
    assert [(turn.role, turn.tool, turn.text) for turn in first.turns] == [
        ("user", "", "use tabs"),
        ("tool", "bash", "ls"),
        ("agent", "", "Done."),
    ]
    assert (first.host, first.host_id, first.cwd, first.repository) == (
        "jsonl",
        "a",
        "/src/app",
        "app",
    )
    assert first.started == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert first.ended == datetime(2026, 3, 1, 9, 31, tzinfo=UTC)
    assert first.source == str(path)
    assert (second.host_id, second.repository) == ("b", "owner/name")


def test_a_file_without_names_is_one_session(write: Write, read: Read) -> None:
    """Named after its path, the same each time."""
    path = write("a.jsonl", [{"role": "user", "text": "one"}, {"role": "user", "text": "two"}])
    (session,) = read("jsonl", path)
    assert [turn.text for turn in session.turns] == ["one", "two"]
    assert read("jsonl", path) == [session]


def test_a_session_that_goes_on_later_is_told(write: Write, read: Read, tally: Tally) -> None:
    """Its later lines are counted and passed over, so that none is stored half."""
    names = ["a", "b", "a", "b", "c"]
    path = write("a.jsonl", [{"session": n, "role": "user", "text": n} for n in names])
    assert [session.host_id for session in read("jsonl", path)] == ["a", "b", "c"]
    assert tally.lines_skipped == 2
    assert "put its lines together" in tally.problems[0]


def test_only_this_format_is_found_in_a_folder(write: Write, tmp_path: Path) -> None:
    """Other hosts' line files are not taken for it."""
    mine = write("x/mine.jsonl", [{"role": "user", "text": "hi"}])
    write("x/other.jsonl", [{"type": "user", "message": {"role": "user", "content": "hi"}}])
    assert [source.files for source in IMPORTERS["jsonl"].sources(tmp_path)] == [(mine,)]
    assert IMPORTERS["jsonl"].roots({}, tmp_path) == []


def test_secrets_do_not_pass(write: Write, read: Read, tally: Tally) -> None:
    """Whatever field they are in, and the tally counts them without keeping them."""
    key = "ghp_" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5"
    path = write(
        "a.jsonl",
        [
            {"session": "a", "role": "user", "text": f"use {key}", "cwd": f"/src/{key}"},
            {"session": "a", "role": "user", "text": f"see\n```\n{key}\n```"},
            {"session": "a", "role": "tool", "tool": key, "text": key},
        ],
    )
    (session,) = read("jsonl", path)
    assert key not in session.model_dump_json()
    assert key not in repr(tally)
    assert tally.redactions >= 5
