import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs tom-evals[train]: tools/setup.sh train")

import torch
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.ppp.arms import Arm
from tom_evals.ppp.cases import measuring, warm_up
from tom_evals.ppp.rollout import Limits, rollout
from tom_evals.ppp.speech import Answer, Ask
from tom_evals.ppp.study import Plan, study
from tom_evals.ppp.tiny import Scripted, Words, policy_of, tokenizer_of
from tom_evals.ppp.training import whole

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of libraries, on each other
]

SMALL = Plan(
    seeds=1,
    arms=(Arm.PPP,),
    warm_up=2,
    steps=8,
    sessions=16,
    cases=12,
    measured=12,
    save=2,
)
# The same, in a process that can be killed.
RUN = f"""
import sys
from pathlib import Path
from tom_evals.ppp.arms import Arm
from tom_evals.ppp.study import Plan, study
from tom_evals.userville.rewards import Profile
study({SMALL._replace(arms=(), profile="")!r}._replace(
    arms=(Arm.PPP,), profile=Profile.PAPER), Path(sys.argv[1]), at_once=1)
"""


@pytest.fixture(scope="module")
def speech() -> Words:
    """The tokenizer of a thousand scripted sessions."""
    return Words(tokenizer_of(p.text for number in range(1000) for p in warm_up(number, 0)))


def test_what_is_said_is_read_as_it_was_meant(speech: Words) -> None:
    """A question, an answer, and what is neither: without an end, without a mark, empty."""
    assert speech.said(speech.tokens("<ask> What was the trigger? <end>")) == Ask(
        "What was the trigger ?"
    )
    assert speech.said(speech.tokens("<answer> tabs.py <end>")) == Answer("tabs.py")
    for text in ("<ask> <end>", "<ask> What was", "tabs.py <end>", ""):
        assert speech.said(speech.tokens(text)) is None


def test_a_reply_ends_in_the_mark_of_its_person(speech: Words) -> None:
    """The policy is reminded of how the person wants to be asked before each of its turns."""
    case = measuring(2)[1]
    told = speech.replied(case.prompt, "It is in tabs.py.")
    assert told[-1] == speech.opened(case.prompt)[-1]
    assert told[-1] == speech.tokens(f"<{case.preference.id}>")[0]


def test_nothing_is_learnt_from_what_was_told(speech: Words) -> None:
    """In a warm-up's batch the labels are the tokens that the script's agent said, and no other."""
    scripted = Scripted(speech, lambda number: warm_up(number, 0), 4)
    batch = scripted.batch([scripted[number] for number in range(4)])
    for number in range(4):
        own = [t for p in warm_up(number, 0) if p.own for t in speech.tokens(p.text)]
        labels = batch["labels"][number]
        assert labels[labels != -100].tolist() == own
        at = labels != -100
        assert torch.equal(batch["input_ids"][number][at], labels[at])


def test_a_rollout_masks_what_the_policy_was_told(speech: Words) -> None:
    """What has no mask is the replies, each whole; what a session begins with has none at all."""
    policy = policy_of(speech.tokenizer, 1).eval()
    cases = measuring(24)
    torch.manual_seed(2)
    limits = Limits(turns=2, tokens=6)
    found = rollout(policy, speech, [c.prompt for c in cases], [c.begin() for c in cases], limits)
    for case, each in zip(cases, found, strict=True):
        assert each.prompt == speech.opened(case.prompt)
        assert len(each.mask) == len(each.completion) > 0
        assert each.mask[0] == 1
        told = [t for t, own in zip(each.completion, each.mask, strict=True) if not own]
        replies = [speech.replied(case.prompt, e.answer) for e in each.record.exchanges]
        assert told == [token for reply in replies for token in reply]


def test_a_checkpoint_that_broke_off_is_none(tmp_path: Path) -> None:
    """The newest one with a whole trainer's state is gone on from; without one, none."""
    assert whole(tmp_path) is None
    for step, state in ((2, "{}"), (10, "{}"), (12, '{"half'), (14, None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if state is not None:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(state)
    assert whole(tmp_path) == str(tmp_path / "checkpoint-10")


def test_a_killed_study_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    """Killed outright in the middle of training, the same command ends with the same rows as a
    study that nobody disturbed.
    """
    undisturbed = study(SMALL, tmp_path / "undisturbed", at_once=1)
    rows = tmp_path / "killed" / "ppp" / "0" / "steps.jsonl"
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [sys.executable, "-c", RUN, str(tmp_path / "killed")]
    with subprocess.Popen(command, env=environment) as process:
        while not (rows.exists() and len(rows.read_text().splitlines()) > 3):
            with pytest.raises(subprocess.TimeoutExpired):  # it is not done yet
                process.wait(timeout=0.05)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert len(rows.read_text().splitlines()) < SMALL.steps
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = study(SMALL, tmp_path / "killed", at_once=1)
    assert found == undisturbed
    assert [row.step for row in found.steps[Arm.PPP][0]] == list(range(SMALL.steps))


def test_the_command_reports_both_arms(tmp_path: Path) -> None:
    """A study of a few steps prints its tables and draws its curves."""
    given = ["--tiny", "--seeds", "1", "--steps", "1", "--warm-up", "1", "--work", str(tmp_path)]
    done = CliRunner().invoke(app, ["ppp", "train", *given])
    assert done.exit_code == 0, done.output
    assert "| figure | before | ppp | task-only |" in done.output
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    other = CliRunner().invoke(app, ["ppp", "train", *given[:4], "2", *given[5:]])
    assert other.exit_code == 1
    assert "other options (steps: 1, now 2)" in other.output
