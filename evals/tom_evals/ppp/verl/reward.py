"""The reward of a session, as verl's custom reward function. Needs no verl to be imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tom_evals.ppp.arms import Arm, reward_of
from tom_evals.ppp.data import row_of
from tom_evals.userville.kept import record_of
from tom_evals.userville.preferences import BY_ID
from tom_evals.userville.rewards import Profile


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any],
    arm: str = Arm.PPP.value,
    profile: str = Profile.PAPER.value,
    **_: object,
) -> dict[str, float]:
    """The reward as ``score``, and its parts, which verl logs beside it.

    ``extra_info`` holds the row and, as ``userville``, what the agent loop says was said; ``arm``
    and ``profile`` are set by verl's ``reward_kwargs``.
    """
    del data_source, solution_str, ground_truth  # all of it is in the record
    row, said = row_of(extra_info), json.loads(extra_info["userville"])
    record = record_of(row.task, BY_ID[row.preference], row.vague, said)
    parts = record.rewards(Profile(profile))
    return {
        "score": reward_of(record, Arm(arm), Profile(profile)),
        "productivity": parts.productivity,
        "proactivity": parts.proactivity,
        "personalisation": parts.personalisation,
        "asks": float(len(record.asks)),
        "is_proactive": float(parts.is_proactive),
        "keeps": float(record.keeps),
    }
