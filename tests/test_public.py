import os
import subprocess
import sys
from pathlib import Path

import pytest

import tom_swe

HEAVY = ("litellm", "chromadb", "onnxruntime", "sqlalchemy", "alembic", "numpy", "detect_secrets")


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules), sep='\\n')"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return {name.partition(".")[0] for name in result.stdout.split()}


def test_importing_tom_loads_nothing_heavy() -> None:
    """`import tom_swe` costs next to nothing."""
    assert loaded_after("import tom_swe") & {*HEAVY, "pydantic", "rich", "typer"} == set()


def test_the_command_line_starts_light() -> None:
    """`tom --help` loads no database, no model and no index."""
    code = "import tom_cli.main"
    assert loaded_after(code) & {*HEAVY, "pydantic"} == set()


def test_advice_without_a_model_loads_no_litellm() -> None:
    """`tom consult` where no model is configured, and one that a model adds nothing to."""
    consult = (
        "import sys\nfrom tom_cli.main import main\n"
        "sys.argv = ['tom', 'consult', {!r}, '--repository', 'acme/shop', '--json']\nmain()"
    )
    unclear = consult.format("make it nicer")
    loaded = loaded_after(
        f"import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()):\n"
        f"    exec({unclear!r})"
    )
    assert loaded & {"litellm", "jinja2", "tenacity"} == set()
    plain = "rename the function `parse` in src/parser.py to `parse_line`"
    loaded = loaded_after(
        "import contextlib, io, os\nos.environ['TOM_MODEL'] = 'openai/none'\n"
        f"with contextlib.redirect_stdout(io.StringIO()):\n    exec({consult.format(plain)!r})"
    )
    assert loaded & {"litellm", "jinja2", "tenacity"} == set()


def test_short_commands_load_nothing_that_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tom profile`, `brief` and `consult` need no model, no vectors and no patterns of secrets."""
    monkeypatch.setenv("TOM_HOME", str(tmp_path))
    code = (
        "import sys\nfrom contextlib import suppress\nfrom tom_cli.main import main\n"
        "for words in (['profile'], ['brief'], ['consult', 'add a login page']):\n"
        "    sys.argv = ['tom', *words]\n    sys.stdout = sys.stderr\n"
        "    with suppress(SystemExit): main()\n"
        "sys.stdout = sys.__stdout__"
    )
    loaded = loaded_after(code)
    assert "sqlalchemy" in loaded
    assert loaded & (set(HEAVY) - {"sqlalchemy", "alembic"} | {"tokenizers"}) == set()


def test_the_public_names_are_these_and_all_there() -> None:
    """Every public name can be had, and nothing else is offered."""
    for name in tom_swe.__all__:
        assert getattr(tom_swe, name) is not None
    assert tom_swe.__all__ == sorted(tom_swe.__all__, key=_as_ruff_sorts)
    assert set(tom_swe.__all__) <= set(dir(tom_swe))


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.slow
def test_nothing_is_reported_to_anyone(tmp_path: Path) -> None:
    """With the model and Chroma at work, only TOM_HOME is written: no telemetry's id or cache."""
    code = """
from tom_swe import Query, load_settings, open_tom
from tom_swe.memory.nearest import NearestTurns
from tom_swe.testing import session_of
tom = open_tom(load_settings())
tom.add_session("ada", session_of("from now on use pnpm"))
assert tom.learn("ada").sessions == 1
tom.consult("ada", Query(text="fix it"))
name, size = tom.embedder.name, tom.embedder.dimension
index = NearestTurns(tom.memory.vectors, load_settings().index, name, size, exact_up_to=0)
assert len(index.check()) == 1
assert index.sync()
assert index.check() == []
tom.close()
"""
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TOM_HOME": str(tmp_path / "tom")}
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert result.returncode == 0, result.stderr
    assert sorted(home.rglob("*")) == []
    assert list((tmp_path / "tom").rglob("chroma.sqlite3"))
