"""`tom code` in a terminal and in a pipe, as a person and a script would run it."""

import contextlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import psutil
import pytest

from tom_swe.app import open_tom
from tom_swe.settings import load_settings
from tom_swe.testing import session_of
from tom_swe.testing.scripted import ScriptedModel, Turn

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

TOM = Path(sys.executable).with_name("tom")
PROMPT = "tom> "


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and a person who said twice what they want."""
    monkeypatch.setenv("OH_PERSISTENCE_DIR", str(tmp_path / "openhands"))
    for name in ("LLM_MODEL", "LLM_API_KEY", "LLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    tom = open_tom(load_settings())
    for number in ("1", "2"):
        tom.add_session("local", session_of("from now on use pnpm, not npm", host_id=number))
    tom.learn("local")
    tom.close()
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ScriptedModel]]:
    """Starts a scripted model and configures tom for it."""
    running: list[ScriptedModel] = []

    def start(*turns: Turn) -> ScriptedModel:
        made = ScriptedModel(*turns).__enter__()
        running.append(made)
        monkeypatch.setenv("TOM_MODEL", "openai/scripted")
        # What it says is for the agent; tom reads without it afterwards.
        monkeypatch.setenv("TOM_READER_MODEL", "none")
        monkeypatch.setenv("TOM_API_KEY", "x")
        monkeypatch.setenv("TOM_BASE_URL", made.base_url)
        return made

    yield start
    for each in running:
        each.__exit__(None, None, None)


class Terminal:
    """A terminal with `tom` in it. The prompt is there when nothing works any more."""

    def __init__(self, work: Path, *arguments: str) -> None:
        environ = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.child = pexpect.spawn(
            str(TOM),
            list(arguments),
            cwd=str(work),
            env=environ,  # pyright: ignore[reportArgumentType]
            encoding="utf-8",
            timeout=60,
            dimensions=(40, 120),
        )
        self._screen = io.StringIO()
        self.child.logfile_read = self._screen
        self.see(PROMPT)

    def see(self, text: str) -> str:
        """Waits for a text; what came before it."""
        try:
            self.child.expect_exact(text)
        except pexpect.TIMEOUT:
            shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self._screen.getvalue())
            pytest.fail(f"no {text!r} on the screen:\n{shown[-3000:]}")
        return self.child.before or ""

    def type(self, text: str) -> None:
        self.child.send(f"{text}\r")

    def leave(self) -> int:
        """Leaves; the exit code."""
        self.child.sendeof()
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -1


def rest_of(seconds: float = 60) -> list[psutil.Process]:
    """What still runs for this test's memory, once it has had its time to end."""
    home = os.environ["TOM_HOME"]
    deadline = time.monotonic() + seconds
    while (left := [p for p in psutil.process_iter() if _belongs(p, home)]) and (
        time.monotonic() < deadline
    ):
        psutil.wait_procs(left, timeout=1)
    return left


def _belongs(process: psutil.Process, home: str) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get("TOM_HOME") == home
    except psutil.Error:
        return False


def test_an_edit_is_made_after_a_word_and_the_session_is_learned(work: Path, model) -> None:
    """An edit shows its diff and waits for a word; what was said is learned at the end.

    The agent is told the briefing once; leaving leaves no process; --resume goes on.
    """
    path = str(work / "note.txt")
    create = {"command": "create", "path": path, "file_text": "hello\n"}
    scripted = model(("file_editor", create), ("finish", {"message": "All written"}), "Still here")
    terminal = Terminal(work)
    terminal.type("add note.txt with hello. from now on answer in german")
    terminal.see("told the agent 1 thing")
    terminal.see("+hello")
    terminal.see("allow?")
    assert not (work / "note.txt").exists()
    terminal.type("y")
    terminal.see("All written")
    terminal.see(PROMPT)
    assert (work / "note.txt").read_text() == "hello\n"
    assert scripted.said_to_model().count("<tom-briefing>") == 1
    terminal.type("/profile")
    terminal.see("from now on use pnpm")
    terminal.see(PROMPT)
    terminal.type("/cost")
    terminal.see("tokens in")
    terminal.see(PROMPT)
    terminal.child.sendeof()
    terminal.see("tom code --resume ")
    conversation = terminal.child.read(8)
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()
    assert terminal.child.exitstatus == 0
    assert rest_of() == []
    learned = open_tom(load_settings())
    beliefs = learned.memory.beliefs.all("local")
    learned.close()
    assert [b for b in beliefs if "german" in b.statement.lower()]
    (pnpm,) = [b for b in beliefs if "pnpm" in b.statement]
    assert len(pnpm.evidence) == 2, "the briefing was learned back"

    again = Terminal(work, "code", "--resume", conversation)
    shown = again.child.before or ""
    assert "add note.txt with hello" in shown, "the end of the conversation is not shown"
    assert "All written" in shown
    again.type("are you there?")
    again.see("Still here")
    again.see(PROMPT)
    assert "add note.txt with hello" in scripted.said_to_model()
    assert again.leave() == 0


