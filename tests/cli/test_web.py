"""The local page as a browser asks for it: who is let in, what is shown, what forms change."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from tom_cli.web.app import make_app
from tom_cli.web.guard import HEADERS, Keys
from tom_cli.web.paging import paged
from tom_cli.web.turns import marked
from tom_swe.app import open_tom
from tom_swe.errors import NotFound
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Telling
from tom_swe.model.belief import DecisionKind, Status
from tom_swe.model.calls import Limits, Purpose, Settled, Usage
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import START, HashEmbedder, session_of

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
OWN = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
STYLE = Path(__file__).parents[2] / "cli" / "tom_cli" / "web" / "static" / "style.css"
# Words with markup, an escape sequence, an invisible turn of direction and a bell in them.
EVIL = "<script>alert(1)</script> \x1b[31mred\x1b[0m \u202egnp.exe\u202c tags\x07"
SAID = (
    ("a", "acme/shop", "from now on use pnpm, not npm"),
    ("b", "acme/shop", "we always use pnpm here. add a chart of the sales to the page"),
    ("c", "acme/shop", "never commit to main"),
    ("d", "acme/shop", "never use emojis in commit messages"),
)


@pytest.fixture
def tom(settings: Settings) -> Iterator[Tom]:
    """A memory of four sessions in a real file."""
    made = open_tom(settings, embedder=HashEmbedder())
    for day, (name, repository, text) in enumerate(SAID):
        at = START + timedelta(days=day)
        session = session_of(
            text,
            (Role.AGENT, f"done <b>{name}</b>"),
            (Role.TOOL, "x" * 3_000),
            host_id=name,
            repository=repository,
            started=at,
        )
        made.add_session(settings.user, session)
    assert made.learn(settings.user).sessions == len(SAID)
    yield made
    made.close()


class Browser:
    """A browser that was let in: it asks for pages and sends forms as people do."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self.keys = keys
        app = make_app(settings, keys, PORT)
        self.client = TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False)
        assert self.client.get(f"{keys.place}/?token={keys.token}").status_code == 200

    def see(self, path: str, status: int = 200) -> str:
        """A page's text."""
        answer = self.client.get(self.keys.place + path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, status: int = 200, /, **fields: str) -> str:
        """A form sent; the text of the page that it leads to."""
        fields = {"form_key": self.keys.form, **fields}
        answer = self.client.post(self.keys.place + path, data=fields, headers=OWN)
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def browser(tom: Tom, settings: Settings, keys: Keys) -> Browser:
    del tom
    return Browser(settings, keys)


@pytest.fixture
def stranger(tom: Tom, settings: Settings, keys: Keys) -> TestClient:
    """A client without a cookie."""
    del tom
    return TestClient(
        make_app(settings, keys, PORT), base_url=f"http://{HOST}", follow_redirects=False
    )


# Who is let in


def test_only_the_printed_address_lets_a_browser_in(stranger: TestClient, keys: Keys) -> None:
    """No token, a wrong one or an old cookie gets a clear 403 and no word of the memory."""
    for path in (
        "/",
        f"{keys.place}/",
        f"{keys.place}/?token=wrong",
        f"{keys.place}/?token=%C3%A4",
        f"{keys.place}/?token={keys.cookie}",
        f"{keys.place}/static/style.css",
        f"/elsewhere/?token={keys.token}",
    ):
        answer = stranger.get(path)
        assert (answer.status_code, "tom web" in answer.text) == (403, True), path
        assert "pnpm" not in answer.text
        assert "set-cookie" not in answer.headers
    for cookie in ("tom_web=", f"tom_web={keys.token}", "tom_web=ä", 'tom_web="', "=;;"):
        answer = stranger.get(f"{keys.place}/", headers={"Cookie": cookie.encode()})
        assert answer.status_code == 403


