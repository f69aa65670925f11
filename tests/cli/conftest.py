"""`tom` in this process, and a memory that learned once for all the tests that begin with it."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tom_cli.commands.demo import PLACES
from tom_cli.main import main
from tom_swe.app import open_tom
from tom_swe.ingest.importing import import_transcripts
from tom_swe.settings import Settings


class Result(NamedTuple):
    """What one run of the command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def tom(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `tom` as its entry point does, in this process."""

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["tom", *arguments])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def learned_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Memories that learned, each in a folder named after what it learned from."""
    return tmp_path_factory.mktemp("learned")


@pytest.fixture(scope="session")
def demo_memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory that learned from the demo's sessions, of the user mira; not to be changed."""
    folder = tmp_path_factory.mktemp("demo")
    with resources.as_file(resources.files("tom_cli") / "demo" / "home") as home:
        shutil.copytree(home, folder / "home")
    tom = open_tom(Settings(home=folder / "memory"))
    for host, place in PLACES:
        import_transcripts(tom, "mira", host, folder / "home" / place)
    assert tom.learn("mira").failed == ()
    tom.close()
    return folder / "memory"


@pytest.fixture
def learned_from(tom: Run, learned_before: Path) -> Callable[[Path], None]:
    """Gives the test's memory what `tom import` and `tom learn` make of a history.

    That is done once; later tests get a copy, whose history was at another place.
    """

    def learn(history: Path) -> None:
        home = Path(os.environ["TOM_HOME"])
        kept = learned_before / f"{hash(history.read_text()):x}"
        if kept.exists():
            shutil.copytree(kept, home)
            return
        assert tom("import", "jsonl", str(history)).code == 0
        assert tom("learn", "--pending").code == 0
        shutil.copytree(home, kept)

    return learn
