"""What the syntax of changed Python files tells of preferences. Pure.

Only what is new counts: functions that were not there before, calls that became more. A file
that does not parse tells nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tom_evals.stateful_swe.work import Work

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Definition = Function | ast.ClassDef

_OPENERS = frozenset({"open", "socket", "connect", "Popen", "NamedTemporaryFile", "urlopen"})
_BLOCKING = ("requests.", "urllib.request.", "socket.", "time.sleep")


def annotated(work: Work) -> bool | None:
    """Whether all new functions have the types of their arguments and of what they return."""
    new = [each for _, each in _new(work) if not isinstance(each, ast.ClassDef)]
    return all(map(_is_annotated, new)) if new else None


def documented(work: Work) -> bool | None:
    """Whether all new public functions and classes have a docstring."""
    public = [
        each for name, each in _new(work) if not any(p.startswith("_") for p in name.split("."))
    ]
    return all(ast.get_docstring(each) for each in public) if public else None


def declares_names(work: Work) -> bool | None:
    """Whether new modules declare ``__all__``, and old ones that do so have new names in it."""
    told: list[bool] = []
    for file in work.python:
        tree, names = _parsed(file.after), _declared(file.after)
        if tree is None:
            continue
        if file.before is None:
            told.append(names is not None)
        elif names is not None:
            before = {each.name for each in _top(_parsed(file.before))}
            new = {each.name for each in _top(tree)} - before
            told += [name in names for name in new if not name.startswith("_")]
    return all(told) if told else None


def cleans_up(work: Work) -> bool | None:
    """Whether what is newly opened is opened by ``with``."""
    managed = bare = 0
    for file in work.python:
        now, then = _opened(_parsed(file.after)), _opened(_parsed(file.before))
        managed += max(now[0] - then[0], 0)
        bare += max(now[1] - then[1], 0)
    return not bare if managed + bare else None


def awaits(work: Work) -> bool | None:
    """Whether new code that waits for others does so asynchronously."""
    waiting = blocking = 0
    for file in work.python:
        now, then = _waits(_parsed(file.after)), _waits(_parsed(file.before))
        waiting += max(now[0] - then[0], 0)
        blocking += max(now[1] - then[1], 0)
    return not blocking if waiting + blocking else None


def _new(work: Work) -> Iterator[tuple[str, Definition]]:
    for file in work.python:
        before = _definitions(_parsed(file.before))
        for name, each in _definitions(_parsed(file.after)).items():
            if name not in before:
                yield name, each


def _parsed(text: str | None) -> ast.Module | None:
    try:
        return ast.parse(text or "")
    except (SyntaxError, ValueError):
        return None


def _top(tree: ast.Module | None) -> list[Definition]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [each for each in tree.body if isinstance(each, kinds)] if tree else []


def _definitions(tree: ast.Module | None) -> dict[str, Definition]:
    """Functions and classes of a module and of its classes, by their qualified names."""
    found: dict[str, Definition] = {}

    def add(body: list[ast.stmt], inside: str) -> None:
        for each in body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[f"{inside}{each.name}"] = each
                if isinstance(each, ast.ClassDef):
                    add(each.body, f"{inside}{each.name}.")

    if tree:
        add(tree.body, "")
    return found


def _is_annotated(function: Function) -> bool:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    rest = [each for each in (given.vararg, given.kwarg) if each]
    first = [each for each in named[:1] if each.arg in ("self", "cls")]
    wanted = [each for each in (*named, *rest) if each not in first]
    returns = function.returns is not None or function.name == "__init__"
    return returns and all(each.annotation is not None for each in wanted)


def _declared(text: str | None) -> set[str] | None:
    """The names in a module's ``__all__``; None where it has none."""
    tree = _parsed(text)
    for each in tree.body if tree else []:
        targets = each.targets if isinstance(each, ast.Assign) else []
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            return {
                n.value
                for n in ast.walk(each)
                if isinstance(n, ast.Constant) and isinstance(n.value, str)
            }
    return None


def _opened(tree: ast.Module | None) -> tuple[int, int]:
    """How many resources are opened by ``with``, and how many otherwise."""
    if tree is None:
        return 0, 0
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    managed = {
        id(call)
        for each in ast.walk(tree)
        if isinstance(each, ast.With | ast.AsyncWith)
        for item in each.items
        for call in ast.walk(item.context_expr)
        if isinstance(call, ast.Call)
    }
    opening = [each for each in calls if _name(each) in _OPENERS]
    inside = sum(id(each) in managed for each in opening)
    return inside, len(opening) - inside


def _waits(tree: ast.Module | None) -> tuple[int, int]:
    """How often something is awaited, and how often a call blocks instead."""
    nodes = list(ast.walk(tree)) if tree else []
    waiting = sum(isinstance(each, ast.Await | ast.AsyncWith | ast.AsyncFor) for each in nodes)
    called = [ast.unparse(each.func) for each in nodes if isinstance(each, ast.Call)]
    return waiting, sum(each.startswith(_BLOCKING) for each in called)


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
