"""What tom-swe 1.x left behind."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.model.session import Session

type Read = Callable[..., list[Session]]

HOST = "tom-swe-reference"
HEX = "12bead78a27c4319a401d358f4b8de7d"


def keep(
    person: Path, name: str, *said: tuple[str, object], start: str = "2026-02-18T19:10:19+00:00"
) -> Path:
    """Writes one cleaned session as tom-swe 1.x did."""
    folder = person / "cleaned_sessions"
    folder.mkdir(parents=True, exist_ok=True)
    record = {
        "session_id": name,
        "start_time": start,
        "end_time": "2026-02-18T20:00:00+00:00",
        "messages": [{"role": r, "content": c, "is_important": r == "user"} for r, c in said],
        "user_id": "",
        "last_updated": "2026-02-19T00:00:00",
    }
    file = folder / f"{name.rpartition('/')[2]}.json"
    file.write_text(json.dumps(record))
    return file


def converse(conversations: Path, name: str, text: str) -> None:
    """Writes a conversation as OpenHands does."""
    events = conversations / name / "events"
    events.mkdir(parents=True)
    event = {
        "kind": "MessageEvent",
        "source": "user",
        "timestamp": "2026-02-18T19:10:19+00:00",
        "llm_message": {"role": "user", "content": [{"type": "text", "text": text}]},
    }
    (events / f"event-00000-{HEX}.json").write_text(json.dumps(event))
    state = {"id": name, "workspace": {"working_dir": "/src/shop"}}
    (conversations / name / "base_state.json").write_text(json.dumps(state))


@pytest.mark.parametrize("where", [".", "usermodeling", "usermodeling/cleaned_sessions"])
def test_a_cleaned_session_is_read_in_order(tmp_path: Path, read: Read, where: str) -> None:
    """From OpenHands' folder, the one in it, or the sessions' own: words, answers, times."""
    keep(tmp_path / "usermodeling", "chat-1", ("user", "use tabs"), ("assistant", "Done."))
    (session,) = read(HOST, tmp_path / where)
    assert (session.host, session.host_id) == (HOST, "chat-1")
    assert [(turn.role, turn.text) for turn in session.turns] == [
        ("user", "use tabs"),
        ("agent", "Done."),
    ]
    assert session.started
    assert session.ended
    assert session.started < session.ended


def test_one_file_is_taken_at_its_word(tmp_path: Path, read: Read) -> None:
    """A single cleaned session, wherever it lies; content in blocks is read too."""
    blocks = [{"type": "text", "text": "use tabs"}, {"text": "always"}, 7]
    file = keep(tmp_path, "chat-1", ("user", blocks))
    (session,) = read(HOST, file.rename(tmp_path / "one.json"))
    assert session.turns[0].text == "use tabs\nalways"


def test_broken_sessions_are_counted_and_passed_over(
    tmp_path: Path, read: Read, tally: Tally
) -> None:
    """Torn files, other JSON and messages that are none leave the good ones as they are."""
    good = keep(tmp_path, "good", ("user", "use tabs"), ("system", "be kind"), ("user", None))
    for name, text in {
        "torn": good.read_text()[:90],
        "empty": "",
        "list": "[1]",
        "other": '{"messages": {"a": 1}}',
        "nobody": '{"messages": [3, null, {"role": 1}]}',
    }.items():
        (good.parent / f"{name}.json").write_text(text)
    (session,) = read(HOST, tmp_path)
    assert [turn.text for turn in session.turns] == ["use tabs"]
    assert tally.lines_skipped == 4
    assert sum("not a readable cleaned session" in each for each in tally.problems) == 4


def test_what_a_model_wrote_is_named_and_not_believed(
    tmp_path: Path, read: Read, tally: Tally
) -> None:
    """The session models and the overall model are told of once each; nothing of them is read."""
    for name in ("a", "b"):
        keep(tmp_path, name, ("user", "use tabs"))
    (tmp_path / "session_models").mkdir()
    (tmp_path / "session_models" / "a.json").write_text('{"intent": "loves spaces"}')
    (tmp_path / "overall_user_model.json").write_text('{"user_profile": "loves spaces"}')
    sessions = read(HOST, tmp_path)
    assert "spaces" not in "".join(each.model_dump_json() for each in sessions)
    assert sorted(tally.problems) == [
        f"{tmp_path / rest}: has no words of the person's own; skipped"
        for rest in ("overall_user_model.json", "session_models")
    ]


def test_several_people_are_not_made_one(tmp_path: Path, read: Read) -> None:
    """Where several people's sessions lie, one person's folder has to be given."""
    people = tmp_path / "usermodeling"
    keep(people / "users" / "ada", "a", ("user", "use tabs"))
    (session,) = read(HOST, tmp_path)
    assert session.host_id == "a"
    keep(people, "b", ("user", "use spaces"))
    with pytest.raises(SourceError, match="2 people"):
        read(HOST, tmp_path)
    (session,) = read(HOST, people / "users" / "ada")
    assert session.host_id == "a"
    (session,) = read(HOST, people / "cleaned_sessions")
    assert session.host_id == "b"


@pytest.mark.parametrize("name", [HEX, "12bead78-a27c-4319-a401-d358f4b8de7d"])
def test_a_conversation_keeps_its_name(tmp_path: Path, read: Read, name: str) -> None:
    """One with OpenHands' kind of id is the session that the importer of OpenHands knows."""
    keep(tmp_path, name, ("user", "use tabs"))
    (session,) = read(HOST, tmp_path)
    assert (session.host, session.host_id) == ("openhands", HEX)


