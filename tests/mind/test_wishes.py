"""What is said in session after session in other words becomes one belief, and only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tom_swe.app import open_tom
from tom_swe.extract.embedded import FAINT, EmbeddedReader
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Belief, Source, Status
from tom_swe.model.session import SaidSentence
from tom_swe.settings import Settings
from tom_swe.testing import START, session_of

if TYPE_CHECKING:
    from tom_swe.ports import Vectors

MakeTom = Callable[..., Tom]
LAMPS = (
    "the lamps over the quay hang low in this town",
    "lamps hang low",
    "hang the lamps low at the quay",
)


class FaintScorer:
    """Takes what names lamps for something that may be a wish, though not for a hint."""

    name = "faint"
    threshold = 0.3
    sure = 0.9

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """A faint score for lamps."""
        return [FAINT if "lamp" in each.words else 0.0 for each in said]


class LampEncoder:
    """Whatever names lamps means the same."""

    name = "lamps"
    dimension = 2

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One axis for lamps, one for the rest."""
        return np.array([[1, 0] if "lamp" in each else [0, 1] for each in texts], np.float32)


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    return make_tom(reader=EmbeddedReader(scorer=FaintScorer()), encoder=LampEncoder())


def hear(tom: Tom, number: int, text: str) -> None:
    at = START + timedelta(days=number)
    tom.add_session("ada", session_of(text, host_id=str(number), started=at))
    tom.learn("ada")


def all_of(tom: Tom) -> list[Belief]:
    return tom.memory.beliefs.all("ada")


def test_the_third_session_makes_a_belief(tom: Tom) -> None:
    """Two say nothing; with the third it is one confirmed belief, in its shortest wording."""
    for number, text in enumerate(LAMPS[:2]):
        hear(tom, number, f"fix the chart. {text}")
    assert all_of(tom) == []
    hear(tom, 2, f"sort the list. {LAMPS[2]}")
    (belief,) = all_of(tom)
    assert (belief.status, belief.statement) == (Status.CONFIRMED, "Lamps hang low")
    assert set(belief.quotes) == set(LAMPS)
    assert {each.source for each in belief.supporting} == {Source.HINT}


def test_it_grows_with_each_session(tom: Tom) -> None:
    """A fourth session that says it is one more quote of the same belief."""
    for number, text in enumerate(LAMPS):
        hear(tom, number, text)
    (before,) = all_of(tom)
    hear(tom, 3, "the lamps by the bridge hang low too")
    (belief,) = all_of(tom)
    assert belief.id == before.id
    assert len(belief.supporting) == 4


def test_forgetting_a_session_takes_its_share(tom: Tom) -> None:
    """With two sessions left it is a hint again, with one more the belief is back."""
    for number, text in enumerate(LAMPS):
        hear(tom, number, text)
    tom.forget_session("ada", all_of(tom)[0].supporting[0].session_id)
    (belief,) = all_of(tom)
    assert belief.status is Status.CANDIDATE
    hear(tom, 4, "hang lamps low over the gate")
    (belief,) = all_of(tom)
    assert belief.status is Status.CONFIRMED


def test_forgotten_words_leave_no_vector(tom: Tom) -> None:
    """What a sentence means is deleted with the session that says it."""
    hear(tom, 1, LAMPS[0])
    hear(tom, 2, LAMPS[1])
    kept = tom.memory.sizes().vectors
    tom.forget_session("ada", 1)
    assert tom.memory.sizes().vectors == kept - 1


def test_what_is_rejected_stays_rejected(tom: Tom) -> None:
    """Saying it again in other words does not bring it back."""
    for number, text in enumerate(LAMPS):
        hear(tom, number, text)
    tom.reject("ada", all_of(tom)[0].id)
    hear(tom, 3, "the lamps by the bridge hang low too")
    assert [each.status for each in all_of(tom)] == [Status.RETIRED]


def test_the_order_of_learning_makes_no_difference(make_tom: MakeTom) -> None:
    """The same sessions give the same belief, learned one by one or all at once."""
    seen: list[tuple[str, set[str]]] = []
    for order in ((0, 1, 2), (2, 0, 1)):
        tom = make_tom(reader=EmbeddedReader(scorer=FaintScorer()), encoder=LampEncoder())
        for number in order:
            hear(tom, number, LAMPS[number])
        (belief,) = all_of(tom)
        seen.append((belief.statement, set(belief.quotes)))
        tom.reset("ada")
    assert seen[0] == seen[1]


def test_questions_and_names_of_files_are_no_wishes(tom: Tom) -> None:
    """They stand in three sessions, and nothing is believed."""
    for number in range(3):
        hear(tom, number, "do the lamps hang low over there?")
        hear(tom, number + 3, "@docs/lamps-hang-low.md")
    assert all_of(tom) == []


def test_a_saved_prompt_counts_for_nothing(tom: Tom) -> None:
    """The lines of a text that is sent again and again are no wish in other words."""
    lines = [f"The {name} of the harbour is to be kept in good order" for name in "abcdefgh"]
    for number in range(4):
        hear(tom, number, "\n".join([*lines, "the lamps over the quay hang low in this town"]))
    assert not any(each.status is Status.CONFIRMED for each in all_of(tom))


@pytest.mark.slow
@pytest.mark.parametrize(
    "messages",
    [
        (
            "Arregla el total. Pregunta lo que necesites antes de empezar.",
            "Ordena la lista. Hazme las preguntas que necesites antes de comenzar.",
            "Añade el cupón. Haz todas las preguntas que necesites antes de empezar.",
        ),
        (
            "修复总额。有不清楚的地方先问我。",
            "排序列表。如果有不清楚的地方请先问我。",
            "添加优惠券。不清楚的地方要先问我。",
        ),
    ],
)
def test_the_shipped_models_hear_a_wish_in_other_languages(
    messages: Sequence[str], settings: Settings
) -> None:
    """One wish in three wordings, in Spanish and in Chinese, is one confirmed belief."""
    tom = open_tom(settings)
    for number, text in enumerate(messages):
        hear(tom, number, text)
    (belief,) = [each for each in all_of(tom) if each.status is Status.CONFIRMED]
    assert len(belief.supporting) == 3
    tom.close()
