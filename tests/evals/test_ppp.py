import json
import math
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.people import Exchange, Level, Manner
from tom_evals.ppp.arms import Arm, reward_of
from tom_evals.ppp.cases import measuring, training, warm_up
from tom_evals.ppp.curves import curves, smooth
from tom_evals.ppp.data import (
    NoRows,
    as_json,
    places_file,
    read,
    read_places,
    rows_of,
    write,
)
from tom_evals.ppp.dialogue import said
from tom_evals.ppp.objective import advantages, token_mean
from tom_evals.ppp.scripts import QUERIES, Kind
from tom_evals.ppp.session import Session
from tom_evals.ppp.speech import Answer, Ask, Search
from tom_evals.ppp.steps import Steps, step_of
from tom_evals.ppp.study import Trained
from tom_evals.ppp.synthetic import files_of, repository
from tom_evals.ppp.tables import report
from tom_evals.ppp.verl.reward import compute_score
from tom_evals.ppp.words import words
from tom_evals.userville.effort import Effort, effort_of
from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.index import Index, of_tasks
from tom_evals.userville.kept import said_as_json
from tom_evals.userville.preferences import BY_ID
from tom_evals.userville.rewards import Profile
from tom_evals.userville.simulator import by_rules
from tom_evals.userville.task import of_toys

REWARDS = st.lists(st.floats(-2, 3), min_size=2, max_size=16).map(np.array)


def test_advantages_by_hand() -> None:
    """Rewards are clipped to 0 and 1, then measured from their mean in unbiased deviations."""
    found = advantages(np.array([0.0, 0.5, 1.0, 1.4, -3.0]))
    clipped = [0.0, 0.5, 1.0, 1.0, 0.0]
    deviation = math.sqrt((0.25 + 0 + 0.25 + 0.25 + 0.25) / 4)
    assert found == pytest.approx([(each - 0.5) / (deviation + 1e-6) for each in clipped])


def test_a_group_of_one_has_mean_0_and_deviation_1() -> None:
    """A session alone is worth its own reward, clipped."""
    assert advantages(np.array([0.4])) == pytest.approx([0.4], abs=1e-6)
    assert advantages(np.array([7.0])) == pytest.approx([1.0], abs=1e-5)


def test_no_group_has_no_advantages() -> None:
    """Without a session there is nothing to compare."""
    with pytest.raises(ValueError, match="without sessions"):
        advantages(np.array([]))


@given(REWARDS)
def test_advantages_of_a_group_sum_to_nothing(rewards: np.ndarray) -> None:
    """What one session is above the mean the others are below it."""
    assert advantages(rewards).sum() == pytest.approx(0.0, abs=1e-6)


@given(REWARDS)
def test_rewards_that_are_alike_move_nothing(rewards: np.ndarray) -> None:
    """Where all sessions of a group earned the same no advantage is far from 0."""
    assert np.abs(advantages(np.full(len(rewards), rewards[0]))).max() < 1e-6


@given(st.lists(st.floats(0, 0.5), min_size=2, max_size=12).map(np.array), st.floats(0, 0.5))
def test_a_bonus_for_all_changes_no_advantage(rewards: np.ndarray, bonus: float) -> None:
    """What every session of a group gets is no reason to prefer one, if nothing is clipped."""
    assert advantages(rewards + bonus) == pytest.approx(advantages(rewards), abs=1e-6)


@given(REWARDS, st.randoms(use_true_random=False))
def test_the_order_of_a_group_says_nothing(rewards: np.ndarray, random) -> None:
    """Sessions in another order have the same advantages in that order."""
    order = list(range(len(rewards)))
    random.shuffle(order)
    assert advantages(rewards[order]) == pytest.approx(advantages(rewards)[order], abs=1e-9)


