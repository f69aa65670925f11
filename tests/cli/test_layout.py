import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from tom_cli.layout import broken, put, quoted

BELIEF = "  b12  ●●●○○ Ask before deleting a file that is not under version control  (seen once)"


def lines(text: str, width: int, hang: int = 0) -> list[str]:
    return [part.plain for part in broken(Text(text), width, hang)]


@pytest.mark.parametrize("width", [30, 60, 100, 160])
def test_a_line_is_broken_between_words(width: int) -> None:
    """No part is wider than the terminal, and no word is cut or lost."""
    parts = lines(BELIEF, width, 13)
    assert all(cell_len(part) <= width for part in parts)
    assert " ".join(" ".join(parts).split()) == " ".join(BELIEF.split())


def test_what_is_broken_off_hangs() -> None:
    """It begins at the given indent, else at the indent of its own line."""
    assert lines("b1 one two three", 24, 3) == ["b1 one two three"]
    assert lines("b1 one two three", 12, 3) == ["b1 one two", "   three"]
    assert lines("    one two three", 12) == ["    one two", "    three"]


def test_a_number_stays_with_what_it_counts() -> None:
    """No line begins with a unit, nor with the figure for what stands before it."""
    assert lines("they said it in 12 sessions", 19) == ["they said it in", "12 sessions"]
    assert lines("accepted 4, rejected 0, open 1", 21) == ["accepted 4,", "rejected 0, open 1"]


def test_a_command_stays_whole() -> None:
    """One that is named in backticks can be read and copied."""
    assert lines("habits: `tom profile --all`.", 24) == ["habits:", "`tom profile --all`."]


def test_a_word_that_is_wider_stays_whole() -> None:
    """A path can be copied from the terminal."""
    path = "/home/someone/a/folder/with/a/long/name"
    assert lines(f"written to {path} today", 20) == ["written to", path, "today"]


def test_scripts_without_spaces_are_broken_too() -> None:
    """Each sign is two columns wide, and no line begins with a full stop."""
    assert lines("我们使用表格。请不要改", 12) == ["我们使用表", "格。请不要改"]


def test_styles_are_kept() -> None:
    """A part has the styles of what stands in it."""
    text = Text("one two ")
    text.append("three four", style="bold")
    second = list(broken(text, 8))[1]
    assert second.plain == "three"
    assert second.spans[0].style == "bold"


@pytest.mark.parametrize("terminal", [True, False])
def test_lines_are_broken_on_a_terminal_only(terminal: bool) -> None:
    """What reads the output of a pipe gets each line whole."""
    file = io.StringIO()
    to = Console(file=file, force_terminal=terminal, no_color=True, width=40, soft_wrap=True)
    put(f"{BELIEF}\n{' ' * 13}{quoted('do not delete what git does not have')}", hang=13, to=to)
    printed = file.getvalue().splitlines()
    assert len(printed) == (5 if terminal else 2)


def test_a_quote_is_cut_between_words() -> None:
    """The ellipsis stands inside the quotation marks, after a whole word."""
    assert quoted("from now on, use tabs", 14) == "“from now on…”"
    assert quoted("use tabs", 14) == "“use tabs”"
