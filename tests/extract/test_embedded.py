import time
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract.catalogue import catalogue
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.belief import (
    EVERYWHERE,
    Kind,
    Observation,
    Polarity,
    Reach,
    Scope,
    Source,
)
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import FixedScorer
from tom_swe.text.attribution import FEWEST_SIGNS, GRAM
from tom_swe.text.prose import own_words, sentences

INTENTS = {
    "debugging", "code_generation", "code_explanation", "optimization", "learning",
    "configuration", "testing", "file_management", "general",
}  # fmt: skip


def session(*texts: str, repository: str = "acme/shop") -> Session:
    """A session of user turns."""
    turns = tuple(Turn(ordinal=i, role=Role.USER, text=text) for i, text in enumerate(texts))
    return Session(host="test", host_id="1", repository=repository, turns=turns)


def said(*texts: str, repository: str = "acme/shop", cwd: str = "") -> tuple[Observation, ...]:
    """What is read from user turns, without habits."""
    held = session(*texts, repository=repository)
    found = EmbeddedReader().read(held.model_copy(update={"cwd": cwd})).observations
    return tuple(o for o in found if o.source is not Source.BEHAVIOUR)


def one(text: str) -> Observation:
    """The only thing read from one turn."""
    (found,) = said(text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "should we always use tabs?",
        "if we used tabs, would the diff be smaller?",
        'The style guide says "always use tabs and never spaces"',
        "My boss says we should always use poetry.",
        "the app always crashes when I press save",
        "use tailwind for this select",
        "don't commit yet",
        "for now use npm, I'll clean up later",
        "Never mind.",
        "we always get a 500 from the login page",
        "the server must never return 500",
        "just 'wip', gets squashed in an hour",
        "```\n# always use tabs\nx = 1\n```",
        "> From now on always use pnpm.",
        "Traceback (most recent call last):\nValueError: never use pip",
        "# From now on use pnpm\nimport os",
        "does pyright always check every file?",
        "Python is a prefix of PyPI",
    ],
)
def test_not_believed(text: str) -> None:
    """Questions, guesses, others' words, reports, one-off wishes and pastes say nothing lasting."""
    assert said(text) == ()


def test_quotes_are_the_clause_that_carries_it() -> None:
    """A wish inside a task is quoted without the task."""
    found = one(
        "Rename the button to Save. And please, from now on always use pnpm, ok?"[:-5] + "."
    )
    assert (found.dimension, found.value, found.statement) == (
        "package_manager",
        "pnpm",
        "Use pnpm",
    )
    assert "Rename" not in found.quote.text


def test_the_person_chooses_one_of_two_names() -> None:
    """In 'X, not Y' the value is X."""
    found = one("I prefer httpx, not aiohttp.")
    assert (found.value, found.polarity) == ("httpx", Polarity.FOR)


def test_a_name_spoken_against() -> None:
    """Decision out a name is held against that name."""
    found = one("Never use npm.")
    assert (found.dimension, found.value) == ("package_manager", "npm")
    assert (found.polarity, found.statement) == (Polarity.AGAINST, "Do not use npm")


def test_moving_over_to_a_name_is_for_it() -> None:
    """The word rules out what follows it, but not where it says where one has gone."""
    moved = one("I've moved all my JS repos over to biome, use it from now on please")
    assert (moved.value, moved.polarity) == ("biome", Polarity.FOR)
    ruled_out = one("always rebase over merge please")
    assert (ruled_out.value, ruled_out.polarity) == ("rebase", Polarity.FOR)


def test_own_words_where_the_catalogue_does_not_fit() -> None:
    """A rule on an unknown subject keeps the person's words, filler removed, and no dimension."""
    found = one("ok so from now on please label the invoices by quarter")
    assert found.statement == "Label the invoices by quarter"
    assert (found.dimension, found.value) == ("", "")


def test_a_prohibition_is_a_constraint_against() -> None:
    """'Never ...' is a constraint, held against what it names."""
    found = one("Never touch the vendored folder in this repo.")
    assert (found.kind, found.polarity) == (Kind.CONSTRAINT, Polarity.AGAINST)
    assert found.source is Source.INSTRUCTION


def test_what_made_it_one_is_told_in_the_persons_words() -> None:
    """A rule names its wording and its subject, a fact its words, each found in the text."""
    rule = one("from now on use pnpm, not npm")
    assert rule.basis == "worded as a rule: “from now on”, and its subject: “pnpm”"
    assert one("I prefer short answers").basis.startswith("worded as a preference: “I prefer")
    (fact, *_) = said("I'm a backend engineer by trade")
    assert "backend" in fact.basis


def test_a_liking_is_a_preference() -> None:
    """'I prefer ...' is a preference."""
    found = one("I prefer tabs over spaces.")
    assert (found.kind, found.source) == (Kind.PREFERENCE, Source.PREFERENCE)
    assert (found.dimension, found.value) == ("indentation", "tabs")


