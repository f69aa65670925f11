"""`tom` alone: what one can do here, and that options of the coding session are taken there."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tom_cli.overview import overview
from tom_swe.app import open_tom
from tom_swe.extras import install_command
from tom_swe.mind.tom import Tom
from tom_swe.settings import load_settings
from tom_swe.testing import session_of


@contextmanager
def memory() -> Iterator[Tom]:
    """The test's memory."""
    tom = open_tom(load_settings())
    try:
        yield tom
    finally:
        tom.close()


def shown(folder: Path, width: int = 100) -> str:
    return "\n".join(overview(dict(os.environ), str(folder), width))


def test_where_nothing_was_read_it_says_how_to_begin(tom, tmp_path: Path) -> None:
    """A newcomer is led to `tom init`; the exit code is 0, and nothing is made."""
    told = tom()
    assert told.code == 0
    assert "read nothing yet" in told.out
    assert "tom init" in told.out
    assert not Path(os.environ["TOM_HOME"]).exists()
    assert "tom init" in shown(tmp_path)


def test_it_says_what_is_known_what_waits_and_what_is_heard(tom, tmp_path: Path) -> None:
    """Counts are those of the memory; what the next session hears is its briefing."""
    with memory() as mind:
        for number in ("1", "2"):
            mind.add_session("local", session_of("from now on use pnpm, not npm", host_id=number))
        mind.add_session("local", session_of("from now on answer in german", host_id="3"))
        mind.learn("local")
    waiting = len(tom("review", "--json").json["beliefs"])
    told = shown(tmp_path)
    assert "read 3 sessions" in told
    assert f"{waiting} belief" in told
    assert f"hears {len(tom('brief', '--json').json['belief_ids'])} belief" in told
    for line in tom("brief").out.splitlines():
        if line.startswith("- "):
            assert line.partition(' "')[0].removeprefix("- ") in told


def test_quotes_and_repositories_are_kept_to_the_width_and_obeyed_by_no_terminal(
    tmp_path: Path,
) -> None:
    """A long belief ends in an ellipsis; stored text moves no cursor."""
    with memory() as mind:
        mind.remember("local", "always \x1b[2J " + "write very long sentences " * 9)
    told = shown(tmp_path, 60)
    assert "\x1b" not in told
    heard = next(line for line in told.splitlines() if line.startswith("  - "))
    assert heard.endswith("…")
    assert len(heard) <= 60


@pytest.mark.parametrize("held", [b"\x07" * 4096, b""])
def test_a_memory_that_cannot_be_read_leads_to_the_doctor(held: bytes, tmp_path: Path) -> None:
    """It says so in a line, and what to do; the rest is shown."""
    home = Path(os.environ["TOM_HOME"])
    home.mkdir(parents=True)
    (home / "tom.db").write_bytes(held)
    told = shown(tmp_path)
    assert "cannot be read" in told
    assert "tom doctor" in told
    assert "tom code" in told


def test_it_names_the_agents_that_have_tom(tom, monkeypatch, tmp_path: Path) -> None:
    """Which they are is read from their files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    assert "tom plugin install" in shown(tmp_path)
    assert tom("plugin", "install", "claude-code", "--no-mcp", "--yes").code == 0
    assert "connected: Claude Code;" in shown(tmp_path)


def test_what_is_not_installed_stands_with_the_command_that_installs_it(tmp_path: Path) -> None:
    """The command is for this installation; what is installed needs none."""
    environ = dict(os.environ)
    lines = [*overview(environ, str(tmp_path), 100, has=lambda *_: False)]
    assert f"install it: {install_command('openhands')}" in lines[-2]
    assert "install it" not in "".join(overview(environ, "/", 100, has=lambda *_: True))


def test_where_tom_is_off_it_says_so(tom, tmp_path: Path, monkeypatch) -> None:
    """And by what; it names nothing that the next session would hear."""
    tom("remember", "always use pnpm")
    assert "hears 1 belief" in shown(tmp_path)
    monkeypatch.setenv("TOM_OFF", "1")
    told = shown(tmp_path)
    assert told.startswith("tom is off here, by TOM_OFF")
    assert "pnpm" not in told


@pytest.mark.parametrize("command", [(), ("statusline",), ("profile",)])
def test_a_configuration_that_cannot_be_read_is_named(tom, command, monkeypatch) -> None:
    """With code 2 and no traceback, whichever command meets it."""
    home = Path(os.environ["TOM_HOME"])
    home.mkdir(parents=True)
    (home / "config.toml").write_text("x=[")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    told = tom(*command)
    assert told.code == 2
    assert "config.toml cannot be read" in told.err
    assert told.out == ""


def test_it_loads_nothing_heavy() -> None:
    """Neither pydantic nor rich, and no database but Python's own."""
    script = (
        "import sys\nfrom tom_cli.main import main\nsys.argv = ['tom']\nmain()\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded & {"pydantic", "rich", "sqlalchemy", "numpy", "openhands", "litellm"} == set()


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["-p", "  "], "the task is empty"),
        (["-p", "add it"], "TOM_MODEL"),
        (["-padd it"], "TOM_MODEL"),
        (["--json"], "tom -p TASK --json"),
        (["--yes"], "no terminal"),
        (["code"], "no terminal"),
        (["--resume=abc", "-p", "x"], "no conversation"),
        (["--continue", "--private"], "leave --private out"),
        (["--nonsense"], "No such option"),
    ],
)
def test_options_of_the_coding_session_need_no_command(tom, arguments, hint, monkeypatch) -> None:
    """`tom -p TASK` is `tom code -p TASK`; wrong use is said with code 2 and never waits."""
    for name in ("TOM_MODEL", "LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    told = tom(*arguments)
    assert told.code == 2
    assert hint in told.err
