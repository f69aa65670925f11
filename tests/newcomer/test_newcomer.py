"""A newcomer's first minutes: install by the README, init, a session, profile, the page."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pexpect
import pytest

pytest.importorskip("playwright", reason="no playwright to drive a browser with")

from playwright.sync_api import sync_playwright
from rich.cells import cell_len

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
UV = shutil.which("uv") or str(CHECKOUT / ".uv" / "bin" / "uv")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
WIDTH = 80
SECONDS = 90
RULE = "from now on always write the changelog entry first"
# A bar is drawn again over itself.
_AGAIN = re.compile(r"\x1b\[2K|\r(?!\n)")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Newcomer:
    """A person with a machine of their own: what they run, and all that they see."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.seen: list[str] = []
        path = f"{home / 'bin'}:/usr/bin:/bin"
        # None of the variables of whoever tests, but for those that say how to reach a registry.
        kept = re.compile(r"(UV|PIP|SSL|REQUESTS)_|.*_(PROXY|proxy)$")
        self.environ = {name: value for name, value in os.environ.items() if kept.match(name)} | {
            "HOME": str(home), "PATH": path, "TERM": "xterm", "LANG": "C.UTF-8",
            "UV_PYTHON": sys.executable, "UV_TOOL_DIR": str(home / "tools"),
            "UV_TOOL_BIN_DIR": str(home / "bin"), "TOM_USER": "mira",
        }  # fmt: skip

    def run(self, *command: str, said: str = "", cwd: Path | None = None) -> str:
        """What a command prints. It has to succeed."""
        done = subprocess.run(
            command, input=said, env=self.environ, cwd=cwd or self.home, capture_output=True,
            text=True, timeout=SECONDS,
        )  # fmt: skip
        self.seen.append(done.stdout + done.stderr)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def terminal(self, *arguments: str) -> pexpect.spawn:
        """`tom` in a terminal of 80 columns."""
        return pexpect.spawn(
            str(self.home / "bin" / "tom"),
            list(arguments),
            env=self.environ,  # pyright: ignore[reportArgumentType]
            cwd=str(self.home / "src" / "ledger-web"),
            encoding="utf-8",
            timeout=SECONDS,
            dimensions=(50, WIDTH),
        )

    def sees(self, shown: str) -> None:
        """Holds what a terminal showed to what is asked of it."""
        plain = _ESCAPES.sub("", _AGAIN.sub("\n", shown))
        self.seen.append(plain)
        for line in plain.splitlines():
            # The terminal itself breaks what is longer, anywhere in a word.
            assert cell_len(line) <= WIDTH, line


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    """Mira, with her sessions and with Claude Code, and without tom."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is on PATH")
    if not Path(UV).exists():
        pytest.skip("no uv to install with")
    home = tmp_path / "mira"
    with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
        shutil.copytree(shipped, home)
    for hidden in home.glob("dot-*"):
        hidden.rename(home / hidden.name.replace("dot-", ".", 1))
    (home / "src" / "ledger-web").mkdir()
    for other in (".codex", ".openhands"):
        shutil.rmtree(home / other)
    return Newcomer(home)


def install_line() -> list[str]:
    """The line by which the README installs tom from a clone."""
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    (what,) = re.findall(r"^uv tool install (\.\S*)", readme, re.MULTILINE)
    return ["tool", "install", what.replace(".", str(CHECKOUT), 1)]


def test_the_first_minutes(newcomer: Newcomer) -> None:
    """All of it works in under 90 seconds, and every command that was named is one."""
    began = time.monotonic()
    newcomer.run(UV, *install_line())
    init(newcomer)
    session(newcomer)
    until_it_is_learned(newcomer)
    child = newcomer.terminal("profile")
    child.expect(pexpect.EOF)
    newcomer.sees(str(child.before))
    assert "changelog entry first" in " ".join(newcomer.seen[-1].split())
    page(newcomer)
    took = time.monotonic() - began
    everything = "\n".join(newcomer.seen)
    assert "Traceback" not in everything
    assert took <= SECONDS
    said = "".join(
        path.read_text(errors="replace") for path in newcomer.home.rglob("*.jsonl")
    ) + "".join(path.read_text() for path in newcomer.home.rglob("*.md"))
    for word in set(re.findall(r"(\w+)…", everything)):
        assert re.search(rf"\b{word}\b", said), f"{word}… is cut inside the word"
    for named in sorted(set(re.findall(r"`tom ([a-z][a-z ]*[a-z])", everything))):
        command = commands_of(named)
        newcomer.run("tom", *command, "--help")


def commands_of(words: str) -> list[str]:
    """A command and, where it has some, the one below it, without arguments."""
    first, *rest = words.split()
    return [first, *rest[:1]] if first in {"memory", "plugin", "checks", "db"} else [first]


def init(newcomer: Newcomer) -> None:
    """Reads, decides once, connects Claude Code."""
    child = newcomer.terminal("init")
    shown = ""
    steps = ["Enter or y yes", "u undo", "show the changes", pexpect.EOF]
    decided = 0
    while (step := child.expect(steps)) < 3:
        shown += str(child.before) + str(child.after)
        if step == 1:
            decided += 1
            child.send("y" if decided == 1 else "q")
        else:
            child.send("y")
    shown += str(child.before)
    child.close()
    assert child.exitstatus == 0, shown
    newcomer.sees(shown)
    assert "Claude Code is connected" in shown
    assert "will hear" in shown


def session(newcomer: Newcomer) -> None:
    """A session of Claude Code, as its hooks are called by the settings that tom wrote."""
    folder = newcomer.home / "src" / "ledger-web"
    transcript = newcomer.home / ".claude" / "projects" / "-src-ledger-web" / "new.jsonl"
    transcript.parent.mkdir(parents=True)
    line = {
        "type": "user", "sessionId": "new", "uuid": "u1", "parentUuid": None, "cwd": str(folder),
        "version": "2.1.0", "userType": "external", "isSidechain": False,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "message": {"role": "user", "content": RULE},
    }  # fmt: skip
    transcript.write_text(json.dumps(line) + "\n")
    hooks = json.loads((newcomer.home / ".claude" / "settings.json").read_text())["hooks"]
    event = {"session_id": "new", "transcript_path": str(transcript), "cwd": str(folder)}
    told = {
        "SessionStart": {"source": "startup"},
        "UserPromptSubmit": {"prompt": RULE},
        "PreToolUse": {"tool_name": "Bash", "tool_input": {"command": "npm test"}},
        "Stop": {},
        "SessionEnd": {"reason": "exit"},
    }
    heard = ""
    for name, more in told.items():
        for entry in hooks.get(name, []):
            for hook in entry["hooks"]:
                said = json.dumps({**event, "hook_event_name": name, **more})
                command = shlex.split(hook["command"])
                heard += newcomer.run(*command, said=said, cwd=folder)
    assert "Use pnpm" in heard


def until_it_is_learned(newcomer: Newcomer) -> None:
    """Asks again until the learner, which the session's end started, is done."""
    ends = time.monotonic() + SECONDS
    while "changelog entry first" not in newcomer.run("tom", "profile", "--json"):
        assert time.monotonic() < ends, "nothing is learned from the session"


def page(newcomer: Newcomer) -> None:
    """Each page that the home page leads to opens without an error."""
    with subprocess.Popen(
        [str(newcomer.home / "bin" / "tom"), "web"], env=newcomer.environ, cwd=newcomer.home,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            look_around(newcomer, server.stdout.readline().strip())
        finally:
            server.terminate()


def look_around(newcomer: Newcomer, address: str) -> None:
    """Opens the home page and all that its navigation leads to, as a browser does."""
    wrong: list[str] = []
    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        tab = browser.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("response", lambda got: wrong.append(got.url) if got.status >= 400 else None)
        tab.goto(address)
        newcomer.seen.append(tab.inner_text("body"))
        links = tab.eval_on_selector_all("nav a", "all => all.map(one => one.href)")
        assert len(links) >= 4
        for link in links:
            tab.goto(link)
            newcomer.seen.append(tab.inner_text("body"))
        browser.close()
    assert not wrong
