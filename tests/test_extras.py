"""Hints name a command that works where tom is installed, in each way of installing it."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from tom_swe.extras import Installation, add_command, install_command

GIT = {"vcs": "git", "commit_id": "0" * 40}


def record(url: str, **information: object) -> str:
    """What an installer writes down of where a package came from."""
    return json.dumps({"url": url, **information})


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """A venv with pip, and nothing on PATH."""
    return Installation(
        Path("/venv/bin/python"), tmp_path, version="2.0.0", has_pip=True, search=str(tmp_path)
    )


def a_program(path: Path) -> Path:
    """An empty program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


def uv_tool(place: Installation, *requirements: str) -> None:
    """Makes it an environment of `uv tool install`."""
    listed = ",\n".join(f"    {{ {each} }}" for each in requirements)
    (place.prefix / "uv-receipt.toml").write_text(f"[tool]\nrequirements = [\n{listed}\n]\n")


def pipx(place: Installation, spec: str, **main: str) -> None:
    """Makes it an environment of pipx."""
    kept = {
        "main_package": {"package": "tom-swe", "package_or_url": spec, **main},
        "source_interpreter": {"__Path__": "/usr/bin/python3.12", "__type__": "Path"},
    }
    (place.prefix / "pipx_metadata.json").write_text(json.dumps(kept))


def test_a_venv_with_pip_uses_its_own(place: Installation) -> None:
    """The version is named: an index may have another program of this name."""
    assert place.command(["web"]) == "/venv/bin/python -m pip install 'tom-swe[web]==2.0.0'"


def test_a_venv_without_pip_uses_uv(place: Installation) -> None:
    """The interpreter is named, whatever environment is active."""
    a_program(place.prefix / "uv")
    wanted = "uv pip install --python /venv/bin/python 'tom-swe[mcp]==2.0.0'"
    assert place._replace(has_pip=False).command(["mcp"]) == wanted


def test_without_pip_and_uv_it_gets_pip_first(place: Installation) -> None:
    """The one that Python carries with it."""
    command = place._replace(has_pip=False).command(["mcp"])
    assert command.startswith("/venv/bin/python -m ensurepip && /venv/bin/python -m pip install ")


def test_a_checkout_stays_editable(place: Installation, tmp_path: Path) -> None:
    """Its own uv is used where there is no other, and odd folder names are quoted."""
    checkout = tmp_path / "my work"
    uv = a_program(checkout / ".uv" / "bin" / "uv")
    url = record(checkout.as_uri(), dir_info={"editable": True})
    command = place._replace(direct_url=url, has_pip=False).command(["web"])
    assert shlex.split(command) == [
        *(str(uv), "pip", "install", "--python", "/venv/bin/python"),
        *("-e", f"{checkout}[web]"),
    ]


@pytest.mark.parametrize(
    ("information", "wanted"),
    [
        ({"vcs_info": GIT}, "git+https://example.org/tom.git"),
        (
            {"vcs_info": {**GIT, "requested_revision": "v2"}, "subdirectory": "sub"},
            "git+https://example.org/tom.git@v2#subdirectory=sub",
        ),
        ({"archive_info": {}}, "https://example.org/tom.git"),
    ],
)
def test_the_source_is_the_one_it_came_from(
    place: Installation, information: dict[str, object], wanted: str
) -> None:
    """A repository with its revision, or an archive."""
    came_from = place._replace(direct_url=record("https://example.org/tom.git", **information))
    assert came_from.command(["web"]).endswith(f"pip install 'tom-swe[web] @ {wanted}'")


@pytest.mark.parametrize("is_tool", [False, True])
def test_a_source_that_is_gone_is_not_named(place: Installation, is_tool: bool) -> None:
    """What is installed is enough: the extra's packages come from the index."""
    if is_tool:
        uv_tool(place, 'name = "tom-swe", path = "/gone.whl"')
    came_from = place._replace(direct_url=record("file:///gone.whl", archive_info={}))
    assert came_from.command(["web"]).endswith("pip install 'tom-swe[web]==2.0.0'")


def test_uv_keeps_what_a_tool_had(place: Installation, tmp_path: Path) -> None:
    """Its extras, the bounds of its version, and all that was installed beside it."""
    uv_tool(
        place,
        'name = "tom-swe", extras = ["mcp"], specifier = ">=2"',
        'name = "beside", extras = ["fast"], specifier = "<3"',
        'name = "local", directory = "/src/local"',
        'name = "worked-on", editable = "/src/worked on"',
        'name = "cloned", git = "https://example.org/cloned?rev=main"',
    )
    assert shlex.split(place.command(["web"])) == [
        *("uv", "tool", "install", "--with", "beside[fast]<3"),
        *("--with", "local @ file:///src/local"),
        *("--with-editable", "/src/worked on"),
        *("--with", "cloned @ git+https://example.org/cloned@main"),
        "tom-swe[mcp,web]>=2",
    ]


def test_uv_installs_a_tool_from_its_source(place: Installation, tmp_path: Path) -> None:
    """A folder here that it was installed from, by its address."""
    uv_tool(place, f'name = "tom-swe", directory = "{tmp_path}"')
    came_from = place._replace(direct_url=record(tmp_path.as_uri(), dir_info={}))
    assert came_from.command(["web"]) == f"uv tool install 'tom-swe[web] @ {tmp_path.as_uri()}'"


def test_pipx_keeps_what_a_program_had(place: Installation) -> None:
    """Its Python, its suffix, its extras and the bounds of its version."""
    pipx(place, "tom-swe[mcp]>=2", suffix="-next")
    assert shlex.split(place.command(["web"])) == [
        *("pipx", "install", "--force", "--python", "/usr/bin/python3.12", "--suffix", "-next"),
        "tom-swe[mcp,web]>=2",
    ]


def test_pipx_installs_from_the_source(place: Installation, tmp_path: Path) -> None:
    """A file here, with the extras that it was installed with."""
    wheel = tmp_path / "tom_swe-2.0.0-py3-none-any.whl"
    wheel.touch()
    pipx(place, f"{wheel}[mcp]")
    came_from = place._replace(direct_url=record(wheel.as_uri(), archive_info={}))
    assert came_from.command(["web"]).endswith(f" 'tom-swe[mcp,web] @ {wheel.as_uri()}'")


def test_this_environment_is_the_checkout() -> None:
    """The tests run where `tools/setup.sh` installed this checkout as editable."""
    checkout = Path(__file__).parent.parent
    words = shlex.split(install_command("web", "mcp"))
    assert words[-2:] == ["-e", f"{checkout}[web,mcp]"]
    assert sys.executable in words
    assert shlex.split(install_command("plots", of="tom-evals"))[-1] == f"{checkout}/evals[plots]"
    assert shlex.split(add_command("some-model==1"))[-1] == "some-model==1"