def test_the_loss_by_hand() -> None:
    """The mean over the three tokens that the policy wrote, with one ratio clipped."""
    before = np.zeros((2, 2))
    now = np.log(np.array([[1.5, 1.1], [0.9, 4.0]]))
    mask = np.array([[1.0, 1.0], [1.0, 0.0]])
    found = token_mean(now, before, np.array([2.0, -1.0]), mask)
    # 1.2 * 2 is clipped; 1.1 * 2 is free; min(-0.9, -0.9); the last token was told.
    assert found.value == pytest.approx(-(2.4 + 2.2 - 0.9) / 3)
    assert found.gradient == pytest.approx(np.array([[0.0, -2.2 / 3], [0.9 / 3, 0.0]]))


def test_all_tokens_count_alike_whatever_the_length_of_their_session() -> None:
    """A long session weighs more than a short one: the mean is over tokens, not sessions."""
    mask = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    zeros = np.zeros((2, 3))
    found = token_mean(zeros, zeros, np.array([1.0, -1.0]), mask)
    assert found.value == pytest.approx(-(3 - 1) / 4)


def test_no_token_no_loss() -> None:
    """Sessions in which the policy wrote nothing teach nothing."""
    zeros = np.zeros((2, 3))
    found = token_mean(zeros, zeros, np.array([1.0, -1.0]), zeros)
    assert found.value == 0.0
    assert not found.gradient.any()


@st.composite
def losses(draw):
    """Arguments of a loss whose ratios are not at a bend of the clipping."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ratio = random.choice([0.5, 0.7, 0.9, 1.05, 1.1, 1.4, 2.0], size=shape)
    before = -random.random(shape)
    mask = (random.random(shape) < 0.7).astype(float)
    return before + np.log(ratio), before, random.normal(size=shape[0]), mask


@given(losses())
def test_the_gradient_is_that_of_the_loss(given_) -> None:
    """Moving any one log-probability a little moves the loss as the gradient says."""
    now, before, advantage, mask = given_
    found = token_mean(now, before, advantage, mask)
    step = 1e-6
    for at in np.ndindex(*now.shape):
        up, down = now.copy(), now.copy()
        up[at] += step
        down[at] -= step
        slope = (
            token_mean(up, before, advantage, mask).value
            - token_mean(down, before, advantage, mask).value
        ) / (2 * step)
        assert found.gradient[at] == pytest.approx(slope, abs=1e-6)


@given(losses(), st.floats(-5, 5))
def test_what_the_policy_was_told_pulls_on_nothing(given_, shift: float) -> None:
    """Masked tokens have no gradient, and whatever their probabilities the loss is the same."""
    now, before, advantage, mask = given_
    found = token_mean(now, before, advantage, mask)
    assert not found.gradient[mask == 0].any()
    elsewhere = now + shift * (1 - mask)
    assert token_mean(elsewhere, before, advantage, mask).value == pytest.approx(found.value)


@given(losses())
def test_more_padding_changes_nothing(given_) -> None:
    """A wider batch has the same loss."""
    now, before, advantage, mask = given_
    wider = [np.pad(each, ((0, 0), (0, 3))) for each in (now, before, mask)]
    found = token_mean(wider[0], wider[1], advantage, wider[2])
    assert found.value == pytest.approx(token_mean(now, before, advantage, mask).value)


def record(
    preference: str = "no_preference",
    levels: Sequence[Level] = (),
    *,
    answer: str = "tabs.py",
    vague: bool = True,
) -> Record:
    """A session in which so many questions were answered, at such levels."""
    case = measuring(1)[0]
    task = case.repository.task._replace(files=("tabs.py",))
    exchanges = tuple(
        Exchange("What is wrong?", "This.", Manner.ANSWERED, after, level)
        for after, level in enumerate(levels)
    )
    return Record(task, BY_ID[preference], vague, exchanges, answer)


def test_words_keep_marks_and_paths_whole() -> None:
    """A mark, a path and a word with an apostrophe are one word each."""
    text = "<ask> I don't see src/tabs.py. <end>"
    assert words(text) == ["<ask>", "I", "don't", "see", "src/tabs.py", ".", "<end>"]


@given(st.integers(0, 10**6))
def test_a_repository_has_the_file_that_only_the_precise_request_tells(number: int) -> None:
    """The right file is among the files, and the vague request names no thing at all."""
    found = repository(number, "test")
    assert found == repository(number, "test")
    assert found.file in found.files
    assert len(set(found.files)) == len(found.files)
    assert found.thing in found.precise
    assert not any(file.removesuffix(".py") in found.vague for file in found.files)
    assert found.task.productivity(found.file) == 1.0
    assert set(found.files) & set(files_of(found.thing)) >= {found.file}


def test_in_half_of_the_repositories_two_files_deal_with_the_thing() -> None:
    """There what was meant does not tell the file, and either of the two may be it."""
    every = [repository(number, "test") for number in range(400)]
    twins = [each for each in every if set(files_of(each.thing)) <= set(each.files)]
    assert 0.4 < len(twins) / len(every) < 0.6
    first = sum(each.file == files_of(each.thing)[0] for each in twins)
    assert 0.35 < first / len(twins) < 0.65


@pytest.mark.parametrize("kind", Kind)
def test_questions_are_of_their_kind(kind: Kind) -> None:
    """By the simulator's rules each question costs what its kind says, and so do all at once."""
    for query in (*QUERIES[kind], " ".join(QUERIES[kind])):
        session = measuring(1)[0].begin()
        session.told(Ask(query))
        (ask,) = session.finish("").asks
        assert effort_of(ask.level) is Effort[kind.name]


