"""Taking back what the person did, on a real memory."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_swe.errors import UsageError
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Outcome, Query
from tom_swe.model.belief import Belief, DecisionKind, Reach, Scope, Status
from tom_swe.model.user_acts import Did
from tom_swe.settings import Settings
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]
SHOP = Scope(reach=Reach.REPOSITORY, name="acme/shop")


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    """Knows three things; the first gave way to the second."""
    made = make_tom(HashEmbedder())
    hear(made, "from now on use npm", "1", 0)
    hear(made, "from now on use pnpm", "2", 3)
    hear(made, "never commit to main", "3", 4)
    return made


def hear(tom: Tom, text: str, name: str, day: float | None = None) -> None:
    at = datetime.now(UTC) if day is None else START + timedelta(days=day)
    tom.add_session("ada", session_of(text, host_id=name, started=at))
    assert tom.learn("ada").failed == ()


def everything(tom: Tom) -> tuple[list[Belief], str, list[int], dict[int, list[float]]]:
    """The beliefs, the briefing, what full text finds and the vectors."""
    beliefs = tom.memory.beliefs.all("ada")
    assert tom.embedder
    vectors = tom.memory.vectors.of_beliefs([b.id for b in beliefs], tom.embedder.name)
    return (
        beliefs,
        tom.brief("ada").text,
        sorted(i for i, _ in tom.memory.search.beliefs("ada", "npm pnpm main quokka", 9)),
        {i: list(map(float, vector)) for i, vector in sorted(vectors.items())},
    )


DOES: dict[Did, Callable[[Tom], object]] = {
    Did.CONFIRM: lambda tom: tom.confirm("ada", 1),
    Did.REJECT: lambda tom: tom.reject("ada", 2),
    Did.PIN: lambda tom: tom.pin("ada", 3),
    Did.EDIT: lambda tom: tom.edit("ada", 2, "Quokkas install it"),
    Did.SCOPE: lambda tom: tom.rescope("ada", 2, SHOP),
    Did.MERGE: lambda tom: tom.merge("ada", 3, 2),
    Did.REMEMBER: lambda tom: tom.remember("ada", "use npm"),
    Did.FEEDBACK: lambda tom: tom.judge("ada", advised(tom), Outcome.REJECTED),
}


def advised(tom: Tom) -> int:
    advice = tom.consult("ada", Query(text="install the chart library with npm"))
    assert advice.consultation_id
    return advice.consultation_id


@pytest.mark.parametrize("did", DOES)
def test_undo_leaves_everything_as_it_was(tom: Tom, did: Did) -> None:
    """Beliefs to the last bit, briefing, full text and vectors; the log keeps that it was done."""
    before = everything(tom)
    DOES[did](tom)
    assert everything(tom) != before
    (done,) = tom.undo("ada")
    assert done.did is did
    assert everything(tom) == before
    (logged,) = tom.memory.user_acts.all("ada")
    assert logged.undone_at
    assert tom.memory.check() == []
    with pytest.raises(UsageError, match="nothing to undo"):
        tom.undo("ada")


def test_all_of_it_is_undone_the_last_first(tom: Tom) -> None:
    """Any number at once, in whatever order it was done; more than there are is all of them."""
    before = everything(tom)
    order = [
        Did.FEEDBACK,
        Did.PIN,
        Did.EDIT,
        Did.SCOPE,
        Did.MERGE,
        Did.REMEMBER,
    ]
    for did in order:
        DOES[did](tom)
    tom.unpin("ada", 3)
    done = tom.undo("ada", 99)
    assert [each.did for each in done] == [Did.UNPIN, *reversed(order)]
    assert everything(tom) == before


def test_an_edit_of_an_edit_is_undone_to_the_first(tom: Tom) -> None:
    """Each undo takes back one change of one belief."""
    tom.edit("ada", 2, "Use pnpm 11")
    once = everything(tom)
    tom.edit("ada", 2, "Use pnpm 12")
    tom.undo("ada")
    assert everything(tom) == once


def test_what_was_learned_since_stays_learned(tom: Tom) -> None:
    """The ruling is taken back and the belief is weighed with what came since."""
    tom.reject("ada", 2)
    hear(tom, "we always use pnpm", "4", 9)
    tom.undo("ada")
    pnpm = tom.memory.beliefs.get("ada", 2)
    assert (pnpm.status, pnpm.decisions) == (Status.CONFIRMED, ())
    assert len(pnpm.evidence) == 2
    assert tom.memory.beliefs.get("ada", 1).superseded_by == 2


def test_a_statement_taken_back_leaves_what_else_was_said(tom: Tom) -> None:
    """What was learned after it is weighed without it; words that were forgotten are so again."""
    (stated,) = tom.remember("ada", "use yarn")
    hear(tom, "never use yarn", "4")
    tom.undo("ada")
    assert stated.id not in {b.id for b in tom.memory.beliefs.all("ada") if b.is_stated}
    assert [s.host for s in tom.memory.sessions.summaries("ada")].count("tom") == 0
    tom.forget_belief("ada", 3)
    tom.remember("ada", "never commit to main")
    tom.undo("ada")
    hear(tom, "never commit to main", "5", 20)
    assert not any("main" in b.statement for b in tom.memory.beliefs.all("ada"))


def test_a_merge_after_which_more_was_learned_is_parted(tom: Tom) -> None:
    """Each has its own quotes again; what was learned since stays with the one that got it."""
    tom.merge("ada", 3, 2)
    hear(tom, "never commit to main", "4", 9)
    tom.undo("ada")
    main, pnpm = tom.memory.beliefs.get("ada", 3), tom.memory.beliefs.get("ada", 2)
    assert {e.session_id for e in main.supporting} == {3, 4}
    assert {e.session_id for e in pnpm.supporting} == {2}
    assert {b.id for b in tom.memory.beliefs.told("ada")} == {2, 3}


def test_a_merged_belief_gets_another_id_where_its_own_was_given_again(tom: Tom) -> None:
    """What was done to it before its merge can then no longer be taken back."""
    tom.pin("ada", 3)
    tom.merge("ada", 2, 3)
    hear(tom, "always answer in German", "4", 9)
    assert "German" in tom.memory.beliefs.get("ada", 3).statement
    tom.undo("ada")
    parted = tom.memory.beliefs.get("ada", 4)
    assert "main" in parted.statement
    assert parted.is_pinned
    with pytest.raises(UsageError):
        tom.undo("ada")


def test_an_agents_report_is_not_the_persons_to_take_back(tom: Tom) -> None:
    """Undo takes back what they did themselves."""
    advice = advised(tom)
    tom.judge("ada", advice, Outcome.REJECTED, by_agent=True)
    with pytest.raises(UsageError):
        tom.undo("ada")
    tom.judge("ada", advice, Outcome.ACCEPTED)
    tom.undo("ada")
    (kept,) = tom.memory.consultations.all("ada")
    assert kept.outcome is Outcome.REJECTED
    assert {v.by for b in tom.memory.beliefs.all("ada") for v in b.verdicts} == {"agent"}


def test_forgetting_is_for_good(tom: Tom, settings: Settings) -> None:
    """What was done to a forgotten belief is not undone, and its words are in no file."""
    tom.edit("ada", 3, "Quokkas guard the branch")
    tom.edit("ada", 3, "Wombats guard the branch")
    tom.merge("ada", 2, 3)
    assert holding(settings.home, b"quokka")
    tom.forget_belief("ada", 2)
    assert holding(settings.home, b"quokka") == []
    assert holding(settings.home, b"wombat") == []
    with pytest.raises(UsageError, match="forgetting cannot be undone"):
        tom.undo("ada")


def test_forgetting_after_a_merge_that_was_undone_leaves_what_was_done_to_the_other(
    tom: Tom,
) -> None:
    """The two beliefs have nothing more to do with each other."""
    pnpm, main = (b.id for b in tom.memory.beliefs.told("ada"))
    tom.pin("ada", main)
    tom.merge("ada", pnpm, main)
    tom.undo("ada", 1)
    tom.forget_belief("ada", pnpm)
    assert [each.did for each in tom.memory.user_acts.all("ada")] == [Did.PIN]
    tom.undo("ada", 1)
    assert not tom.memory.beliefs.get("ada", main).is_pinned


def test_a_phrase_is_forgotten_in_what_was_changed_too(tom: Tom, settings: Settings) -> None:
    """An edit that was edited again is in no belief any more, only in what would undo it."""
    tom.edit("ada", 3, "Quokkas guard the branch")
    tom.edit("ada", 3, "Wombats guard the branch")
    tom.forget_mentions("ada", tom.mentions("ada", "QUOKKA"))
    assert holding(settings.home, b"quokka") == []
    assert tom.memory.beliefs.get("ada", 3).statement == "Wombats guard the branch"


def test_a_belief_is_worded_by_what_still_holds_it_up(tom: Tom, settings: Settings) -> None:
    """The session that a merged belief was worded by is forgotten with its wording."""
    hear(tom, "always keep the file quokka sorted", "4", 9)
    (fed,) = [b for b in tom.memory.beliefs.all("ada") if "quokka" in b.statement]
    advised(tom)
    tom.confirm("ada", fed.id)
    tom.merge("ada", fed.id, 3)
    tom.forget_session("ada", 4)
    assert holding(settings.home, b"quokka") == []
    left = tom.memory.beliefs.get("ada", fed.id)
    assert "main" in left.statement
    assert left.decision(DecisionKind.CONFIRM)
    assert tom.embedder
    assert tom.memory.vectors.of_beliefs([fed.id], tom.embedder.name)


def holding(home: Path, words: bytes) -> list[str]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return [path.name for path in files if words in path.read_bytes().lower()][:1]