def test_the_token_leaves_the_address_and_becomes_a_cookie(
    stranger: TestClient, keys: Keys
) -> None:
    """The first GET leads to the same address without it; the cookie is kept from scripts."""
    answer = stranger.get(f"{keys.place}/?token={keys.token}&show=all")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{keys.place}/?show=all")
    cookie = answer.headers["set-cookie"]
    assert keys.token not in cookie
    for part in ("HttpOnly", "SameSite=strict", f"Path={keys.place}/"):
        assert part in cookie
    assert stranger.get(answer.headers["location"]).status_code == 200
    led = stranger.get(
        f"{keys.place}/?token={keys.token}&words=%22%3E", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (led.status_code, led.headers["set-cookie"]) == (200, cookie)
    assert f'url={keys.place}/?words=%22%3E"' in led.text
    assert stranger.post(f"{keys.place}/undo?token={keys.token}").status_code == 403


def test_another_name_for_this_machine_leads_nowhere(browser: Browser) -> None:
    """A page whose name was made to point at 127.0.0.1 is refused, cookie or not."""
    path = f"{browser.keys.place}/"
    for host in (
        "evil.example",
        f"evil.example:{PORT}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"[::1]:{PORT}",
    ):
        assert browser.client.get(path, headers={"Host": host}).status_code == 403
    assert HOST in browser.client.get(path, headers={"Host": "evil.example"}).text
    named = browser.client.get(path, headers={"Host": f"localhost:{PORT}"})
    assert named.status_code == 200


def test_only_a_form_of_this_page_changes_anything(browser: Browser, tom: Tom) -> None:
    """Another site, another port, a foreign origin or a form without its key: 403."""
    path, fields = f"{browser.keys.place}/beliefs/1/reject", {"form_key": browser.keys.form}
    foreign = (
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "cross-site"},
    )
    for headers in foreign:
        assert browser.client.post(path, data=fields, headers=headers).status_code == 403, headers
    for wrong in ({}, {"form_key": ""}, {"form_key": "ä"}, {"form_key": browser.keys.cookie}):
        assert browser.client.post(path, data=wrong, headers=OWN).status_code == 403
    assert browser.client.put(path, headers=OWN).status_code == 405
    assert tom.memory.beliefs.get("ada", 1).decisions == ()
    old = {"Origin": f"http://{HOST}"}
    assert browser.client.post(path, data=fields, headers=old).status_code == 200
    assert tom.memory.beliefs.get("ada", 1).is_rejected_by_user


def test_every_answer_forbids_what_it_does_not_need(browser: Browser, stranger: TestClient) -> None:
    """Pages, refusals, what is not there and the style have the same strict headers."""
    place = browser.keys.place
    answers = [browser.client.get(place + path) for path in ("/", "/nothing", "/static/style.css")]
    for answer in (*answers, stranger.get("/")):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    for path in ("/", "/beliefs/1", "/review", "/sessions/1", "/costs", "/health"):
        text = browser.see(path)
        assert not re.search(r"(?:src|href|action)=[\"'](?!/|#|\?)", text), path
        assert not re.search(r"<(?:style|script(?! src=\"/))|\sstyle=|\son\w+=", text), path


# What is shown


def test_the_user_model_is_shown_and_searched(browser: Browser, tom: Tom) -> None:
    """Beliefs by kind with a quote each; words, status and kind narrow them down."""
    text = browser.see("/")
    assert "What tom knows about you" in text
    for words in ("Use pnpm", "Never commit to main", "seen once", 'href="#main"', 'lang="en"'):
        assert words in text
    assert "Use pnpm" not in browser.see("/?words=MAIN")
    assert "Never commit" in browser.see("/?words=MAIN")
    assert "No belief matches" in browser.see("/?words=yarn")
    assert "Never commit" not in browser.see("/?show=confirmed")
    assert "Use pnpm" not in browser.see("/?kind=habit")
    tom.reject("ada", 1)
    assert "Use pnpm" not in browser.see("/")
    assert "rejected by you" in browser.see("/?show=retired")
    assert "Use pnpm" in browser.see("/?show=human")
    assert "Never commit" in browser.see("/?show=nonsense&kind=nonsense")
    browser.see("/?words=%00%ff")


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
    assert text.index("<strong>pin</strong>") < text.index("<strong>add</strong>")
    assert 'by session <a href="' in text


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


def test_costs_are_those_of_the_command(browser: Browser, tom: Tom) -> None:
    """What `tom cost` says of calls and of today's budget, by what was chosen."""
    assert "No model was called" in browser.see("/costs")
    limits = Limits(since=datetime.now(UTC), budget=1.0, tokens=1000)
    call = tom.memory.ledger.begin("big", Purpose.READING, 1, Usage(cost=0.5), limits)
    tom.memory.ledger.settle(call, Settled.ANSWERED, Usage(tokens_in=1234, cost=0.25), 5)
    text = browser.see("/costs?by=purpose&days=7")
    for words in ("reading", "1,234 (0)", "0.2500 of 0.25", "<option selected>7</option>"):
        assert words in text
    assert "s1" in browser.see("/costs?by=session&days=0")
    assert "<option selected>30</option>" in browser.see("/costs?by=no&days=no")