def test_three_questions_that_cost_little_can_be_asked() -> None:
    """Who wants three questions can be asked three without one that cannot be answered."""
    session = measuring(1)[0].begin()
    for query in QUERIES[Kind.LOW]:
        session.told(Ask(query))
    assert [effort_of(ask.level) for ask in session.finish("").asks] == [Effort.LOW] * 3


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(0, 3))
def test_scripts_answer_by_what_they_were_told(number: int, seed: int) -> None:
    """A script ends with the file that was told, else one that deals with the thing, else any."""
    first, *_, last = pieces = list(warm_up(number, seed))
    files = first.text.partition("<request>")[0].split()[1:]
    told = first.text.partition("<request>")[2] + " ".join(p.text for p in pieces if not p.own)
    named = [file for file in files if file in words(told)]
    known = [file for word in words(told) for file in files_of(word) if file in files]
    assert last.own
    mark, answer, end = words(last.text)
    assert (mark, end) == ("<answer>", "<end>")
    assert answer in (named or known or files)


def test_scripts_ask_all_kinds_alike() -> None:
    """Of many questions about a third is of each kind."""
    asked = [p.text for number in range(600) for p in warm_up(number, 0) if "<ask>" in p.text]
    shares = {
        kind: sum(any(query in text for query in QUERIES[kind]) for text in asked) / len(asked)
        for kind in Kind
    }
    assert all(abs(share - 1 / 3) < 0.06 for share in shares.values()), shares


def test_cases_are_of_all_people_and_measured_ones_vague() -> None:
    """Each preference is there as often; about one case of 13 that is trained on is precise."""
    cases = training(1300, 0)
    many = Counter(case.preference.id for case in cases)
    assert max(many.values()) - min(many.values()) <= 1
    assert 50 < sum(not case.vague for case in cases) < 150
    assert all(case.vague for case in measuring(60))


def test_arms_leave_rewards_out() -> None:
    """0.8 for the task, -0.1 for a question of medium effort, -1 for one that was not wanted."""
    found = record("no_ask", [Level.REFUSED])
    assert reward_of(found, Arm.TASK_ONLY, Profile.PAPER) == 1.0
    assert reward_of(found, Arm.NO_PERSONALISATION, Profile.PAPER) == pytest.approx(0.9)
    assert reward_of(found, Arm.NO_PROACTIVITY, Profile.PAPER) == 0.0
    assert reward_of(found, Arm.PPP, Profile.PAPER) == 0.0
    kept = record("answer_more", [Level.REQUEST] * 3, answer="tabs.py\nrows.py\nmenus.py")
    assert reward_of(kept, Arm.PPP, Profile.PAPER) == pytest.approx(0.5 + 0.05 + 0.05)
    assert reward_of(kept, Arm.NO_PROACTIVITY, Profile.PAPER) == pytest.approx(0.55)


