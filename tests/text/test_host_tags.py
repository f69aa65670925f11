"""What a person wrote, and what came along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.text.host_tags import separate, without_injections

TRACE = 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\nKeyError: 1'
CODE = "import json\nfrom a import b, c\n\ndef load(path):\n    return json.loads(path)\n"
KEPT = [
    "fix it",
    "y",
    "no",
    "1. first this;\n2. then that;\n- and no tests",
    "use `git rebase` and <div> tags, please",
    "why does it say that? I would expect (at least) an error;",
    "never commit to main\n\nalways run the linter",
    "A) the first\nB) the second",
    "make the function return None {",
]
SPLIT = [
    (f"it fails:\n{TRACE}\n\nwhy?", "it fails:\n\nwhy?", "KeyError"),
    (f"use this\n\n{CODE}", "use this", "def load"),
    ("look\n```\nsecret words\n```\nand fix", "look\nand fix", "secret words"),
    ("didn't ```\nout\n```\ndid it work?", "didn't\ndid it work?", "out"),
    ("> you said so\n\nno, I did not", "no, I did not", "you said so"),
    ("2026-02-01T10:00:00Z INFO started\nwhat is this?", "what is this?", "INFO"),
    ("still broken\nfatal: bad object 12\nHALP", "still broken\nHALP", "fatal"),
    ("do it <system-reminder>be nice</system-reminder>", "do it", "be nice"),
    (
        "<command-name>/review</command-name>\n<command-args>be strict</command-args>",
        "be strict",
        "/review",
    ),
    ("<ide_opened_file>The user opened a.go</ide_opened_file>\nrename it", "rename it", "a.go"),
    ("see [Pasted text #1 +20 lines] and fix", "see   and fix", "Pasted text"),
    (
        "# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\nfix a",
        "fix a",
        "Open tabs",
    ),
    (
        "log:\n\u276f hi\n\n\u23fa Hello!\n  \u23bf done\nwhy so slow?",
        "log:\nwhy so slow?",
        "Hello!",
    ),
]
HOST_WRITTEN = [
    "This session is being continued from a previous conversation that ran out of context.",
    "# AGENTS.md instructions for /src\n\n<INSTRUCTIONS>\nuse tabs\n</INSTRUCTIONS>",
    "<task-notification>\n<status>done</status>\n</task-notification>\nRead the output file",
    "<environment_context>\n<cwd>/src</cwd>\n</environment_context>",
    "<user_instructions>\nbe brief\n</user_instructions>",
    "<turn_aborted>\nThe user interrupted\n</turn_aborted>",
    "[Request interrupted by user for tool use]",
    "<system-reminder>never closed",
]


@pytest.mark.parametrize("text", KEPT)
def test_a_persons_words_stay_whole(text: str) -> None:
    """Short answers, lists, inline code and questions are words, all of them."""
    assert separate(text) == (text, "")


@pytest.mark.parametrize(("text", "words", "beside"), SPLIT)
def test_what_came_along_is_set_apart(text: str, words: str, beside: str) -> None:
    """Output, code, quotations, host tags and placeholders go, the words around them stay."""
    parts = separate(text)
    assert parts.words == words
    assert beside in parts.attachment


@pytest.mark.parametrize("text", HOST_WRITTEN)
def test_a_message_of_the_host_has_no_words(text: str) -> None:
    """What the host writes in the person's name is context only."""
    parts = separate(text)
    assert parts.words == ""
    assert parts.attachment


def test_a_message_that_only_quotes_is_kept() -> None:
    """Where all lines are marked as a quotation, nothing is quoted: they are the message."""
    assert separate("> please review it").words == "> please review it"


@pytest.mark.parametrize("tag", ["tom-briefing", "tom-advice", "tom-earlier", "tom-check"])
def test_what_tom_said_is_dropped(tag: str) -> None:
    """Our own injections are neither words nor context, even where they are cut off."""
    assert without_injections(f"a\n<{tag} v='1'>prefers tabs</{tag}>\nb") == "a\n\n\nb"
    assert without_injections(f"a\n<{tag}>prefers tabs").strip() == "a"


def test_many_blanks_cost_little() -> None:
    """A line of blanks is looked at once, not from each of them."""
    text = f"use{' ' * 200_000}tabs{chr(9) * 200_000}"
    assert separate(text).words == text.strip()


def test_many_unclosed_tags_cost_little() -> None:
    """A message made of openings only is read in one go."""
    text = "x " + "<system-reminder>" * 14_000
    assert separate(text).words == text


LINES = st.sampled_from(
    [
        *(text for text, _, _ in SPLIT),
        *KEPT,
        *HOST_WRITTEN,
        TRACE,
        CODE,
        "```",
        "```py",
        "<command-args>",
        "</command-args>",
        "<system-reminder>",
        "</system-reminder>",
        "",
        "\u276f x",
    ]
)


@given(st.lists(LINES | st.text(max_size=40), max_size=10).map("\n".join))
def test_the_words_are_the_persons_in_order(text: str) -> None:
    """Nothing is added, changed or moved: what stays is a selection of what was there."""
    rest = iter(character for character in text if not character.isspace())
    kept = (character for character in separate(text).words if not character.isspace())
    assert all(character in rest for character in kept)
