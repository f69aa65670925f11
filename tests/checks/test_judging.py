"""The judge never raises, and tools of every host are one step."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.checks.compiling import compiled_rule
from tom_swe.checks.judging import Past, is_asked_for, judge, request_words, runs_first
from tom_swe.checks.rule import read
from tom_swe.checks.steps import COMMAND, FILE, REPLY, Step, names_in, steps_of
from tom_swe.model.checks import Compiled

RULES = [
    "Use pnpm",
    "No emoji",
    "Never force push",
    "Run the linter before pushing",
    "Run the tests before saying it is done",
    "Name files in docs/ with a YYYY-MM-DD_ date prefix",
    "Prefix branches with `feature/`",
    "Structure documents with at least three ## headings",
    "Answer in German",
    "Keep answers under 50 words",
    "Do not add Co-Authored-By to commits",
]
SPECS = [made.spec for rule in RULES if isinstance(made := compiled_rule(read(rule)), Compiled)]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["command", "cmd", "file_path", "path", "content", "new_string", "edits", "input", "x"]
)
TEXTS = st.text(st.sampled_from(list("npm git push docs/.md -f'\"$(`<>|&;#\n✨## ")), max_size=60)


@given(st.text(max_size=10), st.dictionaries(KEYS, JSON | TEXTS, max_size=5), st.booleans())
def test_the_judge_answers_whatever_an_agent_does(
    tool: str, given_: dict[str, object], flag: bool
) -> None:
    """Whatever a tool is called with, it is met or not, and what is shown of it is short."""
    past = Past(ran=flag, wrote=not flag, named=lambda name: flag and "d" in name)
    for step in [*steps_of(tool, given_), Step(REPLY, str(given_))]:
        for spec in SPECS:
            assert len(judge(spec, step, past)) <= 80
            runs_first(spec, step)


@given(
    st.dictionaries(st.sampled_from(["kind", "of", "runs", "near", "tests", "ends"]), JSON), TEXTS
)
def test_no_stored_check_is_too_odd(spec: dict[str, object], text: str) -> None:
    """A check of another version of tom, or a broken one, meets nothing or something."""
    for step in (Step(COMMAND, text), Step(FILE, text, text), Step(REPLY, text)):
        assert isinstance(judge(spec, step, Past()), str)


@pytest.mark.parametrize(
    ("tool", "given_", "kind", "path", "text"),
    [
        ("Bash", {"command": "npm i"}, COMMAND, "", "npm i"),
        ("shell", {"command": ["bash", "-lc", "npm i"]}, COMMAND, "", "npm i"),
        ("exec_command", {"cmd": "npm i"}, COMMAND, "", "npm i"),
        (
            "local_shell",
            {"command": ["git", "commit", "-m", "a b"]},
            COMMAND,
            "",
            "git commit -m 'a b'",
        ),
        ("Write", {"file_path": "a.md", "content": "x"}, FILE, "a.md", "x"),
        ("Edit", {"file_path": "a.md", "old_string": "y", "new_string": "x"}, FILE, "a.md", "x"),
        (
            "MultiEdit",
            {"file_path": "a", "edits": [{"new_string": "x"}, {"new_string": "y"}]},
            FILE,
            "a",
            "x\ny",
        ),
        (
            "str_replace_editor",
            {"command": "create", "path": "a", "file_text": "x"},
            FILE,
            "a",
            "x",
        ),
        ("write_file", {"filePath": "a", "contents": "x"}, FILE, "a", "x"),
        ("create_file", {"path": "a"}, FILE, "a", ""),
        (
            "apply_patch",
            {"input": "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"},
            FILE,
            "a",
            "x",
        ),
    ],
)
def test_a_step_is_the_same_whatever_the_host(
    tool: str, given_: dict[str, object], kind: str, path: str, text: str
) -> None:
    """A command, or a file with what is added to it."""
    (step,) = steps_of(tool, json.loads(json.dumps(given_)))
    assert (step.kind, step.path, step.text) == (kind, path, text)


def test_a_patch_is_a_step_for_each_file() -> None:
    """A file that moves has its new name."""
    patch = (
        "*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n*** Update File: b\n*** Move to: c\n+z\n"
        "*** End Patch"
    )
    steps = steps_of("apply_patch", {"input": patch})
    assert [(step.path, step.text) for step in steps] == [("a", "y"), ("c", "z")]


@pytest.mark.parametrize(
    ("tool", "given_", "whole"),
    [
        ("Write", {"file_path": "a.md", "content": "x"}, True),
        ("Edit", {"file_path": "a.md", "old_string": "y", "new_string": "x"}, False),
        ("MultiEdit", {"file_path": "a.md", "edits": [{"new_string": "x"}]}, False),
        ("file_editor", {"command": "create", "path": "a.md", "file_text": "x"}, True),
        ("file_editor", {"command": "insert", "path": "a.md", "new_str": "x"}, False),
        ("apply_patch", {"input": "*** Begin Patch\n*** Add File: a.md\n+x"}, True),
        ("apply_patch", {"input": "*** Begin Patch\n*** Update File: a.md\n+x"}, False),
        ("Bash", {"command": "cat > a.md <<E\nx\nE"}, True),
        ("Bash", {"command": "cat >> a.md <<E\nx\nE"}, False),
    ],
)
def test_a_part_of_a_file_is_no_new_file(tool: str, given_: dict[str, object], whole: bool) -> None:
    """What it lacks may stand elsewhere, and its name is an old one."""
    step = steps_of(tool, given_)[-1]
    assert (step.whole, step.is_new) == (whole, whole)
    headings = compiled_rule(read("Structure documents with at least three ## headings"))
    names = compiled_rule(read("Use kebab-case for file names"))
    assert isinstance(headings, Compiled)
    assert isinstance(names, Compiled)
    long = Step(FILE, "word " * 200, "aB.md", whole=whole)
    assert bool(judge(headings.spec, long, Past())) is whole
    assert bool(judge(names.spec, long, Past())) is whole


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        *((each, True) for each in ("README.md", "Dockerfile", "Cargo.toml", "__init__.py")),
        *((each, False) for each in ("My-File.md", "MyFile", "Button.tsx", "a_b.py")),
    ],
)
def test_a_file_that_has_to_be_called_so_breaches_no_form(name: str, fits: bool) -> None:
    """Programs look for these names, whatever the form of the others is to be."""
    names = compiled_rule(read("Use kebab-case for file names"))
    assert isinstance(names, Compiled)
    assert (judge(names.spec, Step(FILE, "", name), Past()) == "") is fits


def test_what_only_looks_is_no_step() -> None:
    """Reading and searching breach nothing."""
    assert steps_of("Read", {"file_path": "docs/a.md"}) == []
    assert steps_of("str_replace_editor", {"command": "view", "path": "a"}) == []
    assert steps_of("Grep", {"pattern": "npm", "path": "a"}) == []
    assert steps_of("WebSearch", {"query": "npm"}) == []


def test_a_file_that_a_command_writes_is_a_file() -> None:
    """With what the command is fed, where that is known."""
    step, written = steps_of("Bash", {"command": "cat > docs/a.md <<E\nhello\nE"})
    assert step.kind == COMMAND
    assert (written.kind, written.path, written.text) == (FILE, "docs/a.md", "hello")
    _, unknown = steps_of("Bash", {"command": "date > docs/a.md 2>/dev/null"})
    assert not unknown.known


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("commit and push it", True),
        ("Push!", True),
        ("do not push yet", False),
        ("don't commit, and never push", False),
        ("the pushbutton is wrong", False),
        ("改好以后推送", True),
        ("先不要推送", False),
        ("", False),
    ],
)
def test_what_a_request_asks_for(prompt: str, asked: bool) -> None:
    """Its words, unless they are denied."""
    made = compiled_rule(read("Do not push without being asked"))
    assert isinstance(made, Compiled)
    assert is_asked_for(made.spec, request_words(prompt)) is asked


@pytest.mark.parametrize(
    ("rule", "prompt", "asked"),
    [
        ("No emoji", "put a rocket emoji into the title", True),
        ("No emoji", "put it into the title, no emoji", False),
        ("Answer in German", "say it in English this time", True),
        ("Answer in German", "say it in German", False),
        ("Keep answers short", "explain it in detail", True),
        ("Keep answers short", "fix it", False),
        ("Use pnpm", "run npm audit", True),
    ],
)
def test_what_a_rule_is_against_can_be_asked_for(rule: str, prompt: str, asked: bool) -> None:
    """A request outweighs a rule on forms, languages and lengths as well."""
    made = compiled_rule(read(rule))
    assert isinstance(made, Compiled)
    assert is_asked_for(made.spec, request_words(prompt)) is asked


def test_the_names_that_a_message_gives() -> None:
    """Files and branches, without their folders and what stands around them."""
    said = "put it in `docs/plan.md`, on feature/login; see (a.py). Hello there, 3.5!"
    assert names_in(said)[:3] == ["plan.md", "login", "a.py"]
    assert "there" not in names_in(said)
