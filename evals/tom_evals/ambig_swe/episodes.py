"""One session on an underspecified issue, in a process of its own."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

from tom_evals.ambig_swe.given import (
    BY_QUOTES,
    QUOTES,
    Agent,
    Given,
    Row,
    given_of,
    row_as_json,
)
from tom_evals.ambig_swe.proxy import ByModel, held_of, user_of
from tom_evals.ambig_swe.quoting import Quoting
from tom_evals.ambig_swe.score import names_file
from tom_evals.ambig_swe.settings import instructions, opening
from tom_evals.common.engine import Json
from tom_evals.common.harness.coder import Beside, apart, episode
from tom_evals.common.harness.isolated import Fault, agents_model, answer, isolated
from tom_evals.common.harness.places import judged, placed
from tom_evals.common.harness.session import Ended, Part
from tom_evals.common.models import Language, language
from tom_evals.people.speech import Wording
from tom_swe import Action, Query, load_settings, open_tom
from tom_swe.embed import MiniLM
from tom_swe.settings import model_of


def work(json_given: Json) -> Json:
    """Runs a session in a process of its own, and returns its row. Raises Fault."""
    given = given_of(json_given)
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
        wording = Wording.LIKE_DEVELOPERS if given.user == QUOTES else Wording.PLAIN
        held = held_of(given.task, files=given.files)
        finder = ByModel(held, player) if player else Quoting(held, MiniLM())
        user = user_of(given.setting, given.task, finder, wording)
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
    if given.user in BY_QUOTES:
        return None
    return stack.enter_context(language(given.user, budget=given.budget))


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
    return row_as_json(session(given_of(json_given), folder))


if __name__ == "__main__":
    answer(Path(sys.argv[1]), _answered)
