"""A table of tom's in other people's TOML files."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.errors import TomError
from tom_swe.hosts.install import toml

OURS = {"command": "/home/mira/tom's place/tom-mcp"}
LINES = (
    "# a comment, with [brackets]",
    "",
    'model = "gpt"',
    "notify = [\n  'say',\n  \"[done]\",\n]",
    'text = """\n[mcp_servers.fake]\ncommand = "x"\n"""',
    "[mcp_servers.other]\ncommand = 'npx' # mine\nargs = ['-y', \"x\"]",
    "[mcp_servers.other.env]\nKEY = \"1\"",
    "[[rules]]\nname = 'one'",
    "[tui]\ntheme = \"dark\"",
    "[projects.\"/home/mira/shop\"]\ntrust_level = 'trusted'",
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file of others, in any order that is valid, with any line ends."""
    head = draw(st.lists(st.sampled_from(LINES[:5]), max_size=4, unique=True))
    tables = draw(st.lists(st.sampled_from(LINES[5:]), max_size=4, unique=True))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    end = draw(st.sampled_from(["", "\n", "\n\n"]))
    text = "\n".join([*head, *tables]) + end
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", newline)


@given(files())
def test_the_table_comes_and_goes(text: str) -> None:
    """Nothing else changes, and what was there is there again."""
    try:
        before = toml.read(text)
    except TomError:
        return  # a table came before the one that it is in
    added = toml.with_table(text, "mcp_servers", "tom-swe", OURS)
    assert added.startswith(text)
    assert toml.read(added)["mcp_servers"]["tom-swe"] == OURS
    assert toml.with_table(added, "mcp_servers", "tom-swe", OURS) == added
    taken = toml.without_table(added, "mcp_servers", "tom-swe")
    assert toml.read(taken) == before
    assert taken.rstrip("\r\n") == text.rstrip("\r\n")
    assert toml.without_table(taken, "mcp_servers", "tom-swe") == taken


def test_a_table_that_moved_keeps_what_the_person_said_of_it() -> None:
    """Its other keys, its comments, and what follows."""
    text = (
        "[mcp_servers.tom-swe] # tom\n"
        'command = "/old/tom-mcp"\n'
        "enabled = false  # for now\n"
        "\n"
        "[mcp_servers.tom-swe.tools.consult]\n"
        'approval_mode = "approve"\n'
        "# about the next\n"
        "[tui]\n"
    )
    moved = toml.with_table(text, "mcp_servers", "tom-swe", OURS)
    told = tomllib.loads(moved)["mcp_servers"]["tom-swe"]
    assert (told["command"], told["enabled"]) == (OURS["command"], False)
    assert "enabled = false  # for now\n" in moved
    taken = toml.without_table(moved, "mcp_servers", "tom-swe")
    assert taken == "# about the next\n[tui]\n"


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = {other = {command = "x"}}',
        'mcp_servers = {tom-swe = {command = "x"}}',
        "mcp_servers = 3",
    ],
)
def test_what_cannot_be_changed_in_place_is_left(text: str) -> None:
    """It is said, and not done by halves."""
    with pytest.raises(TomError):
        toml.with_table(text, "mcp_servers", "tom-swe", OURS)


def test_what_is_no_toml_is_said_to_be_none() -> None:
    """With what is wrong."""
    with pytest.raises(TomError, match="not valid TOML"):
        toml.read("a = ")