def test_a_conversation_still_on_disk_is_read_whole(tmp_path: Path, read: Read) -> None:
    """It is then the very session that the importer of OpenHands reads, so nothing changes hands.

    The cleaned session had lost the first message.
    """
    converse(tmp_path / "conversations", HEX, "from now on use tabs")
    keep(tmp_path / "usermodeling", HEX, ("assistant", "Done."))
    assert read(HOST, tmp_path) == read("openhands", tmp_path / "conversations")


def test_a_session_id_leads_nowhere_else(tmp_path: Path, read: Read) -> None:
    """An id with a path in it does not make the importer look outside the conversations."""
    converse(tmp_path / "elsewhere", "secret", "use spaces")
    keep(tmp_path / "usermodeling", "../elsewhere/secret", ("user", "use tabs"))
    (session,) = read(HOST, tmp_path)
    assert [turn.text for turn in session.turns] == ["use tabs"]


def test_our_own_words_and_secrets_go(tmp_path: Path, read: Read, tally: Tally) -> None:
    """A briefing in a message is dropped, a key is redacted."""
    briefing = "<tom-briefing>likes spaces</tom-briefing>"
    key = "ghp_" + "R7tQ2mZx9LkV4bNw8sYc3HdJ6fGp1aEu5oTi"
    keep(tmp_path, "a", ("user", f"use tabs {briefing} with {key}"))
    (session,) = read(HOST, tmp_path)
    assert "spaces" not in session.model_dump_json()
    assert key not in session.model_dump_json()
    assert tally.redactions == 1


def test_its_places_follow_the_environment_and_home(tmp_path: Path) -> None:
    """The folder the environment names and the one in the home directory, where they are."""
    importer = IMPORTERS[HOST]
    assert importer.roots({}, tmp_path) == []
    for name in (".openhands", "named"):
        (tmp_path / name / "usermodeling").mkdir(parents=True)
    home = tmp_path / ".openhands" / "usermodeling"
    assert importer.roots({}, tmp_path) == [home]
    for key in ("OPENHANDS_PERSISTENCE_DIR", "OH_PERSISTENCE_DIR"):
        named = {key: str(tmp_path / "named")}
        assert importer.roots(named, tmp_path) == [tmp_path / "named" / "usermodeling", home]
    # OpenHands' own notes are no session.
    (home / "processed_sessions_timestamps.json").write_text("{}")
    assert list(importer.sources(home)) == []


def test_absurd_times_are_no_times(tmp_path: Path, redactor: Redactor) -> None:
    """An empty or impossible start leaves the end."""
    for number, start in enumerate(("", "yesterday", "9999-99-99")):
        keep(tmp_path, f"s{number}", ("user", "use tabs"), start=start)
    for session in read_sessions(IMPORTERS[HOST], tmp_path, Tally(), redactor):
        assert session.started == session.ended
        assert session.started is not None


def test_it_is_imported_from_the_command_line(tmp_path: Path) -> None:
    """`tom import tom-swe-reference PATH` keeps the sessions; again, it changes nothing."""
    from typer.testing import CliRunner

    from tom_cli.main import app

    keep(tmp_path / "usermodeling", "a", ("user", "from now on use tabs"))
    runner = CliRunner()
    first = runner.invoke(app, ["import", HOST, str(tmp_path)])
    assert "1 new" in first.output
    again = runner.invoke(app, ["import", HOST, str(tmp_path)])
    assert "nothing new" in again.output
