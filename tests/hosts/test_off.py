"""Where tom is switched off, or is to leave a folder alone, every door keeps to it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hooks import claude, fire, without_root
from mcp_client import client_of, text_of

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.checkout import ignored_by, is_ignored, kept_out
from tom_swe.hosts.openhands import briefed_context, learn_from
from tom_swe.testing import HashEmbedder
from tom_swe.tom_agent import create_tom_agent

TOM = [sys.executable, "-m", "tom_cli"]

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["everywhere", "here"])
def off(request: pytest.FixtureRequest, home: Path, tmp_path: Path, told: Tom) -> Path:
    """A folder in which tom is off."""
    del told
    work = tmp_path / "work"
    work.mkdir()
    (home / "off" if request.param == "everywhere" else work / ".tomignore").touch()
    return work


def consulted(home: Path) -> int:
    """How many requests the memory keeps."""
    tom = open_tom(Settings(home=home), embedder=HashEmbedder())
    count = tom.memory.sizes().consultations
    tom.close()
    return count


@pytest.mark.slow
def test_the_server_answers_nothing(home: Path, off: Path, tmp_path: Path) -> None:
    """Each tool says that tom is off, also where it is switched off while the server runs."""
    off.rename(tmp_path / "checkout")
    with client_of(tmp_path) as client:
        for tool, arguments in (
            ("consult", {"request": "merge the purchase of Example Corp"}),
            ("profile", {}),
            ("search", {"query": "pnpm"}),
            ("why", {"belief": "b1"}),
            ("remember", {"quote": "use pnpm"}),
        ):
            said = client.error(tool, **arguments)
            assert "switched off here, by " in said
            assert "use pnpm" not in said
    assert consulted(home) == 0


def test_a_running_server_keeps_to_it(home: Path, told: Tom, tmp_path: Path) -> None:
    """And answers again when it is on again."""
    del told
    (tmp_path / "checkout").mkdir()
    with client_of(tmp_path) as client:
        assert "pnpm" in text_of(client.call("profile"))
        (home / "off").touch()
        assert "pnpm" not in client.error("profile")
        (home / "off").unlink()
        assert "pnpm" in text_of(client.call("profile"))


def test_no_openhands_agent_is_told(home: Path, off: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by the SDK's context, not by the tool of OpenHands; and nothing is learned if off."""
    monkeypatch.chdir(off)
    tom = open_tom(Settings(home=home), embedder=HashEmbedder())
    assert not briefed_context(tom, LOCAL_USER, off).system_message_suffix
    if not is_ignored(str(off)):
        assert learn_from(tom, LOCAL_USER, off).new == 0
    agent = create_tom_agent()
    assert agent.give_suggestions(query="add a page") is None
    before = tom.memory.sizes().sessions
    agent.sleeptime_compute([{"session_id": "x", "messages": [{"role": "user", "content": "x"}]}])
    assert tom.memory.sizes().sessions == before
    tom.close()


def test_a_worktree_is_where_its_repository_is(told: Tom, tmp_path: Path) -> None:
    """One of an ignored repository is left alone wherever it lies; one of another is not."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for name in ("client", "mine"):
        (repository := tmp_path / name).mkdir()
        subprocess.run([*git, "init", "-q"], cwd=repository, check=True)
        subprocess.run([*git, "commit", "-qm", "x", "--allow-empty"], cwd=repository, check=True)
        worktree = str(tmp_path / "trees" / name)
        subprocess.run([*git, "worktree", "add", "-q", worktree], cwd=repository, check=True)
    (tmp_path / "client" / ".tomignore").touch()
    heard = [
        bool(fire("UserPromptSubmit", claude("UserPromptSubmit", name, cwd=str(folder))).stdout)
        for name, folder in (
            ("a", tmp_path / "trees" / "client"),
            ("b", tmp_path / "trees" / "mine"),
        )
    ]
    assert heard == [False, True]
    assert ignored_by(str(tmp_path / "trees" / "client")) == str(tmp_path / "client/.tomignore")


@pytest.mark.parametrize(
    ("environ", "by"), [({}, ""), ({"TOM_OFF": "0"}, ""), ({"TOM_OFF": "1"}, "TOM_OFF")]
)
def test_what_keeps_tom_out_is_named(environ: dict[str, str], by: str, tmp_path: Path) -> None:
    """The variable, or a file; nothing where neither is there."""
    assert kept_out(str(tmp_path), environ, str(tmp_path)) == by


# A home that cannot be written


@pytest.fixture
def read_only(home: Path, told: Tom) -> Run:
    """Runs `tom` on a memory that nobody may write."""
    told.close()
    for path in (*home.rglob("*"), home):
        path.chmod(path.stat().st_mode & ~0o222)
    environ = {**os.environ, "TOM_HOME": str(home)}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*without_root(), *TOM, *arguments], env=environ, capture_output=True, text=True
        )

    return command


@pytest.mark.parametrize(
    "command",
    [
        "brief",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("stats", "log", "why b1")),
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("profile", "memory list")),
    ],
)
def test_a_memory_that_cannot_be_written_is_read(command: str, read_only: Run) -> None:
    """Looking needs no permission to write."""
    done = read_only(*command.split())
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_memory_that_cannot_be_written_is_not_changed(read_only: Run) -> None:
    """What would change it says why it cannot, and exits 1."""
    done = read_only("remember", "always use tabs")
    assert done.returncode == 1
    assert "not writable for you" in done.stderr


def test_doctor_names_a_folder_of_somebody_else(read_only: Run, home: Path) -> None:
    """Else hooks would be silent and nobody would know why."""
    (home / "hosts").mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(home / "hosts", 65534, 65534)
    else:
        (home / "hosts").chmod(0)
    for path in (*home.rglob("*"), home):
        path.chmod(path.stat().st_mode | 0o200)
    done = read_only("doctor")
    assert done.returncode == 1
    assert f"{home / 'hosts'} cannot be read and written by you" in done.stdout
    (home / "hosts").chmod(0o700)
