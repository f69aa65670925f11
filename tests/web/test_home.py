"""The first page: the briefing, the boxes, and the charts."""

from datetime import UTC, date, datetime, timedelta
from html import unescape

from web_client import Browser

from tom_cli.web.figures import corrections, growth, kept, since_of
from tom_cli.web.guard import Keys
from tom_swe.explain.counts import counts
from tom_swe.memory.session_listing import ReadSession
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Adherence, Telling
from tom_swe.settings import Settings

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_it_shows_the_briefing_of_a_repository(browser: Browser, tom: Tom) -> None:
    """That of the newest session, or of the one that is chosen, and its exact text."""
    text = unescape(browser.see("/"))
    assert "<option selected>acme/shop</option>" in text
    assert tom.brief("ada", "acme/shop").text.splitlines()[1] in text
    for words in ("Use pnpm", "Never commit to main", 'lang="en"', 'href="#main"'):
        assert words in text
    tom.remember("ada", "in this repository write the tests in Lua")
    assert "Most important" not in text
    tom.pin("ada", 1)
    assert "Most important" in browser.see("/?repository=acme/shop")
    assert "Most important" not in browser.see("/?repository=acme/nowhere")
    browser.see("/?repository=%00%ff")


def test_charts_say_in_words_where_there_is_nothing(browser: Browser, settings: Settings) -> None:
    """A chart with data has a table of them; one without has a sentence."""
    text = browser.see("/")
    assert text.count("<table") == 1
    assert "No session got a briefing" in text
    assert "4 sessions could not be read: no agent spoke before you" in text
    empty = Browser(settings.model_copy(update={"user": "nobody"}), Keys()).see("/")
    assert empty.count("<table") == 0
    assert "tom init" in empty
    assert "no session in this time that tom could read" in empty


def test_corrections_are_counted_by_week_with_what_could_not_be_read() -> None:
    """Weeks without sessions stand between those with some; older ones are left out."""
    since = since_of(MONDAY)
    assert since == since_of(MONDAY + timedelta(days=5))
    read = [
        ReadSession(MONDAY, 4, 2),
        ReadSession(MONDAY - timedelta(days=14), 3, 0),
        ReadSession(MONDAY, 0, 0),
        ReadSession(MONDAY, None, 0),
        ReadSession(since - timedelta(days=1), 3, 3),
    ]
    chart = corrections(read, since)
    assert chart.rows == [
        (date(2026, 2, 16), (0, 1)),
        (date(2026, 2, 23), (0, 0)),
        (date(2026, 3, 2), (2, 1)),
    ]
    for words in ("2 in 2 sessions", "1 session could not be read", "1 session waits"):
        assert words in chart.note


def test_rules_are_followed_or_breached_where_it_shows() -> None:
    """What is unknown is said in words and drawn as nothing."""
    assert "No session got a briefing" in kept([]).note
    assert "nothing shows yet" in kept([(MONDAY, {None: 3})]).note
    told = {Adherence.OBEYED: 2, Adherence.CORRECTED: 1, None: 7}
    chart = kept([(MONDAY, told)])
    assert chart.rows == [(date(2026, 3, 2), (2, 0, 1))]
    assert "3 of 10 times" in chart.note


def test_beliefs_add_up_to_those_of_today(tom: Tom) -> None:
    """The last week has those that agents hear by the counts, and the confirmed ones."""
    lines = tom.memory.belief_lists.lines("ada")
    (confirmed, every) = growth(lines).rows[-1][1]
    counted = counts(tom.memory, "ada")
    assert (confirmed, every) == (counted.confirmed, counted.beliefs)
    assert growth([]).rows == []


def test_what_became_of_what_was_told_is_counted(tom: Tom) -> None:
    """Each told belief once; nothing from before the time that is asked for."""
    now = datetime.now(UTC)
    told = Telling(host="jsonl", host_id="b", repository="", belief_ids=(1, 2), at=now)
    tom.memory.tellings.put("ada", told)
    ((at, counts),) = tom.memory.belief_lists.kept("ada", now - timedelta(hours=2))
    assert at == now
    assert counts == {None: 2}
    assert tom.memory.belief_lists.kept("ada", now + timedelta(hours=2)) == []


def test_asking_shows_what_an_agent_would_hear(browser: Browser, tom: Tom) -> None:
    """The answer of `tom consult`, and whether it was right is kept from there."""
    assert "Ask tom" in browser.see("/consult")
    text = browser.send("/consult", request="install the packages with npm", repository="acme/shop")
    assert "install the packages with npm" in text
    assert "Was this right?" in text
    (given,) = tom.memory.consultations.all("ada")
    assert "Thank you" in browser.send(f"/advice/{given.id}", outcome="accepted")
    (judged,) = tom.memory.consultations.all("ada")
    assert judged.outcome == "accepted"
    browser.send(f"/advice/{given.id}", 404, outcome="maybe")
    browser.send("/advice/99", 404, outcome="accepted")
    assert "the request is empty" in browser.send("/consult", 400, request="  ")


def test_telling_makes_a_belief_that_holds_where_it_was_said_to(browser: Browser, tom: Tom) -> None:
    """It is shown at once and undone by the button; nonsense is refused in words."""
    text = browser.send(
        "/remember", text="always write docs in British English", place="repository:acme/shop"
    )
    assert "Remembered." in text
    belief = tom.memory.beliefs.all("ada")[-1]
    assert str(belief.scope) == "repository:acme/shop"
    browser.send("/undo", change=browser.last_change(f"/beliefs/{belief.id}"))
    assert len(tom.memory.beliefs.all("ada")) == belief.id - 1
    browser.send("/remember", 400, text=" ")
    assert "use at most 2000" in browser.send("/remember", 400, text="always use pnpm " * 320)
