"""The parts of a coding session that need no agent and no terminal."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_cli.code import approval, conversations, setup
from tom_cli.code.beside import beside_message, folded
from tom_cli.code.diffs import diff, planned
from tom_cli.code.ending import ending
from tom_cli.code.screen import Screen
from tom_cli.code.streaming import Streaming
from tom_swe.errors import NotFound, SettingsError, UsageError
from tom_swe.hosts.coding import AgentSaid, Call, Called, Happening, Returned, Streamed
from tom_swe.model.advice import Action, Clarity, PastTurn, Suggestion
from tom_swe.model.belief import Belief, Kind
from tom_swe.settings import helper_of, load_settings, model_of


def terminal(command: str, **more: object) -> Call:
    return Call(id="1", tool="terminal", arguments={"command": command, **more})


def edit(path: object, command: str = "create", **more: object) -> Call:
    arguments = {"command": command, "path": str(path), **more}
    return Call(id="1", tool="file_editor", arguments=arguments)


@pytest.mark.parametrize(
    "command",
    [
        "ls",
        "ls -la src",
        "cat README.md",
        "git status",
        "git diff --stat",
        "git log --oneline",
        "grep -n main setup.py",
        "pwd",
        "",
    ],
)
def test_looking_needs_no_word(command: str, tmp_path: Path) -> None:
    """What only shows something of this folder just runs."""
    assert approval.need_of(terminal(command), tmp_path) is None


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf build",
        "cat ~/.ssh/id_rsa",
        "cat /etc/passwd",
        "cat ../secret",
        "ls; rm x",
        "ls && rm x",
        "cat $(echo /etc/passwd)",
        "echo hi > file",
        "cat `x`",
        "ls\nrm x",
        "git diff --output=x",
        "git log --ext-diff",
        "git commit -m x",
        "git",
        "FOO=1 ls",
        "pytest",
        "python -c 'x'",
        "'unclosed",
    ],
)
def test_what_could_do_more_than_look_needs_a_word(command: str, tmp_path: Path) -> None:
    """Commands that write, run something else, or leave the folder wait for the person."""
    assert approval.need_of(terminal(command), tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "covered"),
    [
        ("pytest -q", "pytest tests/x.py", True),
        ("git commit -m a", "git commit -m b", True),
        ("git commit -m a", "git push", False),
        ("pytest", "pytest; rm -rf .", False),
        ("pytest", "pytest > /etc/passwd", False),
        ("python a.py", "python b.py", False),
        ("bash a.sh", "bash b.sh", False),
        ("./run.sh", "./run.sh x", False),
        ("npm test", "npm publish", False),
    ],
)
def test_always_covers_the_program_and_no_more(
    one: str, other: str, covered: bool, tmp_path: Path
) -> None:
    """`always` covers a program with other arguments, never what runs anything, never a chain."""
    need = approval.need_of(terminal(one), tmp_path)
    assert need
    assert (not approval.needs_of([terminal(other)], tmp_path, {need.key})) is covered


def test_edits_in_the_folder_are_one_matter_and_others_each_their_own(tmp_path: Path) -> None:
    """`always` for edits covers this folder alone: not its .git, nothing outside, no link out."""
    inside = approval.need_of(edit(tmp_path / "a" / "b.py"), tmp_path)
    assert inside
    assert approval.needs_of([edit(tmp_path / "c.py", "insert")], tmp_path, {inside.key}) == []
    (tmp_path / "out").symlink_to("/etc")
    elsewhere = ("/etc/hosts", tmp_path / ".git" / "hooks" / "pre-commit", tmp_path / "out" / "x")
    for path in (*elsewhere, tmp_path / ".." / "x"):
        assert approval.needs_of([edit(path)], tmp_path, {inside.key})
    assert approval.need_of(edit(tmp_path / "a.py", "view"), tmp_path) is None
    assert approval.need_of(edit("/etc/passwd", "view"), tmp_path)


def test_tools_that_change_nothing_just_run_and_unknown_ones_wait(tmp_path: Path) -> None:
    """The plan and the advice need no word; a tool that tom does not know does."""
    assert approval.need_of(Call(id="1", tool="task_tracker"), tmp_path) is None
    assert approval.need_of(Call(id="1", tool="ask_tom"), tmp_path) is None
    assert approval.need_of(Call(id="1", tool="deploy"), tmp_path)


@given(st.text())
def test_any_command_at_all_is_judged(command: str) -> None:
    """No text of a command makes the judgement fail, and none with a separator just runs."""
    need = approval.need_of(terminal(command), Path("/work"))
    if any(mark in command.strip() for mark in ";&|`$><\n"):
        assert need


def test_a_planned_edit_is_the_diff_that_it_would_make(tmp_path: Path) -> None:
    """Each edit shows what goes and what comes; a view shows nothing."""
    path = tmp_path / "a.py"
    path.write_text("one\ntwo\nthree\n")
    change = planned(edit(path, "str_replace", old_str="two", new_str="zwei")).plain
    assert "-two" in change
    assert "+zwei" in change
    assert "+four" in planned(edit(path, "insert", insert_line=3, new_str="four")).plain
    assert "-one" in planned(edit(path, "create", file_text="new\n")).plain
    assert planned(edit(path, "view")).plain == ""
    assert planned(edit(tmp_path / "none.py", "str_replace", old_str="a", new_str="b")).plain


def test_a_long_diff_is_cut_with_a_count() -> None:
    """Beyond the limit the number of lines left out is said."""
    text = diff("", "\n".join(str(n) for n in range(100)), most=10).plain
    assert "lines more" in text
    assert len(text.splitlines()) == 11


# The screen

STORY = "# A plan\n\nHere is **more**:\n\n```sh\none\n\ntwo\n```\n\nand the end"


@given(st.lists(st.integers(0, len(STORY)), max_size=12))
def test_streamed_blocks_are_together_what_was_said(cuts: list[int]) -> None:
    """However a text is cut into pieces, no block comes twice, none is lost, and none is torn."""
    streaming = Streaming()
    places = [0, *sorted(cuts), len(STORY)]
    out = [streaming.add(STORY[start:end]) for start, end in pairwise(places)]
    out.append(streaming.end(STORY))
    blocks = [block for block in out if block]
    assert "\n\n".join(blocks) == STORY
    assert all(block.count("```") != 1 for block in blocks)


def test_what_was_not_streamed_or_not_so_is_shown_whole() -> None:
    """The whole of what an agent said counts; what was streamed before it is out already."""
    streaming = Streaming()
    assert streaming.end("all of it") == "all of it"
    assert streaming.add("first\n\nsec") == "first"
    assert streaming.end() == "sec"
    assert streaming.end() == ""


def drawn(*happenings: Happening) -> tuple[str, str]:
    """What a screen prints of happenings, and what it shows to go on."""
    screen = Screen()
    with screen.console.capture() as captured:
        for each in happenings:
            screen.draw(each)
    return captured.get(), screen.now(20)


def test_what_an_agent_says_is_rendered_and_what_it_is_saying_goes_on() -> None:
    """Markdown loses its marks; the block that is not over stands with what goes on."""
    over, now = drawn(Streamed(text="a **bold** word\n\nand `then`"))
    assert over.strip() == "a bold word"
    assert "then" in now
    over, now = drawn(Streamed(text="one"), AgentSaid(text="one"))
    assert over.split() == ["one"]
    assert now == ""


def test_a_commands_output_goes_on_and_is_folded_in_the_end() -> None:
    """What is over is a few lines, with how many there were before and how to see them."""
    lines = "\n".join(f"line {number}" for number in range(30))
    call = Called(call=terminal("seq"))
    over, _ = drawn(call, Returned(tool="terminal", text=lines, exit_code=3))
    assert "line 29" in over
    assert "line 3\n" not in over
    assert "22 lines before; /output shows all" in over
    assert "exit 3" in over
    screen = Screen()
    screen.draw(call)
    screen.output = lines
    now = screen.now(20)
    assert "line 29" in now
    assert "line 3\n" not in now
    assert "Ctrl-C stops it" in now
    assert len(screen.now(3).splitlines()) == 3


@pytest.mark.parametrize("command", ["echo a\nrm -rf b", f"echo {'a' * 200}; rm -rf b"])
def test_what_a_person_agrees_to_is_shown_whole(command: str) -> None:
    """A command of many lines, or a long one, is there to be read before it runs."""
    screen = Screen()
    with screen.console.capture() as captured:
        screen.plan([terminal(command)])
    assert "rm -rf b" in captured.get()
    with screen.console.capture() as captured:
        screen.plan([terminal("ls"), edit("/nowhere", "view")])
    assert captured.get() == ""


def test_the_prompt_waits_for_nothing_heavy() -> None:
    """What is imported before the prompt is drawn holds no agent, no memory and no renderer."""
    script = "import sys, tom_cli.code.session\nprint(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    heavy = {"openhands", "litellm", "sqlalchemy", "numpy", "rich", "pydantic", "detect_secrets"}
    assert loaded & heavy == set()
    assert "prompt_toolkit" in loaded


# Which model


def test_the_settings_for_tom_and_for_openhands_never_mix(tmp_path: Path) -> None:
    """A key goes only to the endpoint that it stands beside."""
    place = {"TOM_HOME": str(tmp_path)}
    theirs = {"LLM_MODEL": "openai/a", "LLM_API_KEY": "k1", "LLM_BASE_URL": "http://one"}
    found = model_of(load_settings({**place, **theirs, "TOM_API_KEY": "k2"}))
    assert found
    assert found.api_key
    assert (found.name, found.base_url, found.api_key.get_secret_value()) == (
        "openai/a",
        "http://one",
        "k1",
    )
    own = {"TOM_MODEL": "openai/b", "TOM_BASE_URL": "http://two"}
    found = model_of(load_settings({**place, **theirs, **own}))
    assert found
    assert (found.name, found.base_url, found.api_key) == ("openai/b", "http://two", None)
    assert "k1" not in repr(load_settings({**place, **theirs}))
    assert model_of(load_settings(place)) is None
    named = model_of(load_settings({**place, **theirs}), "openai/c")
    assert named
    assert (named.name, named.base_url) == ("openai/c", "http://one")


def test_a_key_in_a_file_is_refused(tmp_path: Path) -> None:
    """Keys stand in the environment alone; the message says where to put it."""
    (tmp_path / "config.toml").write_text('api_key = "k1"\n')
    with pytest.raises(SettingsError, match="TOM_API_KEY") as raised:
        load_settings({"TOM_HOME": str(tmp_path)})
    assert "k1" not in str(raised.value)


def test_a_cheaper_model_reads_with_the_key_only_where_it_is_good(tmp_path: Path) -> None:
    """Another model of the same provider has its key and endpoint, one of another has neither."""
    own = {"TOM_HOME": str(tmp_path), "TOM_MODEL": "openai/big", "TOM_API_KEY": "k1"}
    settings = load_settings({**own, "TOM_BASE_URL": "http://two"})
    assert helper_of(settings, "") == model_of(settings)
    assert helper_of(settings, "none") is None
    same = helper_of(settings, "openai/small")
    assert same
    assert (same.base_url, same.api_key) == ("http://two", settings.api_key)
    other = helper_of(settings, "anthropic/small")
    assert other
    assert (other.name, other.base_url, other.api_key) == ("anthropic/small", "", None)
    alone = load_settings({"TOM_HOME": str(tmp_path), "TOM_API_KEY": "k1"})
    assert helper_of(alone, "") is None
    only = helper_of(alone, "openai/small")
    assert only
    assert only.api_key


def test_a_local_server_is_found_with_its_models() -> None:
    """One that answers is named with what it serves; one that is not there is left out."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"data": [{"id": "qwen"}]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        found = setup.local_servers((("Here", url), ("Nowhere", "http://127.0.0.1:9/v1")))
        server.shutdown()
        thread.join()
    assert found == [setup.Server("Here", url, ("qwen",))]
    assert f"TOM_MODEL=openai/qwen TOM_BASE_URL={url}" in setup.no_model(found)
    assert "No local server" in setup.no_model([])


