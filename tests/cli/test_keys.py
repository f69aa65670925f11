"""What a person types at a question."""

import sys
from collections.abc import Callable

import pytest
import typer

from tom_cli.common import confirmed
from tom_cli.keys import key_pressed, words_of_theirs


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has these come from the terminal, each in one write."""

    def come(*typed: str) -> None:
        left = iter(typed)
        monkeypatch.setattr(typer, "getchar", lambda: next(left))

    return come


@pytest.mark.parametrize(
    ("typed", "key"), [("y\n", "y"), ("Y", "y"), ("zy", "y"), ("\x04", "q"), ("\x1b", "q")]
)
def test_the_first_that_is_a_key_counts(types: Callable[..., None], typed: str, key: str) -> None:
    """Whatever came with it in one write; end of input and Escape leave."""
    types(typed)
    assert key_pressed("y yes, q quit", "yq") == key


def test_after_an_unknown_key_the_keys_are_shown_again(
    types: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """An arrow, whose letters could be keys, is unknown too."""
    types("x", "\x1b[A", "a")
    assert key_pressed("a add", "aq") == "a"
    assert capsys.readouterr().out.count("a add") == 3


def test_an_interrupt_leaves_the_line_of_the_question(
    types: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said next stands below it."""
    types("\x03")
    with pytest.raises(KeyboardInterrupt):
        key_pressed("y yes", "yq")
    assert capsys.readouterr().out.endswith(": \n")


class Typed:
    """A terminal at which a line is typed, or Ctrl-C pressed where there is none."""

    def __init__(self, line: str | None) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        if self._line is None:
            raise KeyboardInterrupt
        return self._line


@pytest.mark.parametrize(
    ("line", "code"), [("n\n", 1), ("\n", 1), ("", 1), ("y\n", 0), (None, 130)]
)
def test_what_loses_something_wants_a_yes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str | None,
    code: int,
) -> None:
    """All else changes nothing: a refusal is code 1, an interrupt 130."""
    monkeypatch.setattr(sys, "stdin", Typed(line))
    ended = 0
    try:
        confirmed("Forget it?", yes=False, loses=True)
    except typer.Exit as end:
        ended = end.exit_code
    assert ended == code
    assert ("interrupted" in capsys.readouterr().err) == (code == 130)


def test_the_end_of_input_gives_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an empty line does."""
    monkeypatch.setattr(sys, "stdin", Typed(""))
    assert words_of_theirs() == ""
    monkeypatch.setattr(sys, "stdin", Typed(" use pnpm \n"))
    assert words_of_theirs() == "use pnpm"
