"""One session from its checkout to its marks, in a process of its own.

``python -m tom_evals.stateful_swe.episodes FOLDER`` reads FOLDER/given.json and writes
FOLDER/row.json; FOLDER is the home of everything in the session.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pydantic import SecretStr

from tom_evals.harness import official, workspace
from tom_evals.harness.coder import Beside, apart, episode
from tom_evals.harness.container import container
from tom_evals.harness.engine import Json
from tom_evals.harness.models import Language, language
from tom_evals.harness.processes import end_with_parent, finished
from tom_evals.harness.session import Ended, Part, User
from tom_evals.stateful_swe import judge
from tom_evals.stateful_swe.adherence import findings
from tom_evals.stateful_swe.given import RULES, Given, given_of, row_as_json
from tom_evals.stateful_swe.memories.arms import remembered
from tom_evals.stateful_swe.memories.memory import Arm, Memory
from tom_evals.stateful_swe.prompts import render
from tom_evals.stateful_swe.scores import Row
from tom_evals.stateful_swe.user import Person
from tom_evals.stateful_swe.user_by_model import model_user
from tom_evals.stateful_swe.user_by_rules import rule_user
from tom_evals.stateful_swe.work import work_of
from tom_swe.model.session import Session
from tom_swe.settings import Model, load_settings, model_of

SECONDS = 7200.0


class Fault(Exception):
    """A session that ended without a row; it says why."""


def work(json_given: Json) -> Json:
    """Runs a session in a process of its own, and returns its row. Raises Fault."""
    with TemporaryDirectory(prefix="tom-session-") as place:
        folder = Path(place)
        (folder / "given.json").write_text(json.dumps(json_given), encoding="utf-8")
        done = finished(
            [sys.executable, "-m", __name__, str(folder)],
            folder=folder,
            environment=_environment(given_of(json_given), folder),
            seconds=SECONDS,
        )
        if done.late:
            raise Fault(f"no end in {SECONDS:.0f} s")
        if done.code:
            raise Fault(done.errors.strip()[-1500:] or f"it ended with {done.code}")
        return json.loads((folder / "row.json").read_text(encoding="utf-8"))


def _environment(given: Given, folder: Path) -> dict[str, str]:
    own = apart(folder, _model(given))
    if given.arm is Arm.TOM_MODEL:
        # This arm's tom advises with the model that it learned with.
        own |= {"TOM_ADVISER_MODEL": os.environ.get("TOM_ADVISER_MODEL", "")}
        own |= {"TOM_READER_MODEL": os.environ.get("TOM_READER_MODEL", "")}
    return own


def _model(given: Given) -> Model:
    configured = model_of(load_settings(), given.model)
    assert configured is not None, "a session has a model"
    if not given.base_url:
        return configured
    # A server that plays a part takes any key, and gets none of the person's.
    return Model(name=given.model, base_url=given.base_url, api_key=SecretStr("none"))


class _Place(NamedTuple):
    folder: Path
    base_commit: str
    shell: Path | None


@contextmanager
def _placed(given: Given, folder: Path) -> Generator[_Place]:
    if not given.image:
        workspace.checkout(given.instance, Path(given.repos), folder)
        yield _Place(folder, given.instance.base_commit, None)
        return
    folder.mkdir()
    with container(given.instance, folder, given.image) as place:
        yield _Place(place.folder, place.base_commit, place.shell)


def session(given: Given, home: Path) -> Row:
    """Runs a session in this process; ``home`` is where it may write."""
    model = model_of(load_settings())
    assert model is not None, "the environment names the agent's model"
    with ExitStack() as stack:
        memory = _memory(given, home)
        stack.callback(memory.close)
        player = _playing(stack, given.user, given.budget)
        marker = player if given.judge == given.user else _playing(stack, given.judge, given.budget)
        place = stack.enter_context(_placed(given, home / "work"))
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
        judged = _judge(given, done.patch)
        last = done.exchanges[-1].said if done.exchanges else ""
        left_behind = work_of(place.folder, place.base_commit, done.commands, last)
        found = findings(given.profile, left_behind, done.exchanges, marker)
        satisfaction = (
            judge.judge(given.profile, given.instance, done, marker)
            if marker
            else judge.by_rules(done, resolved=judged.resolved, found=found)
        )
        used = [("user", player), *([("judge", marker)] if marker is not player else [])]
        return Row(
            profile=given.profile.id,
            instance=given.instance.id,
            arm=given.arm.value,
            resolved=judged.resolved,
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
    return None if name == RULES else stack.enter_context(language(name, budget=budget))


def _user(given: Given, player: Language | None) -> User:
    instance = given.instance
    person = Person(given.profile, given.request, instance.issue, instance.hints, instance.files)
    return model_user(person, player) if player else rule_user(person)


def _judge(given: Given, patch: str) -> workspace.Judged:
    if given.image:
        return official.judge(given.instance, patch, given.dataset or official.DATASET)
    return workspace.judge(given.instance, patch, Path(given.repos))


def _parts(used: Iterable[tuple[str, Language | None]]) -> Iterable[Part]:
    for name, by in used:
        if by:
            yield Part(name, by.used.tokens_in, by.used.tokens_out, by.used.cost)


def main(folder: Path) -> None:
    """Runs the session that FOLDER holds."""
    end_with_parent()
    given = given_of(json.loads((folder / "given.json").read_text(encoding="utf-8")))
    row = session(given, folder)
    (folder / "row.json").write_text(json.dumps(row_as_json(row)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
