import gzip
import json
import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.usi.features import DIMENSIONS, PLAIN, Dimension, Feature, features, repeats
from tom_evals.usi.figures import ROWS, Told
from tom_evals.usi.run import replayed, run
from tom_evals.usi.score import (
    People,
    Scores,
    Similarity,
    Spread,
    Study,
    against,
    among,
    calibration_error,
    dice,
    dimensions,
    intervals,
    likeness,
)
from tom_evals.usi.sessions import ORDER, bins, pooled, sessions
from tom_evals.usi.survey import agreement, agreements, level
from tom_evals.usi.tables import Compared, compared, spreads
from tom_evals.usi.transcripts import (
    Conversation,
    Patterns,
    Unreadable,
    conversation,
    difficulty,
    lexicons,
    said,
    trajectories,
)

RAW_PATTERNS = {
    "politeness": r"\bplease\b",
    "emotion": r"\bangry\b",
    "formality": "[\u2014\u2013]",
    "ack_only": r"^(yes|ok)[\s!.]*$",
    "identifier": r"\w*\d{3,}\w*",
    "uncertainty": r"\bmaybe\b",
    "certainty": r"\bnever\b",
    "pushback_q": r"\bare you sure\b",
    "clarify_q": r"\bwhat do you mean\b",
    "info_q": r"\bhow much\b",
    "accusation": r"\bfault\b",
    "pivot": r"\binstead\b",
    "identity_confusion": r"\bhow can i help\b",
}
PATTERNS = Patterns.model_validate(RAW_PATTERNS)
SURVEY = {
    "overall": {"poor": 1, "fair": 2, "good": 3},
    "questions": {"too many": 1, "right": 2, "too few": 1},
}
WORDS = st.sampled_from(
    ["please", "Angry", "yes", "ok.", "12345", "maybe", "never", "fault", "instead", "a", "—"]
)
TURNS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=5)
FIGURES = st.floats(min_value=0, max_value=1e6, allow_nan=False)
A_ROW = st.lists(FIGURES, min_size=len(ORDER), max_size=len(ORDER)).map(np.array)


def talk(task: str, *turns: str, run: int = 0, success: bool = True) -> Conversation:
    """A conversation of which only the user's turns matter."""
    return Conversation(task, run, success, turns, ())


def study(
    runs: Sequence[Sequence[Conversation]],
    batches: Sequence[Sequence[Conversation]],
    people: People = People.HUMAN,
    **levels: float,
) -> Study:
    """A study on all tasks of the runs, all of one difficulty unless it is said."""
    tasks = sorted({each.task for group in (*runs, *batches) for each in group})
    return Study(
        people,
        bins(tasks, dict.fromkeys(tasks, 0.5) | levels),
        sessions(runs, tasks, PATTERNS),
        sessions(batches, tasks, PATTERNS),
    )


# What is said


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("hello", "hello"),
        ("<|think|>a\nb<|/think|>hello", "hello"),
        ("hello<function=f>x</function> you", "hello you"),
        ("hello <function=f>never closed", "hello "),
        ("<|tool|>x<|/tool|>", ""),
        ("<|think|>a<|/tool|>b<|/think|>c", "c"),
        ("/stop", None),
        (" ###STOP### ", None),
        ("Bye! ###STOP###", "Bye! ###STOP###"),
        ("\\tau airline 3", None),
        ("\\reward", None),
        ("see <|canvas|> x", None),
        ("<|survey|>{}", None),
    ],
)
def test_markup_and_what_no_one_said_is_left_out(raw: str, kept: str | None) -> None:
    """Markup goes, and so do whole messages that are commands, canvas, survey or stop tokens."""
    assert said(raw) == kept


def test_a_conversation_is_what_user_and_agent_say() -> None:
    """Other roles and an agent's empty messages are no turns; a user's empty one is."""
    found = conversation(
        "retail_1",
        2,
        False,
        [
            ("system", "policy"),
            ("user", "hi"),
            ("assistant", ""),
            ("tool", "{}"),
            ("assistant", "yes?"),
            ("user", ""),
            ("user", "###STOP###"),
        ],
    )
    assert found == Conversation("retail_1", 2, False, ("hi", ""), ("yes?",))