def test_an_objection_is_a_correction() -> None:
    """What is said against what the agent just did counts as a correction."""
    found = one("no, we always use pnpm here")
    assert (found.source, found.value) == (Source.CORRECTION, "pnpm")


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("In this repo we always use pnpm.", Scope(reach=Reach.REPOSITORY, name="acme/shop")),
        ("I always use pnpm in all my projects.", EVERYWHERE),
        ("Always run pytest for python.", Scope(reach=Reach.LANGUAGE, name="python")),
        ("Keep your answers short, always.", EVERYWHERE),
    ],
)
def test_scope(text: str, scope: Scope) -> None:
    """The words say where it holds; how to talk to the person holds everywhere."""
    assert one(text).scope == scope


def test_no_repository_means_everywhere() -> None:
    """Without a repository a project's rule has no narrower place."""
    (found,) = said("In this repo we always use pnpm.", repository="")
    assert found.scope == EVERYWHERE


def test_a_folder_of_no_repository_leaves_open_which_project_is_meant() -> None:
    """In a sandbox's folder the next session is in another project."""
    (found,) = said("In this repo always use pnpm.", repository="", cwd="/workspace/project")
    assert found.scope == Scope(reach=Reach.TASK)
    (found,) = said("Always use pnpm.", repository="", cwd="/workspace/project")
    assert found.scope == EVERYWHERE


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("I'm a data engineer, so be patient with the frontend bits.", Kind.EXPERTISE, ""),
        ("I'm new to rust.", Kind.EXPERTISE, ""),
        ("I'm on windows, by the way.", Kind.EXPERTISE, "windows"),
        ("I use neovim.", Kind.EXPERTISE, "neovim"),
        ("I'm trying to learn how compilers work.", Kind.GOAL, ""),
    ],
)
def test_facts_about_the_person(text: str, kind: Kind, value: str) -> None:
    """Roles, knowledge, machines and aims are kept as facts the person stated."""
    found = one(text)
    assert (found.kind, found.source, found.value) == (kind, Source.FACT, value)


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("Ab jetzt immer pnpm benutzen.", "package_manager", "pnpm"),
        ("Prefiero pnpm.", "package_manager", "pnpm"),
        ("Désormais on utilise poetry.", "python_packages", "poetry"),
        ("以后都用 pnpm", "package_manager", "pnpm"),
    ],
)
def test_other_languages(text: str, dimension: str, value: str) -> None:
    """A standing wish is heard in other languages where its subject is a name."""
    found = one(text)
    assert (found.dimension, found.value) == (dimension, value)


def test_the_same_thing_said_twice_counts_once() -> None:
    """A session shows a thing once, with its first quote."""
    found = said("From now on always use pnpm.", "Again: from now on always use pnpm.")
    assert [o.quote.ordinal for o in found] == [0]


def test_only_the_person_is_read() -> None:
    """Agent turns, tool turns and attachments are never learned from."""
    turns = (
        Turn(ordinal=0, role=Role.AGENT, text="From now on always use pnpm."),
        Turn(ordinal=1, role=Role.TOOL, text="I prefer tabs over spaces."),
        Turn(ordinal=2, role=Role.USER, text="thanks", attachment="Never use npm."),
    )
    model = EmbeddedReader().read(Session(host="t", host_id="1", turns=turns))
    assert model.observations == ()


def test_intent_and_summary() -> None:
    """The intent fits the request; the summary is the first real request, in its words."""
    model = EmbeddedReader().read(session("hi", "fix the crash in the login form\nTraceback: x"))
    assert model.intent == "debugging"
    assert model.summary == "fix the crash in the login form"


def test_the_summary_is_one_short_line() -> None:
    """However long the request, the summary stays one line of at most 120 characters."""
    summary = EmbeddedReader().read(session("add a page " * 40)).summary
    assert len(summary) <= 120
    assert "\n" not in summary


def test_habits_need_enough_turns() -> None:
    """Three messages show no habit; four do, with their count and a real sample."""
    texts = ["fix the tests", "now the docs", "push it", "and the changelog too"]
    assert EmbeddedReader().read(session(*texts[:3])).observations == ()
    habits = EmbeddedReader().read(session(*texts)).observations
    (short,) = [o for o in habits if o.dimension == "habit.message_length"]
    assert (short.statement, short.value, short.count) == ("Writes short messages", "short", 4)
    assert short.quote.text in texts


def test_waving_questions_off_is_a_habit() -> None:
    """Who answers the agent's questions with 'you decide' is seen to wave them off."""
    turns: list[Turn] = []
    for _ in range(4):
        turns += [
            Turn(ordinal=len(turns), role=Role.AGENT, text="Shall I use a cache?"),
            Turn(ordinal=len(turns) + 1, role=Role.USER, text="you decide"),
        ]
    found = EmbeddedReader().read(Session(host="t", host_id="1", turns=tuple(turns))).observations
    assert ("habit.questions", "waves_off") in {(o.dimension, o.value) for o in found}


