"""Codex's rollouts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.ingest.packed import zstd
from tom_swe.model.session import Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

AT = "2026-03-30T05:38:34.432Z"
ID = "0199a213-81ab-7800-8aa2-b1ae32a0f9e8"


def message(role: str, text: str) -> dict[str, object]:
    """A message item."""
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def wrapped(kind: str, payload: object) -> dict[str, object]:
    """A record of the newer form."""
    return {"timestamp": AT, "type": kind, "payload": payload}


CONTEXT = "<environment_context>x</environment_context>"
META = wrapped("session_meta", {"id": ID, "cwd": "/src/app"})


def turns(session: Session) -> list[tuple[str, str, str]]:
    """Role, tool and text of each turn."""
    return [(turn.role, turn.tool, turn.text) for turn in session.turns]


def test_the_newer_form_counts_each_message_once(write: Write, read: Read) -> None:
    """Messages come as item and as event; host-written ones are context."""
    call = {"type": "function_call", "name": "shell", "call_id": "c", "arguments": '{"cmd":["ls"]}'}
    path = write(
        f"2026/rollout-2026-03-30T05-38-34-{ID}.jsonl",
        [
            META,
            wrapped("response_item", message("developer", "be good")),
            wrapped(
                "response_item", message("user", "<environment_context>x</environment_context>")
            ),
            wrapped("response_item", message("user", "use tabs")),
            wrapped("event_msg", {"type": "user_message", "message": "use  tabs\n"}),
            wrapped("response_item", call),
            wrapped(
                "response_item",
                {"type": "function_call_output", "call_id": "c", "output": '{"output":"a.py"}'},
            ),
            wrapped("event_msg", {"type": "agent_message", "message": "Done."}),
            wrapped("response_item", message("assistant", "Done.")),
            wrapped("event_msg", {"type": "user_message", "message": "use tabs"}),
        ],
    )
    (session,) = read("codex", path.parent.parent)
    assert (session.host_id, session.cwd, session.repository) == (ID, "/src/app", "app")
    assert turns(session) == [
        ("user", "", ""),
        ("user", "", "use tabs"),
        ("tool", "shell", "ls"),
        ("tool", "shell", "a.py"),
        ("agent", "", "Done."),
        ("user", "", "use tabs"),
    ]
    assert session.turns[0].attachment == "x"


def test_the_older_form_is_read(write: Write, read: Read, tally: Tally) -> None:
    """The first line is the session's data, the items stand at the top level."""
    git = {"repository_url": "git@github.com:owner/name.git"}
    path = write(
        "rollout-old.jsonl",
        [
            {"id": ID, "timestamp": AT, "instructions": "be brief", "git": git},
            {"record_type": "state"},
            message("user", "<user_instructions>be brief</user_instructions>"),
            message("user", "fix it"),
            {"type": "reasoning", "summary": []},
            message("assistant", "Fixed."),
        ],
    )
    (session,) = read("codex", path)
    assert (session.host_id, session.repository) == (ID, "owner/name")
    assert [turn.text for turn in session.by(Role.USER)] == ["", "fix it"]
    assert not tally.unknown_versions


def test_rollouts_of_sub_agents_are_nobodys(write: Write, read: Read, tmp_path: Path) -> None:
    """Where an agent gave the orders there is no session of the person's."""
    meta = {"id": "x", "source": {"subagent": "review"}}
    asked = wrapped("response_item", message("user", "review this"))
    write("rollout-a.jsonl", [wrapped("session_meta", meta), asked])
    write("rollout-b.jsonl", [META, asked])
    assert [session.host_id for session in read("codex", tmp_path)] == [ID]


def test_a_form_that_nobody_knows_is_named(write: Write, read: Read, tally: Tally) -> None:
    """Unknown record types are named in the tally; a name that is none is not repeated."""
    strange = [{"type": "v9.turn", "x": 1}, {"type": "a secret <sentence>"}]
    path = write("rollout-c.jsonl", [*strange, wrapped("response_item", message("user", "hi"))])
    (session,) = read("codex", path)
    assert turns(session) == [("user", "", "hi")]
    assert tally.unknown_versions == {
        "codex: records of type v9.turn",
        "codex: records of type unnamed",
    }


def test_its_places_follow_the_environment(tmp_path: Path) -> None:
    """CODEX_HOME wins over home."""
    (tmp_path / ".codex" / "sessions").mkdir(parents=True)
    (tmp_path / "mine" / "sessions").mkdir(parents=True)
    importer = IMPORTERS["codex"]
    assert importer.roots({}, tmp_path) == [tmp_path / ".codex" / "sessions"]
    home = {"CODEX_HOME": str(tmp_path / "mine")}
    assert importer.roots(home, tmp_path) == [tmp_path / "mine" / "sessions"]


def user_says(text: str) -> dict[str, object]:
    """An event with what the person typed."""
    return wrapped("event_msg", {"type": "user_message", "message": text})


@pytest.mark.parametrize("told", [{"source": "exec"}, {"thread_source": "automation"}])
def test_sessions_that_a_program_or_a_schedule_started_are_left_out(
    told: dict[str, str], write: Write, read: Read, tally: Tally
) -> None:
    """They are counted."""
    meta = wrapped("session_meta", {"id": ID, "cwd": "/src/app", **told})
    path = write(f"rollout-x-{ID}.jsonl", [meta, user_says("always answer in JSON")])
    assert read("codex", path.parent) == []
    assert tally.by_programs == 1


def test_packed_rollouts_are_read(write: Write, read: Read) -> None:
    """One beside its plain twin counts once; a broken one is reported."""
    plain = write(f"rollout-x-{ID}.jsonl", [META, user_says("use tabs")])
    data = plain.read_bytes()
    packed = plain.with_name(f"{plain.name}.zst")
    packed.write_bytes(zstd.compress(data))
    (session,) = read("codex", plain.parent)
    assert [turn.text for turn in session.by(Role.USER)] == ["use tabs"]
    plain.unlink()
    (again,) = read("codex", packed.parent)
    assert again.turns == session.turns
    packed.write_bytes(zstd.compress(data)[:-9])
    tally = Tally()
    with pytest.raises(SourceError):
        list(read_sessions(IMPORTERS["codex"], packed, tally, Redactor()))
    assert "packed, and broken" in " ".join(tally.problems)


@pytest.mark.parametrize(
    "head",
    [
        "# Files mentioned by the user:\n\n## shot.png: /tmp/shot.png\n\n## My request:\n",
        "# In app browser:\n- Current URL: http://localhost:3000/\n\n## My request for Codex:\n",
        "# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\n",
    ],
)
def test_the_headers_of_the_app_are_no_words(head: str, write: Write, read: Read) -> None:
    """They end where the person's request begins."""
    path = write(f"rollout-x-{ID}.jsonl", [META, user_says(f"{head}use tabs, please")])
    (session,) = read("codex", path)
    assert [turn.text for turn in session.by(Role.USER)] == ["use tabs, please"]


def test_of_two_copies_the_longer_is_read(write: Write, read: Read) -> None:
    """Whichever comes first."""
    for first, second in ("ab", "ba"):
        name = f"rollout-x-{ID}.jsonl"
        long = [META, user_says("use tabs"), user_says("and spaces")]
        folder = write(f"{first}{second}/{first}/{name}", long).parents[1]
        write(f"{first}{second}/{second}/{name}", long[:2])
        (session,) = read("codex", folder)
        assert len(session.by(Role.USER)) == 2
