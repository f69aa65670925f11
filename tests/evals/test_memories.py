import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from with_a_model import note, reading

from tom_evals.keeping.material import Utterance
from tom_evals.stateful_swe.memories.arms import remembered
from tom_evals.stateful_swe.memories.emphasis import BYTES, LINES, noted
from tom_evals.stateful_swe.memories.memory import Arm, Memory
from tom_evals.stateful_swe.memories.passages import LONGEST, Passages, index, parts
from tom_evals.stateful_swe.profile import Profile, Style, Timing, Verbosity, catalogue, described
from tom_evals.stateful_swe.understanding import Understanding
from tom_swe import LOCAL_USER
from tom_swe.app import open_tom
from tom_swe.errors import SettingsError
from tom_swe.model.session import Role, Session
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedModel
from tom_swe.text.tokens import count_tokens

PERSON = Profile("p00", Verbosity.CONCISE, Timing.UPFRONT, Style.SHORT, ("arch13", "git06"))
HISTORY = (
    session_of(
        "I always want commit messages that say why.",
        (Role.AGENT, "Noted: use the zebra cache."),
        host_id="one",
        repository="acme/shop",
    ),
    session_of(
        "Commit messages: always say why.",
        (Role.TOOL, "walrus.py: 3 passed"),
        host_id="two",
        repository="acme/site",
    ),
)


def heard() -> Iterable[Session]:
    """A history of two sessions."""
    return iter(HISTORY)


def never() -> Iterable[Session]:
    """A history that must not be read again."""
    raise AssertionError("the memory was there already")


def memory_of(arm: Arm, folder: Path, sessions: Callable[[], Iterable[Session]] = heard) -> Memory:
    """The arm's memory, with an embedder that needs no model."""
    return remembered(arm, folder, PERSON, sessions, HashEmbedder())


# Arms


@pytest.mark.slow
@pytest.mark.parametrize(
    "arm", [Arm.FILE, Arm.RETRIEVAL, Arm.PROFILE, Arm.TOM, Arm.TOM_ASKED], ids=lambda a: a.name
)
def test_a_memory_is_made_once(arm: Arm, tmp_path: Path) -> None:
    """Opened again it gives the same, and the history is not read."""
    first = memory_of(arm, tmp_path)
    given = (first.context("x/y"), first.recall("why commit messages?", "x/y"), first.tokens)
    first.close()
    again = memory_of(arm, tmp_path, never)
    assert (
        again.context("x/y"),
        again.recall("why commit messages?", "x/y"),
        again.tokens,
    ) == given
    assert any(given[:2])
    assert given[2] > 0
    again.close()


