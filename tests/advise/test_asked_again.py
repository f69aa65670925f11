"""What the person adds to such a request again and again is shown where they left it out."""

from datetime import UTC, datetime, timedelta

import pytest

from tom_swe.advise.asked_again import asked_again
from tom_swe.model.advice import Query
from tom_swe.model.belief import EVERYWHERE, Reach, Scope
from tom_swe.model.recurring import Recurring, RequestKind, SessionRequest

SAID = ("open a draft PR", "raise a draft PR", "push and open a draft PR")


def proposal(scope: Scope = EVERYWHERE) -> Recurring:
    key = "twist pr draft"
    return Recurring(
        key=key,
        keys=(key,),
        kind=RequestKind.TWIST,
        question="In 3 sessions you asked: open a draft PR. Always?",
        statement="When you open a PR: open a draft PR",
        scope=scope,
        requests=tuple(
            SessionRequest(
                kind=RequestKind.TWIST,
                key=key,
                ordinal=1,
                quote=words,
                start=words.index("push and ") + 9 if "push and " in words else 0,
                end=len(words),
                session_id=number,
                turn_id=number,
                repository="acme/shop",
                at=datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=number),
            )
            for number, words in enumerate(SAID)
        ),
    )


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ("commit this and open a PR", True),
        ("raise a pull request for it", True),
        ("open a draft PR", False),
        ("address the comments on the PR", False),
        ("open the settings page", False),
    ],
)
def test_it_is_told_where_the_word_is_missing(request_: str, told: bool) -> None:
    """The same verb said of the same thing, without the word that comes with it."""
    found = asked_again([proposal()], Query(text=request_))
    assert [(each.text, each.turn_id) for each in found] == ([(SAID[-1], 2)] if told else [])


def test_it_stays_in_its_repository() -> None:
    """What is asked for in one repository is not told in another."""
    here = proposal(Scope(reach=Reach.REPOSITORY, name="acme/shop"))
    asked = Query(text="open a PR", repository="acme/shop")
    assert asked_again([here], asked)
    assert not asked_again([here], asked.model_copy(update={"repository": "acme/other"}))
    by_names = asked.model_copy(update={"repository": "shop", "names": ("shop", "acme/shop")})
    assert asked_again([here], by_names)
