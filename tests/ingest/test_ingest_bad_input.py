"""Input that is broken, hostile or simply something else."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safety.transcripts import QUICK

from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.ingest.records import EARLIEST
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

LINE = {"session": "s", "role": "user", "text": "use tabs"}
HOSTS = list(IMPORTERS)
# Each form of transcript is quick to try; the rest are tried with the slow tests.
QUICK_AND_SLOW = [
    host if host in QUICK else pytest.param(host, marks=pytest.mark.slow) for host in HOSTS
]


def words(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER)]


def test_a_time_in_the_future_is_no_latest_word(write: Write, read: Read, tally: Tally) -> None:
    """Nothing is known of when it was said, so it is older than all that has a time."""
    days = [datetime.now(UTC) + timedelta(days=each) for each in (-3, 0.5, 900)]
    path = write("a.jsonl", [{**LINE, "at": day.isoformat()} for day in days])
    (session,) = read("jsonl", path)
    assert [turn.at for turn in session.turns] == [*days[:2], EARLIEST]
    assert session.ended == days[2]
    assert tally.from_future == 1
    assert read("jsonl", path)[0].content_hash == session.content_hash


def test_good_lines_survive_broken_ones(write: Write, read: Read, tally: Tally) -> None:
    """Truncated JSON, JSON that is no object, and deep nesting are counted and passed over."""
    broken = [
        '{"session": "s", "ro',
        "[1, 2]",
        "null",
        "17",
        '"text"',
        "[" * 100_000,
        '{"a":' * 9999,
    ]
    path = write("a.jsonl", [LINE, *broken, "", {**LINE, "text": "and spaces"}])
    assert words(read("jsonl", path)) == ["use tabs", "and spaces"]
    assert tally.lines_skipped == len(broken)


def test_a_line_of_a_hundred_megabytes_is_passed_over(
    tmp_path: Path, read: Read, tally: Tally
) -> None:
    """It is counted, never held, and the lines around it survive."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(json.dumps(LINE).encode() + b"\n")
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + json.dumps({**LINE, "text": "still here"}).encode())
    assert words(read("jsonl", path)) == ["use tabs", "still here"]
    assert tally.lines_oversized == 1


def test_bytes_that_are_not_utf8_are_replaced_and_told(
    tmp_path: Path, read: Read, tally: Tally
) -> None:
    """The line survives, and the tally names the file and the cause."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"session":"s","role":"user","text":"caf\xe9"}\r\n')
    assert words(read("jsonl", path)) == ["caf\ufffd"]
    assert tally.problems == [f"{path}: contains bytes that are not UTF-8; they were replaced"]


def test_what_no_database_takes_is_replaced(write: Write, read: Read) -> None:
    """Lone surrogates and NUL become replacement characters; terminal codes go."""
    text = r'"text":"a\ud83db\u0000c\u001b[31mred","cwd":"/x/\udc00","role":"user"'
    text = r'{"session":"s\ud800",' + text + "}"
    (session,) = read("jsonl", write("a.jsonl", [text]))
    assert words([session]) == ["a\ufffdb\ufffdcred"]
    session.model_dump_json().encode()
    assert session.content_hash


@pytest.mark.parametrize("at", ["yesterday", "", 10**400, -1, 1e308, None, [], True, "9999-99-99"])
def test_an_absurd_time_is_no_time(write: Write, read: Read, at: object) -> None:
    """The words count without their time."""
    (session,) = read("jsonl", write("a.jsonl", [{**LINE, "at": at}]))
    assert session.started is None
    assert session.turns[0].at is None


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_of_this_host_says_what_to_do(host: str, tmp_path: Path, read: Read) -> None:
    """A missing path, an empty folder, an empty file and a binary file are told plainly."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("hello")
    (tmp_path / "nothing.jsonl").write_bytes(b"")
    (tmp_path / "binary.jsonl").write_bytes(bytes(range(256)) * 64)
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    for path, told in (
        (tmp_path / "missing", "exists"),
        (tmp_path / "empty", f"has no transcripts of {host}"),
        (tmp_path / "nothing.jsonl", f"no (?:session|transcripts?) of {host}"),
        (Path("/nul\0byte"), "not a usable path"),
        (pipe, "neither a file nor a folder"),
    ):
        with pytest.raises(SourceError, match=told):
            read(host, path)
    if host != "aider":
        with pytest.raises(SourceError, match=f"no (?:session|transcripts?) of {host}"):
            read(host, tmp_path / "binary.jsonl")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_told(write: Write, read: Read, tally: Tally) -> None:
    """A file that may not be read fails alone, and is a problem among others that may."""
    closed = write("a.jsonl", [LINE])
    closed.chmod(0)
    with pytest.raises(SourceError, match="permission denied"):
        read("jsonl", closed)