def test_ctrl_c_returns_to_the_prompt_within_a_second(work: Path, model) -> None:
    """In mid-stream and in mid-command; the command is gone, and the session goes on."""
    model("once HOLD upon", ("terminal", {"command": "sleep 4321"}), "back again")
    terminal = Terminal(work)
    terminal.type("tell me a story please, a long one")
    terminal.see("once")
    terminal.child.sendintr()
    asked = time.monotonic()
    terminal.see(PROMPT)
    assert time.monotonic() - asked < 1
    terminal.type("now wait a while please in the shell")
    terminal.see("allow?")
    terminal.type("y")
    while not (sleeping := _sleeping("4321")):
        psutil.wait_procs([], timeout=0)
    terminal.child.sendintr()
    asked = time.monotonic()
    terminal.see(PROMPT)
    assert time.monotonic() - asked < 1
    psutil.wait_procs(sleeping, timeout=5)
    assert not _sleeping("4321")
    terminal.type("are you back?")
    terminal.see("back again")
    terminal.see(PROMPT)
    assert terminal.leave() == 0
    assert rest_of() == []


def _sleeping(seconds: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", seconds]]


def test_one_sees_it_work_and_types_meanwhile(work: Path, model) -> None:
    """A command's lines come while it runs, what is sent meanwhile is the next message.

    What is not sent stays; a question finds an empty line; Ctrl-C twice leaves from anywhere.
    """
    wait = "while [ ! -e go ]; do echo waiting; sleep 0.1; done"
    scripted = model(("terminal", {"command": wait}), "**first** done", "second done", "x HOLD y")
    terminal = Terminal(work)
    terminal.type("wait until the file called go is there")
    terminal.child.send("half of ")
    terminal.see("allow?")
    terminal.type("y")
    terminal.see("    waiting")
    terminal.type("a message")
    terminal.see("then: half of a message")
    terminal.child.send("not sent")
    (work / "go").touch()
    assert "**" not in terminal.see("done")
    terminal.see("second done")
    terminal.see(f"{PROMPT}")
    terminal.see("not sent")
    assert "half of a message" in scripted.said_to_model()
    terminal.type(", now it is")
    terminal.see("x")
    terminal.child.sendintr()
    terminal.see("Ctrl-C again leaves")
    terminal.child.sendintr()
    terminal.see("tom code --resume ")
    terminal.child.expect(pexpect.EOF)
    assert "Traceback" not in (terminal.child.before or "")
    assert rest_of() == []


def test_a_no_with_a_reason_and_an_always(work: Path, model) -> None:
    """A reason reaches the agent; `always` covers the next command of the same program."""
    model(
        ("terminal", {"command": "touch a"}),
        ("terminal", {"command": "touch b"}),
        ("terminal", {"command": "touch c"}),
        "finished now",
    )
    terminal = Terminal(work)
    terminal.type("touch the three files, first a then b then c")
    terminal.see("allow?")
    terminal.type("not a, it is taken")
    terminal.see("refused: not a, it is taken")
    terminal.see("every `touch` command")
    terminal.type("a")
    terminal.see("finished now")
    terminal.see(PROMPT)
    assert sorted(path.name for path in work.iterdir()) == ["b", "c"]
    assert terminal.leave() == 0


def test_toms_questions_are_asked_and_answers_are_the_persons_words(work: Path, model) -> None:
    """A vague request is asked about first; the answer ends the message; an outcome is noted."""
    scripted = model("I see")
    terminal = Terminal(work)
    terminal.type("fix it")
    terminal.see("? ")
    terminal.see("answer, or Enter")
    terminal.type("the date in the footer")
    terminal.see("I see")
    terminal.see(PROMPT)
    said = [m for m in scripted.requests[-1]["messages"] if m["role"] == "user"]
    assert "fix it\\n\\nthe date in the footer" in json.dumps(said)
    assert "Their answer is at the end of their message" in json.dumps(said)
    terminal.type("/suggest")
    terminal.see("Ask first")
    terminal.see(PROMPT)
    terminal.type("/reject")
    terminal.see("saved as rejected")
    terminal.see(PROMPT)
    terminal.type("/why b1")
    terminal.see("Because you said")
    terminal.see(PROMPT)
    terminal.type("/forget b1")
    terminal.see("permanently?")
    terminal.type("y")
    terminal.see("b1 is forgotten")
    terminal.see(PROMPT)
    terminal.type("/remember I review every diff myself")
    terminal.see("“I review every diff myself”")
    terminal.see(PROMPT)
    terminal.type("/nonsense")
    terminal.see("there is no command /nonsense")
    terminal.see(PROMPT)
    assert terminal.leave() == 0


def test_off_means_no_advice_and_no_learning(work: Path, model) -> None:
    """With tom off nothing is asked, told or learned; the agent works all the same."""
    scripted = model("ok then")
    terminal = Terminal(work)
    terminal.type("/off")
    terminal.see("off:")
    terminal.see(PROMPT)
    terminal.type("fix it. from now on answer in german")
    terminal.see("ok then")
    terminal.see(PROMPT)
    assert "tom-" not in scripted.said_to_model()
    assert terminal.leave() == 0
    assert rest_of() == []
    tom = open_tom(load_settings())
    assert len(tom.memory.beliefs.all("local")) == 1
    tom.close()


def test_without_a_model_the_screen_says_how_and_the_rest_works(work: Path) -> None:
    """The ways to a model are shown; a request shows the advice; commands work."""
    terminal = Terminal(work, "code")
    terminal.see("TOM_MODEL")
    terminal.see("LLM_MODEL")
    terminal.type("fix it")
    terminal.see("Ask first")
    terminal.see(PROMPT)
    terminal.type("/profile")
    terminal.see("pnpm")
    terminal.see(PROMPT)
    assert terminal.leave() == 0
    assert rest_of() == []


def test_what_is_typed_is_kept_redacted_for_this_person_alone(work: Path) -> None:
    """A key typed at the prompt is in no file of tom's, and the history is private."""
    key = "AKIA" + "QWERTYUIOPASDFGH"
    terminal = Terminal(work, "code")
    terminal.type(f"use the key {key} to deploy the site")
    terminal.see("next> ")
    terminal.see(PROMPT)
    assert terminal.leave() == 0
    settings = load_settings()
    assert settings.history.stat().st_mode & 0o077 == 0
    for path in settings.home.rglob("*"):
        assert path.is_dir() or key.encode() not in path.read_bytes(), path


# In a pipe


def headless(work: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOM), *arguments], cwd=work, input=said, capture_output=True, text=True, timeout=180
    )


