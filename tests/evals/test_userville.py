"""UserVille: what a simulated person answers, what sessions are worth, and who acts in them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.common.models import language
from tom_evals.people import Exchange, Level, Manner, Said
from tom_evals.userville.by_model import STEPS
from tom_evals.userville.demo import shown
from tom_evals.userville.episode import Episode
from tom_evals.userville.evaluate import Setup, played
from tom_evals.userville.index import Index, of_checkout, of_tasks
from tom_evals.userville.policies import (
    MORE,
    PLACE,
    Always,
    Embedded,
    Never,
    Oracle,
    located,
    remembered,
)
from tom_evals.userville.preferences import BY_ID, NO_PREFERENCE, PREFERENCES
from tom_evals.userville.run import Players, with_models
from tom_evals.userville.simulator import BEHAVIOUR, Simulator, by_rules, in_plain_words
from tom_evals.userville.simulator_by_model import by_model, prompt
from tom_evals.userville.task import Task, of_issues, of_toys, spread
from tom_evals.userville.vagueniser import Kind, faults
from tom_evals.userville.vagueniser import by_model as vague_by_model
from tom_swe.embed.minilm import MiniLM
from tom_swe.embed.remembering import Remembering
from tom_swe.testing.scripted import ScriptedModel

TASK = Task(
    id="shop-1",
    repository="shop",
    vague="Prices are wrong in some places.",
    precise=(
        "The discount is taken twice on the invoice. It should be taken once, before the tax. "
        "Orders without a discount are right."
    ),
    files=("shop/invoice.py",),
    functions=("discounted",),
    hints="The rounding module was rewritten in spring.",
)
INDEX = Index(
    [
        ("shop/invoice.py", "discounted"),
        ("shop/invoice.py", ""),
        ("shop/stock.py", "price_label"),
        ("shop/places.py", "wrong_turn"),
    ]
)


def replies(simulator: Simulator, preference: str, *queries: str) -> list[Exchange]:
    """What a person replies to these questions."""
    person = simulator(TASK, BY_ID[preference], TASK.vague)
    for number, each in enumerate(queries):
        person.answer(Said(each, number))
    return list(person.exchanges)


def said(query: str, preference: str = "no_preference", *before: str) -> Exchange:
    """What the person by rules replies after these questions, in plain words."""
    return replies(in_plain_words, preference, *before, query)[-1]


# The person


@pytest.mark.parametrize(
    ("query", "level"),
    [
        ("What exactly happens, and what should happen instead?", Level.REQUEST),
        ("Is the discount meant before the tax?", Level.REQUEST),
        ("Which file should I change?", Level.FILE),
        ("Which function has to be changed?", Level.SYMBOL),
        ("Was rounding touched?", Level.HINT),
        ("Do penguins fly?", Level.REFUSED),
        ("What should happen? Which file is it?", Level.REQUEST),
        ("WHICH FILE SHOULD I CHANGE?", Level.FILE),
        ('{"questions": ["Which file should I change?"]}', Level.FILE),
        ("Can you show one case of “Which file should I change?”: what comes out?", Level.REQUEST),
    ],
)
def test_what_an_answer_gives_away(query: str, level: Level) -> None:
    """The least sensitive thing that answers is said, and its level is told truly."""
    reply = said(query)
    assert reply.level is level
    held = {
        Level.REQUEST: TASK.precise,
        Level.HINT: TASK.hints,
        Level.FILE: "It is in shop/invoice.py.",
        Level.SYMBOL: "It is discounted.",
        Level.REFUSED: "I don't know.",
    }[level]
    assert all(part in held for part in reply.answer.split(". "))


def test_nothing_is_said_twice_and_four_questions_are_answered() -> None:
    """Who asks for more again gets more, until there is no more; the fifth ask is refused."""
    again = [
        said(MORE, "no_preference", *[MORE] * number) for number in range(BEHAVIOUR.answers + 1)
    ]
    assert again[0].answer != again[1].answer
    assert again[2].level is Level.REFUSED
    assert "enough" in again[BEHAVIOUR.answers].answer


def test_who_is_no_programmer_knows_no_place() -> None:
    """To such a person files and functions are withheld."""
    assert said("Which file should I change?", "amateur").level is Level.REFUSED
    assert "shop/invoice.py" not in prompt(TASK, BY_ID["amateur"], "?", ()).system
    assert "shop/invoice.py" in prompt(TASK, NO_PREFERENCE, "?", ()).system


def test_who_picks_options_names_one_and_knows_nothing_without() -> None:
    """The option that shares most with what they hold, by its letter; else they do not know."""
    query = "What is wrong? A) the stock, B) the discount on the invoice, C) the colours"
    assert said(query, "do_selection")[1:] == ("B.", Manner.ANSWERED, 0, Level.REQUEST, None)
    assert said("What is wrong? A) ducks, B) geese", "do_selection").level is Level.REFUSED
    assert said(MORE, "do_selection").level is Level.REFUSED


def test_replies_are_worded_as_developers_talk_and_say_the_same() -> None:
    """Level and names stay; a reply that was worded is known to have been said."""
    (place,) = replies(by_rules, "no_preference", PLACE)
    assert place.level is Level.SYMBOL
    assert "discounted" in place.answer
    first, second = replies(by_rules, "no_preference", MORE, MORE)
    worded = {replies(by_rules, each.id, MORE)[0].answer for each in PREFERENCES}
    assert len(worded - {said(MORE).answer}) > 1
    assert second.answer.lower()[:20] not in first.answer.lower()


@given(st.text(max_size=120), st.sampled_from(PREFERENCES))
def test_any_question_gets_one_reply(query: str, preference: Any) -> None:
    """Whatever is asked, the reply is one of what the person holds, the same each time."""
    (first,), (second,) = (replies(by_rules, preference.id, query) for _ in range(2))
    assert first == second
    assert first.answer
    assert first.level is not None


def test_a_model_plays_the_person_and_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words, its level and its judgement are taken; where there is nothing to judge, none."""
    turn = json.dumps({"text": "Twice.", "level": 1, "broke_preference": True})
    with ScriptedModel(turn, turn) as server:
        monkeypatch.setenv("TOM_BASE_URL", server.base_url)
        monkeypatch.setenv("TOM_API_KEY", "none")
        with language("openai/person") as player:
            (judged,) = replies(by_model(player), "joke", "What?")
            (free,) = replies(by_model(player), "no_preference", "What?")
    assert judged == Exchange("What?", "Twice.", Manner.ANSWERED, 0, Level.REQUEST, broke=True)
    assert free == judged._replace(broke=None)


