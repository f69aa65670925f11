"""`tools/setup.sh` with an installer that only notes what it is asked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
LOCKS = {"core": "numpy-2 h2-4", "dev": "numpy-1 pytest-8", "local": "xllamacpp-1"}
# Packages are folders: a sync leaves those that the lock names, an install adds to what is there.
UV = """#!/bin/sh
site=.venv/lib/python3/site-packages
for last; do :; done
if [ "$1" = venv ]; then
    rm -rf "$last"; mkdir -p "$last/bin" $site; ln -s "$FAKE_PYTHON" "$last/bin/python"
    exit
fi
case "$*" in
*--require-hashes*) echo "begin $last" >>log ;;
*) mkdir -p "$site/project-$(basename "$last").dist-info"; exit ;;
esac
[ "$2" = sync ] && rm -rf $site/*
[ -e cut-off ] && exit 1
sleep "${FAKE_PAUSE:-0}"
for each in $(cat "$last"); do mkdir -p "$site/$each.dist-info"; done
touch .venv/bin/tom; chmod +x .venv/bin/tom
echo "end $last" >>log
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with the script, three locks, and the installer."""
    project = tmp_path / "project"
    for name in ("tools", "requirements", "bin", "evals"):
        (project / name).mkdir(parents=True)
    shutil.copy(CHECKOUT / "tools" / "setup.sh", project / "tools")
    for name, packages in LOCKS.items():
        (project / "requirements" / f"{name}.txt").write_text(packages)
    for folder in (project, project / "evals"):
        (folder / "pyproject.toml").write_text("")
    uv = project / "bin" / "uv"
    uv.write_text(UV)
    uv.chmod(0o755)
    return project


def start(project: Path, name: str, pause: float = 0) -> subprocess.Popen[str]:
    """The script at work on a set, its installer pausing before it is done."""
    environment = {
        **os.environ,
        "PATH": f"{project / 'bin'}:{os.environ['PATH']}",
        "FAKE_PYTHON": sys.executable,
        "FAKE_PAUSE": str(pause),
        "UV_PYTHON": sys.executable,
    }
    return subprocess.Popen(
        ["bash", "tools/setup.sh", name], cwd=project, env=environment, text=True
    )


def installed(project: Path, *sets: str) -> list[str]:
    """The locks that are installed when these sets are asked for, in this order."""
    log = project / "log"
    log.unlink(missing_ok=True)
    for name in sets:
        assert start(project, name).wait() == 0
    lines = log.read_text().splitlines() if log.exists() else []
    return [Path(line).stem for line in lines if line.startswith("begin")]


def packages(project: Path) -> set[str]:
    """What lies in the environment."""
    site = project / ".venv" / "lib" / "python3" / "site-packages"
    return {path.name.removesuffix(".dist-info") for path in site.iterdir()}


def test_what_is_there_is_not_installed_again(project: Path) -> None:
    """The second time nothing is done, and what develops also runs the demo."""
    assert installed(project, "core", "core", "dev", "dev", "core", "dev") == ["core", "dev"]


def test_a_changed_lock_installs_again(project: Path) -> None:
    """Only the set that changed."""
    installed(project, "dev")
    (project / "requirements" / "dev.txt").write_text("numpy-3 pytest-9")
    assert installed(project, "dev", "dev") == ["dev"]


def test_the_smaller_set_never_lies_over_the_larger(project: Path) -> None:
    """The demo after the tests installs nothing; where it has to, the tests install again."""
    assert installed(project, "dev", "core", "dev") == ["dev"]
    lock = project / "requirements" / "dev.txt"
    lock.write_text("numpy-3 pytest-9")
    assert installed(project, "core") == ["core"]
    lock.write_text(LOCKS["dev"])
    assert installed(project, "dev", "core") == ["dev"]


def test_an_environment_holds_what_its_set_names_and_no_more(project: Path) -> None:
    """From one set to the other and back, nothing of the one is left beside the other."""
    dev = {"numpy-1", "pytest-8", "project-.", "project-evals"}
    installed(project, "dev")
    assert packages(project) == dev
    (project / "requirements" / "dev.txt").write_text("numpy-3 pytest-9")
    installed(project, "core")
    assert packages(project) == {"numpy-2", "h2-4", "project-."}
    (project / "requirements" / "dev.txt").write_text(LOCKS["dev"])
    installed(project, "dev")
    assert packages(project) == dev


def test_what_came_or_went_in_another_way_is_set_right(project: Path) -> None:
    """A package that somebody put there goes, and one that somebody took out comes back."""
    site = project / ".venv" / "lib" / "python3" / "site-packages"
    installed(project, "dev")
    sound = packages(project)
    (site / "mcp-2.dist-info").mkdir()
    assert installed(project, "dev") == ["dev"]
    assert packages(project) == sound
    (site / "pytest-8.dist-info").rmdir()
    assert installed(project, "dev") == ["dev"]
    assert packages(project) == sound


def test_an_installation_that_was_cut_off_begins_anew(project: Path) -> None:
    """Half a package is not taken for one."""
    installed(project, "dev")
    (project / "requirements" / "dev.txt").write_text("numpy-3 pytest-9")
    (project / "cut-off").touch()
    assert start(project, "dev").wait() != 0
    (project / "cut-off").unlink()
    half = project / ".venv" / "half-installed"
    half.touch()
    assert installed(project, "dev") == ["dev"]
    assert not half.exists()
    assert packages(project) == {"numpy-3", "pytest-9", "project-.", "project-evals"}


def test_two_at_once_take_turns(project: Path) -> None:
    """The one that waits sees what the other left: neither works on the other's half."""
    both = [start(project, name, pause=0.3) for name in ("core", "dev")]
    assert [each.wait() for each in both] == [0, 0]
    lines = (project / "log").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["begin", "end"] * (len(lines) // 2)
    assert installed(project, "dev", "core") == []
    assert "pytest-8" in packages(project)


def test_what_is_added_takes_nothing_away(project: Path) -> None:
    """The local extra goes beside the development set, which stays installed."""
    assert installed(project, "dev", "local", "dev", "local") == ["dev", "local"]
    assert {"pytest-8", "xllamacpp-1"} <= packages(project)


def test_a_set_that_is_none_is_named(project: Path) -> None:
    """Exit code 2 and the name that was given."""
    done = subprocess.run(
        ["bash", "tools/setup.sh", "nope"], cwd=project, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no set called nope" in done.stderr


def test_coding_agents_are_installed_once(project: Path) -> None:
    """By the versions that the file names, again when it changes, and without their scripts."""
    (project / "requirements" / "hosts").mkdir()
    wanted = project / "requirements" / "hosts" / "package.json"
    wanted.write_text("{}")
    for name in ("npm", "node"):
        program = project / "bin" / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >>"$LOG"\n')
        program.chmod(0o755)
    log = project / "npm.log"
    environ = {**os.environ, "PATH": f"{project / 'bin'}:{os.environ['PATH']}", "LOG": str(log)}
    for _ in range(2):
        subprocess.run(["bash", "tools/setup.sh", "hosts"], cwd=project, env=environ, check=True)
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["npm", "node", "node"]
    assert "--ignore-scripts" in log.read_text()
    assert (project / ".npm-hosts" / "package.json").read_text() == "{}"
    wanted.write_text('{"private": true}')
    subprocess.run(["bash", "tools/setup.sh", "hosts"], cwd=project, env=environ, check=True)
    assert log.read_text().count("npm install") == 2
