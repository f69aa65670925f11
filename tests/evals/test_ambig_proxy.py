"""The users of Ambig-SWE: what they tell, how often, and what they never know."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tom_evals.ambig_swe.data import release
from tom_evals.ambig_swe.proxy import (
    CONTINUE,
    NO_INFORMATION,
    ByModel,
    Held,
    prompt,
    proxy,
    user_of,
)
from tom_evals.ambig_swe.quoting import THRESHOLD, Quoting, ranked
from tom_evals.ambig_swe.settings import Setting, Task
from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.toys import toys
from tom_evals.common.models import language
from tom_evals.people import Asked, Found, Manner, Person, Said
from tom_evals.people.asking import questions
from tom_evals.people.person import Phase
from tom_evals.people.pieces import pieces
from tom_swe.embed.minilm import MiniLM
from tom_swe.embed.remembering import Remembering
from tom_swe.errors import ModelFault
from tom_swe.ports import Embedder
from tom_swe.testing.scripted import ScriptedModel

HELD = Held("The last line is lost. It was saved with Ctrl-S.", "Seen on Windows.", ("app/io.py",))


class Telling:
    """A finder of one thing, which remembers what it was asked after."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[tuple[str, int]] = []

    def find(self, asked: Asked) -> Found:
        self.asked.append((asked.message, len(asked.before)))
        return Found(self.text)


class Words:
    """An embedder by the letters of words: the more words two texts share, the nearer."""

    name, dimension = "words", 64

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                found[row, sum(word.encode()) % self.dimension] += 1
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def quoted(held: Held, message: str, embedder: Embedder, threshold: float = THRESHOLD) -> str:
    asked = Asked(message, tuple(questions(message)), Phase.START, ())
    return Quoting(held, embedder, threshold).find(asked).text


def answers(user: Person, *messages: str) -> list[str]:
    return [user.answer(Said(text, 1)).text for text in messages]


# Caps


def test_the_canned_user_says_to_go_on_and_a_session_that_is_done_is_over() -> None:
    """Whatever is asked; the request is the first message."""
    user = proxy("Mend it.", HELD, Telling("It is so."), 0)
    assert user.opening() == "Mend it."
    assert answers(user, "Where?", "How?") == [CONTINUE] * 2
    assert user.answer(Said("I am done.", 9, done=True)) == ("", Manner.DONE, True)


def test_three_messages_are_answered_and_the_fourth_is_not() -> None:
    """Three means three: the finder is not even asked for a fourth."""
    finder = Telling("It is so.")
    user = proxy("Mend it.", HELD, finder, 3)
    assert answers(user, *"abcd") == ["It is so."] * 3 + [CONTINUE]
    assert finder.asked == [("a", 0), ("b", 1), ("c", 2)]


@given(most=st.integers(0, 5), knows=st.lists(st.booleans(), max_size=9))
def test_an_answer_is_used_up_by_each_message_and_by_nothing_else(
    most: int, knows: list[bool]
) -> None:
    """Also by one that nothing was known to; an answer of white space is none."""
    finder = Telling("")
    user = proxy("Mend it.", HELD, finder, most)
    manners: list[str] = []
    for known in knows:
        finder.text = "It is so." if known else " \n"
        manners.append(user.answer(Said("?", 1)).manner)
    told = [Manner.ANSWERED if known else Manner.UNKNOWN for known in knows[:most]]
    assert manners == [*told, *[Manner.CONTINUE] * (len(knows) - most)]


def test_nothing_known_is_always_told_in_the_same_words() -> None:
    """The agent cannot tell from them how near its question was."""
    assert answers(proxy("Mend it.", HELD, Telling(""), 3), "a", "b") == [NO_INFORMATION] * 2


def test_a_session_that_is_done_takes_no_answer() -> None:
    """It is over with answers left."""
    finder = Telling("It is so.")
    assert proxy("Mend it.", HELD, finder, 3).answer(Said("Done?", 1, done=True)).over
    assert finder.asked == []


@pytest.mark.parametrize("setting", Setting)
def test_only_in_interaction_somebody_answers(setting: Setting) -> None:
    """Three messages there, none in the other settings."""
    task = Task(Instance("a__b-1", "a/b", "c", issue=HELD.issue), "Something is lost.")
    user = user_of(setting, task, Telling("It is so."))
    told = [user.answer(Said("?", 1)).manner for _ in range(4)]
    answered = 3 if setting is Setting.INTERACTION else 0
    assert told == [Manner.ANSWERED] * answered + [Manner.CONTINUE] * (4 - answered)


# A model


