"""Real and made-up transcripts of every host, each with what is to be read from it."""

import json
import os
import random
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.ingest.draft import SessionDraft
from tom_swe.memory import Store
from tom_swe.model.session import Role, Session, Turn

USER = "local"
PLACE = "{48 lower-case letters}"
FIXTURES = (
    Path(os.environ.get("TOM_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")
    / "sessions"
    / "fixtures"
)
SAMPLES = sorted(
    str(found.parent.relative_to(FIXTURES))
    for found in FIXTURES.glob("*/*/expected.json")
    if json.loads(found.read_text())["host"] in IMPORTERS
)


def cleaned(text: str, redactor: Redactor) -> str:
    """The words in a message, as any importer leaves them."""
    draft = SessionDraft("x", "x", "x", Tally(), redactor)
    draft.user(text, None)
    draft.agent("so that it is a session", None)
    found = draft.finish()
    assert found is not None
    return "".join(turn.text for turn in found.by(Role.USER))


def with_keys(folder: Path, place: Path) -> Path:
    """The sample; where it has the place of a key, a copy with one that is made up."""
    held = [file for file in folder.rglob("*.jsonl") if PLACE in file.read_text()]
    if not held:
        return folder
    copy = shutil.copytree(folder, place / "sample")
    for file in held:
        key = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz", k=48))
        (copy / file.relative_to(folder)).write_text(file.read_text().replace(PLACE, key))
    return copy


def told(session: Session) -> list[Turn]:
    """The turns with words of the person."""
    return [turn for turn in session.by(Role.USER) if turn.text]


def stored(store: Store) -> list[Session]:
    """Every session in which the person says something, oldest first."""
    found = [store.sessions.get(USER, each.id) for each in store.sessions.summaries(USER)]
    return sorted((each for each in found if told(each)), key=lambda s: (str(s.started), s.host_id))


def matches(session: Session, expected: Mapping[str, Any], words: list[str]) -> bool:
    """Whether a session is the expected one: by its id, else by what is said in it."""
    if expected.get("id"):
        return session.host_id == expected["id"]
    return [turn.text for turn in told(session)] == words


def instants(message: Mapping[str, Any]) -> datetime | None:
    """The time of an expected message; one of Aider is local."""
    if local := message.get("time_local"):
        return datetime.fromisoformat(local).astimezone()
    return datetime.fromisoformat(message["time"]) if message.get("time") else None


@pytest.mark.skipif(not SAMPLES, reason="no shared data here; name its folder in TOM_SHARED_DATA")
@pytest.mark.parametrize("sample", SAMPLES or ["none"])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_what_is_read_is_what_was_said(
    sample: str, backwards: bool, store: Store, redactor: Redactor, tally: Tally, tmp_path: Path
) -> None:
    """Sessions, the person's messages in order, times and folders; and nothing of others."""
    folder = with_keys(FIXTURES / sample, tmp_path)
    expected = json.loads((folder / "expected.json").read_text())
    importer = IMPORTERS[expected["host"]]
    found = list(read_sessions(importer, folder / expected["read"], tally, redactor))
    for session in reversed(found) if backwards else found:
        store.sessions.put(USER, session)
    sessions = stored(store)

    for wanted in expected["sessions"]:
        said = [
            (cleaned(message["text"].replace("…]", "openai-key]"), redactor), instants(message))
            for message in wanted["messages"]
            if not message.get("again") and not message.get("copied")
        ]
        said = [(text, at) for text, at in said if text]
        words = [text for text, _ in said]
        if not words:
            continue
        session = next((each for each in sessions if matches(each, wanted, words)), None)
        assert session is not None, (wanted.get("id"), [each.host_id for each in sessions])
        sessions.remove(session)
        assert [turn.text for turn in told(session)] == words
        assert [turn.at for turn in told(session)] == [at for _, at in said]
        cwd = wanted["cwd"].replace("<fixture>", str(folder))
        assert session.cwd == cwd
        if "<fixture>" not in wanted["cwd"]:
            assert session.repository == wanted.get("repository", session.repository)
        if wanted.get("started"):
            assert session.started == datetime.fromisoformat(wanted["started"])
        for other in wanted["not_words"]:
            begins = other.removeprefix("pasted: ").removesuffix("…").strip()
            assert not any(begins in turn.text for turn in told(session))
    assert not sessions, [each.host_id for each in sessions]
