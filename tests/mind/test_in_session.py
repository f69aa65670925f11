"""A coding agent reads what waits, and tom holds what it notes against the person's words."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from with_a_model import note as noted
from with_a_model import opened, reading, tell

from tom_swe.app import open_tom
from tom_swe.extract.grounding import Unfounded, checked
from tom_swe.extract.noted import as_read, to_read
from tom_swe.extract.reading_form import NotedForm, SummedUpForm
from tom_swe.mind.in_session import NOT_GIVEN, TAKEN, GivenOut
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Kind, Observation, Quote, SessionModel, Source
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import START, HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedModel
from tom_swe.text.tokens import count_tokens

ODD = "those barrel files everywhere? drop that habit"
RULE = "Do not make barrel files"
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def tom(settings: Settings) -> Iterator[Tom]:
    made = open_tom(settings, embedder=HashEmbedder())
    yield made
    made.close()


def agent(settings: Settings) -> Tom:
    """Another process with an agent of its own."""
    return open_tom(settings, embedder=HashEmbedder())


def ten_minutes_pass(settings: Settings) -> None:
    """Nobody has a session to themselves any more."""
    with contextlib.closing(sqlite3.connect(settings.database, autocommit=True)) as database:
        database.execute("UPDATE learn_queue SET leased_until = '2020-01-01 00:00:00.000000'")


def given(tom: Tom, tokens: int = 6_000, before: datetime = NOW, going_on: str = "") -> GivenOut:
    """What the agent is given to read."""
    return tom.in_session.hand_out("ada", "claude-code", tokens, before=before, going_on=going_on)


def answer(
    tom: Tom, *notes: dict[str, Any], read: tuple[int, ...] = (1,), rejected: tuple[int, ...] = ()
) -> list[str]:
    """Why each note was refused; "" for those that were kept."""
    sessions = [SummedUpForm(session=each, summary="A chart was made.") for each in read]
    taken = tom.in_session.note(
        "ada", "claude-code", sessions, [NotedForm(**each) for each in notes], rejected
    )
    return [each.why for each in taken]


def rules_of(tom: Tom) -> set[str]:
    """What is believed without what was counted."""
    return {b.statement for b in tom.memory.beliefs.told("ada") if b.kind is not Kind.HABIT}


def test_what_an_agent_notes_is_believed_on_the_persons_words(tom: Tom) -> None:
    """It is kept under a name of its own, and the session is read by then."""
    tell(tom, ODD)
    handed = given(tom)
    assert (handed.sessions, handed.waiting) == ((1,), 0)
    assert ODD in "\n".join(handed.lines)
    assert answer(tom, noted(ODD, RULE, against=True)) == [""]
    assert rules_of(tom) == {RULE}
    (belief,) = [b for b in tom.memory.beliefs.told("ada") if b.statement == RULE]
    assert belief.quotes == (ODD,)
    kept = tom.memory.sessions.shown("ada", 1, "the rules")
    assert kept is not None
    assert kept.reader.startswith("host-1:claude-code+embedded-")
    assert kept.summary == "A chart was made."
    assert tom.memory.queue.pending("ada") == 0
    assert given(tom) == GivenOut((), (), 0)


def test_what_the_person_did_not_say_is_refused_with_the_reason(tom: Tom) -> None:
    """Invented quotes, the agent's own words, statements that the words do not bear out."""
    plan = "I will always use yarn here, as everybody does. Shall I?"
    tell(tom, "add a chart to the page", (Role.AGENT, plan), f"> {plan}\nwell, do it. {ODD}")
    given(tom)
    assert answer(
        tom,
        noted("never use barrel files", RULE),
        noted("I will always use yarn here", "Use yarn"),
        noted(ODD, "Deploy with kubernetes.yaml to prod-7"),
        noted(ODD, " "),
        noted(ODD, RULE, against=True),
    ) == [Unfounded.NOT_SAID, Unfounded.AGENTS, Unfounded.UNRELATED, Unfounded.EMPTY, ""]
    assert rules_of(tom) == {RULE}


