"""`tom web` as a person has it: the real process, in a real browser without a screen."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="no playwright to drive a browser with")

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tom_swe.app import open_tom
from tom_swe.model.belief import Status
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import START, HashEmbedder, session_of

pytestmark = pytest.mark.slow

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
AXE = Path(__file__).parents[2] / ".npm-hosts" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": (360, 800), "tablet": (768, 1024), "desktop": (1440, 900)}
LONG = "src/" + "a_very_long_name_without_a_break" * 12
SAID = (
    "from now on use pnpm, not npm",
    "we always use pnpm here. add a chart",
    "never commit to main",
    f"always keep the types of {LONG} strict",
    "never use emojis in commit messages",
    "<script>document.title = 'taken'</script>",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium without a screen."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is on PATH")
    with sync_playwright() as driver:
        # Where everything runs as root Chromium's own sandbox cannot be had.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def home(settings: Settings) -> Path:
    """A real memory with long words, markup and much output in it."""
    tom = open_tom(settings, embedder=HashEmbedder())
    for day, text in enumerate(SAID):
        session = session_of(
            text,
            (Role.AGENT, f"I looked at {LONG}"),
            (Role.TOOL, f"{LONG} " * 40),
            host_id=str(day),
            repository="acme/shop",
            started=START + timedelta(days=day),
        )
        tom.add_session(settings.user, session)
    tom.learn(settings.user)
    tom.close()
    return settings.home


class Served:
    """A running `tom web`: its address, and its end by Ctrl-C."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.address = process.stdout.readline().strip()
        self.root = self.address.partition("/?token=")[0]

    def interrupt(self) -> tuple[int, str, str]:
        """What is left of it after Ctrl-C: code, output, talk."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def serving(home: Path, *options: str, browser: str = "") -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tom_cli", "web", *options],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home.parent / "person"),
            "TOM_HOME": str(home),
            "TOM_USER": "ada",
            "BROWSER": browser,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    with serving(home) as running:
        yield running


@contextmanager
def looking(chromium: Browser, served: Served, width: str, scheme: str) -> Iterator[Page]:
    """A page that was let in; at the end nothing may have been refused or complained of."""
    wide, high = WIDTHS[width]
    context = chromium.new_context(
        viewport={"width": wide, "height": high},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.address)
    yield page
    assert said == []
    assert [url for url in asked if not url.startswith(served.root)] == []
    context.close()


def pages_of(home: Path) -> list[str]:
    tom = open_tom(Settings(home=home, user="ada"), embedder=HashEmbedder())
    beliefs = tom.memory.beliefs.all("ada")
    tom.close()
    return [
        "/",
        "/consult",
        "/profile",
        "/profile?show=all&words=pnpm&by=place",
        *(f"/beliefs/{each.id}" for each in beliefs),
        f"/beliefs/{beliefs[0].id}/history",
        f"/beliefs/{beliefs[0].id}/forget",
        "/review",
        "/review/list",
        "/review/recurring",
        "/sessions",
        "/sessions?words=types",
        "/sessions/4",
        "/costs",
        "/health",
        "/health?index=1",
        "/agents/claude-code/install",
        "/audit",
    ]


def light_of(page: Page) -> float:
    """How light the ground of a page is, of 255."""
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(each) for each in re.findall(r"\d+", ground)[:3]) / 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_and_keeps_its_rules(
    chromium: Browser, served: Served, home: Path, width: str, scheme: str
) -> None:
    """At both widths and in both schemes nothing runs out of the page or against its policy."""
    with looking(chromium, served, width, scheme) as page:
        for path in pages_of(home):
            page.goto(served.root + path)
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over <= 0, path
            assert (light_of(page) < 100) == (scheme == "dark"), path
            assert page.locator("h1").count() == 1, path
            assert page.title().endswith("· tom")
            for field in page.locator("input:visible, select:visible, textarea:visible").all():
                assert field.evaluate("e => e.labels.length || !!e.ariaLabel"), path
            for target in page.locator("button:visible, .button:visible").all():
                box = target.bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 24, path


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core; `tools/setup.sh hosts` installs it")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, served: Served, home: Path, scheme: str) -> None:
    """No page breaks a rule of accessibility that a program can check, opened up or not."""
    with looking(chromium, served, "desktop", scheme) as page:
        for path in pages_of(home):
            page.goto(served.root + path)
            page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run().then(done => done.violations)")
            told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
            assert told == [], path


def test_charts_are_drawn_from_their_tables(chromium: Browser, served: Served) -> None:
    """A chart is there with a table beside it, and follows the theme when that changes."""
    with looking(chromium, served, "desktop", "light") as page:
        expect(page.locator("[data-chart] canvas")).to_have_count(1)
        page.emulate_media(color_scheme="dark")
        expect(page.locator("[data-chart] canvas")).to_have_count(1)
        page.get_by_text("As a table").click()
        expect(page.locator(".chart tbody tr").last).to_contain_text("6")


def test_several_are_decided_on_from_the_keyboard(
    chromium: Browser, served: Served, settings: Settings
) -> None:
    """J and k go through the rows, x ticks, y decides on what is ticked, u takes it back."""
    with looking(chromium, served, "desktop", "light") as page:
        page.goto(f"{served.root}/review/list")
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        expect(page.locator("[data-ticked]")).to_have_text("2 ticked")
        page.keyboard.press("y")
        expect(page.get_by_role("status")).to_have_text("2 beliefs confirmed.")
        page.keyboard.press("u")
        expect(page.get_by_role("status")).to_have_text("Undone.")
        expect(page.locator("[data-row]")).to_have_count(3)
        page.keyboard.press("j")
        page.keyboard.press("n")
        expect(page.get_by_role("status")).to_have_text("1 belief rejected.")
        page.keyboard.press("j")
        page.keyboard.press("e")
        expect(page.locator("textarea").first).to_be_focused()
    tom = open_tom(settings, embedder=HashEmbedder())
    assert sum(each.is_rejected_by_user for each in tom.memory.beliefs.all("ada")) == 1
    tom.close()


def test_a_list_stays_where_nothing_is_ticked(chromium: Browser, served: Served) -> None:
    """A key says so in the bar and sends nothing; on a phone the bar comes with the first tick."""
    with looking(chromium, served, "desktop", "light") as page:
        page.goto(f"{served.root}/profile?show=all&by=kind")
        bar = page.locator("[data-ticked]")
        page.keyboard.press("y")
        expect(bar).to_have_text("Nothing is ticked: tick a row first")
        for key in ("j", "x", "m"):
            page.keyboard.press(key)
        expect(bar).to_have_text("A merge takes two or more: tick another row")
        assert page.url.endswith("/profile?show=all&by=kind")
        page.set_viewport_size({"width": 390, "height": 844})
        expect(page.locator("#many")).to_be_in_viewport()
        page.locator("[data-row] input").first.uncheck()
        expect(page.locator("#many")).to_be_hidden()


def test_the_address_is_exchanged_and_the_token_gone(chromium: Browser, served: Served) -> None:
    """The address bar and scripts hold no token; another browser without it sees nothing."""
    with looking(chromium, served, "desktop", "light") as page:
        assert page.url == f"{served.root}/"
        assert page.evaluate("document.cookie") == ""
        expect(page.locator("h1")).to_have_text("What your next session will hear")
    other = chromium.new_context().new_page()
    answer = other.goto(page.url)
    assert answer is not None
    assert answer.status == 403
    assert "pnpm" not in other.content()
    other.context.close()


def test_other_servers_of_this_machine_are_not_shown_the_cookie(
    chromium: Browser, served: Served
) -> None:
    """Cookies know no ports, so it is bound to a path that no other server has."""
    with looking(chromium, served, "desktop", "light") as page:
        cookies = page.context.cookies(f"{served.root}/")
        assert [each["name"] for each in cookies] == ["tom_web"]
        assert cookies[0]["httpOnly"]
        assert page.context.cookies("http://127.0.0.1:1/") == []
        assert page.context.cookies(served.root.rpartition("/")[0] + "/") == []


def focus_on(page: Page, name: str) -> None:
    """Goes on by Tab until the thing of this name has the focus, which must be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.textContent.trim().replace(/\\s+/g, ' ')")
        if text == name:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", name
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def test_everything_is_done_from_the_keyboard(
    chromium: Browser, served: Served, settings: Settings, home: Path
) -> None:
    """Tab reaches the skip link and the actions in order; Enter rules, takes back and forgets."""
    del home
    with looking(chromium, served, "desktop", "light") as page:
        page.goto(f"{served.root}/beliefs/2")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        for name in ("Confirm", "Reject", "Pin"):
            focus_on(page, name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Pinned")
        focus_on(page, "Undo u")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Undone.")
        focus_on(page, "Reword it")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+A")
        page.keyboard.type("never push to main")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("never push to main")
        focus_on(page, "Forget …")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Forget b2 permanently?")
        focus_on(page, "Forget it permanently")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Forgotten")
    tom = open_tom(settings, embedder=HashEmbedder())
    assert 2 not in {belief.id for belief in tom.memory.beliefs.all("ada")}
    tom.close()


def test_a_review_takes_one_key_each(
    chromium: Browser, served: Served, settings: Settings, home: Path
) -> None:
    """y, n, s and e answer; keys typed into the words are words."""
    del home
    tom = open_tom(settings, embedder=HashEmbedder())
    waiting = [b.id for b in tom.memory.beliefs.all("ada") if b.status is Status.CANDIDATE]
    assert len(waiting) == 3
    with looking(chromium, served, "phone", "dark") as page:
        page.goto(f"{served.root}/review")
        page.keyboard.press("s")
        expect(page.locator(".count")).to_have_text("2 to go, 1 skipped")
        # The keys work from then on.
        page.wait_for_load_state("load")
        page.keyboard.press("e")
        expect(page.locator("textarea")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("yes, strict types, not any")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".count")).to_have_text("1 to go, 1 skipped")
        page.keyboard.press("n")
        expect(page.locator(".empty")).to_contain_text("1 was skipped")
        page.goto(f"{served.root}/review")
        page.keyboard.press("y")
        expect(page.locator(".empty")).to_contain_text("No beliefs to review")
    held = {b.id: b for b in tom.memory.beliefs.all("ada")}
    assert held[waiting[0]].status is Status.CONFIRMED
    assert held[waiting[1]].statement == "yes, strict types, not any"
    assert held[waiting[2]].is_rejected_by_user
    tom.close()


