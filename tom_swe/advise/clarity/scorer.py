"""How vague a request is: two small logistic regressions, whose weights are data.

`evals/tom_evals/clarity/train.py` makes `coefficients.json`, and says of what.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from tom_swe.advise.clarity.features import features, is_report


class ClarityScorer(NamedTuple):
    """Weights of features. Above ``ask_above`` a request is vaguer than is worth guessing at."""

    bias: float
    ask_above: float
    weights: Mapping[str, float]

    def vagueness(self, seen: Mapping[str, float]) -> float:
        """The weighted sum of the features; the more, the vaguer."""
        return self.bias + sum(weight * seen[name] for name, weight in self.weights.items())

    def clarity(self, seen: Mapping[str, float]) -> float:
        """Between 0 and 1; 0.5 where a question begins to be worth it."""
        return 1.0 / (1.0 + math.exp(self.vagueness(seen) - self.ask_above))


class Scorers(NamedTuple):
    """Messages to an agent and reports of trouble are vague in different ways.

    A message of three words is clear after the agent's question; a report is vague by its
    abstract nouns, which a message hardly has. One regression for both is worse at each.
    """

    message: ClarityScorer
    report: ClarityScorer

    def of(self, text: str, before: str = "") -> ClarityScorer:
        """The one that a text is for."""
        return self.report if is_report(text, before) else self.message


@cache
def shipped() -> Scorers:
    """The scorers of the package."""
    file = resources.files(__package__).joinpath("coefficients.json")
    raw = json.loads(file.read_text(encoding="utf-8"))
    return Scorers(message=_scorer(raw["message"]), report=_scorer(raw["report"]))


def clarity_of(text: str, before: str = "") -> float:
    """How clear a request is, 0 to 1; ``before`` is what the agent said before it."""
    return shipped().of(text, before).clarity(features(text, before))


def _scorer(raw: Mapping[str, object]) -> ClarityScorer:
    bias, ask_above, weights = raw["bias"], raw["ask_above"], raw["weights"]
    assert isinstance(bias, float)
    assert isinstance(ask_above, float)
    assert isinstance(weights, dict)
    return ClarityScorer(bias, ask_above, weights)