def test_the_model_is_given_what_is_held_and_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words are the answer; where it knows nothing they are the fixed sentence."""
    turns = [{"knows": True, "text": "With Ctrl-S."}, {"knows": False, "text": "a guess"}]
    with ScriptedModel(*map(json.dumps, turns)) as model:
        monkeypatch.setenv("TOM_BASE_URL", model.base_url)
        monkeypatch.setenv("TOM_API_KEY", "none")
        with language("openai/played", budget=1.0) as player:
            user = proxy("Mend it.", HELD, ByModel(HELD, player), 3)
            assert answers(user, "How was it saved?", "Since when?") == [
                "With Ctrl-S.",
                NO_INFORMATION,
            ]
            assert player.used.tokens_in > 0
        first, second = (json.dumps(each["messages"]) for each in model.requests)
    assert all(each in first for each in ("The last line is lost", "Seen on Windows", "app/io.py"))
    assert "With Ctrl-S." not in first
    assert "With Ctrl-S." in second


def test_a_model_that_is_not_there_is_a_fault_and_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Silence of the proxy's model is never taken for a reporter who knows nothing."""
    monkeypatch.setenv("TOM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("TOM_API_KEY", "none")
    with language("openai/played") as player, pytest.raises(ModelFault):
        answers(proxy("Mend it.", HELD, ByModel(HELD, player), 3), "How?")


def test_a_proxy_that_is_not_to_know_the_files_is_told_nothing_of_files() -> None:
    """Neither which they are nor that there are any."""
    told = prompt(HELD._replace(files=()), "Where is it?", ()).system
    assert "app/io.py" not in told
    assert "file" not in told
    assert "app/io.py" in prompt(HELD, "Where is it?", ()).system


# Quotes


def test_the_nearest_words_of_the_issue_are_quoted_and_nothing_else() -> None:
    """Every line of an answer is the reporter's own."""
    said = quoted(HELD, "Which last line is lost?", Words())
    assert said == "The last line is lost."


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_quoted_stands_in_what_is_held(issue: str, asked: str) -> None:
    """Whatever is asked of whatever is held."""
    told = quoted(Held(issue), f"{asked}?", Words(), threshold=0.0)
    flat = " ".join(issue.split())
    assert all(" ".join(line.split()) in flat for line in told.splitlines())


def test_a_question_far_from_all_that_is_held_has_no_answer() -> None:
    """Nor has a message without a question, nor one to a reporter who holds nothing."""
    assert quoted(HELD, "Do zebras sleep?", Words()) == ""
    assert quoted(HELD, "The last line is lost.", Words()) == ""
    assert quoted(Held(""), "Which last line is lost?", Words()) == ""


def test_the_place_is_told_to_who_asks_for_it_and_only_where_it_is_held() -> None:
    """The ablation withholds it."""
    asked = "Which file has to be changed?"
    assert "app/io.py" in quoted(HELD, asked, Words())
    assert "app/io.py" not in quoted(HELD, "Which last line is lost?", Words())
    assert "app/io.py" not in quoted(HELD._replace(files=()), asked, Words())


@pytest.mark.parametrize("number", range(len(toys())))
def test_the_bundled_embedder_finds_the_detail_that_a_toy_is_about(number: int) -> None:
    """Its question is answered with it; a question about something else is not."""
    toy = toys()[number]
    held, embedder = Held(toy.issue, toy.hints), MiniLM()
    assert re.search(toy.detail, quoted(held, toy.question, embedder))
    assert quoted(held, "Which database do you run?", embedder) == ""


@pytest.mark.slow
def test_what_was_answered_in_the_release_is_told_from_what_was_not(shared_data: Path) -> None:
    """Numbered answers are paired with their questions; balanced accuracy is above chance."""
    found = release(shared_data)
    issues = {each.instance: each for each in found.issues}
    embedder = Remembering(MiniLM())
    known: list[float] = []
    unknown: list[float] = []
    for talks in found.talks.values():
        for talk in Random(3).sample(talks, 30):
            issue = issues[talk.instance]
            held = pieces(f"{issue.full}\n\n{issue.hints}")
            for pair in talk.pairs if held else ():
                asked = [each for each in pair.question.splitlines() if "?" in each]
                told = re.split(r"(?m)^\s*\d+\.\s+", pair.answer)[1:]
                if len(asked) != len(told):
                    continue
                for question, answer in zip(asked, told, strict=True):
                    near = ranked(embedder, re.sub(r"^\s*\d+\.\s*", "", question), held)[0][0]
                    refused = re.search("don't have|do not have|don't know|not sure", answer)
                    (unknown if refused else known).append(near)
    assert len(known) + len(unknown) > 100
    right = np.mean(np.array(known) >= THRESHOLD) + np.mean(np.array(unknown) < THRESHOLD)
    assert right / 2 > 0.6
