"""Trains a reader that saw none of what is planted: ``python -m tom_evals.keeping.train OUT``.

The reader of the package was trained on the written utterances and on the real messages around
them. This one is made in the same way of all the rest (`tom_evals.reading.train`): without any of
the utterances, and without the people whose messages the reported histories are made of.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from tom_evals.common.real_data import shared_data
from tom_evals.keeping.material import Side, side_of_author
from tom_evals.reading import train
from tom_evals.reading.data import Case
from tom_swe.embed import Multilingual
from tom_swe.extract.lasting import SHIPPED, WEIGHTS, digest

AROUND = frozenset(["aider", "claude-code"])  # where the real messages of the histories are from


def is_planted(case: Case) -> bool:
    """Whether the reported histories may be made of it."""
    return case.source == "written" or (
        case.source in AROUND and side_of_author(case.group) is Side.REPORTED
    )


def main() -> None:
    """Writes the two files of the reader into the folder that is named."""
    if len(sys.argv) != 2:
        sys.exit("give a folder to write to: python -m tom_evals.keeping.train OUT")
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    encoder = Multilingual(threads=2)
    whole = train.material(shared_data(), encoder)
    seen = np.array([not is_planted(each.case) for each in whole.given])
    made = train.trained(whole.chosen(seen), encoder)
    facts = made.facts | {"made_by": "python -m tom_evals.keeping.train"}
    text = json.dumps(facts | {"sha256": digest(facts)}, ensure_ascii=False, indent=1)
    (place / WEIGHTS).write_bytes(made.weights)
    (place / SHIPPED).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
