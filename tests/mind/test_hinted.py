"""What becomes of hints: told to nobody, and over nothing, until enough sessions agree."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from tom_swe.app import open_tom
from tom_swe.beliefs.confidence import explain
from tom_swe.beliefs.conflict import outweighs
from tom_swe.extract import lasting
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Query
from tom_swe.model.belief import Belief, Source, Status
from tom_swe.model.session import SaidSentence, Session
from tom_swe.settings import Settings
from tom_swe.testing import START, FixedScorer, session_of

MakeTom = Callable[..., Tom]
HINT = "the lockfile is ours to touch"


class LockfileScorer:
    """Takes every sentence on lockfiles for a wish, and those on npm."""

    name = "lockfiles"
    threshold = 0.3
    sure = 0.9

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """A hint's, and of an order of rules one that does not doubt it."""
        named = ("lockfile", "npm")
        return [0.5 if any(name in each.words for name in named) else 0.0 for each in said]


def tom_with(make_tom: MakeTom) -> Tom:
    return make_tom(reader=EmbeddedReader(scorer=LockfileScorer()))


def hear(tom: Tom, number: int, text: str) -> None:
    at = START + timedelta(days=number)
    tom.add_session("ada", session_of(text, host_id=str(number), started=at))
    tom.learn("ada")


def all_of(tom: Tom) -> list[Belief]:
    return tom.memory.beliefs.all("ada")


def test_a_hint_alone_is_told_to_nobody(make_tom: MakeTom) -> None:
    """It is kept with its quote, and in no profile, briefing or advice."""
    tom = tom_with(make_tom)
    hear(tom, 1, f"fix the chart. {HINT}")
    (belief,) = all_of(tom)
    assert (belief.status, belief.quotes) == (Status.CANDIDATE, (HINT,))
    assert belief.confidence < 0.5
    assert explain(belief)[0] == "session s1 counts 0.35 for it"
    assert tom.memory.beliefs.user_model("ada").beliefs == ()
    assert tom.brief("ada").text == ""
    assert tom.brief("ada", budget=800).text == ""
    assert tom.consult("ada", Query(text="update the lockfile")).beliefs == ()


def test_a_third_session_confirms_it(make_tom: MakeTom) -> None:
    """Hinted at in three sessions, it is believed like anything else that was said twice."""
    tom = tom_with(make_tom)
    for number in (1, 2):
        hear(tom, number, HINT)
    assert tom.memory.beliefs.user_model("ada").beliefs == ()
    hear(tom, 3, HINT)
    (belief,) = tom.memory.beliefs.user_model("ada").beliefs
    assert belief.status is Status.CONFIRMED
    assert HINT in tom.brief("ada").text


def test_the_same_session_twice_confirms_nothing(make_tom: MakeTom) -> None:
    """However often one session hints at it, it stays a candidate that is told to nobody."""
    tom = tom_with(make_tom)
    hear(tom, 1, f"{HINT}\nfix the chart\nagain, {HINT}")
    assert {belief.status for belief in all_of(tom)} == {Status.CANDIDATE}
    assert tom.memory.beliefs.user_model("ada").beliefs == ()


def test_a_hint_bears_out_what_was_said_once(make_tom: MakeTom) -> None:
    """A rule said once is confirmed by another session's hint at the same."""
    tom = tom_with(make_tom)
    hear(tom, 1, "from now on use pnpm")
    hear(tom, 2, "pnpm instead of npm, remember")
    (belief,) = tom.memory.beliefs.user_model("ada").beliefs
    assert (belief.value, belief.status) == ("pnpm", Status.CONFIRMED)
    assert {each.source for each in belief.supporting} == {Source.INSTRUCTION, Source.HINT}


def test_a_hint_takes_nothing_back(make_tom: MakeTom) -> None:
    """What was said stays believed when two sessions hint at its opposite; three end it."""
    tom = tom_with(make_tom)
    hear(tom, 1, "from now on use pnpm")
    for number, place in enumerate(("image", "runner"), 2):
        hear(tom, number, f"npm is what the {place} has")
    hinted = [b for b in all_of(tom) if b.value == "npm"]
    (belief,) = tom.memory.beliefs.user_model("ada").beliefs
    assert belief.value == "pnpm"
    assert not any(outweighs(each, belief) for each in hinted)
    hear(tom, 4, "npm is what the server has")
    (belief,) = tom.memory.beliefs.user_model("ada").beliefs
    assert belief.value == "npm"


def test_what_is_stated_to_tom_is_never_a_hint(make_tom: MakeTom) -> None:
    """A statement is kept whole, though a sentence of it reads like a wish."""
    tom = tom_with(make_tom)
    (belief,) = tom.remember("ada", f"{HINT}. It came with the house.")
    assert belief.is_stated
    assert belief.quotes == (f"{HINT}. It came with the house.",)


def test_a_statement_is_kept_whole_however_sure_the_scorer_is(make_tom: MakeTom) -> None:
    """None of its sentences stands for the rest, and its words are neither scored nor doubted."""
    tom = make_tom(reader=EmbeddedReader(scorer=FixedScorer(1.0)))
    (belief,) = tom.remember("ada", f"{HINT}. It came with the house.")
    assert belief.quotes == (f"{HINT}. It came with the house.",)


def test_an_agent_that_points_at_a_hint_makes_it_more(make_tom: MakeTom) -> None:
    """Words that an agent points at count as said, although they were a hint already."""
    tom = tom_with(make_tom)
    hear(tom, 1, HINT)
    tom.point_at("ada", HINT)
    session: Session = session_of(f"fix it. {HINT}", host_id="2", started=START)
    tom.add_session("ada", session)
    tom.learn("ada")
    (belief,) = tom.memory.beliefs.user_model("ada").beliefs
    assert Source.INSTRUCTION in {each.source for each in belief.supporting}


def test_without_the_scorers_file_the_rules_read_alone(
    settings: Settings, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scorer that is not there is told once, and everything else works."""
    monkeypatch.setattr(lasting, "SHIPPED", "none.json")
    tom = open_tom(settings, say=said.append)
    tom.add_session("ada", session_of("from now on use pnpm. keep functions small and simple"))
    tom.learn("ada")
    assert [b.value for b in tom.memory.beliefs.user_model("ada").beliefs] == ["pnpm"]
    assert [each for each in said if "rules alone" in each] == said
    assert len(said) == 1
    tom.close()


def test_the_product_reads_with_the_scorer(settings: Settings, said: list[str]) -> None:
    """What is opened by the settings alone finds a hint that no rule knows."""
    tom = open_tom(settings, say=said.append)
    tom.add_session("ada", session_of("from now on use pnpm. keep functions small and simple"))
    tom.learn("ada")
    sources = {each.source for b in tom.memory.beliefs.all("ada") for each in b.supporting}
    assert sources == {Source.INSTRUCTION, Source.HINT}
    assert said == []
    tom.close()


def test_a_hint_takes_up_nothing_that_was_given_up(make_tom: MakeTom) -> None:
    """After "use npm" gave way to "use pnpm", a hint of npm leaves both as they are."""
    tom = tom_with(make_tom)
    hear(tom, 1, "from now on use npm")
    hear(tom, 2, "from now on use pnpm, not npm")
    hear(tom, 3, "npm is what this step would run with")
    held = {belief.statement: belief.status for belief in all_of(tom)}
    assert held["Use npm"] is Status.RETIRED
    assert held["Use pnpm"] is not Status.RETIRED
