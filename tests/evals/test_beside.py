"""Tables of two checkouts side by side."""

import json

from tom_evals.beside import beside
from tom_evals.common.report import Report, Table, as_json


def document(*tables: Table) -> dict[str, object]:
    """What a benchmark prints with `--json`."""
    return json.loads(as_json(Report("Made up", tables), "made up"))


def test_rows_of_one_name_stand_under_each_other() -> None:
    """Each row says which it is from; what only one has stands alone, columns of both in order."""
    before = document(Table("Turns", ("", "F1"), [("rules", 0.25), ("gone", 0.5)]))
    after = document(Table("Turns", ("", "F1", "AUC"), [("rules", 0.75, 0.9), ("new", 1.0, 1.0)]))
    (table,) = beside(before, after)
    assert table == Table(
        "Turns",
        ("", "F1", "AUC"),
        [
            ("rules (before)", 0.25, None),
            ("rules (after)", 0.75, 0.9),
            ("new (after)", 1.0, 1.0),
            ("gone (before)", 0.5, None),
        ],
    )


def test_a_table_that_only_one_has_is_not_lost() -> None:
    """Titles may count what was measured, so they may differ."""
    before = document(Table("2 people", ("", "F1"), [("rules", 0.25)]))
    after = document(Table("3 people", ("", "F1"), [("rules", 0.75)]))
    assert [(each.title, list(each.rows)) for each in beside(before, after)] == [
        ("3 people", [("rules (after)", 0.75)]),
        ("2 people", [("rules (before)", 0.25)]),
    ]
