"""The opposite of a wish never holds it up: the later of the two holds."""

import pytest
from logs import SHOP, against, heard

from tom_swe.beliefs.fold import fold
from tom_swe.embed.minilm import MiniLM
from tom_swe.embed.similarity import SAME, Similarity, vectors_of
from tom_swe.model.belief import Belief, Relation, Stance, Status
from tom_swe.model.event import Heard
from tom_swe.ports import Pair

MODEL = MiniLM()


def believed(*log: Heard, relations: dict[Pair, Relation] | None = None) -> list[Belief]:
    """What is believed after a log, by the shipped model's vectors."""
    vectors = vectors_of(MODEL, (each.observation.statement for each in log))
    return fold(log, Similarity(vectors, relations))


PAIRS = [
    ("Put the license header first", "Put the license header last"),
    ("Keep the log lines short", "Keep the log lines long"),
    ("Always use light icons in the docs", "Always use dark icons in the docs"),
    ("Always prefer events over polling", "Always prefer polling over events"),
    ("Always run the linter before the tests", "Always run the linter after the tests"),
]


@pytest.mark.parametrize(("early", "late"), PAIRS)
def test_the_later_of_two_opposites_holds(early: str, late: str) -> None:
    """However alike the vectors are, the earlier one gives way and the later counts against it."""
    one, other = believed(heard(early, 1, scope=SHOP), heard(late, 2, scope=SHOP))
    assert Similarity(vectors_of(MODEL, (early, late)))(early, late) >= SAME
    assert (one.status, other.status) == (Status.RETIRED, Status.CANDIDATE)
    assert one.superseded_by == other.id
    assert [each.stance for each in one.evidence] == [Stance.SUPPORTS, Stance.CONTRADICTS]


def test_opposites_of_two_places_make_no_belief_of_everywhere() -> None:
    """Each holds where it was said, and neither is widened by the other."""
    early, late = PAIRS[0]
    both = believed(heard(early, 1, scope=SHOP), heard(late, 2))
    assert [each.scope for each in both] == [SHOP, heard(late, 2).observation.scope]
    assert all(each.status is not Status.RETIRED for each in both)


def test_paraphrases_are_one_belief() -> None:
    """The same wish in other words in a second session confirms it."""
    (one,) = believed(
        heard("Ask before deleting files", 1), heard("Ask me before you delete a file", 2)
    )
    assert (one.status, len(one.supporting)) == (Status.CONFIRMED, 2)


def test_what_a_model_compared_goes_before_the_words() -> None:
    """Where a model found that two statements agree, they do."""
    early, late = PAIRS[2]
    agree = {Pair(held=early, heard=late): Relation.AGREE}
    assert len(believed(heard(early, 1), heard(late, 2), relations=agree)) == 1


def test_two_prohibitions_stand_side_by_side() -> None:
    """What is forbidden of two things is forbidden of both."""
    both = believed(
        against("Never commit generated code", 1), against("Never commit vendored code", 2)
    )
    assert [each.status for each in both] == [Status.CANDIDATE] * 2


def test_what_is_forbidden_without_it_is_asked_for() -> None:
    """'Never commit without asking' does not contradict 'ask before committing'."""
    both = believed(against("Never commit without asking", 1), heard("Ask before you commit", 2))
    assert [each.status for each in both] == [Status.CANDIDATE] * 2
    two = believed(against("Never squash commits", 1), heard("Always squash commits", 2))
    assert [each.status for each in two] == [Status.RETIRED, Status.CANDIDATE]