# Conversations


def test_a_conversation_is_found_by_the_start_of_its_id(tmp_path: Path) -> None:
    """One that fits is found, several are asked about, none shows the newest there are."""
    for name in ("ab" + "0" * 30, "ac" + "0" * 30):
        (tmp_path / name / "events").mkdir(parents=True)
        state = {"workspace": {"working_dir": f"/work/{name[:2]}"}}
        (tmp_path / name / "base_state.json").write_text(json.dumps(state))
    (tmp_path / ("ad" + "0" * 30)).mkdir()  # one that was never written whole
    assert conversations.resumable(tmp_path, "ab").folder == "/work/ab"
    with pytest.raises(UsageError, match="2 conversations begin"):
        conversations.resumable(tmp_path, "a")
    with pytest.raises(NotFound, match="ab000000"):
        conversations.resumable(tmp_path, "ff")
    assert conversations.newest_in(tmp_path, Path("/work/ac")).id.startswith("ac")
    with pytest.raises(NotFound):
        conversations.newest_in(tmp_path, Path("/elsewhere"))
    conversations.delete(tmp_path, "../" + "a" * 29)
    conversations.delete(tmp_path, "ab" + "0" * 30)
    assert len(conversations.kept(tmp_path)) == 1
    with pytest.raises(NotFound, match="There are none yet"):
        conversations.resumable(tmp_path / "nowhere", "ab")


