"""A fork, a resume or a copy of a session says nothing again, whatever the host."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_evals.transcripts import Conversation, Said, codex, writer_of
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.memory import Store
from tom_swe.model.session import Role, Session

# These are written by tom, by its own interface or by a program that copies nothing.
WITHOUT_COPIES = {"jsonl", "openhands", "aider", "tom-swe-reference"}
HOSTS = sorted(set(IMPORTERS) - WITHOUT_COPIES)
START = datetime(2026, 5, 4, 9, tzinfo=UTC)


def conversation(number: int, words: list[str], after: int = 0) -> Conversation:
    """A session in which the person says these, and the agent answers each."""
    messages: list[Said] = []
    for place, text in enumerate(words):
        at = START + timedelta(hours=after, minutes=10 * place)
        messages.append(Said(by_person=True, text=text, at=at))
        answer = f"Done: {text[::-1]}."
        messages.append(Said(by_person=False, text=answer, at=at + timedelta(minutes=5)))
    return Conversation(str(UUID(int=number + 2**100)), "/srv/acme/shop", tuple(messages))


def read(host: str, conversations: list[Conversation], folder: Path) -> list[Session]:
    """What the importer makes of these, each written to a place of its own."""
    found: list[Session] = []
    for number, each in enumerate(conversations):
        place = folder / str(number)
        place.mkdir()
        if host == "codex" and number and each.messages[0] == conversations[0].messages[0]:
            path = codex.fork(place, conversations[0], each)
        else:
            path = writer_of(host)(place, [each])
        found += read_sessions(IMPORTERS[host], path, Tally(), Redactor())
    return found


def said(sessions: list[Session]) -> Counter[str]:
    """How often each thing is said in the sessions as memory keeps them."""
    with TemporaryDirectory() as home:
        store = Store(Path(home) / "tom.db")
        for each in sessions:
            store.sessions.put("local", each)
        kept = [store.sessions.get("local", s.id) for s in store.sessions.summaries("local")]
        store.close()
    return Counter(turn.text for each in kept for turn in each.by(Role.USER) if turn.text)


@pytest.mark.parametrize("host", HOSTS)
@settings(max_examples=4, deadline=None)
@given(
    shared=st.integers(1, 4),
    more=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    forks=st.integers(1, 2),
    seed=st.randoms(use_true_random=False),
)
def test_what_was_said_once_is_said_once(
    host: str, shared: int, more: tuple[int, int], forks: int, seed: object
) -> None:
    """However many copies go on from it, and in whichever order they are read, once and again."""
    history = [f"please look at page number {'abcdefgh'[n]} of the shop" for n in range(shared)]
    original = history + [f"and then at the basket, try {'xyz'[n]}" for n in range(more[0])]
    conversations = [conversation(0, original)]
    for fork in range(1, forks + 1):
        goes_on = [f"or take the other way {'uvw'[n]} in {'rst'[fork]}" for n in range(more[1])]
        conversations.append(conversation(fork, history + goes_on))
    with TemporaryDirectory() as folder:
        sessions = read(host, conversations, Path(folder))
    seed.shuffle(sessions)  # type: ignore[attr-defined]
    counted = said([*sessions, *sessions])
    assert set(counted.values()) == {1}
    assert set(counted) == {m.text for c in conversations for m in c.messages if m.by_person}


@pytest.mark.parametrize("host", HOSTS)
def test_what_was_said_again_is_said_again(host: str, tmp_path: Path) -> None:
    """The same words in another session, hours later and answered in another way, are no copy."""
    words = ["please look at page number a of the shop"]
    again = conversation(1, words, after=30)
    other = Said(by_person=False, text="Looked at it.", at=again.messages[1].at)
    again = Conversation(again.id, again.cwd, (again.messages[0], other))
    assert said(read(host, [conversation(0, words), again], tmp_path)) == Counter({words[0]: 2})
