"""``python -m tom_evals corrections``: the shipped product on people who correct their agents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from math import isnan
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import Interval, bootstraps, ratio
from tom_evals.corrections.data import (
    HUMAN,
    WELL_TAUGHT,
    Developer,
    Taught,
    developers,
    files_of,
    taught,
)
from tom_evals.corrections.out_of_fold import kept_out_of_fold
from tom_evals.corrections.product import Learned, learned
from tom_evals.corrections.score import (
    BESIDES,
    PARTLY,
    RIGHT,
    SAME,
    WRONG,
    Believed,
    Place,
    Verdict,
    by_labels,
    by_reading,
    from_templates_only,
    judged,
    kinds_of,
    noticed,
    rules_known,
)
from tom_swe.embed import MiniLM, Remembering
from tom_swe.model.belief import Status

JUDGE = (
    "An automatic judge: a confirmed belief is right if a quote of it teaches the rule, is on no "
    f"trap, and its statement is at least {SAME} like the rule's text (cosine, MiniLM); the sheet "
    "below is for a person to judge. Habits are left out: hours, lengths and language are "
    "synthetic there."
)
WEIGHED = (
    "The public labels miss many corrections. In the second reading each sampled message stands "
    "for as many as were not read. 95 % intervals over sessions."
)
SEEN = (
    "The model of corrective turns was trained on the shared data's developers: of these, only the "
    "figures out of fold, by models that saw no turn of the same developer, say how good it is. A "
    "turn before the agent did anything, or in a language that tom does not read well, is no "
    "corrective turn of the product's and counts as missed."
)
QUOTE = 160


class History(NamedTuple):
    """What was made of a history that teaches rules."""

    gold: Taught
    verdicts: tuple[Verdict, ...]

    @property
    def known(self) -> dict[str, str]:
        """Which well-taught rules are believed, right or partly."""
        return rules_known(self.gold, self.verdicts)

    @property
    def wrong(self) -> int:
        """How many confirmed beliefs say what no rule says."""
        return sum(each.worth == WRONG for each in self.verdicts)


class Person(NamedTuple):
    """What was made of a real developer's sessions."""

    who: Developer
    learned: Learned

    @property
    def confirmed(self) -> list[Believed]:
        """The confirmed beliefs that rest on words."""
        return [each for each in self.learned.beliefs if each.status == Status.CONFIRMED]


def run(data: Path, *, sheet: bool = True) -> Report:
    """The figures; with ``sheet``, the beliefs as well, with rules and quotes to judge them by."""
    embedder = Remembering(MiniLM())

    def like(one: str, other: str) -> float:
        first, second = embedder.embed([one, other])
        return float(first @ second)

    histories = [_history(gold, like) for gold in taught(data)]
    people = [Person(who, learned(files_of(who.folder))) for who in developers(data)]
    tables = [_rules(histories), _turns(people), _beliefs(people)]
    if sheet:
        tables += [_rules_sheet(histories), _beliefs_sheet(people)]
    return Report("Corrections", tables, [JUDGE, WEIGHED, SEEN])


def _history(gold: Taught, like: Callable[[str, str], float]) -> History:
    made = learned([gold.file])
    confirmed = [each for each in made.beliefs if each.status == Status.CONFIRMED]
    return History(gold, tuple(judged(each, gold, like) for each in confirmed))


