import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.clarity.data import unescaped
from tom_evals.common.harness.gold import gold
from tom_evals.common.harness.instance import Instance
from tom_evals.people.names import named_files, named_symbols
from tom_evals.people.words import blocks, prose, sentences
from tom_evals.stateful_swe.profile import Profile, Style, Timing, Verbosity, profiles
from tom_evals.stateful_swe.subjects import asked, quotes, told
from tom_evals.stateful_swe.vague import TRIES, By, Kind, Request, by_model, by_rules, leaks
from tom_swe.errors import BadReply, ModelUnavailable
from tom_swe.model.calls import Prompt, Usage

PATCH = """diff --git a/shop/carts/total_price.py b/shop/carts/total_price.py
--- a/shop/carts/total_price.py
+++ b/shop/carts/total_price.py
@@ -10,7 +10,7 @@ def add_up(items):
-    return sum(items)
+    return sum(each.price for each in items)
@@ -30,3 +30,4 @@ class Basket(Base):
+    def __len__(self):
+        return 0
"""
ISSUE = """`add_up` gives wrong totals when a cart has 3 vouchers

Description

Calling `add_up(cart)` on version 2.1 fails in shop/carts/total_price.py:

```python
>>> add_up(cart)
Traceback (most recent call last):
TypeError: unsupported
```

I expected the sum of the prices. Vouchers should be taken off at the end of it all.
"""
CART = Instance("shop-1", "acme/shop", "abc", ISSUE, patch=PATCH)
PLAIN = Profile("p", Verbosity.CONCISE, Timing.ONGOING, Style.VERBOSE, ())


def wanting(*preferences: str) -> Profile:
    return PLAIN._replace(preferences=preferences)


class Writes:
    """A model that says what it is given, one after the other."""

    name = "writes"
    used = Usage()

    def __init__(self, *said: str | Exception) -> None:
        self._said: Iterator[str | Exception] = iter(said)
        self.prompts: list[Prompt] = []

    def ask(self, prompt: Prompt, reply: type[Request], *, most_tokens: int = 1000) -> Request:
        self.prompts.append(prompt)
        said = next(self._said)
        if isinstance(said, Exception):
            raise said
        return reply(request=said)


def kinds(text: str, profile: Profile = PLAIN, instance: Instance = CART) -> list[Kind]:
    return [each.kind for each in leaks(text, instance, profile)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("One. Two. Three. Four.", Kind.LONG),
        ("word " * 99, Kind.LONGER),
        ("It breaks:\n```\ncode\n```", Kind.CODE),
        ("Something in carts/total_price.py is off.", Kind.FILE),
        ("Look at total_price please.", Kind.FILE),
        ("Look at shop.carts.total_price please.", Kind.FILE),
        ("The sum of add_up is off.", Kind.SYMBOL),
        ("When I make a Basket it is off.", Kind.SYMBOL),
    ],
)
def test_each_kind_of_leak_is_found(text: str, kind: Kind) -> None:
    """A request that has one of the faults has that one alone."""
    assert kinds(text) == [kind]


def test_a_request_without_detail_leaks_nothing() -> None:
    """Words that are no names of the solution are no leak, nor are dunder methods."""
    assert kinds("The totals of my carts are wrong. Could you look at the price?") == []
    assert kinds("The len of it is odd, a basket that is empty has one.") == []


@pytest.mark.parametrize(
    ("preference", "text"),
    [
        ("arch13", "Fix it. Logging is consistent, by a logger instead of print"),
        ("stack07", "Fix it, by httpx."),
        ("git01", "Fix it in branches with descriptive names."),
    ],
)
def test_a_preference_is_told_by_statement_tool_or_subject(preference: str, text: str) -> None:
    """It leaks for who holds it and for nobody else, and not where the issue has the words."""
    assert kinds(text, wanting(preference)) == [Kind.PREFERENCE]
    assert kinds(text) == []
    same = CART._replace(issue=f"{ISSUE} branch names descriptive httpx")
    assert kinds("Fix it, by httpx.", wanting("stack07"), same) == []


def test_a_quote_tells_its_preference() -> None:
    """People's own words count as the statement does; two words alone may be anybody's."""
    said = {"doc09": ("write down what is new", "note it")}
    assert told("Fix it and write down  what is NEW.", wanting("doc09"), quotes=said) == ["doc09"]
    assert told("Fix it and note it.", wanting("doc09"), quotes=said) == []


def test_a_question_asks_for_the_preference_of_its_subject() -> None:
    """One word of the subject is enough where a wish is asked for, two otherwise."""
    assert asked("Should I add tests?", ["qual02", "git01"]) == ["qual02"]
    assert asked("Which tests fail?", ["qual02", "git01"]) == []
    assert asked("Is the branch name descriptive enough?", ["qual02", "git01"]) == ["git01"]


