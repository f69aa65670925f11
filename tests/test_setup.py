"""`tools/setup.sh` with an installer that only notes what it is asked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
UV = """#!/bin/sh
case "$1" in
venv) for last; do :; done; mkdir -p "$last/bin"; ln -s "$FAKE_PYTHON" "$last/bin/python" ;;
pip) case "$*" in
    *--require-hashes*) for last; do :; done; echo "$last" >>installed
        for name in tom openhands; do touch .venv/bin/$name; chmod +x .venv/bin/$name; done ;;
    esac ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with the script, two locks, and the installer."""
    project = tmp_path / "project"
    for name in ("tools", "requirements", "bin"):
        (project / name).mkdir(parents=True)
    shutil.copy(CHECKOUT / "tools" / "setup.sh", project / "tools")
    for name in ("core", "dev", "local"):
        (project / "requirements" / f"{name}.txt").write_text(name)
    (project / "pyproject.toml").write_text("")
    uv = project / "bin" / "uv"
    uv.write_text(UV)
    uv.chmod(0o755)
    return project


def installed(project: Path, *sets: str) -> list[str]:
    """The locks that are installed when these sets are asked for, in this order."""
    log = project / "installed"
    log.unlink(missing_ok=True)
    path = f"{project / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "FAKE_PYTHON": sys.executable}
    environment["UV_PYTHON"] = sys.executable
    for name in sets:
        done = subprocess.run(
            ["tools/setup.sh", name], cwd=project, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    locks = log.read_text().splitlines() if log.exists() else []
    return [Path(lock).stem for lock in locks]


def test_what_is_there_is_not_installed_again(project: Path) -> None:
    """The second time nothing is done, and what develops also runs the demo."""
    assert installed(project, "core", "core", "dev", "dev", "core", "dev") == ["core", "dev"]


def test_a_changed_lock_installs_again(project: Path) -> None:
    """Only the set that changed."""
    installed(project, "dev")
    (project / "requirements" / "dev.txt").write_text("newer")
    assert installed(project, "dev", "dev") == ["dev"]


def test_the_smaller_set_never_lies_over_the_larger(project: Path) -> None:
    """The demo after the tests installs nothing; where it has to, the tests install again."""
    assert installed(project, "dev", "core", "dev") == ["dev"]
    lock = project / "requirements" / "dev.txt"
    lock.write_text("newer")
    assert installed(project, "core") == ["core"]
    lock.write_text("dev")
    assert installed(project, "dev", "core") == ["dev"]


def test_what_is_added_takes_nothing_away(project: Path) -> None:
    """The local extra goes beside the development set, which stays installed."""
    assert installed(project, "dev", "local", "dev", "local") == ["dev", "local"]


def test_a_set_that_is_none_is_named(project: Path) -> None:
    """Exit code 2 and the name that was given."""
    done = subprocess.run(["tools/setup.sh", "nope"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no set called nope" in done.stderr