def test_a_step_by_hand() -> None:
    """Four sessions: one that asked nothing and one each of low, medium and high effort."""
    found = step_of(
        7,
        [
            record(),
            record("no_ask", [Level.REQUEST]),
            record("answer_more", [Level.REQUEST, Level.REFUSED, Level.REQUEST], answer="x.py"),
            record("one_question", [Level.REQUEST, Level.FILE]),
        ],
        Arm.TASK_ONLY,
        Profile.PAPER,
    )
    assert (found.step, found.sessions) == (7, 4)
    assert (found.unasked, found.low, found.medium, found.high) == (0.25, 0.25, 0.25, 0.25)
    assert found.questions == {"low": 1.0, "medium": 0.25, "high": 0.25}
    assert found.reward == found.productivity == 0.75
    # 1.05; 1 + 0.05 - 1; 0 - 0.1 + 0.05; 1 - 0.5 + 0.05; each cut to between 0 and 1.
    assert found.total == pytest.approx((1.0 + 0.05 + 0.0 + 0.55) / 4)
    assert found.proactivity == 0.5
    assert found.personalisation == pytest.approx(2 / 3)
    assert found.asked == {"answer_more": 3, "no_ask": 1, "no_preference": 0, "one_question": 2}
    assert found.kept == {"answer_more": 1, "no_ask": 0, "no_preference": 1, "one_question": 1}


def test_steps_that_are_done_again_replace_what_was_kept(tmp_path: Path) -> None:
    """A run that goes on from step 1 drops what was kept of steps 1 and 2."""
    kept = Steps(tmp_path / "arm" / "steps.jsonl")
    assert kept.rows() == []
    for step in (0, 1, 2):
        kept.keep(step_of(step, [record()], Arm.PPP, Profile.PAPER))
    again = step_of(1, [record("no_ask", [Level.REQUEST])], Arm.PPP, Profile.PAPER)
    kept.keep(again)
    assert [row.step for row in kept.rows()] == [0, 1]
    assert kept.rows()[1] == again


def test_curves_are_smoothed_over_what_there_is() -> None:
    """The mean of a value and those before it, without the steps in which there was none."""
    assert smooth([1.0, None, 3.0, 5.0], 3) == pytest.approx([1.0, 1.0, 2.0, 4.0])
    assert math.isnan(smooth([None])[0])


@pytest.mark.slow
def test_curves_are_drawn(tmp_path: Path) -> None:
    """A PNG of two arms, also where one has fewer steps."""
    rows = [step_of(step, [record()], Arm.PPP, Profile.PAPER) for step in range(4)]
    curves({Arm.PPP: [rows, rows], Arm.TASK_ONLY: [rows[:2]]}, "Two", tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_has_the_mean_and_the_spread_over_seeds() -> None:
    """Figures before training and of each arm; no spread of one seed alone."""
    low, none = (
        step_of(0, [record(levels=levels)], Arm.PPP, Profile.PAPER)
        for levels in ([Level.REQUEST], [])
    )
    found = report(Trained([none, none], {Arm.PPP: [low, none]}, {Arm.PPP: []}))
    rows = {row[0]: row[1:] for row in found.tables[0].rows}
    assert rows["sessions: low effort at most"] == ("0.000 ± 0.000", "0.500 ± 0.707")
    assert rows["personalisation"] == (None, "1.000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<ask>What happens?</ask>", Ask("What happens?")),
        ("I could <ask> first.\n<search>tab width</search>", Search("tab width")),
        ("<answer>\nread\nwrite\n</answer>", Answer("read\nwrite")),
        ("<ask>One?</ask> no: <answer>read</answer>", Answer("read")),
        ("<answer></answer>", Answer("")),
        ("<ask> </ask>", None),
        ("<ask>never ends", None),
        ("read", None),
    ],
)
def test_what_a_message_says(text: str, expected: object) -> None:
    """The last whole mark counts; an empty question is none."""
    assert said(text) == expected