# Features


@pytest.mark.parametrize(
    ("turns", "feature", "value"),
    [
        (["Please do", "no", "no", "no"], Feature.POLITENESS, 0.25),
        (["one two three", "one two three four"], Feature.SHORT, 0.5),
        (["a — b", "a - b"], Feature.FORMALITY, 0.5),
        ([" Yes! ", "yes it is", "ok", "no"], Feature.ACKNOWLEDGEMENT, 0.5),
        (["one", "one two three"], Feature.VARIATION, 0.5),
        (["", ""], Feature.VARIATION, 0.0),
        (["a b c"] * 11, Feature.REPEAT, 1.0),
        (["a b c"] * 10, Feature.REPEAT, 0.0),
        (["hi", "How can I help you?"], Feature.IDENTITY_CONFUSION, 1.0),
        (["one two", "three", "four"], Feature.FRONT_LOAD, 0.75),
        (["", ""], Feature.FRONT_LOAD, 0.0),
        (["ab123 and 4567", "none"], Feature.IDENTIFIERS, 1.0),
        (["one two", "one two three four"], Feature.WORDS, 3.0),
        (["one two", "one two three four"], Feature.OPENING, 2.0),
        (["Maybe", "no"], Feature.UNCERTAINTY, 0.5),
        (["I never did", "no"], Feature.CERTAINTY, 0.5),
        (["Are you sure?", "no"], Feature.PUSH_BACK, 0.5),
        (["What do you mean?", "no"], Feature.CLARIFY, 0.5),
        (["How much?", "no"], Feature.INFO_QUESTION, 0.5),
        (["I am ANGRY", "no"], Feature.EMOTION, 0.5),
        (["your fault", "no"], Feature.ACCUSATION, 0.5),
        (["that instead", "no"], Feature.PIVOT, 0.5),
    ],
)
def test_each_feature_by_hand(turns: list[str], feature: Feature, value: float) -> None:
    """Every feature comes out as it does on paper."""
    assert features(turns, PATTERNS)[feature] == pytest.approx(value)


def test_a_turn_is_one_kind_of_question() -> None:
    """Push-back goes before clarification, and that before a question for information."""
    every = "are you sure, what do you mean, how much"
    found = features([every, "what do you mean, how much", "how much", "no"], PATTERNS)
    kinds = (Feature.PUSH_BACK, Feature.CLARIFY, Feature.INFO_QUESTION)
    assert [found[kind] for kind in kinds] == [0.25, 0.25, 0.25]


def test_three_words_recur_over_turns_but_not_across_them() -> None:
    """Repetition is counted over all turns; words of two turns are never one trigram."""
    assert repeats(["a b c a b c a b c a b c a b c a b c", *["a b c"] * 5])
    assert not repeats(["a b", "c"] * 20)


@settings(max_examples=40)
@given(TURNS)
def test_features_that_are_shares_are_between_0_and_1(turns: list[str]) -> None:
    """All features are there and none is negative; all but the plain ones are at most 1."""
    found = features(turns, PATTERNS)
    assert list(found) == list(Feature)
    assert all(value >= 0 for value in found.values())
    assert all(value <= 1 for feature, value in found.items() if feature not in PLAIN)


def test_each_feature_is_of_one_dimension() -> None:
    """The 19 features are parted into four dimensions."""
    placed = [feature for members in DIMENSIONS.values() for feature in members]
    assert sorted(placed) == sorted(Feature)
    assert [len(members) for members in DIMENSIONS.values()] == [7, 4, 5, 3]


# Rows and likeness


