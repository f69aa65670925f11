"""A simulator scored against people on the command line: report, plot, and what may go wrong."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tom_evals.__main__ import app
from tom_evals.common.report import Table
from tom_evals.common.stats import Interval
from tom_evals.usi.features import Feature
from tom_evals.usi.figures import ROWS
from tom_evals.usi.gaps import Gap
from tom_evals.usi.score import People
from tom_evals.usi.scoring import report
from tom_evals.usi.transcripts import Conversation, Lexicons, Unreadable
from tom_swe.extras import install_command

LEXICONS = {
    "patterns": {
        "politeness": r"\bplease\b",
        "emotion": r"\bangry\b",
        "formality": "[\u2014\u2013]",
        "ack_only": r"^(?:yes|ok)[\s!.]*$",
        "identifier": r"\w*\d{3,}\w*",
        "uncertainty": r"\bmaybe\b",
        "certainty": r"\bnever\b",
        "pushback_q": r"\bare you sure\b",
        "clarify_q": r"\bwhat do you mean\b",
        "info_q": r"\bhow much\b",
        "accusation": r"\bfault\b",
        "pivot": r"\binstead\b",
        "identity_confusion": r"\bhow can i help\b",
    },
    "survey_ordinals": {"reuse": {"No": 1, "Maybe": 2, "Yes": 3}},
}
BY = Lexicons.model_validate(LEXICONS)
LEVELS = {"airline_1": 0.1, "airline_2": 0.9}


def talk(task: str, *said: str, reuse: str = "", success: bool = True) -> Conversation:
    return Conversation(task, 1, success, said, (), {"reuse": reuse} if reuse else {})


RUN = [talk("airline_1", "please help", "ok"), talk("airline_2", "yes maybe")]
PEOPLE = [
    [talk("airline_1", "please help", "ok", reuse="Yes"), talk("airline_2", "yes maybe")],
    [talk("airline_1", "help", "never", success=False), talk("airline_2", "no", reuse="No")],
]


def column(table: Table, name: str) -> list[Any]:
    return [row[table.columns.index(name)] for row in table.rows]


def named(table: Table) -> Mapping[Any, tuple[Any, ...]]:
    return {row[0]: row for row in table.rows}


# The report


def test_a_simulator_that_talks_and_fares_as_people_do_has_all_of_the_index() -> None:
    """Against one batch that is itself: 100 of 100, without error, and no gap anywhere."""
    made, found = report([RUN], PEOPLE[:1], People.HUMAN, BY, LEVELS, name="echo", resamples=5)
    figures = named(made.tables[0])
    assert figures["USI"][1] == pytest.approx(100)
    assert figures["ECE"][1] == 0
    assert {each.gap for each in found} == {0.0}
    assert made.name == "User-Sim Index: echo"
    assert "1 batches of human people" in made.tables[0].title


def test_two_batches_are_averaged_and_held_against_each_other() -> None:
    """The spread is over batches; people against each other stand in the table, too."""
    made, _ = report([RUN], PEOPLE, People.HUMAN, BY, LEVELS, resamples=5)
    mean, deviation = named(made.tables[0])["USI"][1:3]
    assert 0 < mean < 100
    assert deviation == pytest.approx(100 - mean)
    board = made.tables[-1]
    assert column(board, "who").count("people against each other") == 1
    assert column(board, "from").count("published") == len(ROWS)
    ranked = column(board, "USI")
    assert ranked == sorted(ranked, reverse=True)


def test_the_survey_enters_as_the_sixth_part() -> None:
    """Of the batch that answered; a task that only one side answered is left out."""
    judged = {1: {"airline_1": {"reuse": "Maybe"}}, 2: {"airline_1": {"reuse": "No"}}}
    made, _ = report([RUN], PEOPLE, People.HUMAN, BY, LEVELS, judged, resamples=5)
    assert named(made.tables[0])["Eval"][1] == pytest.approx(50)
    five, _ = report([RUN], PEOPLE, People.HUMAN, BY, LEVELS, resamples=5)
    assert "Eval" not in named(five.tables[0])
    assert any("no --survey" in note for note in five.notes)
    blank, _ = report([RUN], PEOPLE, People.HUMAN, BY, LEVELS, {3: {}}, resamples=5)
    assert any("have no answers" in note for note in blank.notes)


def test_what_is_scored_against_synthetic_people_is_never_called_an_index() -> None:
    """Neither in a title nor in the column; the published rows stay above it."""
    made, _ = report([RUN], PEOPLE, People.SYNTHETIC, BY, LEVELS, name="echo", resamples=5)
    assert "USI" not in named(made.tables[0])
    assert "User-Sim Index" not in made.name
    board = made.tables[-1]
    rows = named(board)
    assert rows["echo"][board.columns.index("USI")] is None
    assert rows["echo"][-1] == pytest.approx(
        named(made.tables[0])["likeness to synthetic people"][1]
    )
    assert column(board, "who")[-2:] == ["people against each other", "echo"]
    assert any("not a USI" in note for note in made.notes)


def test_what_cannot_be_compared_says_why() -> None:
    """Other tasks, tasks of no known difficulty, and no words at all."""
    with pytest.raises(Unreadable, match=r"no task in common.*airline_1.*retail_9"):
        report([RUN], [[talk("retail_9", "hi")]], People.HUMAN, BY, LEVELS)
    with pytest.raises(Unreadable, match="no difficulty is known"):
        report([[talk("x", "hi")]], [[talk("x", "hi")]], People.HUMAN, BY, LEVELS)
    with pytest.raises(Unreadable, match="user turns"):
        report([[talk("airline_1")]], [[talk("airline_1", "hi")]], People.HUMAN, BY, LEVELS)


# The command


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data with lexicons and difficulties, and nothing else."""
    (tmp_path / "usi").mkdir()
    (tmp_path / "usi" / "lexicons.json").write_text(json.dumps(LEXICONS))
    (tmp_path / "usi" / "difficulty.json").write_text(json.dumps({"difficulty": LEVELS}))
    monkeypatch.setenv("TOM_SHARED_DATA", str(tmp_path))
    return tmp_path


