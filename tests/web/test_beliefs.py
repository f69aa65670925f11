"""One belief: its reasons and history, and what forms change."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from web_client import OWN, Browser

from tom_swe.errors import NotFound
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Telling
from tom_swe.model.belief import DecisionKind, Status


def test_a_belief_says_why_it_is_held(browser: Browser, tom: Tom) -> None:
    """Quotes with their places, the arithmetic of `tom why`, the history of `tom log`, tellings."""
    now = datetime.now(UTC)
    told = Telling(host="jsonl", host_id="b", repository="acme/shop", belief_ids=(1,), at=now)
    tom.memory.tellings.put("ada", told)
    tom.pin("ada", 1)
    text = unescape(browser.see("/beliefs/1"))
    belief = tom.memory.beliefs.get("ada", 1)
    assert all(each.quote in text for each in belief.supporting)
    assert "/sessions/1?turn=0#t0" in text
    assert f"= {belief.confidence:.2f}" in text
    assert "you pinned it on" in text
    assert "in the briefing of 1 session" in text
    assert "unknown" in text
    places = [text.index(each) for each in (">Use pnpm<", belief.quotes[0], "How tom came to it")]
    assert places == sorted(places)
    text = unescape(browser.see("/beliefs/1/history"))
    assert text.index("<strong>pin</strong>") < text.index("<strong>add</strong>")
    assert 'by session <a href="' in text


def test_a_belief_is_ruled_on_as_by_the_command(browser: Browser, tom: Tom) -> None:
    """Confirm, pin, unpin, reject and edit make the rulings of `tom memory`, and say so."""
    assert "Confirmed." in browser.send("/beliefs/2/confirm")
    assert tom.memory.beliefs.get("ada", 2).status is Status.CONFIRMED
    assert "Unpin" in browser.send("/beliefs/2/pin")
    assert tom.memory.beliefs.get("ada", 2).is_pinned
    assert ">Pin<" in browser.send("/beliefs/2/unpin")
    assert "never push to main" in browser.send("/beliefs/2/edit", text=" never push\nto main ")
    belief = tom.memory.beliefs.get("ada", 2)
    assert belief.statement == "never push to main"
    assert belief.decision(DecisionKind.EDIT) is not None
    assert "rejected by you" in browser.send("/beliefs/2/reject")
    assert tom.memory.beliefs.get("ada", 2).is_rejected_by_user
    dids = [each.did.value for each in tom.memory.user_acts.all("ada")]
    assert dids == ["confirm", "pin", "unpin", "edit", "reject"]


def test_the_last_change_is_taken_back(browser: Browser, tom: Tom) -> None:
    """Undo takes back what the page showed as the last change, once, and nothing else."""
    before = tom.memory.beliefs.get("ada", 2)
    browser.send("/beliefs/2/reject")
    (change,) = re.findall(r'name="change" value="(\d+)"', browser.see("/beliefs/2"))
    tom.pin("ada", 1)
    assert "nothing was undone" in browser.send("/undo", 400, change=change)
    assert tom.memory.beliefs.get("ada", 2).is_rejected_by_user
    tom.undo("ada")
    assert "Undone." in browser.send("/undo", change=change)
    assert tom.memory.beliefs.get("ada", 2) == before
    assert "nothing was undone" in browser.send("/undo", 400, change=change)
    assert 'name="change"' not in browser.see("/")


def test_what_changed_since_the_page_was_drawn_is_decided_on_again(
    browser: Browser, tom: Tom
) -> None:
    """A stale page decides nothing: the belief stands there as it is now, with what was done."""

    def shown(path: str, number: int) -> str:
        return re.findall(rf'name="seen" value="({number}\.[^"]+)"', browser.see(path))[0]

    stale, listed = shown("/beliefs/2", 2), [shown("/profile", each) for each in (2, 3)]
    assert stale == listed[0] == shown("/beliefs/2/forget", 2)
    browser.send("/beliefs/2/confirm", seen=stale)
    text = browser.send("/beliefs/2/reject", 409, seen=stale)
    assert "You confirmed it meanwhile." in text
    assert "Nothing was done" in text
    assert "your own words" in browser.send(
        "/beliefs/2/edit", 409, text="your own words", seen=stale
    )
    sent: dict[str, str | list[str]] = {"id": ["2", "3"], "seen": listed}
    text = browser.send("/profile/many", 409, action="reject", list="profile", back="", **sent)
    assert re.findall(r'id="tick-(\d)"[^>]* checked', text) == ["3"]
    browser.send("/profile/merge", 409, kept="3", **sent)
    browser.send("/beliefs/2/forget", 409, seen=stale)
    assert tom.memory.beliefs.get("ada", 2).is_upheld
    assert not tom.memory.beliefs.get("ada", 3).decisions
    assert "Confirmed." in browser.send("/beliefs/2/confirm", seen=stale)
    tom.undo("ada")
    tom.pin("ada", 3)
    tom.undo("ada")
    fresh = re.findall(r'name="seen" value="(2\.[^"]+)"', text)[0]
    text = browser.send("/beliefs/2/reject", 409, seen=fresh)
    assert "You took back meanwhile that you confirmed it." in text
    assert "rejected by you" in browser.send("/beliefs/2/reject", seen=stale)


def test_forgetting_asks_first(browser: Browser, tom: Tom) -> None:
    """The first step only asks; the second deletes, and no undo is offered for it."""
    assert "Undo cannot bring it back" in browser.see("/beliefs/2/forget")
    assert tom.memory.beliefs.get("ada", 2)
    text = browser.send("/beliefs/2/forget")
    assert "Forgotten permanently." in text
    assert "Never commit to main" not in text
    with pytest.raises(NotFound):
        tom.memory.beliefs.get("ada", 2)
    assert "there is no belief" in browser.send("/beliefs/2/confirm", 404)


def test_a_form_that_cannot_be_is_refused_in_words(browser: Browser, tom: Tom) -> None:
    """Empty words, too many, an unknown action or a broken body change nothing."""
    assert "the text is empty" in browser.send("/beliefs/2/edit", 400, text=" ")
    assert "at most 500" in browser.send("/beliefs/2/edit", 400, text="a b " * 200)
    assert "too long" in browser.send("/beliefs/2/edit", 400, text="a" * 70_000)
    assert "is not pinned" in browser.send("/beliefs/2/unpin", 400)
    assert "there is no action" in browser.send("/beliefs/2/dance", 404)
    path = f"{browser.keys.place}/beliefs/2/reject"
    broken = b"form_key=%ff&" + b"a=1&" * 40
    assert browser.client.post(path, content=broken, headers=OWN).status_code == 400
    assert tom.memory.beliefs.get("ada", 2).decisions == ()
