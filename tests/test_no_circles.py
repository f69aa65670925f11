"""No module imports itself, whatever the way round."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "tom_swe": ROOT / "tom_swe",
    "tom_cli": ROOT / "cli" / "tom_cli",
    "tom_migrations": ROOT / "migrations" / "tom_migrations",
    "tom_evals": ROOT / "evals" / "tom_evals",
}
type Graph = Mapping[str, frozenset[str]]


def modules(packages: Mapping[str, Path]) -> dict[str, str]:
    """The text of each module, by its name; a package's is its ``__init__``."""
    found: dict[str, str] = {}
    for package, folder in packages.items():
        for file in folder.rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *(each for each in parts if each != "__init__")))
            found[name] = file.read_text(encoding="utf-8")
    return found


def imported(nodes: Iterable[ast.AST], inside: bool) -> Iterator[tuple[str, str | None]]:
    """What is imported: a module, and a name of it.

    Imports for types alone, under ``TYPE_CHECKING``, do not count: nothing runs them. Those
    inside functions count with ``inside``.
    """
    for node in nodes:
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield from imported(node.orelse, inside)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() if not inside:
                pass
            case ast.Import(names=names):
                yield from ((each.name, None) for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((module, each.name) for each in names)
            case _:
                yield from imported(ast.iter_child_nodes(node), inside)


def graph(texts: Mapping[str, str], *, inside: bool) -> Graph:
    """The modules that each imports, of those that there are."""

    def of(name: str, text: str) -> Iterator[str]:
        for module, part in imported(ast.parse(text).body, inside):
            target = f"{module}.{part}" if f"{module}.{part}" in texts else module
            if target in texts and target != name:
                yield target

    return {name: frozenset(of(name, text)) for name, text in texts.items()}


def circles(found: Graph) -> set[frozenset[str]]:
    """The modules that reach each other."""
    reached: dict[str, set[str]] = {}
    for name in found:
        reached[name], todo = set(), [name]
        while todo:
            new = found[todo.pop()] - reached[name]
            reached[name] |= new
            todo += new
    return {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in found
        if name in reached[name]
    }


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return modules(PACKAGES)


def test_loading_a_module_goes_in_no_circle(texts: dict[str, str]) -> None:
    """What a module imports when it is loaded never leads back to it."""
    assert circles(graph(texts, inside=False)) == set()


def test_no_circle_hides_in_a_function(texts: dict[str, str]) -> None:
    """Imports inside functions count as well, but for the circles that are known."""
    assert circles(graph(texts, inside=True)) == set()


def test_a_circle_is_found_and_imports_for_types_make_none() -> None:
    """Over a third module, and by an import inside a function only where those count."""
    texts = {
        "a": "from b import x",
        "b": "import c",
        "c": "def f():\n    from a import y",
        "d": "if TYPE_CHECKING:\n    from e import z",
        "e": "import d",
    }
    assert circles(graph(texts, inside=False)) == set()
    assert circles(graph(texts, inside=True)) == {frozenset("abc")}
