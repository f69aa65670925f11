"""The three settings of Ambig-SWE: what the agent is shown, and what its user answers.

They are the paper's (Vijayvargiya et al., arXiv 2502.13069, section 2); the words are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from tom_evals.ambig_swe.prompts import render
from tom_evals.common.harness.instance import Instance

HINTS = "What was said about it since:"


class Setting(StrEnum):
    """How much the agent is told at first and how much it can find out."""

    HIDDEN = "hidden"
    INTERACTION = "interaction"
    FULL = "full"


class Terms(NamedTuple):
    """What holds in a setting. ``answers`` are the messages of the agent that are answered."""

    shows_issue: bool
    answers: int


TERMS: Mapping[Setting, Terms] = {
    Setting.HIDDEN: Terms(shows_issue=False, answers=0),
    Setting.INTERACTION: Terms(shows_issue=False, answers=3),
    Setting.FULL: Terms(shows_issue=True, answers=0),
}


class Task(NamedTuple):
    """An instance, whose issue is the full one, and the vague summary of it."""

    instance: Instance
    summary: str


def opening(setting: Setting, task: Task) -> str:
    """The agent's first message: the issue and its hints, or the summary."""
    if not TERMS[setting].shows_issue:
        return task.summary.strip()
    issue, hints = task.instance.issue.strip(), task.instance.hints.strip()
    return f"{issue}\n\n{HINTS}\n\n{hints}" if hints else issue


def instructions(setting: Setting) -> str:
    """What the agent is told beside it: how to work, and whether it may ask."""
    return render("agent", answers=TERMS[setting].answers)
