"""What one session takes and what came of it, as JSON too: it goes to other processes."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tom_evals.ambig_swe.settings import Setting, Task
from tom_evals.common.carried import carried
from tom_evals.common.harness.session import Ended, Part
from tom_evals.people import Exchange, Manner

QUOTES = "quotes"
VERBATIM = "verbatim-quotes"  # not worded as developers talk
BY_QUOTES = (QUOTES, VERBATIM)


class Agent(StrEnum):
    """Who works: the model by itself, or with tom to say when to ask."""

    ALONE = "alone"
    TOM = "tom"


class Given(NamedTuple):
    """One session: who, on what, in which setting, and who plays the reporter.

    ``user`` is a model's name, ``quotes`` or ``verbatim-quotes``; with ``files`` they know
    which files the reference patch changes. ``repos`` is the folder of clones. ``image`` is the
    namespace of SWE-bench's images; empty, the session is in a plain checkout. No key is in it:
    keys are the environment's.
    """

    agent: Agent
    setting: Setting
    task: Task
    repos: str
    model: str
    base_url: str = ""
    user: str = QUOTES
    files: bool = True
    image: str = ""
    dataset: str = ""
    steps: int = 100
    budget: float = 1.0


class Row(NamedTuple):
    """What came of a session. ``failed`` says why there is no result, where there is none.

    ``told_to_ask`` is whether tom told the agent to ask first, ``named_file`` whether the
    answers name a file of the reference patch.
    """

    agent: Agent
    setting: Setting
    instance: str
    resolved: bool = False
    told_to_ask: bool = False
    named_file: bool = False
    exchanges: tuple[Exchange, ...] = ()
    consults: int = 0
    steps: int = 0
    seconds: float = 0.0
    parts: tuple[Part, ...] = ()
    ended: Ended = Ended.FAILED
    failed: str = ""

    @property
    def messages(self) -> int:
        """How often the agent wrote to the user before it was done."""
        return sum(each.manner != Manner.DONE for each in self.exchanges)

    @property
    def answered(self) -> int:
        """How many of these messages the user had an answer to."""
        return sum(each.manner == Manner.ANSWERED for each in self.exchanges)


given_as_json, given_of = carried(Given, "given")
row_as_json, row_of = carried(Row, "row")