def test_tools_and_hours_are_counted() -> None:
    """What is named again and again, and when, become habits of their own."""
    at = datetime(2026, 1, 2, 3, tzinfo=UTC)
    turns = tuple(
        Turn(ordinal=i, role=Role.USER, text=f"look at module{i}.py", at=at) for i in range(4)
    )
    found = EmbeddedReader().read(Session(host="t", host_id="1", turns=turns)).observations
    assert {"habit.works_with.python", "habit.hours"} <= {o.dimension for o in found}


class FakeEmbedder:
    """Every text is the same unit vector, or nothing can be embedded."""

    name = "fake"
    dimension = 2

    def __init__(self, *, broken: bool = False) -> None:
        self.calls = 0
        self.broken = broken

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One vector a text."""
        self.calls += 1
        if self.broken:
            raise EmbedderUnavailable
        return np.array([[1.0, 0.0]] * len(texts), dtype=np.float32)


def test_an_embedder_names_the_subject_of_other_rules() -> None:
    """With an embedder a rule outside the catalogue's words gets the nearest dimension."""
    embedder = FakeEmbedder()
    reader = EmbeddedReader(embedder)
    assert embedder.calls == 0
    for _ in range(2):
        (found,) = reader.read(session("From now on label the invoices by quarter")).observations
        assert found.dimension in {d.id for d in catalogue()}
    assert embedder.calls == 3
    assert reader.name != EmbeddedReader().name


def test_a_missing_embedder_costs_nothing_else() -> None:
    """Where the sentence model cannot be loaded, everything else is read all the same."""
    reader = EmbeddedReader(FakeEmbedder(broken=True))
    (found,) = reader.read(session("From now on label the invoices by quarter")).observations
    assert found.dimension == ""


PIECES = st.sampled_from(
    [
        "From now on always use pnpm", "I prefer tabs over spaces", "never commit by yourself",
        "I'm on windows", "don\u2019t ask me back, ever", "`uv run pytest`", "```\ncode\n```",
        "- keep answers short, always", "(whenever you push, rebase first)", '"always use npm"',
        "why did you touch the imports?", "以后都用 pnpm。", "\n", "  ", "e.g. every time you test",
        "İ always want small diffs", "🎉", "1. one branch per feature, always",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=6).map(" ".join),
    st.lists(PIECES, max_size=6).map("\n".join),
    st.text(max_size=200),
)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Sessions in which anyone may say anything."""
    rows = draw(st.lists(st.tuples(st.sampled_from(Role), TEXTS, TEXTS), max_size=7))
    turns = tuple(
        Turn(ordinal=3 * i, role=role, text=text, attachment=attachment)
        for i, (role, text, attachment) in enumerate(rows)
    )
    return Session(host="t", host_id="1", repository="r", turns=turns)


@pytest.mark.parametrize("scorer", [None, FixedScorer()], ids=["rules", "rules and hints"])
@given(one=sessions())
def test_every_quote_is_the_persons_own(scorer: FixedScorer | None, one: Session) -> None:
    """Every quote is an exact, non-empty piece of the user turn it points at, hint or not."""
    own = {t.ordinal: t.text for t in one.by(Role.USER)}
    model = EmbeddedReader(scorer=scorer).read(one)
    for found in model.observations:
        assert found.quote.text.strip()
        assert found.quote.text in own[found.quote.ordinal]
        assert found.statement
    assert model.intent in INTENTS
    assert len(model.summary) <= 120


@given(sessions())
def test_others_words_add_nothing(one: Session) -> None:
    """Agents', tools' and attached words make nothing of the person's words that is not in them.

    They take away only what the agent itself had said before, in so many words.
    """
    bare = one.model_copy(
        update={"turns": tuple(t.model_copy(update={"attachment": ""}) for t in one.by(Role.USER))}
    )
    reader = EmbeddedReader()
    whole = [o for o in reader.read(one).observations if o.dimension != "habit.questions"]
    alone = [o for o in reader.read(bare).observations if o.dimension != "habit.questions"]
    assert {o.statement for o in whole} <= {o.statement for o in alone}
    said = " ".join(t.text for t in one.turns if t.role is not Role.USER)
    if len(said) < FEWEST_SIGNS and len(said.split()) < GRAM:
        assert whole == alone


@given(TEXTS)
def test_sentences_lie_in_the_text(text: str) -> None:
    """Masking keeps the length; sentences come in order and never overlap."""
    masked = own_words(text)
    assert len(masked) == len(text)
    end = 0
    for sentence in sentences(text):
        assert end <= sentence.start < sentence.end <= len(text)
        assert sentence.words == masked[sentence.start : sentence.end]
        end = sentence.end


@pytest.mark.parametrize(
    "text",
    [" " * 20_000 + "x", "\n" * 20_000 + "x", "first " * 5_000, "x;" * 20_000, "'a " * 9_000],
)
def test_odd_texts_are_read_quickly(text: str) -> None:
    """Nothing that can be pasted makes reading take more than a moment."""
    began = time.perf_counter()
    EmbeddedReader().read(session(text))
    assert time.perf_counter() - began < 5
