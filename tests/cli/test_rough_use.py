"""Wrong input, interruptions and other terminals at work at the same time: real processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tom_cli.common import interrupts
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS
from tom_swe.memory.store import Store
from tom_swe.settings import Settings

NAMES = {
    "claude-code": "session.jsonl",
    "codex": "rollout-2026-09-01T10-00-00-0.jsonl",
    "openhands": "events/event-00000-0.json",
    "aider": ".aider.chat.history.md",
    "crush": ".crush/crush.db",
    "opencode-go": ".opencode/opencode.db",
    "opencode": "opencode/opencode.db",
    "continue": "sessions/one.json",
    "amp": "threads/T-1.json",
    "goose": "sessions/sessions.db",
    "cursor": "projects/a/agent-transcripts/one.jsonl",
    "copilot-cli": "session-state/one/events.jsonl",
    "vscode-copilot": "chatSessions/one.json",
    "gemini-cli": "chats/session-2026-05-01T10-00-0.json",
    "antigravity": "brain/one/.system_generated/logs/transcript.jsonl",
    "cline": "tasks/1769064454592/ui_messages.json",
    "roo-code": "tasks/1769064454592/ui_messages.json",
    "kilo-code": "tasks/1769064454592/ui_messages.json",
    "qwen-code": "chats/one.jsonl",
    "specstory": ".specstory/history/one.md",
    "claude-history": "history.jsonl",
    "codex-history": "history.jsonl",
    "jsonl": "history.jsonl",
    "tom-swe-reference": "cleaned_sessions/one.json",
}
BAD = {
    "empty": b"",
    "truncated": b'{"type": "user", "message": {"role": "user", "content": "fix the par',
    "binary": bytes(range(256)) * 64,
    "utf-16": '{"role": "user", "text": "hello"}'.encode("utf-16"),
    "not an object": b"[1, 2, 3]\nnull\n7\n",
    "deep": b"[" * 100_000,
}


def tom(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tom_cli", *arguments], capture_output=True, text=True, timeout=120
    )


def write_history(path: Path, sessions: int) -> Path:
    lines = [
        {"session": str(n), "role": "user", "text": f"from now on use pnpm, not npm. task {n}"}
        for n in range(sessions)
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


@pytest.mark.parametrize("host", IMPORTERS)
def test_bad_files_end_in_a_message_and_lose_nothing(host: str, tmp_path: Path) -> None:
    """Whatever lies where a transcript should be: no traceback, and what was kept stays."""
    from typer.testing import CliRunner

    from tom_cli.main import app  # in this process: a start for each file would take minutes

    runner = CliRunner()
    good = write_history(tmp_path / "good.jsonl", 1)
    assert runner.invoke(app, ["import", "jsonl", str(good)]).exit_code == 0
    for name, content in BAD.items():
        path = tmp_path / host / name / NAMES[host]
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        result = runner.invoke(app, ["import", host, str(path.parent)])
        # Counted and passed over, or refused with a message that names the place.
        if result.exception is not None:
            assert isinstance(result.exception, SourceError)
            assert str(tmp_path / host / name) in str(result.exception)
    listed = runner.invoke(app, ["memory", "list", "--sessions", "--json"])
    assert "jsonl" in {session["host"] for session in json.loads(listed.stdout)}


@pytest.mark.slow
def test_a_line_of_100_mb_is_skipped_and_its_neighbours_are_read(tmp_path: Path) -> None:
    """One huge line costs that line only, told in the count."""
    path = tmp_path / "history.jsonl"
    with path.open("w") as file:
        file.write('{"session": "a", "role": "user", "text": "before"}\n')
        file.write('{"session": "a", "role": "user", "text": "')
        for _ in range(100):
            file.write("x" * 1_000_000)
        file.write('"}\n{"session": "a", "role": "user", "text": "after"}\n')
    result = tom("import", "jsonl", str(path), "--json")
    assert result.returncode == 0, result.stderr
    (counts,) = json.loads(result.stdout)["imports"]
    assert (counts["turns"], counts["lines_oversized"]) == (2, 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    """Exit code 1 and the folder's name."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o000)
    result = tom("import", "codex", str(folder))
    folder.chmod(0o700)
    assert result.returncode == 1
    assert "locked" in result.stderr


@pytest.mark.slow
def test_two_terminals_import_and_learn_at_once(tmp_path: Path, settings: Settings) -> None:
    """The same history imported and learned from by two processes is there once."""
    history = write_history(tmp_path / "history.jsonl", 30)
    script = f"import jsonl {history} && learn --pending"
    command = " && ".join(
        f"{sys.executable} -m tom_cli {part.strip()}" for part in script.split("&&")
    )
    both = [
        subprocess.Popen(["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    store = Store(settings.database)
    assert len(store.sessions.summaries("local")) == 30
    (belief,) = store.beliefs.all("local")
    assert len(belief.evidence) == 30
    assert store.queue.pending("local") == 0
    assert store.check() == []
    store.close()


@pytest.mark.slow
def test_ctrl_c_ends_cleanly_and_keeps_what_was_done(tmp_path: Path, settings: Settings) -> None:
    """An interrupt in the middle of learning shows no traceback; the rest is still queued."""
    tom("import", "jsonl", str(write_history(tmp_path / "history.jsonl", 400)))
    learner = subprocess.Popen(
        [sys.executable, "-m", "tom_cli", "learn"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    store = Store(settings.database)
    while store.queue.pending("local") == 400:
        assert learner.poll() is None
    learner.send_signal(signal.SIGINT)
    _, error = learner.communicate(timeout=60)
    assert learner.returncode == 130
    assert "interrupted" in error
    assert "Traceback" not in error
    left = store.queue.pending("local")
    assert 0 < left < 400
    (belief,) = store.beliefs.all("local")
    assert len(belief.evidence) == 400 - left
    assert store.check() == []
    store.close()


def test_an_interrupt_that_python_lost_still_ends_the_work() -> None:
    """A Ctrl-C raised where Python drops exceptions is raised again at the next step."""
    with interrupts() as raise_interrupt:
        raise_interrupt()
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            raise_interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
def test_output_into_a_closed_pipe_is_no_crash(tmp_path: Path) -> None:
    """`tom memory export | head -c1` ends quietly."""
    tom("import", "jsonl", str(write_history(tmp_path / "history.jsonl", 300)))
    piped = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m tom_cli memory export | head -c 1"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert piped.stdout == "{"
    assert piped.stderr == ""