def event(kind: str, source: str, **fields: object) -> str:
    return json.dumps({"kind": kind, "source": source, **fields})


def message(source: str, text: str) -> str:
    return event("MessageEvent", source, llm_message={"content": [{"type": "text", "text": text}]})


def test_a_conversation_ends_with_its_last_two_exchanges(tmp_path: Path) -> None:
    """Of what the agent said on the way the last words are shown; what is broken is left out."""
    events = [
        message("user", "first"),
        message("agent", "long ago"),
        message("user", "second"),
        event("ActionEvent", "agent", tool_name="terminal", action={"command": "ls"}),
        message("agent", "on the way"),
        event("ActionEvent", "agent", tool_name="finish", action={"message": "made it"}),
        message("user", "third"),
        "{broken",
        message("agent", ""),
    ]
    (tmp_path / "events").mkdir()
    for number, each in enumerate(events):
        (tmp_path / "events" / f"event-{number:05}-x.json").write_text(each)
    assert ending(tmp_path) == [(True, "second"), (False, "made it"), (True, "third")]
    assert ending(tmp_path / "nowhere") == []


# Beside a message


def suggestion(action: Action, *questions: str, turns: tuple[str, ...] = ()) -> Suggestion:
    return Suggestion(
        action=action,
        text="",
        questions=questions,
        turns=tuple(
            PastTurn(turn_id=n, session_id=1, ordinal=n, repository="", at=None, text=text)
            for n, text in enumerate(turns)
        ),
        clarity=Clarity(score=0.5),
        confidence=0.5,
    )


