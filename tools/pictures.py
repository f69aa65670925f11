"""Make the pictures of the page in docs/pictures: ``.venv/bin/python tools/pictures.py``.

The memory is the demo's, and a Chromium on PATH looks at it in both themes. ``--widths`` and
``--to`` are for looking at other sizes.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tom_cli.commands.demo import FRONT_END, PLACES, VAGUE
from tom_swe.app import open_tom
from tom_swe.ingest.importing import import_transcripts
from tom_swe.settings import Settings

TO = Path(__file__).parents[1] / "docs" / "pictures"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
USER = "mira"
WIDTH, HEIGHT = 1200, 800
HIGHEST = 1600  # pixels of a page that are shown
COLOURS = 128


class View(NamedTuple):
    """A page to look at; ``opens`` is what is clicked before."""

    name: str
    path: str
    opens: str = ""


VIEWS = (
    View("home", "/"),
    View("profile", "/profile", ".belief-row summary"),
    View("belief", "/profile"),
    View("merge", ""),
    View("review", "/review"),
    View("review-list", "/review/list"),
    View("recurring", "/review/recurring"),
    View("sessions", "/sessions"),
    View("search", "/sessions?words=test"),
    View("session", "/sessions/1"),
    View("consult", ""),
    View("costs", "/costs"),
    View("health", "/health"),
    View("install", "/agents/claude-code/install"),
)


def filled(folder: Path) -> Path:
    """A memory of the demo's sessions."""
    home = folder / "home"
    with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
        shutil.copytree(shipped, home)
    (home / ".claude").mkdir()
    settings = Settings(home=folder / "memory", user=USER)
    tom = open_tom(settings)
    for host, place in PLACES:
        import_transcripts(tom, USER, host, home / place)
    tom.learn(USER)
    tom.close()
    return settings.home


@contextmanager
def served(memory: Path, person: Path) -> Generator[str]:
    """The address of a `tom web` on a memory, for a person without settings of their own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tom_cli", "web"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(person),
            "TOM_HOME": str(memory),
            "TOM_USER": USER,
            "TZ": "UTC",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def see(page: Page, root: str, view: View) -> None:
    """Goes to a page as a person gets there."""
    match view.name:
        case "consult":
            page.goto(f"{root}/consult")
            page.fill("#request", VAGUE)
            page.select_option("#consult-repository", FRONT_END)
            page.click("button.main")
        case "merge":
            page.goto(f"{root}/profile?show=all")
            for box in page.locator("[data-row] input[type=checkbox]").all()[:2]:
                box.check()
            page.click("button[value=merge]")
        case "belief":
            page.goto(root + view.path)
            page.locator(".belief-row summary").first.click()
            page.get_by_text("All about b").first.click()
        case _:
            page.goto(root + view.path)
    if view.opens:
        page.locator(view.opens).first.click()
    page.wait_for_load_state("networkidle")


def taken(page: Page) -> bytes:
    """The picture of a page, with few colours so that it is small."""
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    high = page.evaluate("document.documentElement.scrollHeight")
    # What sticks to the bottom of a window then is at the bottom of the picture.
    page.set_viewport_size({"width": width, "height": min(high, HIGHEST)})
    shot = page.screenshot()
    page.set_viewport_size({"width": width, "height": HEIGHT})
    out = io.BytesIO()
    few = Image.open(io.BytesIO(shot)).convert("RGB")
    few.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def pictures(browser: Browser, address: str, to: Path, widths: list[int], only: str) -> None:
    """Each page in both themes at each width."""
    root = address.partition("/?token=")[0]
    for scheme in ("light", "dark"):
        for width in widths:
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHT},
                color_scheme="dark" if scheme == "dark" else "light",
                timezone_id="UTC",
                locale="en-GB",
            )
            page = context.new_page()
            page.goto(address)
            for view in VIEWS:
                if only not in view.name:
                    continue
                see(page, root, view)
                size = f"-{width}" if len(widths) > 1 else ""
                path = to / f"{view.name}-{scheme}{size}.png"
                path.write_bytes(taken(page))
                print(f"{path} {path.stat().st_size // 1000} kB")
            context.close()


def main() -> None:
    """Makes the memory, serves it, and looks at each page."""
    parser = argparse.ArgumentParser(prog="tools/pictures.py", description=__doc__)
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--widths", type=int, nargs="+", default=[WIDTH])
    parser.add_argument("--memory", type=Path, help="another memory than the demo's")
    parser.add_argument("--only", default="", help="pages with this in their names")
    options = parser.parse_args()
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        sys.exit(f"no Chromium on PATH ({', '.join(PROGRAMS)}): install one")
    options.to.mkdir(parents=True, exist_ok=True)
    # Always the same, since paths can be seen.
    folder = Path(tempfile.gettempdir()) / "tom-pictures"
    folder.mkdir()
    try:
        memory = options.memory or filled(folder)
        person = folder / "person"
        (person / ".claude").mkdir(parents=True)
        (person / ".claude" / "settings.json").write_text('{\n  "model": "opus"\n}\n')
        with served(memory, person) as address, sync_playwright() as driver:
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = driver.chromium.launch(executable_path=program, args=sandbox)
            pictures(browser, address, options.to, options.widths, options.only)
            browser.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
