"""Sessions of a real OpenHands agent, played, with a user."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tom_evals.common.harness import played
from tom_evals.common.harness.coder import Beside, apart, episode
from tom_evals.common.harness.instance import Instance, changed_files
from tom_evals.common.harness.session import Ended
from tom_evals.common.harness.toys import built, toys
from tom_evals.common.harness.workspace import checkout, judge
from tom_evals.people import Answer, Said
from tom_swe.settings import Model
from tom_swe.testing.scripted import ScriptedModel
from tom_swe.text.tokens import count_tokens

# OpenHands and what it loads warn of their own.
pytestmark = pytest.mark.filterwarnings("ignore")


class Answering:
    """A user that answers each question with a text, and is content at the end."""

    def __init__(self, request: str, text: str, most: int = 9) -> None:
        self.request, self.text, self.most = request, text, most
        self.heard: list[Said] = []

    def opening(self) -> str:
        return self.request

    def answer(self, said: Said) -> Answer:
        self.heard.append(said)
        if said.done:
            return Answer("thanks", "done", over=True)
        return Answer(self.text, "answered", over=len(self.heard) > self.most)


def work_on(
    folder: Path, toy: Instance, user: Answering, knows: played.Knows, beside: Beside, **caps: int
) -> Any:
    place = checkout(toy, folder / "repos", folder / "work")
    with ScriptedModel(answer=played.agent(knows), count=count_tokens) as model:
        return episode(
            place,
            toy.base_commit,
            Model(name="openai/played", base_url=model.base_url, api_key=SecretStr("none")),
            user,
            beside,
            conversations=folder / "conversations",
            **caps,
        )


def test_a_real_agent_asks_is_answered_and_solves_the_issue(tmp_path: Path) -> None:
    """Words, commands, steps, tokens and the patch of a session are all told."""
    toy, given = built(tmp_path / "repos")[0], toys()[0]
    user = Answering(given.vague, given.issue)
    done = work_on(tmp_path, toy, user, played.nothing, Beside())
    assert done.ended is Ended.DONE
    (asked, last) = done.exchanges
    assert given.question in asked.said
    assert (asked.manner, last.manner) == ("answered", "done")
    assert [each.done for each in user.heard] == [False, True]
    assert played.LOOK in done.commands
    assert judge(toy, done.patch, tmp_path / "repos").resolved
    (agent,) = done.parts
    assert agent.name == "agent"
    assert agent.tokens_in > 1000


@pytest.mark.slow
def test_what_stands_beside_reaches_the_agent_and_changes_what_it_does(tmp_path: Path) -> None:
    """The context and what is recalled with a message are read; the user's words stay theirs."""
    toy, given = built(tmp_path / "repos")[0], toys()[0]
    told: list[str] = []

    def knows(text: str) -> frozenset[tuple[str, bool]]:
        told.append(text)
        wanted = {"ASK FIRST": "i_ask_upfront", "KEEP A LOG": "doc09"}
        return frozenset((name, True) for cue, name in wanted.items() if cue in text)

    recalled: list[str] = []

    def recall(text: str) -> str:
        recalled.append(text)
        return "KEEP A LOG"

    user = Answering(given.vague, given.issue)
    done = work_on(tmp_path, toy, user, knows, Beside("ASK FIRST", recall))
    assert user.heard[0].events < 6
    assert recalled == [given.vague, given.issue]
    assert "CHANGELOG.md" in changed_files(done.patch)


@pytest.mark.slow
def test_a_user_who_leaves_and_a_cap_on_steps_end_a_session(tmp_path: Path) -> None:
    """Both are told as what they are."""
    toy, given = built(tmp_path / "repos")[0], toys()[0]
    left = work_on(tmp_path, toy, Answering(given.vague, "no", most=0), played.nothing, Beside())
    assert left.ended is Ended.LEFT
    capped_at = tmp_path / "capped"
    built(capped_at / "repos")
    capped = work_on(
        capped_at, toy, Answering(given.vague, "no"), played.nothing, Beside(), steps=3
    )
    assert (capped.ended, capped.steps) == (Ended.STEPS, 3)


def test_a_session_has_a_home_of_its_own_and_no_other_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs a benchmark does not put their own settings into it; keys go along."""
    monkeypatch.setenv("TOM_BUDGET", "3")
    model = Model(name="openai/x", base_url="http://localhost:1", api_key=SecretStr("k"))
    given = apart(tmp_path, model)
    assert "TOM_BUDGET" not in given
    assert given["HOME"] == str(tmp_path)
    assert Path(given["TOM_HOME"]).is_relative_to(tmp_path)
    assert (given["TOM_MODEL"], given["TOM_API_KEY"]) == ("openai/x", "k")
    assert given["TOM_ADVISER_MODEL"] == given["TOM_READER_MODEL"] == "none"
