"""Where a text may be cut: quotes and statements keep code spans, brackets and words whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.belief import Observation
from tom_swe.model.session import Role, Session, Turn
from tom_swe.text.cuts import bare, whole
from tom_swe.text.prose import HEAD, LONGEST, sentences, shorten, tidy


def one(text: str) -> Observation:
    """The only thing read from one turn."""
    turn = Turn(ordinal=0, role=Role.USER, text=text)
    session = Session(host="t", host_id="1", repository="acme/shop", turns=(turn,))
    (found,) = EmbeddedReader().read(session).observations
    return found


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("Never run `rm -rf .`. Move it instead.", "Never run `rm -rf .`"),
        ("Never call `load(a, b)` in a view.", "Never call `load(a, b)` in a view"),
        (
            "Never use `docker compose up --build --force-recreate` in this repo.",
            "Never use `docker compose up --build --force-recreate` in this repo",
        ),
        (
            "Never write secrets (keys, tokens) to the log.",
            "Never write secrets (keys, tokens) to the log",
        ),
        ("Never touch the vendored code, only ours!", "Never touch the vendored code, only ours"),
        ("Never merge on a Friday (we had trouble).", "Never merge on a Friday"),
    ],
)
def test_a_rule_is_quoted_whole(text: str, statement: str) -> None:
    """Code, an aside in the middle and the other half of a wish stay in quote and statement."""
    found = one(text)
    assert found.statement == statement
    assert statement in found.quote.text


def test_a_sentence_keeps_its_code_and_its_brackets() -> None:
    """A full stop in code ends no sentence; a bracket that closes behind one belongs to it."""
    text = "Stage with `git add .` first. `make fmt` is next. Do not guess (ask!) Go on."
    found = [text[each.start : each.end] for each in sentences(text)]
    assert found == [
        "Stage with `git add .` first.",
        "`make fmt` is next.",
        "Do not guess (ask!)",
        "Go on.",
    ]


def test_a_long_text_is_cut_between_words() -> None:
    """The body of a long message is left out from a word's end to a word's beginning."""
    text = "x " * (HEAD // 2 - 2) + "unbroken " + "middle " * 300 + "end of it"
    for sentence in sentences(text):
        before, after = text[: sentence.start][-1:], text[sentence.end :][:1]
        assert not before.isalnum()
        assert not after.isalnum()


def test_what_is_shortened_ends_before_its_code() -> None:
    """A code span that does not fit is left out as a whole."""
    text = (
        "Use " + "very " * 24 + "often `a b c d e f g h i j k l m n o p q r s t u v w x y z` here"
    )
    assert shorten(text, LONGEST).endswith("often…")


def test_signs_that_enclose_all_go_and_those_inside_stay() -> None:
    """A statement loses the signs round it that belong to nothing in it."""
    assert bare('("Use `a.`.")') == "Use `a.`"
    assert tidy("(use tabs) and (spaces).") == "(use tabs) and (spaces)"


@given(st.text("ab`() .", max_size=30), st.data())
def test_widening_takes_nothing_away(text: str, data: st.DataObject) -> None:
    """The whole of a part holds the part, and lies within its bounds."""
    bounds = st.integers(0, len(text))
    first, start, end, last = sorted(data.draw(st.tuples(bounds, bounds, bounds, bounds)))
    low, high = whole(text, start, end, (first, last)) if start < end else (start, end)
    assert first <= low <= start <= end <= high <= last