def test_nothing_goes_beside_a_message_that_nothing_is_known_about() -> None:
    """No advice costs no token and says no line."""
    nothing = suggestion(Action.PROCEED, turns=("add it",))
    assert beside_message("add it", nothing, (), answered=False) == ""
    assert folded(nothing, ()) == ""


def test_what_was_asked_is_told_with_what_came_of_it() -> None:
    """The agent learns whether its person answered, declined, or could not be asked."""
    asked = suggestion(Action.ASK, "Which file?")
    answered = beside_message("fix it", asked, (), answered=True)
    declined = beside_message("fix it", asked, (), answered=False)
    alone = beside_message("fix it", asked, (), answered=False, can_ask=False)
    for text in (answered, declined, alone):
        assert text.startswith("<tom-advice>")
        assert text.endswith("</tom-advice>")
        assert "Which file?" in text
    assert "Their answer is at the end of their message" in answered
    assert "do not ask again" in declined
    assert "Nobody can answer now" in alone


def test_forgetting_a_session_deletes_its_conversation(tmp_path: Path) -> None:
    """`tom memory forget` and `reset` leave nothing of what was said in `tom` on disk."""
    from typer.testing import CliRunner

    from tom_cli.main import app
    from tom_swe.app import open_tom
    from tom_swe.settings import load_settings
    from tom_swe.testing import session_of

    settings = load_settings()
    tom = open_tom(settings)
    ids = ("a" * 32, "b" * 32)
    for number, name in enumerate(ids):
        said = session_of("a secret plan of mine", host_id=name)
        assert tom.add_session("local", said).session_id == number + 1
        (settings.conversations / name).mkdir(parents=True)
    tom.close()
    settings.history.write_text("a secret plan of mine")
    assert CliRunner().invoke(app, ["memory", "forget", "s1", "--yes"]).exit_code == 0
    assert [path.name for path in settings.conversations.iterdir()] == [ids[1]]
    assert CliRunner().invoke(app, ["memory", "reset", "--yes"]).exit_code == 0
    assert not settings.conversations.exists()
    assert not settings.history.exists()


def test_what_was_said_once_is_told_as_said_once() -> None:
    """The agent can tell a candidate from what is confirmed, and is told nothing twice."""
    at = datetime(2026, 9, 1, tzinfo=UTC)
    once = Belief(id=1, kind=Kind.PREFERENCE, statement="Use pnpm", first_seen=at, last_seen=at)
    known = suggestion(Action.PROCEED).model_copy(update={"beliefs": (once,)})
    text = beside_message("install it", known, (), answered=False)
    assert "Use pnpm (seen once)" in text
    assert beside_message("install it", known, (1,), answered=False) == ""
