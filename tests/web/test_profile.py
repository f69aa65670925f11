"""The list of beliefs: filters, groups, and what is done to several of them."""

from web_client import Browser

from tom_cli.web.beliefs import scope_in
from tom_cli.web.listed import in_groups, places
from tom_cli.web.paging import paged
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Reach, Scope, Status
from tom_swe.model.user import told


def test_beliefs_are_found_by_words_standing_place_and_kind(browser: Browser, tom: Tom) -> None:
    """Each row has the belief and a quote; what is unknown in an address is left out."""
    text = browser.see("/profile")
    assert "What tom knows about you" in text
    for words in ("Use pnpm", "Never commit to main", "seen once", "we always use pnpm here"):
        assert words in text
    assert "Use pnpm" not in browser.see("/profile?words=MAIN")
    assert "Never commit" in browser.see("/profile?words=MAIN")
    assert "No belief matches" in browser.see("/profile?words=yarn")
    assert "Never commit" not in browser.see("/profile?show=confirmed")
    assert "Use pnpm" not in browser.see("/profile?kind=habit")
    assert "No belief matches" in browser.see("/profile?place=repository:acme/nowhere")
    tom.reject("ada", 1)
    assert "Use pnpm" not in browser.see("/profile")
    assert "rejected by you" in browser.see("/profile?show=retired")
    assert "Use pnpm" in browser.see("/profile?show=human")
    assert "Never commit" in browser.see("/profile?show=nonsense&kind=nonsense&by=nonsense")
    browser.see("/profile?words=%00%ff")


def test_beliefs_are_grouped_by_subject_place_or_kind(browser: Browser, tom: Tom) -> None:
    """Groups stand in one order, and in each the surest first."""
    tom.rescope("ada", 2, Scope(reach=Reach.REPOSITORY, name="acme/shop"))
    lines = tom.memory.belief_lists.lines("ada")
    titles = list(dict.fromkeys(title for title, _ in in_groups(lines, "place")))
    assert titles == ["Everywhere", "In acme/shop"]
    assert "Tools and languages" in {title for title, _ in in_groups(lines, "subject")}
    assert "Rules" in {title for title, _ in in_groups(lines, "kind")}
    strict = lines[0]._replace(dimension="typing", value="strict")
    assert in_groups([strict], "subject") == [("Code style", strict)]
    assert ("repository:acme/shop", "in acme/shop", 2) in places(lines)
    assert ">In acme/shop " in browser.see("/profile?by=place")


def test_lines_say_what_the_beliefs_say(tom: Tom) -> None:
    """A line stands as its belief does, before and after the person decided on it."""
    tom.pin("ada", 1)
    tom.reject("ada", 2)
    tom.remember("ada", "never push to main on fridays")
    beliefs, lines = tom.memory.beliefs.all("ada"), tom.memory.belief_lists.lines("ada")
    assert [each.id for each in told(lines)] == [each.id for each in told(beliefs)]
    for belief, line in zip(beliefs, lines, strict=True):
        for name in (
            "id", "kind", "statement", "dimension", "value", "scope", "status", "confidence",
            "superseded_by", "first_seen", "last_seen", "borne_out", "is_hint", "is_pinned",
            "is_seen_once", "is_rejected_by_user",
        ):  # fmt: skip
            assert getattr(line, name) == getattr(belief, name), name
    assert tom.memory.belief_lists.full("ada", [3, 1, 99]) == [beliefs[2], beliefs[0]]


def test_several_are_decided_on_and_undone_at_once(browser: Browser, tom: Tom) -> None:
    """The list comes back as it was looked at, and one button takes all of it back."""
    sent = {"action": "confirm", "list": "profile", "back": "show=all&evil=1", "id": ["2", "3"]}
    text = browser.send("/profile/many", **sent)
    assert "2 beliefs confirmed." in text
    assert '<option value="all" selected>' in text
    assert all(tom.memory.beliefs.get("ada", each).is_upheld for each in (2, 3))
    assert "Your last 2 changes" in text
    change = browser.last_change("/beliefs/3")
    assert "Undone." in browser.send("/undo", change=change, count="2", list="profile", back="")
    assert not any(tom.memory.beliefs.get("ada", each).is_upheld for each in (2, 3))
    assert "nothing is ticked" in browser.send("/profile/many", 400, action="pin")
    browser.send("/profile/many", 404, action="dance", id="2")


def test_merging_asks_whose_words_stay(browser: Browser, tom: Tom) -> None:
    """The first step changes nothing; the second gives one the quotes of the other."""
    text = browser.send("/profile/many", action="merge", id=["2", "3"], list="profile", back="")
    assert "Choose the words that stay" in text
    assert len(tom.memory.beliefs.all("ada")) >= 3
    text = browser.send("/profile/merge", kept="3", id=["2", "3"])
    assert "Merged." in text
    assert {each.quote for each in tom.memory.beliefs.get("ada", 3).supporting} >= {
        "never commit to main"
    }
    assert 2 not in {each.id for each in tom.memory.beliefs.all("ada")}
    assert "two beliefs or more" in browser.send("/profile/many", 400, action="merge", id="3")
    assert "another one beside it" in browser.send("/profile/merge", 400, kept="3", id="3")


def test_a_row_is_edited_in_its_place(browser: Browser, tom: Tom) -> None:
    """Wording and scope are changed from the list, which comes back at the row."""
    path = f"{browser.keys.place}/beliefs/2/edit"
    fields = {
        "form_key": browser.keys.form, "text": "never push to main", "list": "profile",
        "back": "by=place&page=1",
    }  # fmt: skip
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    answer = browser.client.post(path, data=fields, headers=headers, follow_redirects=False)
    assert answer.headers["location"].endswith("/profile?by=place&page=1&done=edit#b2")
    browser.send("/beliefs/2/scope", place="acme/shop")
    belief = tom.memory.beliefs.get("ada", 2)
    assert (belief.statement, str(belief.scope)) == ("never push to main", "repository:acme/shop")
    assert belief.status is not Status.RETIRED
    browser.send("/beliefs/2/scope", 400, place=" ")


def test_a_place_is_read_from_what_a_person_writes() -> None:
    """Everywhere, a name alone, or one of a kind."""
    assert str(scope_in(" everywhere ")) == "everywhere"
    assert str(scope_in("acme/shop")) == "repository:acme/shop"
    assert str(scope_in("language: python")) == "language:python"
    assert str(scope_in("odd:name")) == "repository:odd:name"


def test_pages_are_counted_from_one() -> None:
    """No page is beyond the last, and nothing has one page."""
    assert paged(0, 10, 5) == (1, 1, 0, 0)
    assert paged(21, 10, 3) == (3, 3, 20, 21)
    assert paged(20, 10, 9) == (2, 2, 10, 20)
