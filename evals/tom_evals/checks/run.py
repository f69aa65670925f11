"""``python -m tom_evals.checks``: taught rules as checks, on the days after they were first taught.

``gold.json`` holds the lines of the histories in which the agent breaches a rule, by reading every
later step: a name that the person gave is no breach, and what a file holds is not in the histories.
``read.json`` says of wishes that compile whether their check is of what they say, by reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tom_evals.common.report import Report, Table
from tom_evals.common.stats import ratio
from tom_evals.corrections.data import TAUGHT, WELL_TAUGHT, records
from tom_swe import LOCAL_USER, Belief, Role, Settings, Turn, import_transcripts, open_tom
from tom_swe.checks import Why, compiled, replayed
from tom_swe.model.belief import Kind, Polarity, Status
from tom_swe.ports import Embedder

HOW = (
    "Only steps on days after a rule was first taught count. A step is a message of the agent or "
    "a file that it writes. The histories contain only the names of files, so this does not "
    "measure what a check would find in their text. One reader labelled the breaches, and also "
    "made the checks."
)
GOLD, READ = (Path(__file__).with_name(name) for name in ("gold.json", "read.json"))
WISHES = Path("reading") / "wild.jsonl"
SURE = 2
_WHEN = datetime(2026, 3, 1, tzinfo=UTC)


class TaughtRule(NamedTuple):
    """A rule of a history, with the lines at which it is breached later, None where not read."""

    history: str
    id: str
    text: str
    first: str
    breaches: frozenset[int] | None


class CheckedRule(NamedTuple):
    """What a check of a rule, or of a belief, did on the later steps of its history."""

    history: str
    text: str
    says: str
    why: str
    hits: frozenset[int]
    steps: frozenset[int]
    looked_at: int

    def found(self, breaches: Iterable[int]) -> int:
        """How many of these breaches it found."""
        return len(self.hits.intersection(breaches))


def run(data: Path, *, embedder: Embedder | None = None) -> Report:
    """Compiles the rules and what is believed, and holds both to the gold."""
    rules = list(rules_of(data))
    by_text = [checked(rule, data) for rule in rules]
    own = [
        each
        for history in dict.fromkeys(rule.history for rule in rules)
        for each in _believed(data / TAUGHT / f"{history}.jsonl", history, embedder)
    ]
    return Report(
        name="Checks of taught rules (ClawArena)",
        tables=[summary(rules, by_text), _each(rules, by_text), _own(rules, own), _wishes(data)],
        notes=[HOW],
    )


def rules_of(data: Path) -> Iterable[TaughtRule]:
    """The well-taught rules with their breaches."""
    gold: dict[str, Any] = json.loads((data / TAUGHT / "rules.json").read_text(encoding="utf-8"))
    held = json.loads(GOLD.read_text(encoding="utf-8"))
    for history, each in gold.items():
        for rule in each["rules"]:
            if rule["grade"] == WELL_TAUGHT:
                lines = held.get(history, {}).get(rule["id"])
                breaches = None if lines is None else frozenset(lines)
                yield TaughtRule(history, rule["id"], rule["text"], rule["sessions"][0], breaches)


def checked(rule: TaughtRule, data: Path) -> CheckedRule:
    """What the check of a rule does on its history, and why it has none."""
    made = compiled(_belief(rule.text))
    file = data / TAUGHT / f"{rule.history}.jsonl"
    if isinstance(made, Why):
        return CheckedRule(rule.history, rule.text, "", str(made), frozenset(), frozenset(), 0)
    hits, steps, looked_at = _later(made.spec, file, rule.first)
    return CheckedRule(rule.history, rule.text, made.says, "", hits, steps, looked_at)


def _belief(statement: str, polarity: Polarity = Polarity.FOR) -> Belief:
    return Belief(
        id=1,
        kind=Kind.PREFERENCE,
        statement=statement,
        polarity=polarity,
        status=Status.CONFIRMED,
        first_seen=_WHEN,
        last_seen=_WHEN,
    )


def _later(spec: Any, file: Path, first: str) -> tuple[frozenset[int], frozenset[int], int]:
    """The lines that a check meets after a session, all the agent's lines, and how many it saw."""
    hits: set[int] = set()
    steps: set[int] = set()
    looked_at = 0
    sessions: dict[str, list[Turn]] = {}
    for line, row in enumerate(records(file), 1):
        sessions.setdefault(row["session"], []).append(
            Turn(ordinal=line, role=Role(row["role"]), text=row["text"], tool=row.get("tool", ""))
        )
    for session, turns in sessions.items():
        if session <= first:
            continue
        steps.update(turn.ordinal for turn in turns if turn.role is not Role.USER)
        for each in replayed(spec, turns):
            looked_at += 1
            if each.found:
                hits.add(each.ordinal)
    return frozenset(hits), frozenset(steps), looked_at