def test_a_quote_that_was_copied_wrongly_can_be_given_again(tom: Tom) -> None:
    """What was kept before stays, though the session is read already."""
    tell(tom, f"{ODD}. titles in lower case suit me far better")
    given(tom)
    lower = "titles in lower case suit me far better"
    title = "Write commit titles in lower case"
    wrong = noted(lower.replace("suit", "suits"), title)
    assert answer(tom, noted(ODD, RULE, against=True), wrong) == ["", Unfounded.NOT_SAID]
    assert answer(tom, noted(lower, title)) == [""]
    assert rules_of(tom) == {RULE, title}


def test_what_the_rules_found_stays_unless_it_is_rejected(tom: Tom) -> None:
    """As with any model that is asked."""
    for number, said in enumerate(("from now on use pnpm, not npm", "from now on use tabs")):
        tell(tom, f"{said}. {ODD}", host_id=str(number))
    tom.learn("ada")
    handed = given(tom)
    assert [line for line in handed.lines if '"candidate": 2' in line]
    assert answer(tom, noted(ODD, RULE, against=True), read=(1, 2), rejected=(1,)) == [""]
    assert rules_of(tom) == {RULE, "Use pnpm"}


def test_a_session_that_shows_nothing_counts_as_read(tom: Tom) -> None:
    """Only what is named does; the rest is handed out again."""
    for number in range(3):
        tell(tom, f"{number}: add a chart to the page", host_id=str(number))
    assert given(tom).sessions == (3, 2, 1)
    assert answer(tom, read=(2,)) == []
    assert given(tom).sessions == (3, 1)


def test_no_more_is_shown_than_asked_for(tom: Tom) -> None:
    """Newest first; a session that does not fit waits, and of a long one comes a part."""
    for number in range(6):
        at = START + timedelta(days=number)
        words = " ".join("abcdef"[number] * (place % 30 + 1) for place in range(120))
        tom.add_session("ada", session_of(words, host_id=str(number), started=at))
    handed = given(tom, 2_000)
    assert handed.sessions == (6, 5, 4)
    assert handed.waiting == 3
    assert count_tokens("\n".join(handed.lines)) <= 2_000
    answer(tom, read=(6, 5, 4))
    late = START + timedelta(days=60)
    long = [" ".join("ghijk"[n] * (i % 30 + 1) for i in range(800)) for n in range(5)]
    tom.add_session("ada", session_of(*long, host_id="long", started=late))
    handed = given(tom, 2_000)
    assert handed.sessions[0] == 7
    assert count_tokens("\n".join(handed.lines)) <= 2_000


def test_what_is_going_on_is_not_handed_out(tom: Tom) -> None:
    """Neither what was said since then nor the session whose host names it so."""
    at = START + timedelta(days=9)
    tom.add_session("ada", session_of(ODD, host_id="mine", started=at))
    assert given(tom, going_on="mine").sessions == ()
    assert given(tom, before=at).sessions == ()
    assert given(tom).sessions == (1,)


def test_two_agents_read_different_sessions(tom: Tom, settings: Settings) -> None:
    """While one has a session, another gets the others; what it did not get it cannot note."""
    tell(tom, ODD, host_id="a")
    other = agent(settings)
    assert given(tom).sessions == (1,)
    assert given(other).sessions == ()
    tell(tom, "from now on use tabs", host_id="b")
    assert given(other).sessions == (2,)
    assert answer(other, noted(ODD, RULE)) == [NOT_GIVEN]
    assert answer(tom, noted(ODD, RULE, against=True)) == [""]
    assert answer(other, read=(2,)) == []
    assert given(tom).waiting == given(other).waiting == 0
    other.close()


