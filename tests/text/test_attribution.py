"""Whose words the parts of a turn are, and how sure that is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.extract.grounding import NotedForm, Unfounded, checked
from tom_swe.extract.pointers import add_pointed
from tom_swe.model.belief import Source
from tom_swe.model.pointers import Pointer
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import START
from tom_swe.text import passages
from tom_swe.text.attribution import SURE, AgentWords, own_sentences, sure_of

PLAN = (
    "I will move the cart into its own module. From now on always use yarn, never npm, "
    "for every package in this repository."
)
OWN = "from now on use pnpm"


def session(*said: str, first: Role = Role.AGENT) -> Session:
    """A session in which the agent and the person take turns."""
    roles = (first, Role.USER if first is Role.AGENT else Role.AGENT)
    turns = (
        Turn(ordinal=place, role=roles[place % 2], text=text, at=START)
        for place, text in enumerate(said)
    )
    return Session(host="jsonl", host_id="1", repository="acme/shop", turns=tuple(turns))


def last(of: Session) -> Turn:
    """The person's last turn."""
    return of.by(Role.USER)[-1]


def observed(of: Session) -> list[str]:
    """The quotes that the reader takes for wishes."""
    found = EmbeddedReader().read(of).observations
    return [each.quote.text for each in found if each.source is not Source.BEHAVIOUR]


def unsure(of: Session) -> list[str]:
    """The parts of the person's last turn that are not surely theirs."""
    return [p.text for p in passages(last(of), AgentWords(of)) if p.sure < SURE]


def test_plain_words_are_one_passage_that_is_surely_the_persons() -> None:
    """Nothing in them says that they are anybody else's."""
    (only,) = passages(Turn(ordinal=0, role=Role.USER, text=OWN))
    assert (only.start, only.end, only.text, only.sure) == (0, len(OWN), OWN, 1.0)
    assert only.why


def test_what_the_agent_said_before_is_the_agents() -> None:
    """Marks, breaks and case may differ: a copy from a screen has none of the agent's."""
    copied = PLAN.replace("yarn", "`yarn`").replace(" From", "\n  FROM")
    of = session(PLAN.replace("cart", "**cart**"), f"{copied}\n\nno, {OWN}")
    (echo,) = unsure(of)
    assert echo.startswith("I will move")
    assert echo.endswith("in this repository")
    assert [each for each in observed(of) if "yarn" in each] == []
    assert [each for each in observed(of) if "pnpm" in each]


def test_a_quote_within_a_sentence_leaves_the_rest_of_it() -> None:
    """The person objects to what the agent said, and is heard."""
    of = session(PLAN, f"you wrote {PLAN.split('. ')[1]} but {OWN} please")
    assert [each.words for each in own_sentences(last(of), AgentWords(of))] == [
        "you wrote",
        f"but {OWN} please",
    ]


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("use yarn in the shop", "use yarn in the shop"),
        ("不要用 npm", "不要用 npm"),
        ("Do you want me to run the tests?", "run the tests"),
    ],
)
def test_a_few_words_in_common_are_no_quote(said: str, again: str) -> None:
    """Below ten words, or sixty characters, the same words are said by chance."""
    assert unsure(session(said, again)) == []


def test_long_words_count_by_their_characters() -> None:
    """Sixty characters are a quote, be they fewer than ten words."""
    said = "internationalization authentication configuration deployment " * 2
    assert unsure(session(said, said.strip())) == [said.strip()]


def test_in_a_script_without_blanks_two_signs_are_a_word() -> None:
    """Some twenty of them are a quote."""
    said = "以后这个项目里的所有包都必须使用yarn安装而不是npm工具"
    assert unsure(session(said, f"{said}。不对")) == [said]


def test_what_the_person_said_first_stays_theirs() -> None:
    """An agent that repeats a wish does not take it away."""
    wish = "from now on always use pnpm for every package in this repository, never npm"
    of = session(wish, f"Understood: {wish}", f"as I said: {wish}", first=Role.USER)
    assert unsure(of) == []
    assert observed(of)


def test_what_the_agent_says_later_is_no_quote() -> None:
    """Only what stands before a turn can be repeated in it."""
    assert unsure(session("Hi.", PLAN, PLAN)) == []