def _believed(file: Path, history: str, embedder: Embedder | None) -> list[CheckedRule]:
    """The confirmed beliefs that the product makes of a history, as checks of its later days."""
    with TemporaryDirectory() as home:
        tom = open_tom(Settings(home=Path(home)), embedder=embedder)
        try:
            import_transcripts(tom, LOCAL_USER, "jsonl", file)
            tom.learn(LOCAL_USER)
            beliefs = tom.memory.beliefs.user_model(LOCAL_USER).beliefs
        finally:
            tom.memory.close()
    held: list[CheckedRule] = []
    for belief in beliefs:
        if belief.status is not Status.CONFIRMED or belief.kind is Kind.HABIT:
            continue
        made = compiled(belief)
        if isinstance(made, Why):
            held.append(
                CheckedRule(history, belief.statement, "", str(made), frozenset(), frozenset(), 0)
            )
            continue
        hits, steps, looked_at = _later(made.spec, file, f"{history}-day01")
        held.append(CheckedRule(history, belief.statement, made.says, "", hits, steps, looked_at))
    return held


def summary(rules: Sequence[TaughtRule], checks: Sequence[CheckedRule]) -> Table:
    """The shares that there are aims for, and how much of the histories a check can see."""
    made = [(rule, each) for rule, each in zip(rules, checks, strict=True) if each.says]
    read = [(rule, each) for rule, each in made if rule.breaches is not None]
    breaches = sum(len(rule.breaches or ()) for rule, _ in read)
    found = sum(each.found(rule.breaches or ()) for rule, each in read)
    alarms = sum(len(each.hits - (rule.breaches or frozenset())) for rule, each in read)
    clean = sum(len(each.steps - (rule.breaches or frozenset())) for rule, each in read)
    seen = sum(each.looked_at - each.found(rule.breaches or ()) for rule, each in read)
    return Table(
        title="In all",
        columns=("what", "share", "of"),
        rows=[
            ("well-taught rules that compile", ratio(len(made), len(rules)), len(rules)),
            ("breaches found", ratio(found, breaches), breaches),
            ("clean steps with a false alarm", ratio(alarms, clean), clean),
            ("the same of the steps that a check looks at", ratio(alarms, seen), seen),
            (
                "steps that a check looks at",
                ratio(sum(each.looked_at for _, each in read), clean + breaches),
                clean + breaches,
            ),
        ],
    )


def _wishes(data: Path) -> Table:
    """What compiles of the lasting wishes of many people, as labelled by hand."""
    wishes = {
        wish["statement"]: Polarity.AGAINST if wish.get("against") else Polarity.FOR
        for row in records(data / WISHES)
        for wish in row["standing"]
        if wish["sure"] >= SURE
    }
    read = json.loads(READ.read_text(encoding="utf-8"))
    found = [
        _name_of(statement)
        for statement, polarity in wishes.items()
        if not isinstance(compiled(_belief(statement, polarity)), Why)
    ]
    right = sum(each in read["right"] for each in found)
    judged = right + sum(each in read["wrong"] for each in found)
    return Table(
        title="Lasting wishes of 207 people",
        columns=("what", "share", "of"),
        rows=[
            ("wishes that compile", ratio(len(found), len(wishes)), len(wishes)),
            ("of these the check is of what the wish says", ratio(right, judged), judged),
            ("of these nobody read", ratio(len(found) - judged, len(found)), len(found)),
        ],
    )


def _name_of(statement: str) -> str:
    """What a statement is called in `read.json`, which holds no words."""
    return sha256(statement.encode()).hexdigest()[:12]


def _each(rules: Sequence[TaughtRule], checks: Sequence[CheckedRule]) -> Table:
    return Table(
        title="By rule",
        columns=("rule", "looks for", "steps", "looked at", "breaches", "found", "false alarms"),
        rows=[
            (
                f"{rule.history} {rule.id}",
                each.says or f"no check: {each.why}",
                len(each.steps),
                each.looked_at,
                len(rule.breaches or ()),
                each.found(rule.breaches or ()),
                len(each.hits - (rule.breaches or frozenset())),
            )
            for rule, each in zip(rules, checks, strict=True)
        ],
    )


def _own(rules: Sequence[TaughtRule], checks: Sequence[CheckedRule]) -> Table:
    """What is believed without a model: its hits are held to all breaches of its history."""
    breaches: dict[str, set[int]] = {}
    for rule in rules:
        breaches.setdefault(rule.history, set()).update(rule.breaches or ())
    rows: list[tuple[str | int, ...]] = []
    for history, lines in breaches.items():
        mine = [each for each in checks if each.history == history]
        made = [each for each in mine if each.says]
        hits = frozenset[int]().union(*(each.hits for each in made))
        rows.append((history, len(mine), len(made), len(hits), len(hits & lines), len(lines)))
    return Table(
        title="What tom believes of the same histories, without a model",
        columns=(
            "history",
            "confirmed",
            "compile",
            "lines met",
            "of these breaches",
            "breaches of rules",
        ),
        rows=rows,
    )