def test_a_task_in_a_pipe_ends_with_the_agents_words_and_a_code(work: Path, model) -> None:
    """The last words alone are printed; calls nobody can approve are refused with code 3."""
    command = ("terminal", {"command": "touch made"})
    scripted = model(command, "it is done", command, "could not")
    done = headless(work, "-p", "-", "--yes", said="touch the file called made")
    assert (done.returncode, done.stdout) == (0, "it is done\n"), done.stderr
    assert (work / "made").exists()
    assert "Nobody can answer questions" in str(scripted.requests[0]["messages"][0])
    (work / "made").unlink()
    refused = headless(work, "-c", "-p", "touch it again", "--json", "--verbose")
    assert refused.returncode == 3, refused.stderr
    events = [json.loads(line) for line in refused.stdout.splitlines()]
    assert [event["type"] for event in events] == [
        "session",
        "advice",
        "called",
        "refused",
        "said",
        "end",
    ]
    assert events[-1]["rest"] == "done"
    assert not (work / "made").exists()
    assert "refused" in refused.stderr
    assert rest_of() == []


def test_a_model_that_fails_is_code_1_and_an_interruption_130(work: Path, model) -> None:
    """A script can tell a fault from an interruption, and neither leaves a process."""
    scripted = model("once HOLD upon")
    process = subprocess.Popen(
        [str(TOM), "-p", "tell a story", "--json"],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not scripted.requests:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert time.monotonic() - asked < 10
    scripted.__exit__(None, None, None)
    failed = headless(work, "-p", "tell a story")
    assert failed.returncode == 1
    assert "cannot be reached" in failed.stderr
    assert "litellm" not in failed.stderr
    assert "Traceback" not in failed.stderr
    assert rest_of() == []


def test_the_how_to_does_what_it_says(work: Path, model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command in docs/how-to/coding.md runs, those for a terminal in one."""
    from tom_cli.code.slash import COMMANDS

    page = (Path(__file__).parents[2] / "docs" / "how-to" / "coding.md").read_text()
    model("hello")
    monkeypatch.setenv("PATH", f"{TOM.parent}:{os.environ['PATH']}")
    # The bare `tom` first keeps a conversation, so that there is one to continue.
    for line in "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)).splitlines():
        command = line.split("#")[0].strip()
        if "-p" in command:
            done = subprocess.run(
                ["sh", "-c", command], cwd=work, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, (command, done.stderr)
            assert done.stdout
        else:
            terminal = Terminal(work, *command.split()[1:])
            terminal.type("hello there")
            terminal.see("told the agent")
            terminal.see(PROMPT)
            assert terminal.leave() == 0
    told = re.findall(r"`(/\w+)", page.split("| type | for |")[1].split("\n\n")[0])
    assert sorted(told) == sorted(COMMANDS)


def test_a_private_session_is_told_and_leaves_nothing(work: Path, model) -> None:
    """The agent hears nothing of the person, and no file anywhere holds a word of it."""
    home = Path(os.environ["TOM_HOME"])
    before = sorted(home.rglob("*"))
    scripted = model("the wombat is fixed")
    temporary = work.parent / "temporary"
    temporary.mkdir()
    os.environ["TMPDIR"] = str(temporary)
    try:
        done = headless(work, "--private", "-p", "fix the wombat")
    finally:
        del os.environ["TMPDIR"]
    assert (done.returncode, done.stdout) == (0, "the wombat is fixed\n"), done.stderr
    assert "pnpm" not in str(scripted.requests[0]["messages"])
    assert not list(temporary.glob("tom-private-*"))
    for path in (*home.rglob("*"), *work.parent.rglob("openhands/*")):
        assert not path.is_file() or b"wombat" not in path.read_bytes(), path
    assert {path for path in home.rglob("*") if "conversations" in path.parts} == {
        path for path in before if "conversations" in path.parts
    }
    assert headless(work, "--private", "-c", "-p", "go on").returncode == 2


@pytest.mark.parametrize("what", ["damaged", "newer"])
def test_the_prompt_goes_through_where_the_memory_cannot_be_used(
    work: Path, model, what: str
) -> None:
    """The agent works without it, the person is told why in a line, and the file is as it was."""
    database = Path(os.environ["TOM_HOME"]) / "tom.db"
    if what == "damaged":
        database.write_bytes(b"\x07" * 8192)
    else:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
    before = database.read_bytes()
    model("it is done", "Still here")
    done = headless(work, "-p", "do it")
    assert (done.returncode, done.stdout) == (0, "it is done\n"), done.stderr
    assert {"damaged": "is damaged", "newer": "upgrade tom-swe"}[what] in done.stderr
    assert "continues without tom" in done.stderr
    assert "Traceback" not in done.stderr
    terminal = Terminal(work)
    terminal.type("do it again")
    terminal.see("continues without tom")
    terminal.see("Still here")
    terminal.see(PROMPT)
    assert terminal.leave() == 0
    assert database.read_bytes() == before