def _rules(histories: Sequence[History]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in histories:
        known = list(each.known.values())
        counted = (len(known), known.count(RIGHT), known.count(PARTLY), each.wrong)
        besides = sum(v.worth == BESIDES for v in each.verdicts)
        rows.append((each.gold.name, *counted, besides))
    totals = [sum(int(str(row[i])) for row in rows) for i in range(1, 6)]
    rows.append(("all", *totals))
    share, wrong = _over(histories)
    rows.append(("share right; wrong a history", None, str(share), None, str(wrong), None))
    return Table(
        "Rules that a person teaches: well-taught rules among the confirmed beliefs",
        ("history", WELL_TAUGHT, RIGHT, PARTLY, "wrong beliefs", "acceptable besides"),
        rows,
    )


def _over(histories: Sequence[History]) -> Sequence[Interval]:
    """The share of well-taught rules that are right, and the wrong beliefs a history."""

    def figures(drawn: Sequence[History]) -> tuple[float, float]:
        known = [worth for each in drawn for worth in each.known.values()]
        wrong = sum(each.wrong for each in drawn)
        return ratio(known.count(RIGHT), len(known)), ratio(wrong, len(drawn))

    return bootstraps(histories, lambda each: each.gold.name, figures)


def _turns(people: Sequence[Person]) -> Table:
    messages = [message for each in people for message in each.who.messages]
    found: dict[str, Collection[Place]] = {
        "wishes that object": _all(each.learned.by_wishes for each in people),
        "the product as shipped": _all(each.learned.corrective for each in people),
    }
    if kept := kept_out_of_fold({message.place for message in messages}):
        found["the model, out of fold"] = kept
    against = {
        "the public labels": by_labels(messages),
        "the second reading, weighted": by_reading(messages),
        "the second reading where it was sure": by_reading(messages, sure=True),
    }
    human = {message.place for message in messages if message.kind == HUMAN}
    rows: list[tuple[Cell, ...]] = [
        (f"{name}, by {by}", len(human & set(places)), *map(_figure, noticed(weighed, places)))
        for name, places in found.items()
        for by, weighed in against.items()
    ]
    return Table(
        f"Corrective turns among {len(human)} messages of {len(people)} developers",
        ("noticed by", "turns", "precision", "recall"),
        rows,
    )


def _figure(interval: Interval) -> str:
    return "none" if isnan(interval.value) else str(interval)


def _all(places: Iterable[frozenset[Place]]) -> frozenset[Place]:
    return frozenset(place for some in places for place in some)


def _beliefs(people: Sequence[Person]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in people:
        templates = [b for b in each.confirmed if from_templates_only(b, each.who.messages)]
        candidates = len(each.learned.beliefs) - len(each.confirmed)
        rows.append((each.who.name, len(each.confirmed), len(templates), candidates))
    rows.append(("all", *(sum(int(str(row[i])) for row in rows) for i in (1, 2, 3))))
    return Table(
        "Beliefs about real developers",
        ("developer", "confirmed", "of these from templates alone", "candidates"),
        rows,
    )


def _rules_sheet(histories: Sequence[History]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in histories:
        for rule in each.gold.rules:
            on = [v for v in each.verdicts if v.rule == rule.id]
            rows.append((f"{each.gold.name} {rule.id}, {rule.grade}", rule.text, "", "", None))
            rows += [("", "", *_shown(v)) for v in on]
        rows += [
            (f"{each.gold.name}, no rule", "", *_shown(v)) for v in each.verdicts if not v.rule
        ]
    return Table(
        "Sheet: the rules, and the confirmed beliefs under the rule that they are nearest to",
        ("rule", "text", "belief", "judged and quoted", "likeness"),
        rows,
    )


def _shown(verdict: Verdict) -> tuple[Cell, ...]:
    quote = _cell(verdict.belief.quotes[0])
    return _cell(verdict.belief.statement), f"{verdict.worth}: {quote}", verdict.likeness


def _beliefs_sheet(people: Sequence[Person]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for person in people:
        for belief in person.confirmed:
            for quote in dict.fromkeys(belief.quotes):
                kinds = sorted(set(kinds_of(quote, person.who.messages)))
                rows.append(
                    (
                        person.who.name,
                        _cell(belief.statement),
                        ", ".join(kinds) or "not found",
                        _cell(quote),
                    )
                )
    return Table(
        "Sheet: does the quote carry the statement, and would the person hold it next month?",
        ("developer", "confirmed belief", "said in", "quote"),
        rows,
    )


def _cell(text: str) -> str:
    """A text that stays in its cell."""
    return " ".join(text.split()).replace("|", "\\|")[:QUOTE]