def test_a_row_is_the_mean_over_runs_of_means_over_conversations() -> None:
    """Rates are in percent; runs count alike, however many conversations they have."""
    found = sessions(
        [[talk("a", "please"), talk("b", "a b c d")], [talk("a", "please")]], ["a", "b"], PATTERNS
    )
    row = pooled(found)
    assert row[Feature.POLITENESS] == pytest.approx((50 + 100) / 2)
    assert row[Feature.WORDS] == pytest.approx((2.5 + 1) / 2)


def test_a_group_has_one_session_a_task() -> None:
    """Two sessions on one task in a group are refused, since one of them would be lost."""
    with pytest.raises(ValueError, match="two sessions on a"):
        sessions([[talk("a", "x"), talk("a", "y")]], ["a"], PATTERNS)


def test_dice_by_hand() -> None:
    """Twice the smaller over the sum; 1 where both are zero, 0 where one is."""
    found = dice(np.array([1.0, 0.0, 0.0, 5.0]), np.array([3.0, 0.0, 2.0, 5.0]))
    assert found.tolist() == [0.5, 1.0, 0.0, 1.0]


@settings(max_examples=40)
@given(A_ROW, A_ROW)
def test_dice_and_dimensions_are_bounded_and_symmetric(one: np.ndarray, other: np.ndarray) -> None:
    """Neither depends on who is held against whom, and equal rows are wholly alike."""
    alike = dice(one, other)
    assert ((alike >= 0) & (alike <= 1)).all()
    assert alike.tolist() == dice(other, one).tolist()
    assert (dice(one, one) == 1).all()
    found = dimensions(one, other)
    assert all(0 <= value <= 100 for value in found.values())
    assert found == dimensions(other, one)
    assert set(dimensions(one, one).values()) == {100.0}


def test_a_dimension_is_the_mean_over_its_own_features() -> None:
    """A feature that differs moves its dimension by its share and no other."""
    one = np.ones(len(ORDER))
    other = one.copy()
    other[ORDER.index(Feature.PIVOT)] = 0.0
    found = dimensions(one, other)
    assert found.pop(Dimension.REACTION) == pytest.approx(100 * 2 / 3)
    assert set(found.values()) == {100.0}


def test_difficulty_is_cut_at_fifths() -> None:
    """A task on an edge is in the easier bin; one without difficulty is in none."""
    levels = {"a": 0.0, "b": 0.2, "c": 0.59, "d": 0.8, "e": 1.0}
    assert bins([*levels, "f"], levels).tolist() == [0, 1, 2, 4, 4, -1]