@pytest.mark.parametrize("arm", [Arm.FILE, Arm.RETRIEVAL, Arm.TOM], ids=lambda a: a.name)
def test_a_memory_that_was_half_made_is_made_anew(arm: Arm, tmp_path: Path) -> None:
    """A maker that is stopped in the middle leaves nothing that passes for a memory."""

    def stopped() -> Iterable[Session]:
        yield HISTORY[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory_of(arm, tmp_path, stopped)
    whole = memory_of(arm, tmp_path)
    fresh = memory_of(arm, tmp_path / "fresh")
    assert whole.tokens == fresh.tokens
    assert whole.recall("walrus", "") == fresh.recall("walrus", "")
    whole.close()
    fresh.close()


def test_no_memory_and_the_oracle_need_no_history(tmp_path: Path) -> None:
    """The one gives nothing, the other the profile in words."""
    none, oracle = memory_of(Arm.NONE, tmp_path, never), memory_of(Arm.ORACLE, tmp_path, never)
    assert (none.context("x/y"), none.recall("fix it", "x/y"), none.tokens) == ("", "", 0)
    assert oracle.context("x/y") == described(PERSON)
    assert oracle.tokens == count_tokens(described(PERSON))
    assert none.home is None is oracle.home


def test_tom_gives_its_briefing_and_a_home(tmp_path: Path) -> None:
    """The home is one that an agent beside it can open; asked, tom answers the message, too."""
    tom, asked = memory_of(Arm.TOM, tmp_path), memory_of(Arm.TOM_ASKED, tmp_path, never)
    assert tom.home == asked.home == tmp_path / "tom"
    assert "Say why in commit messages" in tom.context("other/place")
    assert tom.recall("commit the fix", "other/place") == ""
    assert "commit" in asked.recall("commit the fix", "other/place")
    tom.close()
    asked.close()
    beside = open_tom(Settings(home=tmp_path / "tom"), embedder=HashEmbedder())
    assert beside.memory.beliefs.told(LOCAL_USER)
    beside.close()


def test_the_profile_is_a_list_without_tom(tmp_path: Path) -> None:
    """All beliefs stand in it, those of one repository with its name; there is no home."""
    here = session_of(
        "in this repo, always rebase, never merge", host_id="three", repository="acme/shop"
    )
    plain = memory_of(Arm.PROFILE, tmp_path, lambda: (*HISTORY, here))
    text = plain.context("somewhere/else")
    assert "- Say why in commit messages\n" in f"{text}\n"
    assert "(repository:acme/shop)" in text
    assert plain.home is None
    plain.close()


def test_a_model_has_to_be_named(tmp_path: Path) -> None:
    """The arm with a model says what is missing, before anything is made."""
    with pytest.raises(SettingsError, match="TOM_MODEL"):
        memory_of(Arm.TOM_MODEL, tmp_path, never)
    assert list(tmp_path.glob("tom-model*")) == []


# The flat file


def test_sentences_with_emphasis_are_noted_once() -> None:
    """The person's only, and what is said again is the newest."""
    text = noted(
        [
            session_of("I prefer tabs. The build is red.", (Role.AGENT, "You should use spaces.")),
            session_of("never push\nI prefer  tabs."),
            session_of("look at this"),
        ]
    )
    assert text.splitlines()[1:] == ["- never push", "- I prefer tabs."]


def test_nothing_noted_is_no_file() -> None:
    """A heading over nothing would be told at every session."""
    assert noted([session_of("look at this")]) == ""


def test_a_full_file_keeps_the_newest_lines() -> None:
    """200 lines, or 25 kB where they are long."""
    many = noted([session_of(*(f"I want {n}" for n in range(500)))]).splitlines()[1:]
    assert many == [f"- I want {n}" for n in range(300, 500)]
    long = noted([session_of(*(f"I want {n:03d} {'é' * 200}" for n in range(100)))])
    assert len(long.encode()) <= BYTES + 200
    assert long.splitlines()[-1].startswith("- I want 099")
    assert 40 < len(long.splitlines()) < LINES


# Retrieval


def test_every_turn_can_be_found(tmp_path: Path) -> None:
    """Of the first session and of the last, of a tool as of the person; the published saw 50."""
    sessions = [
        session_of(f"unique{n} thing", (Role.TOOL, f"output{n} here"), host_id=f"s{n}")
        for n in range(300)
    ]
    index(sessions, tmp_path / "passages.db")
    memory = Passages(tmp_path / "passages.db")
    for word in ("unique0", "unique299", "output0", "output299"):
        assert word in memory.recall(f"where is {word}?", "")
    assert memory.tokens == sum(count_tokens(t.text) for s in sessions for t in s.turns)
    memory.close()


def test_the_best_passages_fill_the_budget(tmp_path: Path) -> None:
    """The rarer words win, repeats come once, and no more is given than the budget."""
    sessions = [
        session_of(
            *["the cache is slow again"] * 5, f"the walrus {n} eats the cache", host_id=str(n)
        )
        for n in range(50)
    ]
    index(sessions, tmp_path / "passages.db")
    memory = Passages(tmp_path / "passages.db", budget=200)
    text = memory.recall("the walrus cache", "")
    assert "walrus" in text.split("\n\n")[1]
    assert 150 < count_tokens(text) <= 200
    assert text.count("the cache is slow again") <= 1
    memory.close()


@pytest.mark.parametrize("request_", ["", "?!", 'a "b" AND (c* OR NEAR', "nothing-like-it"])
def test_any_request_can_be_looked_for(request_: str, tmp_path: Path) -> None:
    """No request is taken for the index's own language; with no match nothing is given."""
    index([session_of("something else")], tmp_path / "passages.db")
    memory = Passages(tmp_path / "passages.db")
    assert memory.recall(request_, "") == ""
    memory.close()


def test_what_retrieval_holds_cannot_be_changed(tmp_path: Path) -> None:
    """It is opened to be read."""
    index([session_of("something")], tmp_path / "passages.db")
    memory = Passages(tmp_path / "passages.db")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        memory._connection.execute("DELETE FROM passage")
    memory.close()


def test_a_long_turn_is_cut_between_words() -> None:
    """No part is over the limit and no word is lost."""
    text = "\n".join(f"line {n} of a long output" for n in range(200))
    found = list(parts(text))
    assert all(len(each) <= LONGEST for each in found)
    assert " ".join(found).split() == text.split()
    assert list(parts("x" * 2500)) == ["x" * 1000, "x" * 1000, "x" * 500]


# Understanding

SAID = tuple(
    Utterance(f"u{n}", preference, how, f"well {quote}", "", quote, personal=True, trap="")
    for n, (preference, how, quote) in enumerate(
        [
            ("git06", "explicit", "dead branches go once they are merged"),
            ("git06", "reversal", "keep old branches around"),
            ("git06", "implicit", "cute"),
            ("git06", "distractor", ""),
        ]
    )
)


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("", set()),
        ("I said: dead branches  go\nonce they are merged, ok", {("git06", True)}),
        ("please keep old branches around", {("git06", False)}),
        ("xdead branches go once they are merged", set()),
        ("dead branches go once they are mergeds", set()),
        ("that is cute", set()),
        ("- Delete merged branches (in acme/shop)", {("git06", True)}),
        ("- Do not delete merged branches", {("git06", False)}),
    ],
)
def test_only_exact_words_are_understood(text: str, meanings: set[tuple[str, bool]]) -> None:
    """However they are spaced, but not as a part of other words, and no word or two alone."""
    assert Understanding(SAID).understood(text) == meanings


