"""What holds of the project itself."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
TESTS = sorted((CHECKOUT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_says_what_holds(path: Path) -> None:
    """Each test's docstring tells the behaviour that it holds the code to."""
    silent = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_the_locks_name_no_registry() -> None:
    """Requirement files are hashed and serve behind any index."""
    for name in (
        "core.txt",
        "dev.txt",
        "sdk.txt",
        "openhands-cli.txt",
        "reference.txt",
        "local.txt",
        "train.txt",
    ):
        lock = (CHECKOUT / "requirements" / name).read_text()
        assert "--hash=sha256:" in lock
        assert not re.search(r"https?://|--index-url|--find-links", lock)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """Every core dependency is locked, with the exact pin where one is given."""
    import tomllib

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    lock = (CHECKOUT / "requirements" / "core.txt").read_text()
    for requirement in project["dependencies"]:
        name, pin = re.match(r"([\w.-]+)(==[\w.]+)?", requirement).groups()  # type: ignore[union-attr]
        assert re.search(rf"^{name}{re.escape(pin or '==')}", lock, re.MULTILINE), requirement


def test_links_in_the_documentation_lead_somewhere() -> None:
    """No page points at a file that is not there."""
    pages = subprocess.run(
        ["git", "ls-files", "*.md"], capture_output=True, text=True, cwd=CHECKOUT
    ).stdout.split()
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (CHECKOUT / page).read_text()):
            assert (CHECKOUT / page).parent.joinpath(target).exists(), f"{page}: {target}"


def test_the_architecture_names_every_room() -> None:
    """Each package folder of the product has a line in the page of the architecture."""
    page = (CHECKOUT / "docs" / "architecture.md").read_text()
    rooms = [
        str(path.parent.relative_to(CHECKOUT))
        for path in (*CHECKOUT.glob("tom_swe/*/__init__.py"), *CHECKOUT.glob("*/tom_*/__init__.py"))
    ]
    assert rooms
    assert [room for room in rooms if f"`{room}`" not in page] == []


ROOMS = sorted(path.parent.name for path in CHECKOUT.glob("tom_swe/*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_it_is_for_and_offers_a_few_names(room: str) -> None:
    """Between 3 and 8 names, each of which can be had and is no module of the room."""
    face = import_module(f"tom_swe.{room}")
    assert face.__doc__
    assert face.__doc__.splitlines()[0].endswith(".")
    assert 3 <= len(face.__all__) <= 8
    for name in face.__all__:
        assert getattr(face, name) is not None
        # A module of that name takes the name's place once it is loaded.
        assert find_spec(f"tom_swe.{room}.{name}") is None


def test_a_room_loads_nothing_until_a_name_is_used() -> None:
    """Importing every room loads no module of any of them, and nothing that is not Python's own."""
    code = "import sys\n" + "".join(f"import tom_swe.{room}\n" for room in ROOMS)
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print(*sys.modules)"], capture_output=True, text=True
    )
    loaded = {name for name in done.stdout.split() if name.startswith("tom_")}
    assert loaded == {"tom_swe", "tom_swe.lazy", *(f"tom_swe.{room}" for room in ROOMS)}


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    """A module of the product has at most 350 lines."""
    counted = {
        str(path.relative_to(CHECKOUT)): len(path.read_text().splitlines())
        for path in CHECKOUT.glob("tom_swe/**/*.py")
    }
    assert counted
    assert {name: n for name, n in counted.items() if n > 350} == {}
