"""Costs, health, agents, and pages when something is wrong."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from web_client import Browser, home_of

from tom_cli.web.guard import Keys
from tom_swe.mind.tom import Tom
from tom_swe.model.calls import Limits, Purpose, Settled, Usage
from tom_swe.settings import Settings
from tom_swe.testing import session_of

# Words with markup, an escape sequence, an invisible turn of direction and a bell in them.
EVIL = "<script>alert(1)</script> \x1b[31mred\x1b[0m \u202egnp.exe\u202c tags\x07"


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
    assert "Check everything" in browser.see("/health")
    text = browser.see("/health?check=1")
    assert str(settings.home) in text
    assert "Check the vector index" in text
    settings.database.chmod(0o644)
    tom.add_session("ada", session_of("hello", host_id="late"))
    assert "fix: <code>tom learn" in browser.see("/health?index=1")
    assert "a fault that tom can see" in browser.see("/audit")


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
        "/profile?show=all",
        "/profile?show=all&by=place",
        f"/beliefs/{evil.id}",
        f"/beliefs/{evil.id}/forget",
        "/review?skipped=1",
        "/review/list",
        f"/beliefs/{evil.id}?done=<script>",
        "/sessions?words=commit",
        "/sessions",
        "/sessions/4",
        "/sessions?words=%3Cscript%3E%1B%5B31m%E2%80%AE%22%3E",
        "/profile?words=%3Cscript%3E%1B%5B31m%E2%80%AE%22%3E",
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


def test_costs_say_what_a_briefing_takes(browser: Browser, tom: Tom) -> None:
    """Where no model reads it says so, and how many tokens sessions get of tom."""
    text = browser.see("/costs")
    assert "No language model reads" in text
    assert f"<td>{tom.brief('ada', 'acme/shop').tokens}</td>" in text


def test_tom_is_put_into_an_agent_after_its_changes_were_shown(
    tom: Tom, settings: Settings, tmp_path: Path
) -> None:
    """Looking changes nothing; a click makes what was shown, and another takes it back."""
    del tom
    here = home_of(tmp_path / "person")
    browser = Browser(settings, Keys(), here)
    file = here.home / ".claude" / "settings.json"
    before = file.read_bytes()
    assert "not installed" in browser.see("/health")
    text = browser.see("/agents/claude-code/install")
    assert "~/.claude/settings.json" in text
    assert "tom-hook" in text
    plan = re.findall(r'name="plan" value="(\w+)"', text)[0]
    browser.send("/agents/claude-code/install", 400)
    assert "nothing was done" in browser.send("/agents/claude-code/install", 400, plan="x")
    assert file.read_bytes() == before
    assert "Installed." in browser.send("/agents/claude-code/install", plan=plan)
    assert b"tom-hook" in file.read_bytes()
    plan = re.findall(r'name="plan" value="(\w+)"', browser.see("/agents/claude-code/uninstall"))[0]
    assert "Removed." in browser.send("/agents/claude-code/uninstall", plan=plan)
    assert file.read_bytes() == before
    assert "Nothing would change" in browser.see("/agents/claude-code/uninstall")
    browser.see("/agents/nobody/install", 404)
    browser.see("/agents/claude-code/dance", 404)
    assert "tom plugin install openhands" in browser.see("/agents/openhands/install", 400)
