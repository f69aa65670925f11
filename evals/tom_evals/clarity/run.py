"""Asking, measured: ``python -m tom_evals clarity``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tom_evals.clarity import data as recipe
from tom_evals.clarity import train
from tom_evals.clarity.data import Issue, Request
from tom_evals.clarity.saving import saving, tried
from tom_evals.clarity.score import (
    Judged,
    accuracy,
    area,
    asked,
    second_reader,
    truth_itself,
)
from tom_evals.clarity.train import NAMES, Part, left_out, part
from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import bootstrap, false_negative_rate, false_positive_rate
from tom_swe.advise.clarity.assess import assess, is_underspecified
from tom_swe.advise.clarity.wording import is_report
from tom_swe.advise.irreversible.reading import irreversible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tom_evals.common.regression import Floats

KAPPA = 0.69  # of two readings of 715 real messages
NEVER = -99.0  # below any score
# What tells a summary by its style rather than by what it leaves out.
STYLE = ("abstract", "nominal", "passive")
_PUBLISHED: Sequence[tuple[Cell, ...]] = (
    ("Claude Sonnet 3.5, asked to ask moderately", 0.84, 0.24, 0.09),
    ("Claude Sonnet 3.5, strongly", 0.76, 0.36, 0.10),
    ("Claude Sonnet 4, strongly (secondary)", 0.89, 0.03, 0.18),
    ("Claude Haiku 3.5, strongly", 0.63, 0.06, 0.66),
    ("Deepseek-v2, neutral", 0.69, 0.30, 0.31),
    ("Llama 70B, strongly", 0.52, 0.93, 0.06),
)


def run(data: Path) -> Report:
    """Every table of asking."""
    issues = recipe.issues(data)
    messages = recipe.messages(data)
    requests = recipe.requests(messages)
    real, written = part(requests), part(recipe.written())
    return Report(
        "Asking: is a request underspecified, and is it worth a question",
        [
            _ambig(issues, real, written),
            Table(
                "Published for language models (propensity to ask, mixed full and vague)",
                ("model", "accuracy", "false positives", "false negatives"),
                _PUBLISHED,
            ),
            _real(requests, real, written, part(train.both_ways(issues))),
            _whole(messages),
            _ceilings(requests),
            _saved(),
            _confirmed(),
        ],
        _NOTES,
    )


# Ambig-SWE


def _ambig(issues: Sequence[Issue], real: Part, written: Part) -> Table:
    variants: list[tuple[str, list[Request]]] = [
        (name, [r for issue in issues for r in recipe.both(issue, of(issue))])
        for name, of in (
            ("as released", recipe.raw),
            ("marks of the machine hidden", recipe.matched),
            ("marks and file names hidden", partial(recipe.matched, names=False)),
            ("only the lengths matched", recipe.cut),
        )
    ]
    parts = {name: part(requests) for name, requests in variants}
    seen_both = part(train.both_ways(issues))
    groups = [r.group for _, requests in variants[:2] for r in requests]
    messages = train.message_weights(real, written)
    worth = train.worth_asking(list(real.vague), train.scores(messages, real.rows))
    rows: list[tuple[Cell, ...]] = []
    for name, requests in variants:
        held_out = _by_repository(seen_both, groups, requests, parts[name])
        rows.append(_ambig_row(name, requests, held_out))
        if name == "marks of the machine hidden":
            plain = _by_repository(seen_both, groups, requests, parts[name], without=STYLE)
            rows.append(_ambig_row("marks and style hidden", requests, plain))
            routed = np.where(
                [is_report(r.text) for r in requests],
                held_out,
                train.scores(messages, parts[name].rows) - worth,
            )
            rows.append(_ambig_row("marks hidden, as the product routes it", requests, routed))
    return Table(
        "Ambig-SWE: 500 issues against 500 summaries, each judged by weights that saw nothing "
        "from its repository (12 of them)",
        ("texts", "accuracy", "false positives", "false negatives", "AUC"),
        rows,
    )


def _by_repository(
    seen: Part,
    groups: Sequence[str],
    requests: Sequence[Request],
    judged: Part,
    without: Collection[str] = (),
) -> Floats:
    """How vague each is, by weights of the other repositories' issues, both as is and hidden."""
    named, columns = np.array(groups), np.array([name not in without for name in NAMES])
    found = np.zeros(len(requests))
    for repository in sorted(set(groups)):
        rows = seen.at(named != repository)
        weights = train.report_weights(Part(rows.rows * columns, rows.vague))
        inside = np.array([r.group == repository for r in requests])
        found[inside] = train.scores(weights, judged.rows[inside] * columns)
    return found


