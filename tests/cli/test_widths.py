"""What is read on a terminal, at several widths: no word is cut, no line is too long."""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from rich.cells import cell_len

TOM = Path(sys.executable).with_name("tom")
SAID = (
    ("a", "from now on use pnpm in every package of this workspace, not npm and not yarn"),
    ("b", "we always use pnpm here. never commit files below /srv/generated/of/the/build/server/"),
    ("b", "please always answer every comment of a review with the commit that settles it"),
    ("c", "我们总是使用制表符来缩进而不是空格。always keep functions below forty lines"),
)
READ = (
    "profile --all --quotes 3",
    "why b1",
    "why-not yarn",
    "log",
    "diff --since 1y",
    "memory",
    "memory list",
    "memory list --sessions",
    "memory show b1",
    "memory show s1",
    "checks --all",
    "stats --days 3650",
    "audit",
    "doctor",
    "model",
    "plugin status",
    "cost",
)
STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
GUIDES = re.compile("[│├└─]+")


@pytest.fixture
def learned(tom, learned_from: Callable[[Path], None], tmp_path: Path):
    """A memory of sentences that are longer than a terminal is wide."""
    history = tmp_path / "history.jsonl"
    history.write_text(
        "\n".join(
            json.dumps({"session": name, "role": "user", "text": text, "at": f"2026-09-0{day}"})
            for day, (name, text) in enumerate(SAID, start=1)
        )
    )
    learned_from(history)
    return tom


def words(shown: str) -> list[str]:
    return GUIDES.sub(" ", STYLES.sub("", shown)).split()


def too_long(shown: str, width: int) -> list[str]:
    """Lines wider than the terminal for another reason than one long word, such as a path."""
    lines = STYLES.sub("", shown).replace("\r", "").splitlines()
    wide = [line for line in lines if cell_len(line) > width]
    return [line for line in wide if max(map(len, line.split())) < width // 2]


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 100])
def test_no_word_is_cut_and_no_line_is_too_long(
    learned, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """The words are those that a pipe gets, which gets each line whole."""
    for command in READ:
        piped = learned(*command.split())
        with monkeypatch.context() as terminal:
            # What rich takes for a terminal of that width.
            terminal.setenv("TTY_COMPATIBLE", "1")
            terminal.setenv("COLUMNS", str(width))
            shown = learned(*command.split())
        assert shown.code == piped.code == 0, command
        assert too_long(shown.out, width) == [], command
        if "制" not in shown.out:
            assert words(shown.out) == words(piped.out), command


@pytest.mark.parametrize(("command", "lines"), [("memory list", 2), ("memory list --sessions", 1)])
def test_a_pipe_gets_a_line_for_each(learned, command: str, lines: int) -> None:
    """A belief or a session is on one line, and a quote on one of its own."""
    count = len(learned(*command.split(), "--json").json)
    assert len(learned(*command.split()).out.splitlines()) == count * lines


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 100])
def test_a_real_terminal_has_the_same_lines(learned, width: int) -> None:
    """The real program in a pty, with what it says on stderr."""
    for command in (
        "profile",
        "why b1",
        "log",
        "memory",
        "why-not yarn",
        "checks",
        "brief",
        "--help",
    ):
        child = pexpect.spawn(
            str(TOM),
            command.split(),
            env={**os.environ, "TERM": "xterm"},  # pyright: ignore[reportArgumentType]
            encoding="utf-8",
            timeout=60,
            dimensions=(40, width),
        )
        shown = child.read()
        child.close()
        assert child.exitstatus == 0, shown
        assert too_long(shown, width) == [], command
        assert "Traceback" not in shown