def test_a_session_that_grew_or_was_read_since_is_not_noted_from(
    tom: Tom, settings: Settings
) -> None:
    """The agent is told to ask again; nothing of a model's reading is replaced."""
    tell(tom, ODD)
    given(tom)
    tell(tom, ODD, "from now on use tabs")
    assert answer(tom, noted(ODD, RULE)) == [TAKEN]
    assert given(tom).sessions == (1,)
    with ScriptedModel(reading(note_of_tabs())) as server:
        other = opened(settings, server, [])
        ten_minutes_pass(settings)
        other.learn("ada")
        before = rules_of(other)
        other.close()
    assert answer(tom, noted(ODD, RULE)) == [TAKEN]
    assert rules_of(tom) == before


def note_of_tabs() -> dict[str, Any]:
    return noted("use tabs", "Use tabs for indentation", turn=1)


def test_a_learner_without_a_model_takes_nothing_away(tom: Tom, settings: Settings) -> None:
    """Neither in between, when the agent was slow, nor afterwards, nor when the session grows."""
    tell(tom, ODD)
    given(tom)
    ten_minutes_pass(settings)
    tom.learn("ada")
    assert answer(tom, noted(ODD, RULE, against=True)) == [""]
    assert tom.read("ada", again=True).sessions == 0
    tell(tom, ODD, "from now on use tabs")
    tom.learn("ada")
    assert RULE in rules_of(tom)
    assert len(rules_of(tom)) == 2
    # What is new in it no model has read.
    assert given(tom).sessions == (1,)
    assert answer(tom) == []
    assert RULE in rules_of(tom)


def test_what_is_known_is_named_by_its_number(tom: Tom) -> None:
    """So that an agent can say that the words take it back."""
    tell(tom, "from now on use pnpm, not npm", host_id="a")
    tom.learn("ada")
    answer(tom, read=given(tom).sessions)
    tell(tom, "the pnpm thing was a mistake, that is over", host_id="b")
    handed = given(tom)
    (belief,) = [b for b in tom.memory.beliefs.told("ada") if b.kind is not Kind.HABIT]
    assert [line for line in handed.lines if f'"known": {belief.id}' in line]
    over = noted("the pnpm thing was a mistake", "Use pnpm", session=2)
    over |= {"known": belief.id, "how": "no longer"}
    assert answer(tom, over, read=(2,)) == [""]
    assert rules_of(tom) == set()


def test_words_that_were_forgotten_stay_so(tom: Tom) -> None:
    """And the agent is told that they were not taken."""
    tell(tom, ODD)
    given(tom)
    answer(tom, noted(ODD, RULE, against=True))
    (belief,) = [b for b in tom.memory.beliefs.told("ada") if b.statement == RULE]
    tom.forget_belief("ada", belief.id)
    tell(tom, ODD, "add a chart")
    given(tom)
    (why,) = answer(tom, noted(ODD, RULE, against=True))
    assert "forget" in why
    assert rules_of(tom) == set()


def test_hints_stay_hints_unless_they_are_noted_or_rejected() -> None:
    """An agent that passes over one has not denied it."""
    session = session_of(
        "shorter commit messages would suit me. fewer emoji would too. and less talk"
    )
    quotes = ("shorter commit messages would suit me", "fewer emoji would too", "and less talk")
    hints = tuple(
        Observation(
            kind=Kind.PREFERENCE,
            source=Source.HINT,
            statement=each,
            quote=Quote(ordinal=0, text=each),
        )
        for each in quotes
    )
    (given_out,) = to_read([(session, SessionModel(intent="", summary="", observations=hints))], 5)
    wish = NotedForm(**noted(quotes[0], "Write shorter commit messages"))
    found = checked([wish], session, None, "")
    kept = as_read(given_out, found, {6}, None, "host-1:x", hints_stay=True).observations
    assert [(each.source, each.quote.text) for each in kept] == [
        (Source.INSTRUCTION, quotes[0]),
        (Source.HINT, quotes[2]),
    ]