# Sessions


def test_a_session_is_recorded_with_what_was_done_before_each_ask() -> None:
    """Work and questions both count as what an agent did before."""
    episode = Episode(TASK, BY_ID["only_begin"], by_rules)
    assert episode.opening == TASK.vague
    episode.ask(MORE)
    episode.worked()
    episode.ask(PLACE)
    record = episode.finish("/testbed/discounted")
    assert [each.after for each in record.asks] == [0, 2]
    assert [each.level for each in record.asks] == [Level.REQUEST, Level.SYMBOL]
    assert record.productivity == 1.0
    assert not record.keeps
    assert record.rewards().total == pytest.approx(0.0)


def test_a_precise_session_opens_with_all_of_it() -> None:
    """The agent reads the precise request, and asking is not needed."""
    episode = Episode(TASK, NO_PREFERENCE, by_rules, vague=False)
    assert episode.opening == TASK.precise
    assert episode.finish("discounted").rewards().total == pytest.approx(1.0)


# Finding


def test_places_are_found_by_words_and_by_name() -> None:
    """Rarer shared words count more; what is named outright comes first."""
    assert located(INDEX, ["The prices are off."]) == "price_label"
    assert located(INDEX, [TASK.precise]) == "discounted"
    assert INDEX.ranked("see shop/places.py", 1)[0].file == "shop/places.py"
    assert located(INDEX, ["zebra"]) == ""


