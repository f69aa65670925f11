"""What a measurement prints: tables for people, one JSON document for programs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

type Cell = str | int | float | None


class Table(NamedTuple):
    """Rows under a title; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


class Report(NamedTuple):
    """The outcome of one measurement, with what has to be known to read it."""

    name: str
    tables: Sequence[Table]
    notes: Sequence[str] = ()


def as_markdown(report: Report, command: str) -> str:
    """The report as it stands in docs/results.md."""
    parts = [f"## {report.name}", _origin(command)]
    for table in report.tables:
        head = f"| {' | '.join(table.columns)} |"
        rule = f"|{'|'.join(['---', *['---:'] * (len(table.columns) - 1)])}|"
        rows = [f"| {' | '.join(_shown(cell) for cell in row)} |" for row in table.rows]
        parts.append("\n".join([f"**{table.title}**", "", head, rule, *rows]))
    if report.notes:
        parts.append("\n".join(f"- {note}" for note in report.notes))
    return "\n\n".join(parts)


def as_json(report: Report, command: str) -> str:
    """The report as one JSON document."""
    tables: list[Mapping[str, object]] = [
        {
            "title": table.title,
            "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
        }
        for table in report.tables
    ]
    document = {
        "name": report.name,
        "origin": _origin(command),
        "tables": tables,
        "notes": list(report.notes),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _origin(command: str) -> str:
    """When, on what commit and by which command."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or 'unknown'}, `{command}`"