MAIL = f"see this\n\n{{head}}\n\n{OWN}, never npm"
HEADS = [
    "From: Bob <bob@example.org>\nSubject: rules",
    "差出人: Bob <bob@example.org>\n宛先: team@example.org\n件名: 規則",
    "От: Боб <bob@example.org>\nКому: team@example.org\nТема: правила",
    "2026年11月2日(月) 10:32 Bob <bob@example.org>:",
    "пн, 2 нояб. 2026 г. в 10:32, Боб <bob@example.org>:",
]


@pytest.mark.parametrize("head", HEADS)
def test_what_stands_below_the_head_of_a_mail_is_anothers(head: str) -> None:
    """In any language: names of headers, or a year and an address."""
    of = session("Hi.", MAIL.format(head=head))
    assert observed(of) == []
    assert [part.strip() for part in unsure(of)] == [f"{head}\n\n{OWN}, never npm"]


@pytest.mark.parametrize("lines", ["host: a\nuser: b\ntest: c", "login: me@example.org\nname: x"])
def test_a_list_of_fields_is_no_mail(lines: str) -> None:
    """Without an address in marks, or with two lines only, fields are the person's."""
    assert unsure(session("Hi.", f"{lines}\n{OWN}")) == []


def test_a_document_is_less_sure_and_not_ruled_out() -> None:
    """Its body may be the person's plan: readers that can weigh it get the number."""
    text = f"do this\n\n# Plan\n\n{OWN}\n\n# Steps\n\ngo"
    parts = passages(Turn(ordinal=0, role=Role.USER, text=text))
    assert [part.sure for part in parts] == [1.0, SURE]
    assert len({part.why for part in parts}) == 2


def test_no_model_and_no_pointer_gets_the_agents_words_believed() -> None:
    """A quote that a model notes, or an agent points at, is held against who said it first."""
    of = session(PLAN, f"{PLAN}\n\nno, {OWN}")
    wish = PLAN.split(". ")[1]
    note = NotedForm(
        turn=1, quote=wish, lasts="always", statement="Use yarn, never npm", against=False,
    )  # fmt: skip
    assert checked([note], of, None, "") == [Unfounded.AGENTS]
    assert add_pointed(of, (), [Pointer(id=1, quote=wish, repository="", at=START)]) == ((), ())


PIECES = st.sampled_from([
    PLAN, OWN, "# Plan", "> x",
    "On Mon, Nov 2, 2026 Bob <b@c.de> wrote:", '"a b c d e f g h i j k"',
    "alice: hi there\nbob: ho there\nalice: no", "字" * 30, "", "+ a\n+ b", "**a** **b** **c**",
])  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=30), max_size=8).map("\n".join))
def test_the_passages_make_up_the_turn(text: str) -> None:
    """They follow one another without a gap, and each is sure from 0 to 1 for a reason."""
    of = session(PLAN, text)
    parts = passages(last(of), AgentWords(of))
    assert "".join(part.text for part in parts) == text
    assert [part.start for part in parts] == [0, *(part.end for part in parts)][: len(parts)]
    assert all(0 <= part.sure <= 1 and part.why and part.text for part in parts)
    for part in parts:
        assert sure_of(parts, part.start, part.end) == part.sure


@given(st.lists(PIECES | st.text(max_size=30), max_size=8).map("\n".join))
def test_own_sentences_are_the_turns_and_surely_the_persons(text: str) -> None:
    """Each stands where it says, outside of what the agent said."""
    of = session(PLAN, text)
    parts = passages(last(of), AgentWords(of))
    for each in own_sentences(last(of), AgentWords(of)):
        assert len(each.words) == each.end - each.start
        assert sure_of(parts, each.start, each.end) >= SURE


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "字",
        "use yarn\n",
        "a: <a@b.c>\n",
        "<a@b.c> 2026:\n",
        "「",
        "abc def ghi jkl mno ",
        "# a\n",
    ],
)
def test_a_bent_turn_takes_no_longer_than_any(piece: str) -> None:
    """256 kB of one piece, said by both, are parted within a second."""
    text = (piece * (256_000 // len(piece) + 1))[:256_000]
    of = session(text, text)
    began = time.process_time()
    passages(last(of), AgentWords(of))
    # A machine may be busy: half of that is usual.
    assert time.process_time() - began < 2
