"""Reviewing: one by one, in a list, and what is asked for again and again."""

from datetime import timedelta
from html import unescape

from web_client import Browser

from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Status
from tom_swe.testing import START, session_of


def test_a_review_goes_from_one_to_the_next(browser: Browser, tom: Tom) -> None:
    """Each answer leads to the next candidate; skipping keeps it; undo comes back to it."""
    beliefs = [b for b in tom.memory.beliefs.all("ada") if b.status is Status.CANDIDATE]
    waiting = [b.id for b in sorted(beliefs, key=lambda b: (-b.confidence, b.id))]
    first, second = waiting[:2]
    text = browser.see("/review")
    assert f"/beliefs/{first}/confirm" in text
    assert f'data-key="s" href="{browser.keys.place}/review?skipped=1"' in text
    text = browser.send(f"/beliefs/{first}/confirm", skipped="0")
    assert "Confirmed." in text
    assert f"/beliefs/{second}/reject" in text
    text = browser.send("/undo", change=browser.last_change("/review"), skipped="1")
    assert f"/beliefs/{first}/confirm" in text
    browser.send(f"/beliefs/{first}/edit", skipped="0", text="never push to main")
    assert tom.memory.beliefs.get("ada", first).status is Status.CONFIRMED
    assert "skipped" in browser.see("/review?skipped=9999")
    for each in waiting[1:]:
        browser.send(f"/beliefs/{each}/reject", skipped="0")
    assert "No beliefs to review" in browser.see("/review")


def test_all_that_waits_stands_in_a_list(browser: Browser, tom: Tom) -> None:
    """Several are decided on at once, and the list comes back."""
    text = browser.see("/review/list")
    assert text.count("data-row") == 2
    ids = [str(b.id) for b in tom.memory.beliefs.all("ada") if b.status is Status.CANDIDATE]
    text = browser.send("/profile/many", action="reject", id=ids, list="review", back="")
    assert f"{len(ids)} beliefs rejected." in text
    assert "No beliefs to review" in text
    text = browser.send(
        "/undo", change=browser.last_change("/review"), count=str(len(ids)), list="review", back=""
    )
    assert text.count("data-row") == 2


def test_what_recurs_is_decided_on(browser: Browser, tom: Tom) -> None:
    """It is shown with its quotes; a yes, in whatever words, and a no are done at once."""
    said = ("open a draft PR", "launch a draft PR", "push and open a draft PR")
    for day, text in enumerate((*said, *["do not sign the commits"] * 3), start=20):
        at = START + timedelta(days=day)
        tom.add_session("ada", session_of(text, host_id=f"r{day}", started=at))
    tom.read("ada")
    text = unescape(browser.see("/review/recurring"))
    assert "In 3 sessions you asked: open a draft PR. Always?" in text
    assert "In 3 sessions you asked: do not sign the commits. Always?" in text
    assert all(f'<blockquote dir="auto">{each}</blockquote>' in text for each in said)
    drafts = {"action": "accept", "key": "twist pr draft", "text": "Open each PR as a draft"}
    text = browser.send("/review/recurring", **drafts)
    assert "It is a rule from now on." in text
    assert "draft PR. Always" not in text
    text = browser.send("/review/recurring", action="dismiss", key="never sign commit")
    assert "Nothing that you ask for comes again" in text
    assert "Open each PR as a draft" in browser.see("/profile")
    browser.send("/review/recurring", 404, action="dismiss", key="never sign commit")
    browser.send("/review/recurring", 404, action="more", key="never sign commit")
