"""A benchmark of this checkout and of another in one run: ``python -m tom_evals.beside DIR NAME``.

DIR is a checkout with an environment of its own (`tools/setup.sh dev`), such as a worktree of an
earlier commit; NAME and what follows it is what `python -m tom_evals` takes, such as
``reading --wild``. Each checkout measures itself by its own benchmark, and every row says which
it is from. Where DIR has no such benchmark, this checkout's benchmark measures DIR's product.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from tom_evals.common.report import Cell, Report, Table, as_markdown

type Document = Mapping[str, Any]  # as `--json` prints it

HERE = Path(__file__).parents[2]


def beside(before: Document, after: Document) -> list[Table]:
    """The tables of both, those of one title as one table, rows of one name under each other."""
    tables: list[Table] = []
    old, new = _tables(before), _tables(after)
    for title in dict.fromkeys((*new, *old)):
        rows, others = new.get(title, {}), old.get(title, {})
        names = [*rows, *(name for name in others if name not in rows)]
        columns = list(dict.fromkeys(c for one in (rows, others) for r in one.values() for c in r))
        merged = [
            (f"{name} ({where})", *(found[name].get(column) for column in columns))
            for name in names
            for where, found in (("before", others), ("after", rows))
            if name in found
        ]
        tables.append(Table(title, ("", *columns), cast("list[tuple[Cell, ...]]", merged)))
    return tables


def _tables(document: Document) -> dict[str, dict[str, dict[str, Cell]]]:
    """Rows by their name, by the title of their table."""
    found: dict[str, dict[str, dict[str, Cell]]] = {}
    for table in document["tables"]:
        rows: dict[str, dict[str, Cell]] = {}
        for row in table["rows"]:
            (_, name), *rest = row.items()
            rows[str(name)] = dict(rest)
        found[table["title"]] = rows
    return found


def measured(checkout: Path, given: Sequence[str]) -> Document:
    """What a checkout measures of itself. Raises CalledProcessError where it fails."""
    has_its_own = (checkout / "evals" / "tom_evals" / given[0].replace("-", "_")).is_dir()
    found = subprocess.run(
        [checkout / ".venv" / "bin" / "python", "-m", "tom_evals", *given, "--json"],
        cwd=checkout,
        env=os.environ if has_its_own else os.environ | {"PYTHONPATH": str(HERE / "evals")},
        stdout=subprocess.PIPE,
        check=True,
    )
    return cast("Document", json.loads(found.stdout))


def main() -> None:
    """Prints the tables."""
    if len(sys.argv) < 3:
        sys.exit("name a checkout and a benchmark: python -m tom_evals.beside DIR NAME [OPTIONS]")
    checkout, given = Path(sys.argv[1]).resolve(), sys.argv[2:]
    before, after = measured(checkout, given), measured(HERE, given)
    notes = [f"before: {before['origin']}", *after["notes"]]
    report = Report(f"{after['name']}, before and after", beside(before, after), notes)
    command = f"python -m tom_evals.beside DIR {' '.join(given)}"
    sys.stdout.write(f"{as_markdown(report, command)}\n")


if __name__ == "__main__":
    main()
