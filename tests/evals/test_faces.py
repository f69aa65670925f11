"""What the benchmarks take from the product."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import tom_swe

CODE = Path(__file__).parents[2] / "evals" / "tom_evals"
PRODUCT = Path(tom_swe.__file__).parent
FACES = ["tom_swe", *(f"tom_swe.{each.parent.name}" for each in PRODUCT.glob("*/__init__.py"))]


@cache
def imports() -> list[tuple[Path, str, str]]:
    """Every name that a module of the benchmarks imports from another: file, module, name."""
    return [
        (file.relative_to(CODE), node.module, each.name)
        for file in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
    ]


def deep_imports(face: str) -> list[str]:
    """Where a name of a face is taken from the module behind it."""
    public = import_module(face)
    return [
        f"{file}: {module}.{name}"
        for file, module, name in imports()
        if module.startswith(f"{face}.")
        and name in public.__all__
        and getattr(import_module(module), name) is getattr(public, name)
    ]


@pytest.mark.parametrize("face", FACES)
def test_the_benchmarks_take_public_names_from_where_they_are_public(face: str) -> None:
    """So that the product can move what lies behind them."""
    assert deep_imports(face) == []
