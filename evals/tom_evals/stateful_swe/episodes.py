"""One session from its checkout to its marks, in a process of its own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tom_evals.common.engine import Json
from tom_evals.common.harness.coder import Beside, apart, episode
from tom_evals.common.harness.isolated import Fault, agents_model, answer, isolated
from tom_evals.common.harness.places import judged, placed
from tom_evals.common.harness.session import Ended, Part
from tom_evals.common.models import Language, language
from tom_evals.people import Person
from tom_evals.people.speech import Wording
from tom_evals.stateful_swe import judge
from tom_evals.stateful_swe.adherence import findings
from tom_evals.stateful_swe.given import (
    BY_RULES,
    PLAIN_RULES,
    Given,
    given_of,
    row_as_json,
)
from tom_evals.stateful_swe.memories.arms import remembered
from tom_evals.stateful_swe.memories.memory import Arm, Memory
from tom_evals.stateful_swe.prompts import render
from tom_evals.stateful_swe.scores import Row
from tom_evals.stateful_swe.user import Character
from tom_evals.stateful_swe.user_by_model import model_user
from tom_evals.stateful_swe.user_by_rules import rule_user
from tom_evals.stateful_swe.work import work_of
from tom_swe import Session, load_settings
from tom_swe.settings import model_of


def work(json_given: Json) -> Json:
    """Runs a session in a process of its own, and returns its row. Raises Fault."""
    given = given_of(json_given)
    return isolated(__name__, json_given, partial(_environment, given))


def _environment(given: Given, folder: Path) -> dict[str, str]:
    own = apart(folder, agents_model(given.model, given.base_url))
    if given.arm is Arm.TOM_MODEL:
        # This arm's tom has the models that it is configured with, whatever the agent's is.
        settings = load_settings()
        own |= {
            "TOM_READER_MODEL": settings.reader_model or settings.model,
            "TOM_ADVISER_MODEL": settings.adviser_model or settings.model,
        }
    return own


def session(given: Given, home: Path) -> Row:
    """Runs a session in this process; ``home`` is where it may write."""
    model = model_of(load_settings())
    assert model is not None, "the environment names the agent's model"
    with ExitStack() as stack:
        memory = _memory(given, home)
        stack.callback(memory.close)
        player = _playing(stack, given.user, given.budget)
        marker = player if given.judge == given.user else _playing(stack, given.judge, given.budget)
        place = stack.enter_context(
            placed(given.instance, home / "work", repos=given.repos, image=given.image)
        )
        repository = given.instance.repo
        done = episode(
            place.folder,
            place.base_commit,
            model,
            _user(given, player),
            Beside(
                render("agent", known=memory.context(repository)),
                partial(memory.recall, repository=repository),
                ask_tom=memory.home is not None,
            ),
            conversations=home / "conversations",
            shell=place.shell,
            steps=given.steps,
        )
        if done.ended is Ended.FAILED:
            raise Fault(done.trouble or "the agent broke off")
        verdict = judged(
            given.instance,
            done.patch,
            repos=given.repos,
            image=given.image,
            dataset=given.dataset,
        )
        last = done.exchanges[-1].said if done.exchanges else ""
        left_behind = work_of(place.folder, place.base_commit, done.commands, last)
        found = findings(given.profile, left_behind, done.exchanges, marker)
        satisfaction = (
            judge.judge(given.profile, given.instance, done, marker)
            if marker
            else judge.by_rules(done, resolved=verdict.resolved, found=found)
        )
        used = [("user", player), *([("judge", marker)] if marker is not player else [])]
        return Row(
            profile=given.profile.id,
            instance=given.instance.id,
            arm=given.arm.value,
            resolved=verdict.resolved,
            exchanges=done.exchanges,
            findings=found,
            satisfaction=satisfaction,
            parts=(*done.parts, *_parts(used)),
            seconds=done.seconds,
            ended=done.ended,
        )


def _memory(given: Given, home: Path) -> Memory:
    """The arm's memory, on a copy of its home where the agent may ask tom.

    A consultation is kept in the memory: no session is to see those of another.
    """
    memory = remembered(given.arm, Path(given.memory), given.profile, _made_before)
    if memory.home is not None:
        shutil.copytree(memory.home, home / "tom")
    return memory


def _made_before() -> Iterable[Session]:
    raise Fault("the memory was not made before the session")


def _playing(stack: ExitStack, name: str, budget: float) -> Language | None:
    return None if name in BY_RULES else stack.enter_context(language(name, budget=budget))


def _user(given: Given, player: Language | None) -> Person:
    instance = given.instance
    character = Character(
        given.profile, given.request, instance.issue, instance.hints, instance.files
    )
    if player:
        return model_user(character, player)
    plain = given.user == PLAIN_RULES
    return rule_user(character, wording=Wording.PLAIN if plain else Wording.LIKE_DEVELOPERS)


def _parts(used: Iterable[tuple[str, Language | None]]) -> Iterable[Part]:
    for name, by in used:
        if by:
            yield Part(name, by.used.tokens_in, by.used.tokens_out, by.used.cost)


def _answered(given: Json, folder: Path) -> Json:
    return row_as_json(session(given_of(given), folder))


if __name__ == "__main__":
    answer(Path(sys.argv[1]), _answered)
