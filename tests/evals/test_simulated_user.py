import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.common.models import language
from tom_evals.people import Answer, Manner, Person, Said
from tom_evals.people.asking import Sort, questions, sort
from tom_evals.people.limits import shortened, without_files
from tom_evals.people.names import named_files
from tom_evals.people.person import EARLY, MIDDLE, Phase, phase
from tom_evals.people.words import count
from tom_evals.stateful_swe.profile import Profile, Style, Timing, Verbosity
from tom_evals.stateful_swe.user import BEHAVIOUR, CANNED, Character
from tom_evals.stateful_swe.user_by_model import Reply, model_user
from tom_evals.stateful_swe.user_by_rules import rule_user
from tom_swe.model.calls import Prompt, Usage
from tom_swe.testing.scripted import ScriptedModel

FILE = "shop/carts/total_price.py"
ISSUE = """Totals are wrong with vouchers

The voucher is taken off twice in shop/carts/total_price.py when the cart is empty.
The error message says that the voucher amount is negative, which it never is in our shop.
I use Python 3.12 on Windows.

```
Traceback (most recent call last):
ValueError: voucher is negative
```
"""


def person(
    *preferences: str, timing: Timing = Timing.ONGOING, style: Style = Style.VERBOSE
) -> Character:
    profile = Profile("p", Verbosity.CONCISE, timing, style, preferences)
    return Character(profile, "Totals are wrong.", ISSUE, "It worked in May.", (FILE,))


def ask(user: Person, text: str, events: int = 1) -> Answer:
    return user.answer(Said(text, events))


class Says:
    """A model that replies as it is told, over and over."""

    name = "says"
    used = Usage()

    def __init__(self, *replies: tuple[str, str]) -> None:
        self._replies: Iterator[tuple[str, str]] = iter(replies)
        self.prompts: list[Prompt] = []

    def ask(self, prompt: Prompt, reply: type[Reply], *, most_tokens: int = 1000) -> Reply:
        self.prompts.append(prompt)
        manner, text = next(self._replies)
        return reply.model_validate({"manner": manner, "text": text})


def test_questions_are_what_asks_the_reader_outside_code() -> None:
    """Marks and requests ask; code and statements do not."""
    text = "I looked. Which version?\n```\nx ? y\n```\nPlease tell me the path. **Why?** Done."
    assert questions(text) == ["Which version?", "Please tell me the path.", "**Why?**"]
    needs = (
        "I need more information: the exact error message. I need to fix this. I'd like to know."
    )
    assert questions(needs) == [
        "I need more information: the exact error message.",
        "I'd like to know.",
    ]
    listed = "Please provide:\n1. The version\n2. The cart\n\nThen I go on."
    assert questions(listed) == ["- The version", "- The cart"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Can you give more details?", Sort.GENERIC),
        ("Could you please clarify the issue?", Sort.GENERIC),
        ("Which file should I change?", Sort.PLACE),
        ("Where is the total implemented?", Sort.PLACE),
        ("Is it in carts.py?", Sort.PLACE),
        ("Which Python version do you use?", Sort.SPECIFIC),
        ("Where did you buy it?", Sort.SPECIFIC),
    ],
)
def test_a_question_is_generic_after_a_place_or_specific(question: str, found: Sort) -> None:
    """By its words alone."""
    assert sort(question) is found


def test_a_session_starts_and_gets_to_its_middle_by_events() -> None:
    """Under 10 events it starts, from 30 on it is in its middle."""
    at = [phase(each) for each in (0, EARLY - 1, EARLY, MIDDLE - 1, MIDDLE)]
    assert at == [Phase.START, Phase.START, Phase.EARLY, Phase.EARLY, Phase.MIDDLE]


def test_a_specific_question_is_answered_by_what_is_held() -> None:
    """The best sentence of issue and hints; output where output is asked for."""
    user = rule_user(person())
    assert user.opening() == "Totals are wrong."
    assert ask(user, "Which Python version?") == (
        "I use Python 3.12 on Windows.",
        "answered",
        False,
    )
    assert ask(user, "When was it that it worked?").text == "It worked in May."
    assert "ValueError: voucher is negative" in ask(user, "What is the traceback?").text
    assert ask(user, "Do you know penguins?").manner == Manner.UNKNOWN


