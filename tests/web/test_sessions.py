"""Sessions as a timeline, searched, and each with its turns."""

from web_client import Browser

from tom_cli.web.turns import marked


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
