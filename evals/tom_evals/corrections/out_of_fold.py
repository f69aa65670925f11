"""The scores of labelled turns by models that saw nothing of the same person."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from tom_evals.corrections.score import Place

FILE = Path(__file__).with_suffix(".json")


def kept_out_of_fold(places: Collection[Place]) -> set[Place]:
    """The turns among these that such a model finds; none where it scored none of them."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    scores: dict[str, float] = kept["scores"]
    return {
        (session, line)
        for session, line in places
        if scores.get(f"{session}:{line}", 0.0) >= kept["threshold"]
    }