def test_a_generic_question_is_not_answered() -> None:
    """It is asked back what is wanted, and nothing of the issue is told."""
    answer = ask(rule_user(person()), "Could you give me more details?")
    assert answer.manner == Manner.UNSPECIFIC
    assert "voucher" not in answer.text


def test_nothing_asked_is_told_to_go_on_and_done_is_over() -> None:
    """Statements need no answer, and who is done is let go."""
    user = rule_user(person())
    assert ask(user, "I read the code.") == ("Go on.", "go-on", False)
    assert user.answer(Said("All done. Anything else?", 5, done=True)) == ("", "done", True)


def test_the_place_is_told_to_who_asks_for_it() -> None:
    """A sentence that names a gold file is no answer to anything else; without files none is."""
    user = rule_user(person())
    assert FILE in ask(user, "Which file is it in?").text
    assert FILE not in ask(user, "When is the voucher taken off twice, with an empty cart?").text
    nobody = person()._replace(files=(), issue="It broke.")
    assert ask(rule_user(nobody), "Which file is it in?").manner == Manner.UNKNOWN


def test_a_preference_is_told_in_the_persons_words_to_who_asks_for_it() -> None:
    """Or in the catalogue's, where they have none of their own."""
    one = person("qual02")._replace(words={"qual02": "tests first, always"})
    assert ask(rule_user(one), "Should I write tests?").text == "tests first, always"
    answer = ask(rule_user(person("qual02")), "Should I write tests?")
    assert answer.text.startswith("Tests are written before")


def test_who_is_to_be_asked_upfront_refuses_later_and_leaves() -> None:
    """Twice they say so, at the third time the session is over."""
    user = rule_user(person(timing=Timing.UPFRONT))
    assert ask(user, "Which Python version?", EARLY - 1).manner == Manner.ANSWERED
    later = [ask(user, "Which Python version?", EARLY + n) for n in range(3)]
    assert [each.manner for each in later] == [Manner.REFUSED, Manner.REFUSED, Manner.LEFT]
    assert [each.over for each in later] == [False, False, True]
    assert "before the work starts" in later[0].text


def test_after_so_many_replies_comes_the_canned_one() -> None:
    """Six by default, whatever they were."""
    user = rule_user(person())
    said = [ask(user, "Which Python version?") for _ in range(7)]
    assert [each.manner for each in said[:6]] == [Manner.ANSWERED] * 6
    assert (said[6].text, said[6].manner) == (CANNED, Manner.CAPPED)


def test_who_answers_shortly_answers_the_first_question_alone() -> None:
    """In fewer than 15 words, and that words were cut off is told."""
    user = rule_user(person(style=Style.SHORT))
    answer = ask(user, "What does the error message say? Which Python version is it?")
    assert count(answer.text) < 15
    assert answer.manner == Manner.CUT
    assert "3.12" not in answer.text
    both = ask(rule_user(person()), "What does the error message say? Which Python version?")
    assert "3.12" in both.text


_WORDS = st.sampled_from(
    [
        "Which Python version?",
        "Where is it implemented?",
        "When is the voucher taken off twice with an empty cart?",
        "What is the traceback?",
        "Should I write tests?",
        "More details?",
        "I read it.",
        FILE,
    ]
)
_SAID = st.lists(
    st.tuples(st.lists(_WORDS, max_size=3).map(" ".join), st.integers(0, 60)), max_size=10
)
_PEOPLE = st.builds(
    lambda timing, style: person("qual02", timing=timing, style=style),
    st.sampled_from(Timing),
    st.sampled_from(Style),
)


