"""What the person said before reaches a prompt on which it bears, once a session."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hooks import claude, context, fire, logged, noted, openhands
from hypothesis import given
from hypothesis import strategies as st

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.hosts.hook.earlier import QUOTE, TOKENS, WITH_SAYINGS, on_one_line, tokens_of
from tom_swe.model.belief import Quote, Saying
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.text.host_tags import without_injections
from tom_swe.text.tokens import count_tokens

# Where `session_of` says that acme/shop is.
SHOP = "/home/someone/acme/shop"
SAID = "never commit the lamps of the quay"


def keep(tom: Tom, number: int, words: str, repository: str = "acme/shop") -> None:
    """Something useful that was said in a session."""
    session = session_of(words, host_id=f"old-{number}", repository=repository)
    kept = tom.add_session(LOCAL_USER, session).session_id
    assert kept is not None
    said = Saying(quote=Quote(ordinal=0, text=words), useful=1.0)
    with tom.memory.learning.from_outside(LOCAL_USER) as change:
        change.sayings.keep(kept, [said], (), 1)
        change.sayings.tidy([kept])


@pytest.fixture
def tom(home: Path) -> Iterator[Tom]:
    made = open_tom(Settings(home=home), embedder=HashEmbedder())
    keep(made, 1, SAID)
    yield made
    made.close()


def asked(prompt: str, session: str = "s1", cwd: str = SHOP, shape=claude) -> str:
    """What the host would put before its model."""
    key = "message" if shape is openhands else "prompt"
    place = "working_dir" if shape is openhands else "cwd"
    told = shape("UserPromptSubmit", session, **{key: prompt, place: cwd})
    return context(fire("UserPromptSubmit", told))


@pytest.mark.parametrize("shape", [claude, openhands])
def test_it_reaches_the_request_once_a_session(shape, tom: Tom, home: Path) -> None:
    """Word for word with its day, at the prompt on which it bears; the next session again."""
    text = asked("commit this", shape=shape)
    assert text.startswith("<tom-earlier>\n")
    assert f'- 2026-09-01: "{SAID}"' in text.split("\n")
    assert asked("commit it", shape=shape) == ""
    assert SAID in asked("commit it", "s2", shape=shape)
    assert logged(home) == []


def test_it_stands_behind_the_briefing(told: Tom, home: Path) -> None:
    """One answer holds both, each in its tag, and what is in the briefing is not said twice."""
    keep(told, 1, SAID)
    text = asked("commit this, and never touch the vendor folder")
    assert text.index("</tom-briefing>") < text.index("<tom-earlier>")
    assert text.count("never touch the vendor folder") == 1
    assert without_injections(text).strip() == ""


@pytest.mark.parametrize("prompt", ["hello", "1", "continue", "yes", "", "\ud83d\ude00", "?"])
def test_a_prompt_that_asks_for_nothing_is_told_nothing(prompt: str, tom: Tom) -> None:
    """Greetings, answers and an empty prompt go through as they are."""
    assert asked(prompt) == ""


def test_another_repository_is_told_nothing(tom: Tom) -> None:
    """Not its neighbour, not one of another owner, not a folder that is none."""
    for cwd in ("/home/someone/acme/web", "/home/someone/dune/shop-2", "/home/someone", "/tmp"):
        assert asked("commit this", cwd, cwd) == ""


def test_a_session_is_not_told_its_own_words(tom: Tom) -> None:
    """They stand in front of its agent already."""
    assert asked("commit this", "old-1") == ""


def test_it_keeps_within_its_tokens_and_its_number(tom: Tom) -> None:
    """Three things at most, and however long they are no more than 200 tokens."""
    for number in range(2, 9):
        others = " ".join(f"{word}{chr(96 + number)}" for word in ("boat", "fish", "rope", "sail"))
        keep(tom, number, f"never commit {others}")
    text = asked("commit this")
    assert text.count("\n- ") == 3
    assert count_tokens(text) <= TOKENS
    for number in range(10, 14):
        keep(tom, number, "never push " + f"lamp{chr(87 + number)} " * 90)
    text = asked("push this")
    assert 1 <= text.count("\n- ") <= 3
    assert count_tokens(text) <= TOKENS


def test_a_compacted_session_is_told_again(tom: Tom) -> None:
    """The host dropped what it was told before."""
    assert SAID in asked("commit this")
    fire("SessionStart", claude("SessionStart", source="compact", cwd=SHOP))
    assert SAID in asked("commit this")


def test_what_was_shown_is_noted_without_a_word(tom: Tom, home: Path) -> None:
    """The inbox gets the ids of what was shown, and no word of it."""
    asked("commit this")
    (line,) = noted(home)
    assert json.loads(line["said"]) == ["s1.0"]
    assert "lamps" not in json.dumps(line)
    kept = b"".join(each.read_bytes() for each in (home / "hosts").iterdir() if each.is_file())
    assert b"lamps" not in kept


def test_what_says_the_same_as_what_was_told_is_not_told(tom: Tom) -> None:
    """Five sessions with one wish do not make five reminders."""
    for number in range(2, 6):
        keep(tom, number, SAID + "!" * number)
    assert asked("commit this").count("\n- ") == 1
    assert asked("commit this again") == ""


def test_a_schema_from_before_is_told_its_briefing_alone(told: Tom, home: Path) -> None:
    """A database that an older version wrote has no sayings, and that is no fault."""
    with sqlite3.connect(home / "tom.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0012'")
    connection.close()
    assert WITH_SAYINGS == "0013"
    assert "<tom-earlier>" not in asked("commit this")
    assert logged(home) == []


def test_a_fault_keeps_no_briefing_back(told: Tom, home: Path) -> None:
    """The prompt goes through with its briefing, and the log has a line without a word."""
    with sqlite3.connect(home / "tom.db") as connection:
        connection.execute("DROP TABLE saying_term")
    connection.close()
    assert asked("commit this").startswith("<tom-briefing>")
    (line,) = logged(home)
    assert "OperationalError" in line
    assert "commit this" not in line


def test_it_loads_nothing_that_starts_slowly() -> None:
    """Neither regular expressions nor JSON, nor anything that is not Python's own."""
    import subprocess

    code = (
        "import sys; sys.path.insert(0, '.'); before = set(sys.modules)\n"
        "import tom_swe.hosts.hook.earlier\n"
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-IS", "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"re", "json", "typing", "hashlib", "pathlib", "dataclasses", "enum"}
    assert not {name for name in loaded if name.startswith(("sqlalchemy", "pydantic", "numpy"))}


@given(st.text(max_size=200))
def test_tokens_are_counted_as_everywhere(text: str) -> None:
    """The hook's count is that of the briefing, without what that takes to load."""
    assert tokens_of(text) == count_tokens(text)


@given(st.text(max_size=600))
def test_words_cannot_leave_their_line_or_their_tag(text: str) -> None:
    """Whatever was said stands on one line, closes no tag and is no longer than it may be."""
    line = on_one_line(text)
    assert "<" not in line
    assert ">" not in line
    assert len(line.splitlines()) <= 1
    assert len(line) <= QUOTE + len(" ...")
