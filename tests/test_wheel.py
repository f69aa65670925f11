"""What is shipped works where it is installed, not only here."""

import os
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
FIRST = CHECKOUT / "tests" / "migrations" / "first_revision.sql"


def built(project: Path, folder: Path, target: str) -> Path:
    """The one file that hatchling builds of a project."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder / "built")],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (file,) = (folder / "built").iterdir()
    return file


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(built(CHECKOUT, folder, "wheel")) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(
    installed: Path, folder: Path, *arguments: str, code: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "HOME": str(folder),
        "TOM_HOME": str(folder / "tom"),
    }
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "tom_cli"]
    return subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_the_wheel_holds_only_packages_of_its_own_name(installed: Path) -> None:
    """Nothing called `cli`, `migrations` or `tests` lands among a user's packages."""
    names = {path.name for path in installed.iterdir() if not path.name.startswith("tom_swe-")}
    assert names == {"tom_swe", "tom_cli", "tom_migrations"}


def test_the_source_distribution_holds_no_benchmark(tmp_path: Path) -> None:
    """The product's sources and tests are in it; the benchmarks are a distribution of their own."""
    with tarfile.open(built(CHECKOUT, tmp_path, "sdist")) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "tom_swe/__init__.py" in names
    assert [name for name in names if "evals" in name] == []


def test_the_wheel_of_the_benchmarks_holds_them_and_their_data(tmp_path: Path) -> None:
    """All of tom_evals that is checked in, nothing else, and the very tom-swe that it measures."""
    package = CHECKOUT / "evals"
    kept = subprocess.run(
        ["git", "ls-files", "tom_evals"], cwd=package, capture_output=True, text=True
    )
    with zipfile.ZipFile(built(package, tmp_path, "wheel")) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        (about,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(about).decode()
    assert set(kept.stdout.split()) <= names
    assert {name.partition("/")[0] for name in names} == {"tom_evals"}
    assert f"Requires-Dist: tom-swe[litellm]=={version('tom-swe')}\n" in metadata


def test_the_wheel_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    """The tests below really run what was installed, from a folder that is no checkout."""
    code = "import tom_swe, tom_cli, tom_migrations as m; print(tom_swe.__file__, m.__file__)"
    shown = run(installed, tmp_path, code=code)
    assert all(name.startswith(str(installed)) for name in shown.stdout.split())


def test_the_page_is_in_the_wheel(installed: Path) -> None:
    """Its templates, style and keys are shipped as they are here."""
    web = CHECKOUT / "cli" / "tom_cli" / "web"
    parts = [path for path in web.rglob("*") if path.suffix in {".jinja", ".css", ".js", ".svg"}]
    assert len(parts) > 10
    for path in parts:
        shipped = installed / "tom_cli" / "web" / path.relative_to(web)
        assert shipped.read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """The demo's sessions, the catalogue, the tokenizer and the migrations are all in it."""
    shown = run(installed, tmp_path, "demo")
    assert shown.returncode == 0, shown.stderr
    assert "Use pnpm" in shown.stdout
    assert "<tom-briefing>" in shown.stdout
    assert "words alone" not in shown.stderr
    assert not (tmp_path / "tom").exists()


@pytest.mark.slow
def test_the_wheel_upgrades_a_database_of_the_first_revision(
    installed: Path, tmp_path: Path
) -> None:
    """`tom init` and `tom profile` work on what the first revision left."""
    database = tmp_path / "tom" / "tom.db"
    database.parent.mkdir(mode=0o700)
    with sqlite3.connect(database) as connection:
        connection.executescript(FIRST.read_text())
        connection.execute("UPDATE user SET id = 'local'")
        connection.execute("UPDATE session SET user_id = 'local'")
        connection.execute("UPDATE belief SET user_id = 'local'")
    connection.close()
    started = run(installed, tmp_path, "init", "--yes")
    assert started.returncode == 0, started.stderr
    assert "“use pnpm please”" in run(installed, tmp_path, "profile").stdout
    assert len(list((tmp_path / "tom" / "backups").iterdir())) == 1
