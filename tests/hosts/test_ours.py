"""Which commands of settings files are tom's."""

import pytest

from tom_swe.hosts.install.ours import Whose, moved, program_of, serves, whose

NEW = "/new/tom-hook Stop codex"


@pytest.mark.parametrize(
    ("command", "program", "then"),
    [
        ("/a/tom-hook Stop", "/a/tom-hook", NEW),
        ("tom-hook", "tom-hook", NEW),
        ("'/opt/tom'\"'\"'s place/tom-hook' Stop", "/opt/tom's place/tom-hook", NEW),
        ("TOM_USER=work /a/tom-hook Stop codex", "/a/tom-hook", f"TOM_USER=work {NEW}"),
        ("TOM_USER=work /a/tom-hook", "/a/tom-hook", f"TOM_USER=work {NEW}"),
        ("timeout 5 /a/tom-hook Stop", "/a/tom-hook", f"timeout 5 {NEW}"),
        ("env X=Y nice -n 5 '/a b/tom-hook' Stop", "/a b/tom-hook", f"env X=Y nice -n 5 {NEW}"),
        ('X="$HOME" /a/tom-hook Stop', "/a/tom-hook", 'X="$HOME" /a/tom-hook Stop'),
        ("sh -c '/a/tom-hook Stop codex'", "/a/tom-hook", "sh -c '/a/tom-hook Stop codex'"),
        ("bash -lc \"X=1 '/a b/tom-hook' Stop\"", "/a b/tom-hook", None),
    ],
)
def test_an_own_command_is_known_behind_whatever_stands_before_it(
    command: str, program: str, then: str | None
) -> None:
    """Where it moves, a plain prefix stays; what is more than that is left as it is."""
    assert whose(command) is Whose.OURS
    assert program_of(command) == program
    assert moved(command, NEW) == (then or command)


@pytest.mark.parametrize(
    "command",
    ["say hi; /a/tom-hook Stop", "/a/tom-hook Stop || true", "sh -c 'tom-hook Stop && x'"],
)
def test_a_command_that_does_something_else_as_well_is_shared(command: str) -> None:
    """It is the person's to take apart."""
    assert whose(command) is Whose.SHARED


@pytest.mark.parametrize(
    "command",
    [
        "say 'done, tom-hook'",
        "cat /a/tom-hook",
        "tom-hook-of-mine Stop",
        "/a/tom-hook/run Stop",
        "it's tom-hook Stop",
        "",
        None,
        7,
    ],
)
def test_the_name_alone_makes_nothing_ours(command: object) -> None:
    """Others may speak of it."""
    assert whose(command) is Whose.OTHERS


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (["/a/tom-mcp"], True),
        (["env", "X=1", "/a b/tom-mcp"], True),
        (["/home/o'neill/tom-mcp"], True),
        (["sh", "-c", "exec '/a b/tom-mcp'"], True),
        (["/usr/bin/tom", "mcp"], True),
        (["/opt/python", "-P", "-m", "tom_cli", "mcp"], True),
        (["/bin/sh", "-c", 'if "$0" ...; then exec "$0" -P -m tom_cli mcp; fi', "/x"], True),
        (["tomcat", "mcp"], False),
        (["npx", "-y", "tom-mcp-other"], False),
        (["/usr/bin/tom", "web"], False),
        ([""], False),
    ],
)
def test_a_server_is_known_in_all_the_forms_it_had(words: list[str], ours: bool) -> None:
    """By the script, by hand, and as older versions wrote it."""
    assert serves(words) is ours
