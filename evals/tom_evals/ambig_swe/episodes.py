"""One session on an underspecified issue, in a process of its own."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from tom_evals.ambig_swe.proxy import ByModel, Manner, Mind, user_of
from tom_evals.ambig_swe.quoting import Quoting
from tom_evals.ambig_swe.score import names_file
from tom_evals.ambig_swe.settings import Setting, Task, instructions, opening
from tom_evals.harness.coder import Beside, apart, episode
from tom_evals.harness.engine import Json
from tom_evals.harness.isolated import Fault, agents_model, answer, isolated
from tom_evals.harness.models import Language, language
from tom_evals.harness.places import judged, placed
from tom_evals.harness.session import Ended, Exchange, Part
from tom_swe.app import open_tom
from tom_swe.embed.minilm import MiniLM
from tom_swe.model.advice import Action, Query
from tom_swe.settings import load_settings, model_of

QUOTES = "quotes"


class Agent(StrEnum):
    """Who works: the model by itself, or with tom to say when to ask."""

    ALONE = "alone"
    TOM = "tom"


class Given(NamedTuple):
    """One session: who, on what, in which setting, and who plays the reporter.

    ``user`` is a model's name, or ``quotes``; with ``files`` they know which files the reference
    patch changes. ``repos`` is the folder of clones. ``image`` is the namespace of SWE-bench's
    images; empty, the session is in a plain checkout. No key is in it: keys are the environment's.
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


_GIVEN = TypeAdapter(Given)
_ROW = TypeAdapter(Row)


def given_as_json(given: Given) -> Json:
    """The session as JSON."""
    return {"given": _GIVEN.dump_python(given, mode="json")}


def row_of(json: Json) -> Row:
    """The row that JSON holds."""
    return _ROW.validate_python(json["row"])


def work(json_given: Json) -> Json:
    """Runs a session in a process of its own, and returns its row. Raises Fault."""
    given = _GIVEN.validate_python(json_given["given"])
    return isolated(
        __name__,
        json_given,
        lambda folder: apart(folder, agents_model(given.model, given.base_url)),
    )


def session(given: Given, home: Path) -> Row:
    """Runs a session in this process; ``home`` is where it may write."""
    model = model_of(load_settings())
    assert model is not None, "the environment names the agent's model"
    instance = given.task.instance
    with ExitStack() as stack:
        player = _player(stack, given)
        user = user_of(given.setting, given.task, _mind(player), files=given.files)
        request, advice = user.opening(), _advice(given)

        def beside(text: str) -> str:
            return advice if text == request else ""

        place = stack.enter_context(
            placed(instance, home / "work", repos=given.repos, image=given.image)
        )
        done = episode(
            place.folder,
            place.base_commit,
            model,
            user,
            Beside(
                instructions(given.setting),
                beside,
                ask_tom=given.agent is Agent.TOM,
            ),
            conversations=home / "conversations",
            shell=place.shell,
            steps=given.steps,
        )
        if done.ended is Ended.FAILED:
            raise Fault(done.trouble or "the agent broke off")
        verdict = judged(
            instance, done.patch, repos=given.repos, image=given.image, dataset=given.dataset
        )
        answers = "\n".join(each.answer for each in done.exchanges)
        return Row(
            agent=given.agent,
            setting=given.setting,
            instance=instance.id,
            resolved=verdict.resolved,
            told_to_ask=bool(advice),
            named_file=names_file(answers, instance.files),
            exchanges=done.exchanges,
            consults=done.consults,
            steps=done.steps,
            seconds=done.seconds,
            parts=(*done.parts, *([_part(player)] if player else [])),
            ended=done.ended,
        )


def _player(stack: ExitStack, given: Given) -> Language | None:
    if given.user == QUOTES:
        return None
    return stack.enter_context(language(given.user, budget=given.budget))


def _mind(player: Language | None) -> Mind:
    return ByModel(player) if player else Quoting(MiniLM())


def _part(player: Language) -> Part:
    return Part("user", player.used.tokens_in, player.used.tokens_out, player.used.cost)


def _advice(given: Given) -> str:
    """What tom, who knows nobody yet, says to the request where it says to ask; otherwise "".

    Only the request is judged: an answer to the agent's question asks for nothing.
    """
    if given.agent is not Agent.TOM:
        return ""
    settings = load_settings()
    request = opening(given.setting, given.task)
    tom = open_tom(settings)
    try:
        said = tom.consult(settings.user, Query(text=request, repository=given.task.instance.repo))
    finally:
        tom.close()
    return said.text if said.action is Action.ASK else ""


def _answered(json_given: Json, folder: Path) -> Json:
    row = session(_GIVEN.validate_python(json_given["given"]), folder)
    return {"row": _ROW.dump_python(row, mode="json")}


if __name__ == "__main__":
    answer(Path(sys.argv[1]), _answered)