def test_the_calibration_error_by_hand() -> None:
    """Bins by their share of tasks; tasks that one lacks or of no bin are left out."""
    nan = math.nan
    simulated = np.array([1.0, 1.0, 0.0, 1.0, nan, 1.0])
    people = np.array([0.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    at = np.array([0, 0, 3, 3, 3, -1])
    # Bin 0: 2 of 4 tasks, 1.0 against 0.5. Bin 3: 2 of 4, 0.5 against 1.0.
    assert calibration_error(simulated, people, at) == pytest.approx(0.5)
    assert math.isnan(calibration_error(simulated, people, np.full(6, -1)))


def test_errors_of_a_bin_cancel_and_those_of_bins_do_not() -> None:
    """Success on another task of the same difficulty is no error; of another difficulty it is."""
    simulated, people = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert calibration_error(simulated, people, np.array([2, 2])) == 0
    assert calibration_error(simulated, people, np.array([1, 2])) == 1


@pytest.mark.parametrize("name", ROWS)
def test_published_parts_average_to_the_published_index(name: str) -> None:
    """The paper's parts, averaged as here, are its index but for rounding."""
    row = ROWS[name]
    whole = Scores(row.d1, row.d2, row.d3, row.d4, row.ece).total(row.agreement)
    assert whole == pytest.approx(row.usi, abs=0.1)


def test_without_a_survey_the_whole_is_of_five_parts() -> None:
    """The error enters as likeness, the survey only if there was one."""
    scores = Scores(50, 60, 70, 80, 0.1)
    assert scores.total(None) == pytest.approx((50 + 60 + 70 + 80 + 90) / 5)
    assert scores.total(100) == pytest.approx((50 + 60 + 70 + 80 + 90 + 100) / 6)


def test_only_tasks_that_both_have_are_compared() -> None:
    """What a run or a batch has alone changes nothing."""
    shared = [talk("a", "please help me now")], [talk("a", "no thanks to you all")]
    alone = study(*[[group] for group in shared])
    more = study(
        [[*shared[0], talk("b", "never, instead")]], [[*shared[1], talk("c", "angry fault")]]
    )
    assert likeness(more) == likeness(alone)


def test_without_a_task_in_common_there_is_no_likeness() -> None:
    """Nothing is made up where nothing can be compared."""
    apart = study([[talk("a", "x")]], [[talk("b", "x")]])
    assert likeness(apart) is None
    assert among(apart) is None
    assert math.isnan(intervals(apart, resamples=3)["total"].value)


def test_a_session_without_a_users_turn_counts_for_success_alone() -> None:
    """It has no features, but it was solved or not."""
    silent = study(
        [[talk("a", "x y"), talk("b", success=False)]], [[talk("a", "x y"), talk("b", "x")]]
    )
    scores = against(silent, 0)
    assert scores == Scores(100, 100, 100, 100, 0.5)


def test_means_and_deviations_are_over_batches() -> None:
    """The deviation is the population's: of two values, half their distance."""
    found = likeness(study([[talk("a", "x")]], [[talk("a", "x")], [talk("a", "x", success=False)]]))
    assert found is not None
    assert found.ece == Spread(0.5, 0.5)
    assert found.d1 == Spread(100, 0)
    assert found.total == Spread(90, 10)
    assert found.agreement is None


def test_runs_are_held_against_a_batch_one_by_one_for_calibration() -> None:
    """Errors of runs are averaged: two runs that err both ways do not cancel."""
    tasks = [talk("a", "x"), talk("b", "x", success=False)]
    other = [each._replace(success=not each.success) for each in tasks]
    found = likeness(study([tasks, other], [tasks], a=0.1, b=0.9))
    assert found is not None
    assert found.ece.mean == pytest.approx(0.5)


def test_people_are_held_against_each_other_by_pairs() -> None:
    """Three batches make three pairs, of which here one is wholly alike in success."""
    won, lost = [talk("a", "x")], [talk("a", "x", success=False)]
    found = among(study([won], [won, won, lost]))
    assert found is not None
    assert found.ece.mean == pytest.approx(2 / 3)


@settings(max_examples=20)
@given(st.data())
def test_the_order_of_conversations_does_not_matter(data: st.DataObject) -> None:
    """Similarity is the same to the last digit, however sessions are shuffled."""
    groups = [
        [
            talk(f"t{number}", *turns, success=data.draw(st.booleans()))
            for number, turns in enumerate(data.draw(st.lists(TURNS, min_size=3, max_size=3)))
        ]
        for _ in range(3)
    ]
    shuffled = [data.draw(st.permutations(group)) for group in groups]
    before = likeness(study(groups[:1], groups[1:]))
    after = likeness(study(shuffled[:1], shuffled[1:]))
    assert before is not None
    assert before == after
    assert 0 <= before.total.mean <= 100


def test_intervals_hold_the_figure_and_are_drawn_from_a_seed() -> None:
    """The value is that of `likeness`, and the same draws come every time."""
    draw = random.Random(7)
    groups = [
        [talk(f"t{n:02}", "please " * draw.randint(1, 9), "no") for n in range(20)]
        for _ in range(2)
    ]
    whole = study(groups[:1], groups[1:])
    found, again = (intervals(whole, resamples=40) for _ in range(2))
    expected = likeness(whole)
    assert expected is not None
    assert found == again
    assert found["d2"].value == expected.d2.mean
    assert found["d2"].low < found["d2"].high <= 100
    assert "agreement" not in found


# The survey


def test_an_answers_level_is_by_its_fields_range() -> None:
    """From 0 to 1; too many questions are as bad as too few; other answers have none."""
    assert level("fair", SURVEY["overall"]) == 0.5
    assert [level(each, SURVEY["questions"]) for each in SURVEY["questions"]] == [0, 1, 0]
    assert level("bad", SURVEY["overall"]) is None
    assert level(None, SURVEY["overall"]) is None


def test_agreement_by_hand() -> None:
    """100 less the mean distance; what the person left blank is skipped."""
    person = {"overall": "good", "questions": "right"}
    simulator = {"overall": "fair", "questions": "right"}
    assert agreement(person, simulator, SURVEY, task="a") == pytest.approx(75)
    assert agreement({"overall": "good"}, simulator, SURVEY, task="a") == pytest.approx(50)
    assert agreement({}, simulator, SURVEY, task="a") is None


def test_a_missing_answer_gets_a_level_by_chance() -> None:
    """Every level comes up over tasks, and the same one each time for a task and a seed."""
    person = {"overall": "good"}
    found = [agreement(person, {}, SURVEY, task=str(n)) for n in range(30)]
    assert set(found) == {0.0, 50.0, 100.0}
    assert found == [agreement(person, {}, SURVEY, task=str(n)) for n in range(30)]


def test_the_survey_enters_by_its_mean_over_batches() -> None:
    """Agreement is averaged over tasks, then batches; a batch without answers has none."""
    good, fair = {"overall": "good"}, {"overall": "fair"}
    asked = agreements([{"a": (good, good)}, {"a": (good, fair)}, {}], ["a"], SURVEY)
    sames = [[talk("a", "x")]] * 3
    found = likeness(study(sames[:1], sames)._replace(agreement=asked))
    assert found is not None
    assert found.agreement == Spread(75, 25)
    assert found.total == Spread(pytest.approx((500 + 75) / 6), 0)


# What a score may be called


@pytest.mark.parametrize(
    ("people", "name"),
    [(People.HUMAN, "USI"), (People.SYNTHETIC, "likeness to synthetic people")],
)
def test_a_score_against_synthetic_people_is_no_usi(people: People, name: str) -> None:
    """Tables call the whole an index only where the reference is human."""
    found = likeness(study([[talk("a", "x")]], [[talk("a", "x")]], people))
    assert found is not None
    rows = [each.row[0] for each in compared(found, {}, {})]
    assert rows[-1] == name
    assert [row[0] for row in spreads("t", found).rows] == rows
    assert ("USI" in rows) == (people is People.HUMAN)


def test_pairs_of_synthetic_people_stay_synthetic() -> None:
    """Batches held against each other are called by who they are of."""
    found = among(study([[]], [[talk("a", "x")]] * 2, People.SYNTHETIC))
    assert isinstance(found, Similarity)
    assert found.called == "likeness to synthetic people"


def test_a_figure_agrees_within_what_was_said() -> None:
    """The edge counts, beyond it does not, and nan never agrees."""
    told = Told(96.64, 0.005)
    assert told.agrees(96.645)
    assert not told.agrees(96.646)
    assert not told.agrees(math.nan)
    assert Compared("f", 1.0, Told(2.0, 0.5)).row[-1] == "no"
    assert Compared("f", 1.0).row[-1] is None


# Files and the command


def written(folder: Path, **changed: object) -> Path:
    """The index's data, small; a file given as None is left out, bytes are written as they are."""
    talks = [
        {
            "task_id": task,
            "trial": trial,
            "reward": float(task),
            "traj": [{"role": "user", "content": "please " * (1 + trial)}],
        }
        for task in range(2)
        for trial in range(2)
    ]
    files: Mapping[str, object] = {
        "trajectories": talks,
        "lexicons": {"patterns": RAW_PATTERNS, "survey_ordinals": SURVEY},
        "difficulty": {"difficulty": {"airline_0": 0.1, "airline_1": 0.9}},
    } | changed
    names = {"trajectories": "gpt-4o-airline.json.gz"}
    (folder / "usi").mkdir()
    for name, content in files.items():
        if content is None:
            continue
        path = folder / "usi" / names.get(name, f"{name}.json")
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        compress = path.suffix == ".gz" and not isinstance(content, bytes)
        path.write_bytes(gzip.compress(raw) if compress else raw)
    return folder


def invoked(data: Path, *options: str) -> tuple[int, str]:
    """The command's exit code and all that it said."""
    outcome = CliRunner().invoke(app, ["usi", *options], env={"TOM_SHARED_DATA": str(data)})
    return outcome.exit_code, outcome.output


def test_the_data_are_read(tmp_path: Path) -> None:
    """Tasks carry their domain, rewards are successes."""
    data = written(tmp_path)
    found = trajectories(data)
    assert found[1] == talk("airline_0", "please please ", run=1, success=False)
    assert found[2].success
    assert lexicons(data).survey == SURVEY
    assert difficulty(data)["airline_1"] == 0.9


@pytest.mark.parametrize(
    ("changed", "code", "told"),
    [
        ({"lexicons": None}, 2, "TOM_SHARED_DATA"),
        ({"trajectories": b"no gzip"}, 1, "cannot be read"),
        ({"trajectories": []}, 1, "no conversation"),
        ({"trajectories": [{"task_id": 1}]}, 1, "not have the expected form at 0.trial"),
        ({"difficulty": b"{"}, 1, "not have the expected form at its start"),
        ({"lexicons": {"patterns": {}, "survey_ordinals": {}}}, 1, "patterns.politeness"),
        (
            {"lexicons": {"patterns": RAW_PATTERNS, "survey_ordinals": {"f": {"a": 1}}}},
            1,
            "two levels",
        ),
        (
            {"lexicons": {"patterns": RAW_PATTERNS | {"pivot": "("}, "survey_ordinals": {}}},
            1,
            "patterns.pivot",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, changed: Mapping[str, object], code: int, told: str
) -> None:
    """One message names file and fault; 2 where a file is to be put there, 1 if it is broken."""
    data = written(tmp_path, **changed)
    exit_code, output = invoked(data)
    assert exit_code == code
    assert told in output.replace("\n", " ")
    assert str(data / "usi") in output.replace("\n", "")
    assert "Traceback" not in output


def test_one_run_cannot_be_held_against_another() -> None:
    """The report needs two runs and says so."""
    with pytest.raises(Unreadable, match="two runs"):
        replayed([talk("a", "x")], PATTERNS, {"a": 0.5})


def test_differences_are_listed(tmp_path: Path) -> None:
    """Figures of other conversations do not come out as told, and each one is shown twice."""
    exit_code, output = invoked(written(tmp_path), "--json")
    assert exit_code == 0
    tables = {each["title"]: each["rows"] for each in json.loads(output)["tables"]}
    differences = tables.pop("Differences: figures that do not match")
    disagreeing = [row for rows in tables.values() for row in rows if row.get("agrees") == "no"]
    assert differences == disagreeing
    assert "user_words_per_turn" in [row["figure"] for row in differences]


def test_the_golden_figures_come_out(shared_data: Path) -> None:
    """On the real trajectories every recomputed figure agrees, and nothing is called a USI.

    One published figure differs by more than a tenth, and is listed as such.
    """
    if not (shared_data / "usi").is_dir():
        pytest.skip(f"no usi in {shared_data}")
    pooled_row, frozen, pair, published, _, differences = run(shared_data).tables
    verdicts = [row[-1] for table in (pooled_row, frozen, pair, published) for row in table.rows]
    assert verdicts.count("yes") == 11 + 3 + 7 + 5 + 5
    assert [row[0] for row in differences.rows] == ["short_msg_rate, as published"]
    assert [row[0] for row in pair.rows][-1] == "likeness to synthetic people"
    for row in pair.rows:
        now, low, high = (float(str(cell)) for cell in row[3:6])
        assert low < now < high
