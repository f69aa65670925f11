"""What the pages have a reader type is a command that exists, with options that it has."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from tom_cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
_BLOCK = re.compile(r"(?ms)^ *```sh\n(.*?)^ *```$")
# What stands behind a command and is the shell's.
_SHELL = frozenset({"|", "&&", "||", ">", ">>", "<", ";", "&", "2>&1"})


def typed(page: Path) -> Iterator[list[str]]:
    """The words of each `tom` command in the shell blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.strip(), comments=True)
            while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
                words = words[1:]
            if words[:1] == ["tom"]:
                end = next((at for at, word in enumerate(words) if word in _SHELL), len(words))
                yield words[1:end]


def read(words: list[str]) -> None:
    """Reads a command line as `tom` does, and runs nothing."""
    command = typer.main.get_command(app)
    context = command.make_context("tom", list(words))
    while hasattr(command, "resolve_command"):
        left = [*getattr(context, "_protected_args", []), *context.args]
        if not left:
            return
        name, command, rest = command.resolve_command(context, left)
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_on_a_page_can_be_typed(page: Path) -> None:
    """Its name, its options, and what it needs are those of today."""
    for words in typed(page):
        try:
            read(words)
        except (typer.Exit, typer.Abort):
            continue
        except Exception as error:
            pytest.fail(f"{page.name}: tom {shlex.join(words)}: {error!r}")


def test_a_command_that_is_none_is_found() -> None:
    """An unknown command, an unknown option and a missing argument do not pass."""
    for words in (["whhy", "b1"], ["profile", "--colour"], ["why"]):
        with pytest.raises(Exception, match=r".") as raised:
            read(words)
        assert type(raised.value).__name__ in {
            "NoSuchOption",
            "MissingParameter",
            "UsageError",
            "NoSuchCommand",
        }
