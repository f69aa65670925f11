"""Installing from a wheel, as a person does: nothing of this checkout or its environment is there.

Needs uv, and the registry that it is set up for.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

CHECKOUT = Path(__file__).parent.parent
DEMO = CHECKOUT / "cli" / "tom_cli" / "demo" / "home"
OWN_UV = CHECKOUT / ".uv" / "bin" / "uv"
UV = shutil.which("uv") or (str(OWN_UV) if OWN_UV.exists() else "")
# How this machine reaches its registry.
REACHING = re.compile(r"UV_.*|PIP_.*|SSL_CERT_.*|(?i:https?|no|all)_proxy")
# What is heavy and no part of the core.
LEFT_OUT = ("chromadb", "litellm", "kubernetes", "openai", "openhands", "mcp", "torch")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not UV, reason="no uv here")]


class Person:
    """Somebody with an empty home, a Python and uv."""

    def __init__(self, home: Path, cache: Path) -> None:
        self.home = home
        self.bin = home / ".local" / "bin"
        self.bin.mkdir(parents=True)
        (self.bin / "uv").symlink_to(UV)
        self._environ = {
            **{name: value for name, value in os.environ.items() if REACHING.fullmatch(name)},
            "HOME": str(home),
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "UV_CACHE_DIR": str(cache),
            "UV_PYTHON": f"{sys.base_prefix}/bin/python3",
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def does(self, command: str, *, fails: int = 0) -> str:
        """What a shell command says, on both streams."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.home,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == fails, f"{command}: {done.stdout}"
        assert "Traceback" not in done.stdout
        assert str(CHECKOUT) not in done.stdout.replace(UV, "")
        return done.stdout

    def opens_the_page(self) -> bytes:
        """What the browser gets of `tom web`."""
        with subprocess.Popen(
            ["sh", "-c", "exec tom web"],
            cwd=self.home,
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
        ) as serving:
            assert serving.stdout
            address = serving.stdout.readline().strip()
            try:
                with build_opener(HTTPCookieProcessor()).open(address) as answer:
                    page: bytes = answer.read()
            finally:
                serving.terminate()
        return page


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture
def person(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Person:
    return Person(tmp_path / "home", tmp_path_factory.getbasetemp() / "uv-cache")


def hint_in(said: str) -> str:
    """The command that a message says to run."""
    found = re.search(r": run (.+)$", said, re.MULTILINE)
    assert found, said
    return found[1]


def test_uv_installs_it_and_a_hint_adds_to_it(person: Person, wheel: Path) -> None:
    """The hint is one of `uv tool`, works as it stands, and takes nothing away."""
    person.does(f"uv tool install --with cowsay {wheel}")
    command = hint_in(person.does("tom mcp", fails=1))
    assert command.startswith("uv tool install --with cowsay 'tom-swe[mcp] @ file://")
    person.does(command)
    person.does("tom mcp")
    python = ".local/share/uv/tools/tom-swe/bin/python"
    person.does(f"{python} -c 'import cowsay, mcp'")


def test_pipx_installs_it_and_a_hint_adds_to_it(person: Person, wheel: Path) -> None:
    """The hint is one of pipx, and works where its own Python is another one."""
    pipx = person.bin / "pipx"
    pipx.write_text('#!/bin/sh\nexec uv tool run pipx "$@"\n')
    pipx.chmod(0o755)
    person.does(f"pipx install --python {sys.base_prefix}/bin/python3 {wheel}")
    command = hint_in(person.does("tom mcp", fails=1))
    assert command.startswith("pipx install --force --python ")
    person.does(command)
    person.does("tom mcp")


def test_pip_installs_it_and_a_hint_adds_to_it(person: Person, wheel: Path) -> None:
    """In a venv with pip the hint is one of that pip; one without gets uv's."""
    person.does(f"uv venv -q --seed with && uv pip install -q --python with/bin/python {wheel}")
    assert f"{person.home}/with/bin/python -m pip install " in person.does(
        "with/bin/tom mcp", fails=1
    )
    person.does(f"uv venv -q none && uv pip install -q --python none/bin/python {wheel}")
    command = hint_in(person.does("none/bin/tom mcp", fails=1))
    assert command.startswith(f"uv pip install --python {person.home}/none/bin/python ")
    person.does(command)
    person.does("none/bin/tom mcp")


def test_a_newcomer_has_all_of_day_one_from_the_core(person: Person, wheel: Path) -> None:
    """Without Chroma, litellm and a key: reading, the profile, advice, a search and the page."""
    for place in DEMO.iterdir():
        shutil.copytree(place, person.home / place.name.replace("dot-", "."))
    person.does(f"uv tool install {wheel}")
    there = " ".join(path.name for path in person.home.glob(".local/share/uv/tools/*/lib/*/*/*"))
    assert [name for name in LEFT_OUT if re.search(rf"(^|\s){name}(\s|$)", there)] == []
    assert "consult" in person.does("tom --help")
    read = person.does("tom init --yes")
    assert "sessions" in read
    assert "words alone" not in read
    assert "Use pnpm" in person.does("tom profile")
    person.does("tom consult 'install a date library in the front end' -r ledger-web")
    assert "<tom-briefing>" in person.does("tom brief -r ledger-web")
    assert "pnpm" in person.does("tom why-not 'use pnpm'")
    assert "no problems" in person.does("tom doctor")
    assert b"Use pnpm" in person.opens_the_page()
    said = person.does("TOM_MODEL=openai/gpt-5-nano tom learn")
    assert "reading without the model: openai/gpt-5-nano needs an extra: run uv tool" in said