@given(_PEOPLE, _SAID)
def test_no_user_by_rules_passes_its_limits(one: Character, said: list[tuple[str, int]]) -> None:
    """No file unasked, no answer late or long, no more answers than the cap; always the same."""
    user, again = rule_user(one), rule_user(one)
    answers = [ask(user, text, events) for text, events in said]
    assert answers == [ask(again, text, events) for text, events in said]
    assert sum(each.manner in (Manner.ANSWERED, Manner.CUT) for each in answers) <= 6
    for (text, events), answer in zip(said, answers, strict=True):
        if not any(sort(each) is Sort.PLACE for each in questions(text)):
            assert not named_files(answer.text, one.files)
        if one.profile.timing is Timing.UPFRONT and events >= EARLY:
            assert answer.manner in (Manner.GO_ON, Manner.REFUSED, Manner.LEFT, Manner.CAPPED)
        if one.profile.style is Style.SHORT:
            assert count(answer.text) < 15


@given(
    st.sampled_from(["answered", "refused", "no-information", "not-specific"]),
    st.lists(st.sampled_from(["so", "it is.", f"see {FILE}.", "\n\n"])).map(" ".join),
    _PEOPLE,
)
def test_no_model_passes_the_limits(manner: str, text: str, one: Character) -> None:
    """What it makes the user say is cut, and told by no file, as for the rules."""
    answer = ask(model_user(one, Says((manner, text))), "Which Python version?")
    assert not named_files(answer.text, one.files)
    assert answer.text
    most = 15 if one.profile.style is Style.SHORT else 251
    assert count(answer.text) < most


def test_a_model_is_told_who_it_plays_what_was_said_and_how_far_it_is() -> None:
    """The profile, what is held, the earlier exchange, the questions and the progress."""
    model = Says(("answered", "3.12"), ("no-information", "No idea."))
    user = model_user(person("stack07", style=Style.SHORT), model)
    assert ask(user, "Which Python version?") == ("3.12", "answered", False)
    second = ask(user, "And which system? Which cart?", MIDDLE)
    assert second == ("No idea.", Manner.UNKNOWN, False)
    assert "HTTP calls are made with httpx." in model.prompts[1].system
    assert json.dumps(FILE) in model.prompts[1].system
    now = json.loads(model.prompts[1].messages[0].text)
    assert now["before"] == [{"agent": "Which Python version?", "you": "3.12"}]
    assert (now["questions_to_answer"], now["progress"]) == (["And which system?"], "middle")


def test_a_real_model_of_the_protocol_plays_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply out of form is asked for again, and what both used is known."""
    reply = json.dumps({"manner": "answered", "text": "3.12, on Windows"})
    with ScriptedModel("I use 3.12", reply) as server:
        monkeypatch.setenv("TOM_API_KEY", "x")
        monkeypatch.setenv("TOM_BASE_URL", server.base_url)
        with language("openai/scripted") as model:
            answer = ask(model_user(person(), model), "Which Python version?")
            assert answer == ("3.12, on Windows", "answered", False)
            assert model.used.tokens_in == 20


def test_a_model_is_not_asked_where_code_knows_the_answer() -> None:
    """Going on, late questions and the canned reply cost nothing."""
    model = Says()
    user = model_user(person(timing=Timing.UPFRONT), model, BEHAVIOUR._replace(answers=2))
    manners = [
        ask(user, "I read it.").manner,
        ask(user, "Why?", 20).manner,
        ask(user, "Why?").manner,
    ]
    assert manners == [Manner.GO_ON, Manner.REFUSED, Manner.CAPPED]
    assert model.prompts == []


def test_a_models_refusals_end_the_session_too() -> None:
    """Three of them, as for who is to be asked upfront."""
    user = model_user(person(), Says(*[("refused", "You asked me that.")] * 3))
    said = [ask(user, "Which Python version?") for _ in range(3)]
    assert [each.over for each in said] == [False, False, True]
    assert said[0].text == "You asked me that."


def test_words_are_cut_at_sentences_where_one_fits() -> None:
    """Otherwise at the last word, and what fits stays as it is."""
    assert shortened("One two. Three four five.", 4) == "One two."
    assert shortened("One two three four five", 3) == "One two three"
    assert shortened("One\n  two", 2) == "One\n  two"
    assert without_files(f"Yes. See {FILE}. No.", (FILE,)) == "Yes. No."
