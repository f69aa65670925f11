from collections.abc import Sequence

import pytest

from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract.embedded import FAINT, EmbeddedReader
from tom_swe.model.belief import EVERYWHERE, Kind, Observation, Polarity, Reach, Scope, Source
from tom_swe.model.session import OWN_HOST, Role, SaidSentence, Session, Turn
from tom_swe.ports import Pack
from tom_swe.testing import FixedScorer


class Broken(FixedScorer):
    """A scorer whose weights cannot be read."""

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """Nothing: it fails."""
        super().score(said)
        raise EmbedderUnavailable("no weights")


def session(*texts: str) -> Session:
    """A session of user turns in acme/shop."""
    turns = tuple(Turn(ordinal=i, role=Role.USER, text=text) for i, text in enumerate(texts))
    return Session(host="test", host_id="1", repository="acme/shop", turns=turns)


def read(*texts: str, scorer: FixedScorer | None = None) -> tuple[Observation, ...]:
    """What is read with a scorer that likes everything."""
    return EmbeddedReader(scorer=scorer or FixedScorer()).read(session(*texts)).observations


def test_a_hint_is_the_sentence_itself() -> None:
    """Its statement is the sentence made a rule, its quote the sentence, its basis the score."""
    (found,) = read("looks good. and the lockfile is ours to touch")
    assert found.source is Source.HINT
    assert found.quote.text == "and the lockfile is ours to touch"
    assert found.statement == "The lockfile is ours to touch"
    assert found.basis == "reads like a lasting wish (0.43)"
    assert found.scope == Scope(reach=Reach.REPOSITORY, name="acme/shop")


def test_what_forbids_is_held_against() -> None:
    """A prohibition is a constraint against what it names."""
    (found,) = read("stop touching the tests")
    assert (found.kind, found.polarity) == (Kind.CONSTRAINT, Polarity.AGAINST)


def test_the_catalogue_names_the_subject() -> None:
    """One known subject gives the hint its dimension, value and reach."""
    (found,) = read("short answers are easier on my eyes")
    assert (found.dimension, found.value) == ("answer_length", "short")
    assert found.scope == EVERYWHERE


def test_below_the_threshold_there_is_no_hint() -> None:
    """What scores less than the threshold says nothing."""
    assert read("the lockfile is ours to touch", scorer=FixedScorer(0.29)) == ()


def test_what_the_rules_hear_is_said_unless_the_scorer_doubts_it() -> None:
    """A sentence of the rules that reads like no wish is a hint; any other is what they made."""
    for score, source in ((0.43, Source.INSTRUCTION), (0.1, Source.HINT)):
        (found,) = read("From now on always use pnpm.", scorer=FixedScorer(score))
        assert (found.source, found.value) == (source, "pnpm")


def test_what_the_scorer_is_sure_of_was_said() -> None:
    """A sentence that no rule knows is a rule where the scorer is sure, after a no a correction."""
    (found,) = read("the lockfile is ours to touch", scorer=FixedScorer(0.9))
    assert found.source is Source.INSTRUCTION
    (found,) = read("no, the lockfile is ours to touch", scorer=FixedScorer(0.9))
    assert found.source is Source.CORRECTION


def test_a_sentence_is_scored_where_it_stands() -> None:
    """The scorer hears what the agent said before, and which of how many sentences it is."""
    scorer = FixedScorer()
    turns = (
        Turn(ordinal=0, role=Role.AGENT, text="I formatted the lockfile."),
        Turn(ordinal=1, role=Role.USER, text="thanks a lot. the lockfile is ours to touch"),
    )
    EmbeddedReader(scorer=scorer).read(Session(host="test", host_id="1", turns=turns))
    last = scorer.asked[-1]
    assert last.words == "the lockfile is ours to touch"
    assert last.before == "I formatted the lockfile."
    assert (last.nth, last.of, last.length, last.is_question) == (1, 2, 9, False)


@pytest.mark.parametrize(
    "text",
    [
        "yes, go ahead",
        "looks good",
        "too long",
        "if we used tabs, would the diff be smaller",
        "My boss says the lockfile is ours to touch.",
        "keep it out of the repo for now",
        "word " * 61,
        "```\nthe lockfile is ours to touch\n```",
    ],
)
def test_what_is_not_even_scored(text: str) -> None:
    """Approvals, fragments, doubtful words, one-off wishes and pastes are no hints at all."""
    scorer = FixedScorer()
    assert read(text, scorer=scorer) == ()
    assert scorer.asked == []


def test_a_broken_scorer_is_told_once_and_costs_nothing_else() -> None:
    """The rules go on alone; the person hears of it once."""
    told: list[str] = []
    scorer = Broken()
    reader = EmbeddedReader(scorer=scorer, say=told.append)
    for _ in range(2):
        found = reader.read(session("the lockfile is ours to touch", "never use npm")).observations
        assert [each.source for each in found] == [Source.INSTRUCTION]
    assert told == ["reading with the rules alone: no weights"]
    asked = [each.words for each in scorer.asked]
    assert asked == ["the lockfile is ours to touch", "never use npm"]


def test_a_scorer_changes_the_readers_name() -> None:
    """Sessions that were read without it are read again."""
    assert EmbeddedReader(scorer=FixedScorer()).name == f"{EmbeddedReader().name}+fixed"


def test_what_is_too_doubtful_for_a_hint_is_noted_as_faint() -> None:
    """No question, no name of a file alone, nothing the rules know, and nothing below the least."""
    texts = (
        "the lamps over the quay hang low",
        "do the lamps hang low there?",
        "@docs/lamps-hang-low.md",
        "From now on always use pnpm.",
    )
    model = EmbeddedReader(scorer=FixedScorer(FAINT)).read(session(*texts))
    assert [each.text for each in model.faint] == [texts[0]]
    below = EmbeddedReader(scorer=FixedScorer(FAINT - 0.01)).read(session(*texts))
    assert below.faint == ()


def test_sessions_read_together_show_what_each_shows_alone() -> None:
    """Each keeps its own sentences' scores, a statement to tom among them."""

    class ByLength(FixedScorer):
        def score(self, said: Sequence[SaidSentence]) -> list[float]:
            return [len(each.words) / 100 for each in said]

    sessions = (
        session("the lockfile is ours to touch", "From now on always use pnpm."),
        session("hello"),
        session("the lamps over the quay hang low").model_copy(update={"host": OWN_HOST}),
        session("no, the tests go first; the lockfile is ours to touch and so is the whole tree"),
    )
    reader = EmbeddedReader(scorer=ByLength())
    together = reader.read_pack(Pack(sessions, (None,) * len(sessions)))
    assert together == [reader.read(each) for each in sessions]
    assert any(each.observations for each in together)
