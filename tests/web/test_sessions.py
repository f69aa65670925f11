"""Sessions as a timeline, searched, and each with its turns."""

import pytest
from web_client import Browser

from tom_cli.web.turns import marked
from tom_swe.errors import NotFound
from tom_swe.memory.session_listing import Wanted
from tom_swe.mind.tom import Tom


def test_a_session_shows_what_it_showed_and_its_turns(browser: Browser) -> None:
    """The words that a belief rests on are marked; long output is folded; pages are counted."""
    text = browser.see("/sessions")
    assert all(f"/sessions/{number}" in text for number in (1, 2, 3, 4))
    text = browser.see("/sessions/1?turn=0")
    assert "What it showed" in text
    assert "<mark>from now on use pnpm</mark>, not npm" in text
    assert "done &lt;b&gt;a&lt;/b&gt;" in text
    assert "The rest" in text
    for page in ("0", "-1", "99999999999999999999", "x", "²", ""):
        assert "turn 0" in browser.see(f"/sessions/1?page={page}&turn=")


def test_quotes_are_marked_where_they_stand() -> None:
    """Overlapping quotes make one mark, a quote that is not there makes none."""
    assert marked("use pnpm here", ["pnpm"]) == [(False, "use "), (True, "pnpm"), (False, " here")]
    assert marked("abc", ["ab", "bc"]) == [(True, "abc")]
    assert marked("abc", ["x", ""]) == [(False, "abc")]
    assert marked("", ["x"]) == []


def test_sessions_are_a_timeline_with_filters(browser: Browser) -> None:
    """Newest first under their months, those of an agent or a repository alone."""
    text = browser.see("/sessions")
    places = [text.index(f"/sessions/{number}") for number in (4, 3, 2, 1)]
    assert places == sorted(places)
    assert "September 2026" in text
    assert "No session matches" in browser.see("/sessions?host=codex")
    assert "4 sessions." in browser.see("/sessions?host=jsonl&repository=acme/shop")
    browser.see("/sessions?page=99999999999999999999&host=%00%ff")


def test_what_was_stated_to_tom_is_no_session(browser: Browser, tom: Tom) -> None:
    """The heading, the list of agents and the other pages count the sessions with an agent."""
    tom.remember("ada", "always rebase before a merge")
    text = browser.see("/sessions")
    assert 'Sessions <span class="number">4</span>' in text
    assert '<option value="tom"' not in text
    assert "4 sessions" in browser.see("/profile")


def test_what_was_said_is_searched(browser: Browser) -> None:
    """Every word has to stand in a turn; the last may be the beginning of one."""
    text = browser.see("/sessions?words=pnpm")
    assert "2 turns." in text
    assert "<mark>pnpm</mark>" in text
    assert "/sessions/1?turn=0#t0" in text
    assert "1 turn." in browser.see("/sessions?words=pnpm+sal")
    assert "No turn has all of these words" in browser.see("/sessions?words=pnpm+emojis")
    assert "4 turns." in browser.see("/sessions?words=done&who=agent")
    assert "No turn has" in browser.see("/sessions?words=done")
    for odd in ('"', "%22+OR+%22", "*", "a%00b", "NEAR(", "^pnpm", "-"):
        browser.see(f"/sessions?words={odd}&page=7")


def test_a_page_of_sessions_is_a_part_of_all(tom: Tom) -> None:
    """Its lines are those of the whole list, with the same titles."""
    lists, every = tom.memory.session_lists, tom.memory.sessions.summaries("ada")
    assert lists.page("ada", Wanted(), 1, 2) == tom.memory.sessions.titled(every[1:3])
    assert lists.count("ada", Wanted(repository="acme/shop")) == 4
    assert lists.one("ada", 2).title == lists.page("ada", Wanted(), 2, 1)[0].title
    assert lists.places("ada").repositories == {"acme/shop": 4}
    with pytest.raises(NotFound):
        lists.one("ada", 9)
    with pytest.raises(NotFound):
        lists.one("somebody", 1)