def _ambig_row(name: str, requests: Sequence[Request], scores: Floats) -> tuple[Cell, ...]:
    judged = _judged(requests, scores)
    seen = asked(judged)
    return (
        name,
        str(bootstrap(judged, _group, accuracy)),
        false_positive_rate(seen),
        false_negative_rate(seen),
        str(bootstrap(judged, _group, area)),
    )


# Real requests


def _real(requests: Sequence[Request], real: Part, written: Part, reports: Part) -> Table:
    groups = [r.group for r in requests]
    of_report = np.array([is_report(r.text, r.before) for r in requests])
    by_reports = train.scores(train.report_weights(reports), real.rows)

    def judged(fit: Callable[[NDArray[np.bool_]], Floats], rows: Floats) -> list[Judged]:
        seen = left_out(groups, fit, real.rows)
        blind = seen if rows is real.rows else left_out(groups, fit, rows)
        scores = np.where(of_report, by_reports, blind - _worth(groups, real.vague, seen))
        return _judged(requests, scores)

    def both(seen: NDArray[np.bool_]) -> Floats:
        return train.message_weights(real.at(seen), written)

    unknown = part([r._replace(before="") for r in requests]).rows
    ours = judged(both, real.rows)
    kept = set(map(id, recipe.once(list(requests))))
    once = [j for j, r in zip(ours, requests, strict=True) if id(r) in kept]
    sources = [r.source for r in requests]
    empty = Part(real.rows[:0], real.vague[:0])

    def of(source: str) -> list[Judged]:
        return [j for j, s in zip(ours, sources, strict=True) if s == source]

    variants: list[tuple[str, list[Judged]]] = [
        ("Aider and Claude Code, 40 people", ours),
        ("Aider, 37 people", of("Aider")),
        ("Claude Code, 3 developers", of("Claude Code")),
        ("both, counting a person's repeats of a text once", once),
        ("both, only messages with no agent turn before", _opening(ours, requests)),
        ("both, behind the product's gate (is it a request?)", _gated(ours, requests)),
        ("both, without the agent's previous turn", judged(both, unknown)),
        (
            "both, fitted only to real messages",
            judged(lambda seen: train.message_weights(real.at(seen), empty), real.rows),
        ),
        (
            "both, fitted only to written requests",
            judged(lambda _: train.message_weights(empty, written), real.rows),
        ),
        (
            "both, only by whether the agent spoke before",
            _judged(requests, np.array([0.5 - bool(r.before.strip()) for r in requests])),
        ),
    ]
    return Table(
        "Real requests, each judged by weights that saw nothing from its person",
        ("requests", "clear", "vague", "AUC", "asked", "of them vague", "precision", "recall"),
        [_real_row(name, each) for name, each in variants],
    )


def _opening(judged: Sequence[Judged], requests: Sequence[Request]) -> list[Judged]:
    return [j for j, r in zip(judged, requests, strict=True) if not r.before.strip()]


def _gated(judged: Sequence[Judged], requests: Sequence[Request]) -> list[Judged]:
    """What the product takes for no request, or finds wholly clear, is never asked about."""
    return [
        j._replace(score=NEVER) if assess(r.text, r.before).score == 1.0 else j
        for j, r in zip(judged, requests, strict=True)
    ]


def _worth(groups: Sequence[str], vague: NDArray[np.bool_], seen: Floats) -> Floats:
    """For each request, from what score on asking is worth it, by what other people wrote."""
    named = np.array(groups)
    found = np.zeros(len(named))
    for group in sorted(set(groups)):
        others = named != group
        found[~others] = train.worth_asking(list(vague[others]), seen[others])
    return found