def entries(sessions: list[Conversation], suffix: str = "") -> dict[str, Any]:
    return {
        f"{each.task}{suffix}": {
            "conversation": [{"role": "user", "content": text} for text in each.user],
            "reward": float(bool(each.success)),
            "survey": {field: {"answer": said} for field, said in each.survey.items()},
        }
        for each in sessions
    }


def written(folder: Path, name: str, document: object) -> str:
    file = folder / name
    file.write_text(json.dumps(document))
    return str(file)


def usi(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["usi", *arguments])


@pytest.mark.slow
def test_files_are_scored_as_json_and_drawn(data: Path) -> None:
    """Batches from one file by suffix and from another one; the plot is where it was wanted."""
    simulator = written(data, "echo.json", entries(RUN))
    both = written(data, "people.json", entries(PEOPLE[0]) | entries(PEOPLE[1], "_ann2"))
    apart = [written(data, f"batch{n}.json", entries(each)) for n, each in enumerate(PEOPLE)]
    survey = written(data, "survey.json", {"airline_1": {"survey": {"reuse": {"answer": "Yes"}}}})
    drawn = data / "gaps.svg"
    one = usi("--simulator", simulator, "--people", both, "--survey", survey, "--json")
    two = usi(
        *("--simulator", simulator, "--people", apart[0], "--people", apart[1]),
        *("--survey", survey, "--plot", str(drawn), "--json"),
    )
    assert (one.exit_code, two.exit_code) == (0, 0)
    first, second = json.loads(one.stdout), json.loads(two.stdout)
    assert first["tables"] == second["tables"]
    assert first["name"] == "User-Sim Index: echo"
    assert {each["figure"] for each in first["tables"][0]["rows"]} >= {"USI", "Eval", "ECE"}
    assert "info_frontload" in drawn.read_text()
    assert str(drawn) in two.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--simulator", "{run}"], 2, "--people go together"),
        (["--people", "{run}"], 2, "--people go together"),
        (["--synthetic"], 2, "need --simulator"),
        (["--plot", "x.svg"], 2, "--plot needs"),
        (["--own", "--simulator", "{run}", "--people", "{run}"], 2, "--own takes no files"),
        (["--simulator", "{run}", "--people", "{run}", "--plot", "x.gif"], 2, ".svg, .png"),
        (["--simulator", "{run}", "--people", "{run}", "--domain", "x"], 2, "airline or retail"),
        (["--simulator", "{run}", "--people", "nowhere.json"], 2, "nowhere.json does not exist"),
        (["--simulator", "{run}", "--people", "{bad}"], 1, "expected form"),
        (["--simulator", "{run}", "--people", "{run}", "--survey", "{run}"], 1, "no answer"),
        (["--simulator", "{run}", "--people", "{run}", "--plot", "{away}"], 1, "cannot be written"),
    ],
)
def test_bad_input_says_what_to_do(
    data: Path, arguments: list[str], status: int, said: str
) -> None:
    """2 where the command is wrong or a file is not there, 1 where a file is bad."""
    files = {
        "run": written(data, "run.json", entries(RUN)),
        "bad": written(data, "bad.json", {"airline_1": {"conversation": 3}}),
        "away": str(data / "no" / "folder.svg"),
    }
    done = usi(*(each.format(**files) for each in arguments))
    assert done.exit_code == status
    assert said in " ".join(done.stderr.replace("\u2502", " ").split())


def test_a_plot_without_the_extra_says_what_to_install(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scores are printed all the same."""
    monkeypatch.delitem(sys.modules, "tom_evals.usi.plot", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    run = written(data, "run.json", entries(RUN))
    done = usi("--simulator", run, "--people", run, "--plot", str(data / "x.svg"))
    assert done.exit_code == 1
    assert f"run {install_command('plots', of='tom-evals')}" in done.stderr
    assert "User-Sim Index" in done.stdout


# The plot


@pytest.mark.parametrize(
    "form",
    ["svg", *(pytest.param(each, marks=pytest.mark.slow) for each in ("png", "pdf"))],
)
def test_the_same_gaps_give_the_same_file(tmp_path: Path, form: str) -> None:
    """In each form; who has more of a feature is written below."""
    pytest.importorskip("matplotlib")
    from tom_evals.usi.plot import draw

    found = [Gap(each, 1.0, float(n), Interval(1, 1, 1)) for n, each in enumerate(Feature)]
    files = [tmp_path / f"{n}.{form}" for n in range(2)]
    for each in files:
        draw(found, "a $ b", each)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_bytes()) > 1000
