"""The tables of the offline study. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence

from tom_evals.common.paired import sign_test, signed_rank
from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import Counts, bootstrap
from tom_evals.stateful_swe.measured import Found, Measured
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.washing import Voice

type Score = Callable[[Sequence[Measured]], float]

_RECOVERY: tuple[tuple[str, Score], ...] = (
    ("coding: precision", lambda rows: _total(rows, "coding").precision),
    ("recall", lambda rows: _total(rows, "coding").recall),
    ("F1", lambda rows: _total(rows, "coding").f1),
    ("manner: precision", lambda rows: _total(rows, "manner").precision),
    ("recall ", lambda rows: _total(rows, "manner").recall),
    ("F1 ", lambda rows: _total(rows, "manner").f1),
    ("contradicted", lambda rows: _share(rows, lambda row: (row.contradicted, _wanted(row)))),
    ("false: the writers' own", lambda rows: _share(rows, lambda row: (row.own, _false(row)))),
    ("traps believed", lambda rows: _share(rows, lambda row: (row.believed, row.traps))),
)


def report(found: Found) -> Report:
    """The figures of every arm, with intervals over profiles."""
    by_arm: dict[Arm, list[Measured]] = {}
    for row in found.measured:
        by_arm.setdefault(row.arm, []).append(row)
    return Report(
        name="Stateful SWE: what each memory knows",
        tables=[
            Table(
                "Preferences told at the start of a session or beside a request",
                ("memory", *(title for title, _ in _RECOVERY)),
                [
                    (arm.value, *(_interval(rows, score) for _, score in _RECOVERY))
                    for arm, rows in by_arm.items()
                ],
            ),
            Table(
                "Share of preferences told, by the words they were planted in",
                ("memory", *(voice.value for voice in Voice)),
                [
                    (arm.value, *(_interval(rows, _of_voice(voice)) for voice in Voice))
                    for arm, rows in by_arm.items()
                ],
            ),
            Table(
                "A session of one request: what an agent could keep to, and what it takes",
                (
                    "memory",
                    "adherence",
                    "tokens at the start",
                    "tokens with a message",
                    "tokens it picks from",
                    "seconds to learn",
                    "ms to answer",
                ),
                [_use(arm, rows) for arm, rows in by_arm.items()],
            ),
            Table(
                "Adherence, paired by profile, against tom",
                ("memory", "tom better", "tom worse", "Wilcoxon p", "sign test p"),
                list(_paired(by_arm)),
            ),
            Table(
                "Histories",
                (
                    "profile",
                    "preferences",
                    "sessions",
                    "messages of the person",
                    "tokens",
                    "washed",
                    "planted",
                    "traps",
                ),
                [tuple(each.model_dump().values()) for each in found.histories],
            ),
        ],
        notes=_NOTES,
    )


def _total(rows: Sequence[Measured], part: str) -> Counts:
    parts = [row.coding if part == "coding" else row.manner for row in rows]
    return Counts(*(sum(column) for column in zip(*parts, strict=True)))


def _wanted(row: Measured) -> int:
    return sum(each.hits + each.misses for each in (row.coding, row.manner))


def _false(row: Measured) -> int:
    return row.coding.false_alarms + row.manner.false_alarms


def _share(
    rows: Sequence[Measured], part_and_whole: Callable[[Measured], tuple[int, int]]
) -> float:
    pairs = [part_and_whole(row) for row in rows]
    whole = sum(each for _, each in pairs)
    return sum(part for part, _ in pairs) / whole if whole else float("nan")


def _of_voice(voice: Voice) -> Score:
    return lambda rows: _share(rows, lambda row: row.voices.get(voice.value, (0, 0)))


def _interval(rows: Sequence[Measured], score: Score) -> str | None:
    """None where there is nothing to take a share of."""
    found = bootstrap(rows, lambda row: row.profile, score)
    return None if math.isnan(found.value) else str(found)


def _use(arm: Arm, rows: Sequence[Measured]) -> tuple[Cell, ...]:
    learned = [row.learned for row in rows if row.learned is not None]
    return (
        arm.value,
        _interval(rows, lambda drawn: statistics.fmean(row.adherence for row in drawn)),
        round(statistics.fmean(row.at_start for row in rows)),
        round(statistics.fmean(row.with_message for row in rows)),
        round(statistics.fmean(row.held for row in rows)),
        round(statistics.median(learned), 1) if learned else None,
        round(1000 * statistics.median(row.answered for row in rows), 1),
    )


def _paired(by_arm: dict[Arm, list[Measured]]) -> list[tuple[Cell, ...]]:
    tom = {row.profile: row.adherence for row in by_arm.get(Arm.TOM, ())}
    found: list[tuple[Cell, ...]] = []
    for arm, rows in by_arm.items():
        if arm is Arm.TOM or not tom:
            continue
        paired = signed_rank([row.adherence for row in rows], [tom[row.profile] for row in rows])
        exact = sign_test(paired.gains, paired.losses)
        found.append((arm.value, paired.gains, paired.losses, f"{paired.p:.2g}", f"{exact:.2g}"))
    return found


_NOTES = (
    (
        "95 % intervals over profiles (1000 draws of whole profiles). Counts are summed over "
        "profiles before a share is taken."
    ),
    (
        "An ideal reader reads what a memory gives: its context, and what it recalls for each "
        "of 30 vague issues in repositories that are not in the history. The reader looks for "
        "exact words of the catalogues or of the written utterances. The result is the most an "
        "agent could know, not what an agent does. A preference counts as told if any of the "
        "requests brought it out. Adherence is the share of the profile's preferences that are "
        "told without anything that contradicts them, as a mean over requests."
    ),
    (
        "The real messages also show preferences of the people who wrote them. These are in no "
        "profile, so they count as false if told. We identify them by what tom tells from the "
        "same sessions before they are washed. Traps are about subjects on which neither the "
        "profile nor a writer says anything."
    ),
    (
        "Use precision to compare the memories that make statements (tom, profile). In raw "
        "words (file, retrieval) the reader recognises only what was planted, so nothing in "
        "them can be false. Compare those by recall, adherence and the tokens that they use."
    ),
    (
        "tom reads only by rules here, because its sentence scorer was trained on the planted "
        "utterances. tom as shipped has the scorer, so that row has seen the answers. The "
        "catalogue and the utterances also have the same author; `keeping` separates them."
    ),
    (
        "A history consists of pieces of about 120 turns at most from three developers' "
        "sessions, each used about once. tom keeps 400 characters of a tool's output. Tokens "
        "are tom's estimate. A message is picked with probability 0.4. It is then kept, has a "
        "sentence replaced, gets a preference appended or is deleted, each equally often. A "
        "quarter of what is planted are traps. A preference has few utterances (2 to 7), which "
        "are repeated word for word."
    ),
    (
        "Seconds are for one of two processes on a two-core machine that also did other work. "
        "The memories that share tom's mind did not learn again."
    ),
)