def test_health_says_what_is_to_be_fixed(browser: Browser, tom: Tom, settings: Settings) -> None:
    """The facts of `tom doctor`, its problems with what fixes them, and `tom audit` by a button."""
    text = browser.see("/health")
    assert str(settings.home) in text
    assert "Check the vector index" in text
    settings.database.chmod(0o644)
    tom.add_session("ada", session_of("hello", host_id="late"))
    assert "fix: <code>tom learn" in browser.see("/health?index=1")
    assert "beliefs have no fault" in browser.see("/audit")


def test_an_empty_memory_says_how_to_begin(settings: Settings) -> None:
    """Each page of nothing is a page."""
    browser = Browser(settings, Keys())
    assert "tom init" in browser.see("/")
    assert "No beliefs to review" in browser.see("/review")
    assert "tom init" in browser.see("/sessions")
    assert "no beliefs to audit" in browser.see("/audit")


def test_stored_text_is_never_markup_and_hides_nothing(
    browser: Browser, tom: Tom, settings: Settings
) -> None:
    """Script, escape sequences and turns of direction come out as harmless words everywhere."""
    evil = next(b for b in tom.memory.beliefs.all("ada") if b.evidence[0].session_id == 4)
    # As if all that keeps such words out of the memory had failed.
    with sqlite3.connect(settings.database) as rows:
        rows.execute("UPDATE turn SET text = ? WHERE session_id = 4 AND role = 'user'", (EVIL,))
        rows.execute(
            "UPDATE observation SET quote = ?, basis = ? WHERE session_id = 4", (EVIL, EVIL)
        )
        rows.execute("UPDATE session SET host = ?, repository = ? WHERE id = 4", (EVIL, EVIL))
        rows.execute("UPDATE session_model SET summary = ? WHERE session_id = 4", (EVIL,))
        rows.execute("UPDATE belief SET statement = ? WHERE id = ?", (EVIL, evil.id))
    rows.close()
    pages = (
        "/?show=all",
        f"/beliefs/{evil.id}",
        f"/beliefs/{evil.id}/forget",
        f"/review?at={evil.id}",
        f"/beliefs/{evil.id}?done=<script>",
        "/sessions",
        "/sessions/4",
        "/?words=%3Cscript%3E%1B%5B31m%E2%80%AE%22%3E",
    )
    for path in pages:
        text = browser.see(path)
        assert "<script>" not in text, path
        assert "&lt;script&gt;" in text, path
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; red gnp.exe" in browser.see("/sessions/4")


def test_pages_that_are_not_there(browser: Browser) -> None:
    """Unknown pages, ids and huge ids are a clear 404 in the same frame."""
    for path in ("/nothing", "/beliefs/x", "/beliefs/-1"):
        assert "There is no such page" in browser.see(path, 404)
    for path in ("/beliefs/99", f"/beliefs/{10**30}", f"/beliefs/{10**30}/forget"):
        assert "there is no belief" in browser.see(path, 404)
    assert "there is no session" in browser.see(f"/sessions/{10**30}", 404)
    assert "there is no session" in browser.see("/sessions/99", 404)
    assert "There is no such page" in browser.see("/static/../app.py", 404)
    browser.see("/undo", 405)


# What forms change


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


def test_a_review_goes_from_one_to_the_next(browser: Browser, tom: Tom) -> None:
    """Each answer leads to the next candidate; skipping keeps it; undo comes back to it."""
    waiting = [b.id for b in tom.memory.beliefs.all("ada") if b.status is Status.CANDIDATE]
    first, second = waiting[:2]
    text = browser.see("/review")
    assert f"/beliefs/{first}/confirm" in text
    assert f'data-key="s" href="{browser.keys.place}/review?at={first + 1}"' in text
    text = browser.send(f"/beliefs/{first}/confirm", at=str(first + 1))
    assert "Confirmed." in text
    assert f"/beliefs/{second}/reject" in text
    (change,) = re.findall(r'name="change" value="(\d+)"', text)
    text = browser.send("/undo", change=change, at=str(second))
    assert f"/beliefs/{first}/confirm" in text
    browser.send(f"/beliefs/{first}/edit", at=str(first + 1), text="never push to main")
    assert tom.memory.beliefs.get("ada", first).status is Status.CONFIRMED
    assert "skipped" in browser.see("/review?at=9999")
    for each in waiting[1:]:
        browser.send(f"/beliefs/{each}/reject", at=str(each + 1))
    assert "No beliefs to review" in browser.see("/review")