def test_a_checkout_is_indexed_by_its_definitions(tmp_path: Path) -> None:
    """Functions, methods and classes are found with their file; what does not parse by its name."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_text("class Cart:\n    def add_item(self): ...\n")
    (tmp_path / "broken.py").write_text("def (")
    found = {(each.file, each.symbol) for each in of_checkout(tmp_path).places}
    assert found == {
        ("pkg/a.py", ""), ("pkg/a.py", "Cart"), ("pkg/a.py", "add_item"), ("broken.py", ""),
    }  # fmt: skip


def test_tasks_of_the_release(shared_data: Path) -> None:
    """500 tasks, of which 495 have a function or class by name; all answers are in the index."""
    tasks = of_issues(shared_data)
    assert len(tasks) == 500
    assert sum(bool(each.functions) for each in tasks) == 495
    indexes = of_tasks(tasks)
    for each in spread(tasks, 40):
        assert each.wanted <= {place.entry for place in indexes[each.repository].places}
    assert len({each.id for each in spread(tasks, 40)}) == 40


# Vague requests


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (TASK.vague.replace("Prices", "Discounts"), []),
        ("", [Kind.EMPTY]),
        ("The discount is wrong in `discounted`.", [Kind.SYMBOL, Kind.NEW]),
        ("Something is off with the discount in shop/invoice.py.", [Kind.FILE]),
        ("The discount broke in 2.4.1.", [Kind.NEW]),
        ("Penguins cannot fly.", [Kind.OTHER]),
        (TASK.precise, [Kind.LONG]),
        ("The discount:\n```\nx\n```", [Kind.CODE]),
    ],
)
def test_what_a_vague_text_must_not_have(text: str, kinds: list[Kind]) -> None:
    """Names of the solution, code, news, length and another intent are each found."""
    assert [each.kind for each in faults(text, TASK)] == kinds


def test_a_model_that_gives_names_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told what was wrong; if it never gets it right the task's own text stays."""
    good = json.dumps({"request": "The discount is wrong."})
    bad = json.dumps({"request": "Fix discounted() in shop/invoice.py."})
    for turns, is_models, tries in (([bad, good], True, 2), ([bad] * 3, False, 3)):
        with ScriptedModel(*turns) as server:
            monkeypatch.setenv("TOM_BASE_URL", server.base_url)
            monkeypatch.setenv("TOM_API_KEY", "none")
            with language("openai/writer") as writer:
                found = vague_by_model(TASK, writer)
            assert "shop/invoice.py" in server.said_to_model()
        assert (found.by_model, found.tries) == (is_models, tries)
        assert found.text == ("The discount is wrong." if is_models else TASK.vague)


# Policies


def setup(*preferences: str, tasks: tuple[Task, ...] = (TASK,)) -> Setup:
    return Setup(tasks, [BY_ID[each] for each in preferences], {"shop": INDEX}, by_rules)


def test_those_who_never_and_who_always_ask() -> None:
    """One session a person, and a precise one; asking for the place costs most."""
    never = [each.record for each in played(Never(), setup("no_ask", "joke"))]
    assert [each.vague for each in never] == [True, True, False]
    assert not any(each.exchanges for each in never)
    place, *_ = played(Always("place", PLACE), setup("no_preference"))
    assert place.record.productivity == 1.0
    assert place.record.rewards().proactivity == -0.5


@pytest.mark.parametrize("preference", PREFERENCES, ids=lambda each: each.id)
def test_the_oracle_keeps_to_every_wish(preference: Any) -> None:
    """It asks where it may, at little cost, breaks nothing, and is right."""
    vague, precise = (each.record for each in played(Oracle(), setup(preference.id)))
    assert vague.keeps
    assert vague.productivity == 1.0
    assert bool(vague.exchanges) == (preference.id != "no_ask")
    assert not precise.exchanges