def test_it_ends_with_ctrl_c_and_leaves_nothing(chromium: Browser, served: Served) -> None:
    """Exit 0 with a browser still there; the token was printed once; the port is free again."""
    with looking(chromium, served, "desktop", "light"):
        code, out, err = served.interrupt()
    assert (code, out) == (0, "")
    assert "token" not in err
    assert "Traceback" not in err
    port = int(re.findall(r":(\d+)/", served.address)[0])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_listens_on_this_machine_alone(home: Path) -> None:
    """The chosen port answers at 127.0.0.1 and nowhere else; one that is taken is an error."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serving(home, "--port", str(port)) as running:
        assert running.address.startswith(f"http://127.0.0.1:{port}/")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0
        with serving(home, "--port", str(port)) as second:
            assert second.address == ""
            assert second.process.wait(timeout=30) == 1
            assert second.process.stderr is not None
            assert f"port {port} cannot be used" in second.process.stderr.read()
        assert running.interrupt()[0] == 0


def test_a_browser_is_opened_without_the_token_in_its_arguments(
    chromium: Browser, home: Path, tmp_path: Path
) -> None:
    """It is given a private file that leads in, and that is gone at the end."""
    told = tmp_path / "told"
    os.mkfifo(told)
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    program.chmod(0o700)
    with serving(home, "--open", browser=f"{program} %s") as running:
        opened = told.read_text().strip()
        assert "token" not in opened
        file = Path(opened.removeprefix("file://"))
        assert file.stat().st_mode & 0o777 == 0o600
        page = chromium.new_context().new_page()
        page.goto(opened)
        expect(page.locator("h1")).to_have_text("What your next session will hear")
        assert page.url == f"{running.root}/"
        page.context.close()
        assert running.interrupt()[0] == 0
    assert not file.exists()