def test_a_review_begins_with_what_recurs(browser: Browser, tom: Tom) -> None:
    """It is shown with its quotes; a yes, in whatever words, and a no are done at once."""
    said = ("open a draft PR", "launch a draft PR", "push and open a draft PR")
    for day, text in enumerate((*said, *["do not sign the commits"] * 3), start=20):
        at = START + timedelta(days=day)
        tom.add_session("ada", session_of(text, host_id=f"r{day}", started=at))
    tom.read("ada")
    text = unescape(browser.see("/review"))
    assert "In 3 sessions you asked: open a draft PR. Always?" in text
    assert "In 3 sessions you asked: do not sign the commits. Always?" in text
    assert all(f'<blockquote dir="auto">{each}</blockquote>' in text for each in said)
    drafts = {"action": "accept", "key": "twist pr draft", "text": "Open each PR as a draft"}
    text = browser.send("/review/recurring", **drafts)
    assert "It is a rule from now on." in text
    assert "draft PR. Always" not in text
    text = browser.send("/review/recurring", action="dismiss", key="never sign commit")
    assert "again and again" not in text
    assert "Open each PR as a draft" in browser.see("/")
    browser.send("/review/recurring", 404, action="dismiss", key="never sign commit")
    browser.send("/review/recurring", 404, action="more", key="never sign commit")


# When something is wrong


def test_a_form_that_cannot_be_is_refused_in_words(browser: Browser, tom: Tom) -> None:
    """Empty words, too many, an unknown action or a broken body change nothing."""
    assert "the text is empty" in browser.send("/beliefs/2/edit", 400, text=" ")
    assert "at most 500" in browser.send("/beliefs/2/edit", 400, text="a b " * 200)
    assert "too long" in browser.send("/beliefs/2/edit", 400, text="a" * 20_000)
    assert "is not pinned" in browser.send("/beliefs/2/unpin", 400)
    assert "there is no action" in browser.send("/beliefs/2/dance", 404)
    path = f"{browser.keys.place}/beliefs/2/reject"
    broken = b"form_key=%ff&" + b"a=1&" * 40
    assert browser.client.post(path, content=broken, headers=OWN).status_code == 400
    assert tom.memory.beliefs.get("ada", 2).decisions == ()


def test_a_memory_that_is_held_or_broken_is_a_page(
    tom: Tom, settings: Settings, keys: Keys
) -> None:
    """While another process writes, an action says so; a file that is no database does, too."""
    tom.close()
    browser = Browser(settings.model_copy(update={"busy_timeout_seconds": 0.05}), keys)
    with sqlite3.connect(settings.database) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "another process is using" in browser.send("/beliefs/1/pin", 503)
        assert "Use pnpm" in browser.see("/")
        other.rollback()
    other.close()
    for file in settings.home.glob("tom.db*"):
        file.unlink()
    settings.database.write_bytes(b"no database at all" * 100)
    assert "is damaged" in browser.see("/", 500)


# Pure parts


def test_pages_are_counted_from_one() -> None:
    """No page is beyond the last, and nothing has one page."""
    assert paged(0, 10, 5) == (1, 1, 0, 0)
    assert paged(21, 10, 3) == (3, 3, 20, 21)
    assert paged(20, 10, 9) == (2, 2, 10, 20)


def test_quotes_are_marked_where_they_stand() -> None:
    """Overlapping quotes make one mark, a quote that is not there makes none."""
    assert marked("use pnpm here", ["pnpm"]) == [(False, "use "), (True, "pnpm"), (False, " here")]
    assert marked("abc", ["ab", "bc"]) == [(True, "abc")]
    assert marked("abc", ["x", ""]) == [(False, "abc")]
    assert marked("", ["x"]) == []


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_palette_can_be_read(scheme: int) -> None:
    """Text has 4.5 to 1 against what it stands on, edges of controls 3 to 1 (WCAG AA)."""
    blocks = re.findall(r":root \{([^}]*)\}", STYLE.read_text())
    assert len(blocks) == 2
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme]))
    for text in ("text", "muted", "accent", "danger", "warn", "good"):
        for ground in ("ground", "surface"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text, ground in (("text", "soft"), ("accent", "soft"), ("text", "quoted")):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    for edge in ("edge", "accent"):
        for ground in ("ground", "surface"):
            assert contrast(colours[edge], colours[ground]) >= 3, (edge, ground)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