def test_a_source_that_cannot_be_read_does_not_stop_the_others(
    write: Write, redactor: Redactor, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is read, and the tally tells what was not."""
    good = write("b.jsonl", [LINE])
    bad = write("a.jsonl", [LINE])
    real = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self == bad and args == ("rb",) and refusing:
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)  # type: ignore[call-overload]

    refusing = False
    monkeypatch.setattr(Path, "open", refuse)
    sources = list(IMPORTERS["jsonl"].sources(good.parent))
    refusing = True
    assert len(sources) == 2
    with pytest.raises(SourceError, match="permission denied"):
        list(IMPORTERS["jsonl"].read(sources[0], tally, redactor))
    assert words(list(IMPORTERS["jsonl"].read(sources[1], tally, redactor))) == ["use tabs"]


def test_every_text_is_bounded_and_no_cut_leaves_half_a_key(write: Write, read: Read) -> None:
    """Bounds hold for each role; a key across the bound is gone before the cut."""
    key = "sk-ant-api03-" + "aB3dE5gH7iJ9" * 6
    lines = [
        {**LINE, "text": "word " * 6_390 + key + " tail" * 9_000},
        {**LINE, "role": "agent", "text": "a" * 7_990 + " " + key + "b" * 90_000},
        {**LINE, "role": "tool", "tool": "bash", "text": "t" * 390 + " " + key + "\n" * 90_000},
        {**LINE, "text": "see\n```\n" + "line\n" * 9_000 + "```"},
    ]
    (session,) = read("jsonl", write("a.jsonl", lines))
    user, agent, tool, pasted = session.turns
    assert len(user.text) <= 32_000
    assert len(agent.text) <= 8_000
    assert len(tool.text) <= 400
    assert len(pasted.attachment) <= 2_000
    assert pasted.text == "see"
    assert "sk-ant" not in session.model_dump_json()


FIELDS = """
    type message content text role payload sessionId uuid timestamp cwd kind source isMeta
    llm_message tool_call observation session toolUseResult answers arguments id input output
    action git operation attachment prompt thought planContent at
"""
KINDS = """
    user assistant tool agent attachment queue-operation session_meta response_item event_msg
    message function_call function_call_output MessageEvent ActionEvent
"""
FIELD = st.sampled_from(FIELDS.split())
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELD, inner, max_size=5),
    max_leaves=12,
)


def typed(record: dict[str, object], kind: str) -> dict[str, object]:
    """The record, of a type that some host knows."""
    return {**record, "type": kind, "kind": kind, "role": kind}


def encoded(records: list[dict[str, object]]) -> bytes:
    """The records as a file, lone surrogates and all."""
    return "\n".join(map(json.dumps, records)).encode("utf-8", "surrogatepass")


RECORD = st.builds(typed, st.dictionaries(FIELD, VALUE), st.sampled_from(KINDS.split()))


@pytest.mark.parametrize("host", QUICK_AND_SLOW)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.binary(max_size=300)
    | st.lists(RECORD, max_size=5).map(encoded)
    | st.text(alphabet="#> \n/ask`x", max_size=80).map(str.encode)
)
def test_no_input_crashes_an_importer(host: str, tmp_path: Path, content: bytes) -> None:
    """Any bytes and any JSON end in sessions that can be stored, or in a SourceError."""
    path = tmp_path / "rollout-any.jsonl"
    path.write_bytes(content)
    try:
        for session in read_sessions(IMPORTERS[host], path, Tally(), SHARED):
            session.model_dump_json().encode()
            assert session.content_hash
    except SourceError:
        return


SHARED = Redactor()
