"""The one simulated person, whom all benchmarks share."""

import ast
from pathlib import Path

import pytest

from tom_evals.ambig_swe.data import Issue
from tom_evals.ambig_swe.proxy import ByModel, Held, held_of, user_of
from tom_evals.ambig_swe.settings import Setting, Task
from tom_evals.common.harness.instance import Instance
from tom_evals.people import (
    Answer,
    Asked,
    Behaviour,
    Found,
    Manner,
    Person,
    Said,
    Traits,
    Unasked,
)
from tom_evals.people.speech import Wording
from tom_evals.stateful_swe.profile import profiles
from tom_evals.stateful_swe.user import Character
from tom_evals.stateful_swe.user_by_model import model_user
from tom_evals.stateful_swe.user_by_rules import rule_user
from tom_evals.userville.preferences import NO_PREFERENCE
from tom_evals.userville.simulator import by_rules
from tom_evals.userville.simulator_by_model import by_model
from tom_evals.userville.task import of_toys
from tom_evals.usi.dialogues import Matter, Simulator
from tom_evals.usi.dialogues import person as of_index
from tom_swe.model.calls import Usage
from tom_swe.testing import HashEmbedder

CODE = Path(__file__).parents[2] / "evals" / "tom_evals"
ISSUE = Issue(
    "a__b-1", "The last line is lost.", "Lines are lost.", "", ("app/io.py",), 1, "", escaped=False
)
BEHAVIOUR = Behaviour(2, Found("Enough.", Manner.CAPPED), "No idea.", Unasked.ANSWER)


class Silent:
    """A model that nobody asks."""

    name, used = "silent", Usage()

    def ask(self, prompt: object, reply: object, *, most_tokens: int = 1000) -> object:
        raise AssertionError(f"asked {prompt} for {reply} of {most_tokens}")


class Repeats:
    """A finder of the same answer, which keeps what it was asked."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.asked: list[Asked] = []

    def find(self, asked: Asked) -> Found:
        self.asked.append(asked)
        return self.found


def answers(behaviour: Behaviour, traits: Traits, found: Found, *said: Said) -> list[Answer]:
    person = Person("Mend it.", Repeats(found), behaviour, traits)
    return [person.answer(each) for each in said]


def test_the_four_benchmarks_build_their_users_from_one_class() -> None:
    """Played by rules or by a model, in every setting."""
    character = Character(profiles()[0], ISSUE.summary, ISSUE.full)
    task = Task(Instance("a__b-1", "a/b", "c", issue=ISSUE.full), ISSUE.summary)
    toy, model = of_toys()[0], Silent()
    users = [
        rule_user(character),
        model_user(character, model),
        *(user_of(each, task, ByModel(held_of(task), model)) for each in Setting),
        by_rules(toy, NO_PREFERENCE, toy.vague),
        by_model(model)(toy, NO_PREFERENCE, toy.vague),
        *(
            of_index(each, Matter(ISSUE, "Which line?"), 0, Wording.PLAIN, HashEmbedder())
            for each in Simulator
        ),
    ]
    assert {type(each) for each in users} == {Person}


def test_nothing_else_in_the_benchmarks_opens_a_session_and_answers() -> None:
    """But for the protocol that the harness talks to."""
    found = [
        node.name
        for file in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and {"opening", "answer"} <= {e.name for e in node.body if isinstance(e, ast.FunctionDef)}
    ]
    assert sorted(found) == ["Person", "User"]


@pytest.mark.parametrize(
    ("unasked", "manner"),
    [
        (Unasked.GO_ON, Manner.GO_ON),
        (Unasked.ANSWER, Manner.ANSWERED),
        (Unasked.ANSWER_OR_GO_ON, Manner.ANSWERED),
    ],
)
def test_a_benchmark_says_what_a_message_that_asks_nothing_gets(
    unasked: Unasked, manner: Manner
) -> None:
    """To go on, or an answer as any other."""
    told = answers(BEHAVIOUR._replace(unasked=unasked), Traits("s"), Found("So."), Said("Hm.", 1))
    assert [each.manner for each in told] == [manner]


def test_after_so_many_answers_come_the_last_words() -> None:
    """The finder is not asked any more, and nobody leaves for it."""
    told = answers(BEHAVIOUR, Traits("s"), Found("So."), *[Said("Why?", 1)] * 4)
    assert [each.text for each in told] == ["So.", "So.", "Enough.", "Enough."]
    assert not any(each.over for each in told)


def test_who_has_no_limit_of_refusals_never_leaves() -> None:
    """Who has one is gone at the last."""
    no, asked = Found("No.", Manner.REFUSED), [Said("Why?", 1)] * 2
    patient = answers(BEHAVIOUR, Traits("s"), no, *asked)
    assert [each.manner for each in patient] == [Manner.REFUSED] * 2
    leaving = answers(BEHAVIOUR._replace(refusals=2), Traits("s"), no, *asked)
    assert [(each.manner, each.over) for each in leaving] == [
        (Manner.REFUSED, False),
        (Manner.LEFT, True),
    ]


def test_the_traits_of_a_person_hold_whoever_finds_the_words() -> None:
    """Upfront only, one question, so many words, no file that nobody asked for."""
    finder = Repeats(Found("One two three. It is in app/io.py. Four five six seven."))
    traits = Traits("s", only_upfront=True, first_only=True, most_words=3, kept_back=("app/io.py",))
    person = Person("Mend it.", finder, BEHAVIOUR, traits)
    assert person.answer(Said("Why? How?", 1)) == ("One two three.", Manner.CUT, False)
    assert [each.questions for each in finder.asked] == [("Why?",)]
    assert person.answer(Said("Why?", 20)).manner == Manner.REFUSED


def test_the_wording_of_a_person_follows_from_seed_and_turn() -> None:
    """The same person says the same again; another one need not."""

    def said(seed: str) -> list[str]:
        person = Person(
            "Mend it.",
            Repeats(Found("It is not done. Please do it.")),
            BEHAVIOUR._replace(answers=20, words_opening=True),
            Traits(seed),
            Wording.LIKE_DEVELOPERS,
        )
        return [person.opening(), *(person.answer(Said("Why?", 1)).text for _ in range(9))]

    assert said("a") == said("a")
    assert said("a") != said("b")


def test_what_a_finder_judged_is_kept_with_the_exchange() -> None:
    """Level and judgement, beside what was said."""
    person = Person("Mend it.", Repeats(Found("So.", broke=True)), BEHAVIOUR, Traits("s"))
    person.answer(Said("Why?", 7))
    assert [(e.said, e.answer, e.events, e.broke) for e in person.exchanges] == [
        ("Why?", "So.", 7, True)
    ]


def test_the_held_of_a_task_has_its_files_only_if_wanted() -> None:
    """The ablation withholds them."""
    patch = "--- a/app/io.py\n+++ b/app/io.py\n"
    task = Task(Instance("a__b-1", "a/b", "c", issue="It broke.", patch=patch), "Broken.")
    assert held_of(task) == Held("It broke.", "", ("app/io.py",))
    assert held_of(task, files=False).files == ()