def _real_row(name: str, judged: Sequence[Judged]) -> tuple[Cell, ...]:
    seen = asked(judged)
    return (
        name,
        sum(not each.vague for each in judged),
        sum(each.vague for each in judged),
        str(bootstrap(judged, _group, area)),
        seen.hits + seen.false_alarms,
        seen.hits,
        seen.precision,
        seen.recall,
    )


def _whole(messages: Sequence[recipe.Message]) -> Table:
    """What the product does with every message; its weights saw these, so see it as a check."""
    rows: list[tuple[Cell, ...]] = []
    for source in ("Aider", "Claude Code"):
        for label in ("clear", "underspecified", "not_a_request"):
            found = [
                assess(m.text, m.before) for m in messages if (m.source, m.label) == (source, label)
            ]
            taken = sum(clarity.is_request for clarity in found)
            rows.append(
                (
                    f"{source}, {label.replace('_', ' ')}",
                    len(found),
                    taken,
                    sum(map(is_underspecified, found)),
                )
            )
    return Table(
        "Every real message through the product as shipped (fitted to them: not held out)",
        ("label", "messages", "taken for requests", "asked about"),
        rows,
    )


def _ceilings(requests: Sequence[Request]) -> Table:
    share = sum(r.vague for r in requests) / len(requests)
    return Table(
        f"The best possible with labels of kappa {KAPPA}, at {share:.1%} vague requests",
        ("who judges", "recall at the labels' own rate", "AUC"),
        [
            ("another reader as good as the first, yes or no", *second_reader(KAPPA, share)),
            ("someone who knows the truth", *truth_itself(KAPPA, share)),
        ],
    )


def _saved() -> Table:
    found = saving(tried())
    return Table(
        "Questions that memory saves, for 4 planted people and all of tom",
        ("requests asked about without memory", "how many", "asked with memory"),
        [
            ("what memory answers", found.answerable, found.answerable - found.saved),
            ("what it does not answer", found.unanswerable, found.still_asked),
        ],
    )


def _confirmed() -> Table:
    found = recipe.acts()
    rows: list[tuple[Cell, ...]] = []
    for name in dict.fromkeys(each.part for each in found):
        asked_for = [each for each in found if each.part == name and each.irreversible]
        others = [each for each in found if each.part == name and not each.irreversible]
        rows.append(
            (
                name,
                len(asked_for),
                sum(irreversible(each.text) is not None for each in asked_for),
                len(others),
                sum(irreversible(each.text) is not None for each in others),
            )
        )
    return Table(
        "What cannot be taken back: written requests and harmless ones with the same words",
        ("written to be", "irreversible", "of them confirmed", "harmless", "of them confirmed"),
        rows,
    )


def _judged(requests: Sequence[Request], scores: Floats) -> list[Judged]:
    return [Judged(r.group, r.vague, float(s)) for r, s in zip(requests, scores, strict=True)]


def _group(judged: Judged) -> str:
    return judged.group


_NOTES = (
    "Intervals: 95 %, bootstrap over repositories or people (1000 draws of whole groups).",
    (
        "Hidden marks: HTML comments, tags, headings, fences, other markup and line breaks; "
        'the opening "The issue ..."; the length (both texts are cut to the word count of the '
        "shorter one). File names stay, because they are information that the summary lost; "
        "one row is without them. Style: the features for abstract nouns, the passive and "
        "stock phrases are removed."
    ),
    (
        "The published figures are for agents that may look into the repository before they "
        "ask. They saw 475 to 495 instances once, either full or vague. Ours reads only the "
        "text."
    ),
    (
        "In the data all 27 vague real messages lack the agent's previous turn, and so do 394 "
        "of the 931 clear ones. The labellers saw the same. The last row of the table shows "
        "what that alone gives, and the row on messages with no agent turn before shows what "
        "is possible without it."
    ),
    "An interval over three developers says little, and only four of their requests are vague.",
    (
        "The author of the features and of written.toml had read the 27 vague messages. "
        "Paraphrases of them were removed from written.toml, but the choice of features is not "
        "blind."
    ),
    "tom asks when the score is above the one that 3 % of other people's clear requests exceed.",
)