def test_the_oracle_is_understood_in_full() -> None:
    """Every statement of the profile in words tells its preference, whatever the manner."""
    understanding = Understanding(SAID)
    for verbosity in Verbosity:
        for timing in Timing:
            for style in Style:
                person = Profile("p", verbosity, timing, style, tuple(catalogue()))
                told = understanding.understood(described(person))
                assert {(each, True) for each in (*person.preferences, *person.manner)} == told


def test_a_model_reads_where_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it makes of the history is in the briefing; the other arms' minds ask it nothing."""
    quote = "my branches are called after birds"
    said = session_of(f"ok. {quote}, you know", host_id="one")
    reply = reading(note(quote, "Name branches after birds"))
    with ScriptedModel(answer=lambda _: reply) as server:
        monkeypatch.setenv("TOM_MODEL", "openai/scripted")
        monkeypatch.setenv("TOM_BASE_URL", server.base_url)
        monkeypatch.setenv("TOM_API_KEY", "sk-none")
        plain = memory_of(Arm.TOM, tmp_path, lambda: [said])
        assert server.requests == []
        memory = memory_of(Arm.TOM_MODEL, tmp_path, lambda: [said])
        assert "Name branches after birds" in memory.context("x/y")
        assert "birds" not in plain.context("x/y")
        assert memory.home == tmp_path / "tom-model"
        plain.close()
        memory.close()