def test_the_names_of_a_solution_are_those_of_its_patch() -> None:
    """Files by their paths, symbols of hunk headers and changed lines without dunder methods."""
    assert gold(PATCH) == (("shop/carts/total_price.py",), ("add_up", "Basket"))
    assert named_files("in shop/carts/other.py", gold(PATCH).files) == []
    assert named_files("in app.models", ("app/models/__init__.py",)) == ["app/models/__init__.py"]
    assert named_files("the models are", ("app/models.py",)) == []
    assert named_symbols("call `get` or x.get", ("get",)) == ["get"]
    assert named_symbols("I get nothing", ("get",)) == []


def test_the_rules_say_the_matter_and_no_detail() -> None:
    """Names become "something", circumstances go; who likes words gets more of them."""
    assert by_rules(CART, PLAIN) == (
        "Something gives wrong totals.",
        By.RULES,
        0,
        (),
    )
    verbose = by_rules(CART, PLAIN._replace(verbosity=Verbosity.VERBOSE))
    assert "Something gives wrong totals." in verbose.text
    assert len(sentences(verbose.text)) == 3


@given(st.text(max_size=300), st.sampled_from(Verbosity))
def test_whatever_the_issue_says_the_rules_leak_nothing(issue: str, verbosity: Verbosity) -> None:
    """Ever more general until nothing leaks, as long as the issue has two words."""
    instance = CART._replace(issue=f"Something broken {issue}")
    profile = wanting("qual02", "stack01")._replace(verbosity=verbosity)
    written = by_rules(instance, profile)
    assert written.text
    assert written.leaks == leaks(written.text, instance, profile) == ()


def test_what_cannot_be_kept_is_recorded() -> None:
    """An issue of one word is shorter than any request, and that is told."""
    (leak,) = by_rules(CART._replace(issue="broken"), PLAIN).leaks
    assert leak.kind is Kind.LONGER


def test_a_model_writes_in_the_persons_voice_and_knows_no_preference() -> None:
    """It is told how much to write and the issue; nothing of the preferences."""
    model = Writes("My carts add up wrongly.")
    profile = wanting("stack07")._replace(verbosity=Verbosity.VERBOSE)
    assert by_model(CART, profile, model) == ("My carts add up wrongly.", By.MODEL, 1, ())
    (prompt,) = model.prompts
    assert "Two or three full sentences" in prompt.system
    assert "httpx" not in str(prompt)
    assert prompt.messages[0].text == ISSUE


def test_what_leaks_is_asked_again_with_the_leaks_named() -> None:
    """The second time it is told what it must not have."""
    model = Writes("add_up is broken.", "My carts add up wrongly.")
    written = by_model(CART, PLAIN, model)
    assert (written.by, written.tries) == (By.MODEL, 2)
    assert "the name add_up" in model.prompts[1].messages[-1].text


@pytest.mark.parametrize(
    ("said", "last"),
    [(["add_up"] * TRIES, [Kind.SYMBOL]), (["", BadReply("no"), ""], [])],
)
def test_after_three_tries_the_rules_write(
    said: Sequence[str | Exception], last: list[Kind]
) -> None:
    """A model that leaks or gives no form is given up, and what leaked last is recorded."""
    written = by_model(CART, PLAIN, Writes(*said))
    assert (written.text, written.by, written.tries) == (
        by_rules(CART, PLAIN).text,
        By.RULES,
        TRIES,
    )
    assert [each.kind for each in written.leaks] == last


def test_a_model_that_cannot_be_asked_is_a_fault() -> None:
    """It does not pass for a text by rules."""
    with pytest.raises(ModelUnavailable):
        by_model(CART, PLAIN, Writes(ModelUnavailable("gone")))


def test_prose_and_blocks_part_a_text() -> None:
    """Code, output and comments of a form are no prose; a stop within a name ends nothing."""
    text = "<!-- fill in -->\nIt fails, e.g. on a.b in 1.2. Why?\n\n    code()\n\n- one\n- two\n"
    assert sentences(prose(text)) == ["It fails, e.g. on a.b in 1.2.", "Why?", "- one", "- two"]
    assert blocks(ISSUE) == [
        ">>> add_up(cart)\nTraceback (most recent call last):\nTypeError: unsupported"
    ]


def test_the_rules_serve_every_issue_of_ambig_swe(shared_data: Path) -> None:
    """All 500 get a request that leaks nothing, most of them one that says what it is about."""
    file = shared_data / "ambig-swe" / "issues.jsonl.gz"
    if not file.is_file():
        pytest.skip(f"no {file}")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [
        Instance(row["instance_id"], "", "", unescaped(row["original_issue"]), patch=row["patch"])
        for row in rows
    ]
    said = quotes(shared_data)
    for profile in profiles()[:2]:
        written = [by_rules(each, profile, said) for each in found]
        assert not [each for each in written if each.leaks]
        texts = [each.text for each in written]
        assert sum(texts.count(each) > 1 for each in texts) < len(texts) / 20
