"""How a simulated user's replies are worded: what may change, and what never does."""

import re
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tom_evals.people.speech import (
    RATES,
    going_on,
    no_more,
    not_known,
    one_at_a_time,
    told_before,
    what,
    worded,
)

SENTENCES = st.sampled_from(
    [
        "The voucher is taken off twice in shop/total_price.py.",
        "Please do not touch `Cart.total`.",
        "I use Python 3.12 on Windows.",
        "ValueError: voucher is negative",
        "It cannot be empty \N{EM DASH} never.",
        "He said \u201cPlease Do not\u201d and left.",
        "Thank you very much.",
        "Model is a class, please.",
        "    print('Please. It is so.')",
        "x = Foo(Please).",
        "```",
        "It is done!",
    ]
)
REPLIES = st.lists(SENTENCES, min_size=1, max_size=4).flatmap(
    lambda each: st.sampled_from(["\n".join(each), " ".join(each)])
)
ADDED = (
    r"^(?:(?:hmm?|mmm|oh|ah|uhh?|so|well|ugh|as i said|again|same as before|"
    r"i already (?:told you|said))(?:, |:\n))?"
)


def meaning(text: str) -> list[str]:
    """The words of a text without courtesies, case, marks and contractions."""
    text = re.sub(r"(?i)\b(?:thank you very much|thanks|please|kindly)\b", " ", text.lower())
    long = text.replace("n't", " not").replace("can not", "cannot").replace("it's", "it is")
    long = re.sub(r"\bca not\b", "cannot", long.replace("i'm", "i am"))
    return re.findall(r"\w+", long)


@given(REPLIES, st.integers(0, 9), st.integers(), st.booleans())
def test_what_a_reply_says_stays(reply: str, nth: int, seed: int, repeated: bool) -> None:
    """Every word that means something, in its order; only known words come before it."""
    said = worded(reply, nth_question=nth, random=Random(seed), repeated=repeated)
    assert meaning(re.sub(ADDED, "", said)) == meaning(reply)


@example("It is in shop/price.py. ``` Please do not touch `Cart.total`.", 0, 0)
@given(REPLIES, st.integers(0, 9), st.integers())
def test_code_quotes_and_names_are_as_they_were(reply: str, nth: int, seed: int) -> None:
    """Case and marks of them are part of what they say."""
    said = worded(reply, nth_question=nth, random=Random(seed))
    lines = reply.splitlines()
    verbatim = [each for each in lines if each.startswith(("    ", "x = "))]
    names = re.findall(
        r"(?<!`)`[^`]+`(?!`)|\u201c[^\u201d]*\u201d|ValueError|Model|Python 3.12|\S+\.py", reply
    )
    assert all(each in said for each in (*verbatim, *names))


@given(REPLIES, st.integers(0, 9), st.integers())
def test_the_same_seed_gives_the_same_words(reply: str, nth: int, seed: int) -> None:
    """So that a run can be told again."""
    one, two = (worded(reply, nth_question=nth, random=Random(seed)) for _ in range(2))
    assert one == two
    assert bool(one.strip())


@given(REPLIES, st.integers(0, 9), st.integers(), st.booleans())
def test_what_is_to_be_kept_is_only_added_to(
    reply: str, nth: int, seed: int, repeated: bool
) -> None:
    """A preference's statement stays readable by its exact words."""
    said = worded(reply, nth_question=nth, random=Random(seed), repeated=repeated, keep=[reply])
    assert reply in said


@given(REPLIES, st.integers(0, 9), st.integers(), st.booleans())
def test_nothing_is_added_beyond_the_limit(reply: str, nth: int, seed: int, repeated: bool) -> None:
    """Who answers in so many words at most does so when they are worded, too."""
    most = len(reply.split())
    said = worded(reply, nth_question=nth, random=Random(seed), repeated=repeated, most=most)
    # A dash between words becomes one that stands alone.
    assert len(said.split()) <= most


def test_an_empty_reply_stays_empty() -> None:
    """There is nothing to be worded."""
    assert worded("", nth_question=1, random=Random(1)) == ""
    assert worded(" \n", nth_question=1, random=Random(1)) == " \n"


def test_a_question_that_comes_again_is_held_against_the_agent_the_later_the_more() -> None:
    """In the beginning the reply is only said again; after many questions it is a reproach."""

    def reproached(nth: int) -> float:
        said = [
            worded("It broke.", nth_question=nth, random=Random(seed), repeated=True)
            for seed in range(300)
        ]
        assert all(re.match("as i said|again|same as before|i already", each) for each in said)
        return sum(each.startswith("i already") for each in said) / len(said)

    assert reproached(1) == 0
    assert reproached(2) < reproached(5) < reproached(9)


def test_replies_are_worded_at_the_rates_of_developers() -> None:
    """Lower case, no full stop, courtesies: within what chance allows over 4000 replies."""
    said = [worded("The cart is empty.", nth_question=1, random=Random(n)) for n in range(4000)]
    bare = [re.sub(r"^(?:\w+), ", "", each) for each in said]
    assert sum(each[0].islower() for each in bare) / 4000 == pytest.approx(
        RATES.lower_case, abs=0.05
    )
    polite = sum(bool(re.search("thanks|please", each)) for each in said) / 4000
    assert polite == pytest.approx(RATES.polite, abs=0.03)
    short = sum(len(going_on(Random(n)).split()) <= 3 for n in range(4000)) / 4000
    assert short == pytest.approx(RATES.short_going_on, abs=0.03)


def test_stock_replies_are_short_and_ask_for_no_more_than_they_should() -> None:
    """To go on, to say that nothing is known, to ask what is meant, and to want no questions."""
    for seed in range(50):
        assert re.search(r"\b(?:go|continue|ok|keep|try)", going_on(Random(seed)))
        assert re.search(r"don't know|no idea", not_known(Random(seed)))
        assert what(Random(seed)).endswith("?")
        assert "go on" in no_more(Random(seed))


def test_one_thing_is_told_at_a_time() -> None:
    """The next best is told when the same is asked again, and then the best once more."""
    found = ["It is not empty.", "It was saved."]
    assert one_at_a_time(found, []) == found[:1]
    assert one_at_a_time(found, ["hm, it isn't empty"]) == found[1:]
    assert one_at_a_time(found, ["it isn't empty", "it was saved"]) == found[:1]
    assert one_at_a_time([], ["hm"]) == []


@given(REPLIES, st.integers(0, 9), st.integers(), st.booleans())
def test_what_was_told_is_known_again_however_it_was_worded(
    reply: str, nth: int, seed: int, repeated: bool
) -> None:
    """So that a simulated user notices that the same is asked again."""
    said = worded(reply, nth_question=nth, random=Random(seed), repeated=repeated)
    assert told_before(reply, [said])
    assert not told_before("Nobody said this.", [said])
