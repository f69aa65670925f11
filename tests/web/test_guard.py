"""Who is let in, and what a browser may do with what it is given."""

import re

import pytest
from starlette.testclient import TestClient
from web_client import HOST, OWN, PORT, Browser

from tom_cli.web.app import make_app
from tom_cli.web.guard import HEADERS, Keys
from tom_swe.mind.tom import Tom
from tom_swe.settings import Settings

PAGES = (
    "/", "/consult", "/profile", "/beliefs/1", "/beliefs/1/history", "/beliefs/1/forget", "/review",
    "/review/list", "/review/recurring", "/sessions", "/sessions?words=pnpm", "/sessions/1",
    "/costs", "/health",
)  # fmt: skip


@pytest.fixture
def stranger(tom: Tom, settings: Settings, keys: Keys) -> TestClient:
    """A client without a cookie."""
    del tom
    return TestClient(
        make_app(settings, keys, PORT), base_url=f"http://{HOST}", follow_redirects=False
    )


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
    for path in PAGES:
        text = browser.see(path)
        assert not re.search(r"(?:src|href|action)=[\"'](?!/|#|\?)", text), path
        assert not re.search(r"<(?:style|script(?! src=\"/))|\sstyle=|\son\w+=", text), path
