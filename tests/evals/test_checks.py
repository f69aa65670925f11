"""What the measurement of checks counts, on histories that are made up."""

import json
from pathlib import Path

import pytest

from tom_evals.checks import run as measuring
from tom_evals.checks.run import run
from tom_swe.testing import HashEmbedder


def row(session: str, role: str, text: str, **more: str) -> dict[str, str]:
    return {"session": session, "role": role, "text": text, "at": "2026-03-01T09:30:00Z", **more}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One history: two names are wrong on the second day, one of which the person gave."""
    folder = tmp_path / "corrections" / "claw"
    folder.mkdir(parents=True)
    rows = [
        row("h-day01", "user", "Name files in docs/ with a YYYY-MM-DD_ date prefix from now on."),
        row("h-day01", "tool", "docs/early.md", tool="write"),
        row("h-day02", "user", "Write docs/named.md, and a plan in docs/."),
        row("h-day02", "tool", "docs/named.md", tool="write"),
        row("h-day02", "tool", "docs/plan.md", tool="write"),
        row("h-day02", "agent", "Both are there."),
    ]
    (folder / "h.jsonl").write_text("\n".join(map(json.dumps, rows)))
    rules = [
        {"id": "P1", "text": "Name files in docs/ with a YYYY-MM-DD_ date prefix."},
        {"id": "P2", "text": "Be nice."},
        {"id": "P3", "text": "Said once."},
    ]
    for rule, grade in zip(rules, ("well taught", "well taught", "said once"), strict=True):
        rule |= {"grade": grade, "sessions": ["h-day01"]}
    gold = {"h": {"file": "h.jsonl", "rules": rules}}
    (folder / "rules.json").write_text(json.dumps(gold))
    wishes = [{"statement": "Use pnpm", "sure": 3}, {"statement": "Be nice", "sure": 2}]
    (tmp_path / "reading").mkdir()
    (tmp_path / "reading" / "wild.jsonl").write_text(json.dumps({"standing": wishes}))
    held = tmp_path / "gold.json"
    held.write_text(json.dumps({"h": {"P1": [5]}}))
    monkeypatch.setattr(measuring, "GOLD", held)
    return tmp_path


def test_breaches_and_alarms_are_counted_on_later_days(data: Path) -> None:
    """One of two rules compiles; its one breach is found, and a name that was given is none."""
    report = run(data, embedder=HashEmbedder())
    summary = {what: (share, of) for what, share, of in report.tables[0].rows}
    assert summary["well-taught rules that compile"] == (0.5, 2)
    assert summary["breaches found"] == (1.0, 1)
    assert summary["clean steps with a false alarm"] == (0.0, 2)
    wishes = {what: (share, of) for what, share, of in report.tables[-1].rows}
    assert wishes["wishes that compile"] == (0.5, 2)
    assert wishes["of these nobody read"] == (1.0, 1)


def test_the_aims_are_met(shared_data: Path) -> None:
    """On the shared histories, as far as the rules' own words go."""
    rules = list(measuring.rules_of(shared_data))
    checks = [measuring.checked(rule, shared_data) for rule in rules]
    share, found, alarms = (row[1] for row in measuring.summary(rules, checks).rows[:3])
    assert isinstance(share, float)
    assert isinstance(found, float)
    assert isinstance(alarms, float)
    assert share >= 0.5
    assert found >= 0.8
    assert alarms <= 0.02
