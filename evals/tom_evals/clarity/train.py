"""Fits the two scorers and writes them into the package.

``python -m tom_evals.clarity.train`` makes `tom_swe/advise/clarity/coefficients.json` anew,
the same to the last digit: nothing in it is random. The message scorer is fitted to real
messages (`TOM_SHARED_DATA`/reading) and as much again by weight of written ones, the report
scorer to Ambig-SWE's issues and summaries, as released and with the marks of the machine
hidden. Only numbers are shipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import tom_swe.advise.clarity
from tom_evals.clarity import data as recipe
from tom_evals.clarity.data import Issue, Request
from tom_evals.common.regression import Floats, fitted
from tom_swe.advise.clarity.assess import ClarityScorer, Scorers
from tom_swe.advise.clarity.wording import CLEARER, VAGUER, features

NAMES = (*VAGUER, *CLEARER)
SIGN = np.array([1.0] * len(VAGUER) + [-1.0] * len(CLEARER))
MESSAGE_PENALTY, REPORT_PENALTY = 10.0, 1.0
# Real messages that are clear are asked about no oftener than this.
FALSE_ALARMS = 0.03


class Part(NamedTuple):
    """Requests as numbers: a row of features each, and which are vague."""

    rows: Floats
    vague: NDArray[np.bool_]

    @property
    def weights(self) -> Floats:
        """Vague and clear ones weigh alike, and the whole as much as it has rows."""
        vague = self.vague.sum()
        share = np.where(self.vague, 0.5 / max(1, vague), 0.5 / max(1, len(self.vague) - vague))
        return share * len(self.vague)

    def at(self, chosen: NDArray[np.bool_]) -> Part:
        """Those rows alone."""
        return Part(self.rows[chosen], self.vague[chosen])


def part(requests: Iterable[Request]) -> Part:
    """The features of requests."""
    listed = list(requests)
    seen = [features(request.text, request.before) for request in listed]
    rows = np.array([[each[name] for name in NAMES] for each in seen], dtype=float)
    return Part(rows.reshape(-1, len(NAMES)), np.array([r.vague for r in listed], dtype=bool))


def signed(parts: Sequence[tuple[Part, Floats]], penalty: float) -> Floats:
    """As `fitted`, but a feature that would count the wrong way counts nothing.

    With 27 vague real messages chance alone would give signs that nobody could explain.
    Features of the wrong sign are taken out together and the rest fitted anew, until none is.
    """
    rows = np.vstack([each.rows for each, _ in parts])
    vague = np.concatenate([each.vague for each, _ in parts]).astype(float)
    weights = np.concatenate([each for _, each in parts])
    kept = np.arange(len(NAMES))
    while True:
        found = fitted(rows[:, kept], vague, weights, penalty)
        right = found[:-1] * SIGN[kept] >= 0
        if right.all():
            break
        kept = kept[right]
    whole = np.zeros(len(NAMES) + 1)
    whole[kept], whole[-1] = found[:-1], found[-1]
    return whole


def message_weights(real: Part, written: Part) -> Floats:
    """The message scorer: real and written ones, balanced and each as heavy as the other."""
    heavy = len(real.vague) / max(1, len(written.vague)) if len(real.vague) else 1.0
    as_heavy = written.weights * heavy
    return signed([(real, real.weights), (written, as_heavy)], MESSAGE_PENALTY)


def report_weights(reports: Part) -> Floats:
    """The report scorer."""
    return signed([(reports, np.ones(len(reports.vague)))], REPORT_PENALTY)


def scores(weights: Floats, rows: Floats) -> Floats:
    """How vague each row is."""
    return rows @ weights[:-1] + weights[-1]


def left_out(
    groups: Sequence[str],
    fit: Callable[[NDArray[np.bool_]], Floats],
    rows: Floats,
) -> Floats:
    """The score of each row by weights fitted without its group.

    ``fit`` is given which rows it may see.
    """
    named = np.array(groups)
    found = np.zeros(len(named))
    for group in sorted(set(groups)):
        inside = named == group
        found[inside] = scores(fit(~inside), rows[inside])
    return found


def worth_asking(vague: Sequence[bool], held_out: Floats) -> float:
    """The score that `FALSE_ALARMS` of the clear requests exceed."""
    clear = held_out[~np.array(vague, dtype=bool)]
    return float(np.quantile(clear, 1.0 - FALSE_ALARMS))


def both_ways(found: Sequence[Issue]) -> list[Request]:
    """Issues and summaries as released, then with the marks of the machine hidden."""
    return [
        request
        for pair in (recipe.raw, recipe.matched)
        for issue in found
        for request in recipe.both(issue, pair(issue))
    ]


def scorer(weights: Floats, ask_above: float) -> ClarityScorer:
    """As the package keeps it, to four digits."""
    named = zip(NAMES, weights, strict=False)
    kept = {name: round(float(weight), 4) for name, weight in named if weight}
    return ClarityScorer(round(float(weights[-1]), 4), round(ask_above, 4), kept)


def trained(data: Path) -> Scorers:
    """Both scorers, fitted to all there is."""
    asked = recipe.requests(recipe.messages(data))
    real, written = part(asked), part(recipe.written())
    groups = [request.group for request in asked]
    held_out = left_out(groups, lambda seen: message_weights(real.at(seen), written), real.rows)
    return Scorers(
        message=scorer(message_weights(real, written), worth_asking(list(real.vague), held_out)),
        report=scorer(report_weights(part(both_ways(recipe.issues(data)))), 0.0),
    )


def main() -> None:
    """Writes the scorers into the package."""
    from tom_evals.common.real_data import shared_data

    made = trained(shared_data())
    document = {
        "made_by": "python -m tom_evals.clarity.train",
        **{name: each._asdict() for name, each in made._asdict().items()},
    }
    place = Path(next(iter(tom_swe.advise.clarity.__path__))) / "coefficients.json"
    place.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
