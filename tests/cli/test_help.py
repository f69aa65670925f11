import pytest
import typer
from typer.testing import CliRunner

from tom_cli.main import app
from tom_cli.sections import REST, SECTIONS

GROUP = typer.main.get_command(app)


@pytest.mark.parametrize("width", [60, 100])
def test_help_fits_the_terminal_and_cuts_nothing(width: int) -> None:
    """Every command stands there once, with the whole first sentence of its help."""
    shown = CliRunner().invoke(app, ["--help"], terminal_width=width).output
    assert max(map(len, shown.splitlines())) <= width
    assert "..." not in shown.replace("[ARGS]...", "")
    words = " ".join(shown.split())
    for name, command in GROUP.commands.items():  # pyright: ignore[reportAttributeAccessIssue]
        first = " ".join(command.get_short_help_str(1000).split())
        assert words.count(f" {name} {first}") == 1


def test_sections_name_commands() -> None:
    """What a section names is there; the rest has a section of its own, before the options."""
    named = [name for names in SECTIONS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= set(GROUP.commands)  # pyright: ignore[reportAttributeAccessIssue]
    shown = CliRunner().invoke(app, ["--help"]).output
    assert shown.index("Start:") < shown.index(f"{REST}:") < shown.index("Options:")


def test_wrong_use_says_what_to_do(tom) -> None:
    """A misspelt command is suggested; a missing argument is named, with an example."""
    result = tom("whhy", "b1")
    assert result.code == 2
    assert "Did you mean 'why'" in result.err
    result = tom("why")
    assert result.code == 2
    assert result.err == (
        "tom: `tom why` needs belief: a belief's id, such as b3. Example: tom why b3\n"
    )
    result = tom("memory", "edit", "b1")
    assert result.code == 2
    assert "needs text: the new wording. Example: tom memory edit b3" in result.err
