"""One word has one meaning: class names are unique, and old words do not come back."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from tom_cli.main import app

CHECKOUT = Path(__file__).parents[2]

# Old words, and what to write instead.
OLD_WORDS = {
    r"oppositions?": "conflict",
    r"rulings?": "decision",
    r"standings?": "status",
    r"noted": "stored, recorded",
    r"deeds?": "command",
    r"faculty|faculties": "part",
    r"manner of asking|(?:in|of) (?:their|your|the person's) manner": "how you want to be asked",
    r"borne[ _]out|bears? (?:it|them) out": "grounded",
    r"hearsay": "quoted text",
    r"(?:is|are|was|were|be) (?:told of|heard of|believed of)": "an active verb",
    r"made anew|makes? \w+ anew": "rebuild",
    r"heard once": "seen once",
}
PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    *sorted((CHECKOUT / "docs").glob("*.md")),
    *sorted((CHECKOUT / "docs" / "how-to").glob("*.md")),
]


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command and group."""
    yield path
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from commands(each, (*path, name))


def old_words_in(text: str) -> list[str]:
    """Each old word of a text, with what to write instead."""
    return [
        f"{found[0]!r}: write {instead}"
        for old, instead in OLD_WORDS.items()
        for found in re.finditer(rf"\b(?:{old})\b", text, re.IGNORECASE)
    ]


def test_class_names_are_unique() -> None:
    """No two classes of the product have one name."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((CHECKOUT / "tom_swe").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(CHECKOUT)))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert twice == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_use_todays_words(page: Path) -> None:
    """Nothing that a user reads has a word that was given up."""
    assert old_words_in(page.read_text()) == []


@pytest.mark.parametrize("command", list(commands(typer.main.get_command(app))), ids=" ".join)
def test_help_uses_todays_words(command: tuple[str, ...]) -> None:
    """The help of each command and group has no word that was given up."""
    shown = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [*command, "--help"])
    assert shown.exit_code == 0
    assert old_words_in(" ".join(shown.output.split())) == []


@pytest.mark.parametrize("text", ["a ruling", "It is noted.", "who is told of it", "Made anew"])
def test_an_old_word_is_found(text: str) -> None:
    """The check finds a word in any case, in the middle of a sentence."""
    assert len(old_words_in(text)) == 1