def test_a_session_can_be_searched() -> None:
    """Places that fit are told, one a line; a search counts as work before a question."""
    session = Session(
        Episode(of_toys()[0], BY_ID["only_begin"], by_rules),
        Index([("src/tabs.py", "expand_tabs"), ("src/rows.py", "")]),
    )
    assert session.told(Search("tabs")) == "src/tabs.py expand_tabs"
    assert session.told(Search("nothing of the kind")) == "Nothing found."
    session.told(Ask("What should happen instead?"))
    assert [ask.after for ask in session.finish("").asks] == [2]


def test_rows_come_back_from_their_file(tmp_path: Path) -> None:
    """Twelve vague rows and a precise one a task, with the wish in the prompt; places beside."""
    tasks = of_toys()[:2]
    rows = list(rows_of(tasks))
    write(rows, of_tasks(tasks), tmp_path / "train.jsonl")
    assert len(rows) == 2 * 13
    assert sum(row.vague for row in rows) == 2 * 12
    assert read(tmp_path / "train.jsonl") == rows
    places = read_places(places_file(tmp_path / "train.jsonl"))
    assert places[tasks[0].repository].places == of_tasks(tasks)[tasks[0].repository].places
    line = json.loads((tmp_path / "train.jsonl").read_text().splitlines()[1])
    system, request = line["prompt"]
    assert BY_ID["concise_question"].wish in system["content"]
    assert request == {"role": "user", "content": tasks[0].vague}
    assert tasks[0].precise not in json.dumps(line["prompt"])


def test_files_without_rows_say_what_to_do(tmp_path: Path) -> None:
    """What is not there, is broken or is empty."""
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "broken.jsonl").write_text('{"prompt": 1}\n')
    for name in ("none", "empty", "broken"):
        with pytest.raises(NoRows, match="ppp data --out"):
            read(tmp_path / f"{name}.jsonl")
    with pytest.raises(NoRows, match="ppp data"):
        read_places(tmp_path / "none.places.json")


@pytest.mark.parametrize("arm", Arm)
def test_verls_reward_is_that_of_the_session(arm: Arm) -> None:
    """From a row and what was said in it, both as JSON, the reward and its parts come out again."""
    row = next(rows_of(of_toys()))
    session = row.session({})
    session.told(Ask("What should happen instead?"))
    session.told(Ask("Which file should I change?"))
    found = session.finish("\n".join(row.task.functions))
    extra = json.loads(json.dumps(as_json(row, 0)["extra_info"]))
    extra["userville"] = json.dumps(said_as_json(found))
    scored = compute_score("userville", "", "", extra, arm=arm.value)
    assert scored["score"] == reward_of(found, arm, Profile.PAPER)
    assert scored["proactivity"] == found.rewards(Profile.PAPER).proactivity
    assert (scored["productivity"], scored["asks"]) == (1.0, 2.0)


def test_the_data_command_writes_rows_to_train_and_to_test_on(tmp_path: Path) -> None:
    """Every fifth task is for the test; without clones it says so, and goes on."""
    out, test = tmp_path / "train.jsonl", tmp_path / "test.jsonl"
    given_ = ["ppp", "data", "--toys", "--out", str(out), "--test", str(test)]
    done = CliRunner().invoke(app, [*given_, "--repos", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "no clone at" in done.output
    trained, tested = ({row.task.id for row in read(file)} for file in (out, test))
    assert trained | tested == {task.id for task in of_toys()}
    assert not trained & tested


@pytest.mark.parametrize("given_", [[], ["--tiny", "--model", "m"], ["--model", "m"]])
def test_what_to_train_has_to_be_named(given_: list[str]) -> None:
    """Neither or both of --tiny and --model, or a model without tasks, is a usage error."""
    assert CliRunner().invoke(app, ["ppp", "train", *given_]).exit_code == 2


@pytest.mark.skipif(find_spec("trl") is not None, reason="TRL is here")
def test_without_trl_it_says_what_to_install(tmp_path: Path) -> None:
    """Exit 2, and the set-up that makes an environment with it."""
    done = CliRunner().invoke(app, ["ppp", "train", "--tiny", "--work", str(tmp_path)])
    assert done.exit_code == 2
    assert "tools/setup.sh train" in done.output