@pytest.mark.slow
def test_tom_asks_as_each_person_said_that_they_want_it() -> None:
    """What was learned in earlier sessions decides whether, when and how tom asks."""
    wishes = ("no_preference", "no_ask", "json", "first_try", "answer_more")
    with remembered([BY_ID[each] for each in wishes], Remembering(MiniLM())) as toms:
        rows = [each.record for each in played(Embedded(toms), setup(*wishes))]
    vague = {each.preference.id: each for each in rows if each.vague}
    assert all(each.keeps for each in vague.values())
    assert len(vague["no_preference"].exchanges) == 1
    assert vague["no_ask"].exchanges == ()
    assert len(vague["answer_more"].exchanges) == 3
    assert vague["first_try"].exchanges[0].events == 1


def test_the_demo_can_be_followed() -> None:
    """It says who the person is, what was asked, what that cost and what it is worth."""
    lines = "\n".join(shown(TASK, BY_ID["commas"], INDEX, Oracle(), by_rules))
    for part in (BY_ID["commas"].wish, MORE.replace(",", ""), "low effort", "kept to", "1.00"):
        assert part in lines


# Models as agents


def played_agent(body: dict[str, Any]) -> str:
    """A model that searches, asks and finishes; and that never finishes on a precise request."""
    told = json.dumps(body["messages"], ensure_ascii=False)
    if "taken once" in told and "ask_user" not in json.dumps(body["messages"][1:]):
        return json.dumps({"step": {"action": "search", "words": "discount"}})
    steps = sum(each["role"] == "assistant" for each in body["messages"])
    return json.dumps(
        {
            "step": [
                {"action": "search", "words": "prices"},
                {"action": "ask_user", "query": MORE},
                {"action": "finish", "entries": ["discounted"]},
            ][min(steps, 2)]
        }
    )


@pytest.mark.slow
def test_a_model_plays_alone_and_with_tom_and_a_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions are kept: the second run plays none again, and reports the same but for the use."""
    with ScriptedModel(answer=played_agent) as server:
        monkeypatch.setenv("TOM_BASE_URL", server.base_url)
        monkeypatch.setenv("TOM_API_KEY", "none")
        reports = []
        for _ in range(2):
            with language("openai/agent") as agent:
                reports.append(
                    with_models(setup("joke"), Remembering(MiniLM()), Players(agent), tmp_path)
                )
            asked = len(server.requests)
        first = json.dumps(server.requests[0])
    assert asked == 2 * (3 + STEPS)
    assert "tom-briefing" not in first
    vague = {row[0]: row for row in reports[0].tables[0].rows + reports[0].tables[1].rows}
    assert set(vague) >= {"openai/agent", "openai/agent with tom", "tom embedded", "oracle"}
    assert reports[0].tables[:-1] == reports[1].tables[:-1]
    assert any("tom-briefing" in json.dumps(each) for each in server.requests)


# The command


def test_the_command_says_what_it_needs() -> None:
    """Neither or both of its two uses, or a preference that is none: exit 2 and what there is."""
    for arguments in ([], ["--demo", "--evaluate"], ["--demo", "--preference", "rude"]):
        outcome = CliRunner().invoke(app, ["userville", *arguments])
        assert outcome.exit_code == 2, outcome.output
    assert "no_preference" in outcome.output.replace("\n", "")


@pytest.mark.slow
def test_the_evaluation_runs_on_the_tasks_that_come_along() -> None:
    """Without any data: all four policies and more, seen and unseen apart, as JSON."""
    outcome = CliRunner().invoke(
        app,
        ["userville", "--evaluate", "--toys", "--json", "--preference", "one_question",
         "--preference", "capital"],
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    tables = json.loads(outcome.stdout)["tables"]
    assert len(tables) == 5
    who = {row["who"]: row for row in tables[1]["rows"]}
    assert set(who) == {
        "never asks", "always asks", "always asks for the place", "tom embedded", "oracle",
    }  # fmt: skip
    assert who["tom embedded"]["personalisation"].startswith("1.000")
    assert of_toys()[0].wanted == {"split"}
