"""Sessions of simulators and of people from files of the published forms, and from tom's own."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tom_evals.usi.readers import groups, of_session, read, surveys
from tom_evals.usi.transcripts import Conversation, Missing, Unreadable
from tom_swe.model.session import Role, Session, Turn


def entry(*said: str, reward: float | None = 1.0, **more: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": each} for each in said]
    return {"conversation": messages, "reward": reward, **more}


def written(folder: Path, document: object, name: str = "sessions.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def talk(task: str, *said: str, run: int = 1, success: bool | None = True) -> Conversation:
    return Conversation(task, run, success, said, ())


def test_people_are_read_by_batch_with_their_answers(tmp_path: Path) -> None:
    """The suffix of an id names its batch; blank answers and sessions thrown away are none."""
    survey = {"reuse": {"answer": "Yes", "text": "x"}, "human_like": {"answer": None}, "x": None}
    file = written(
        tmp_path,
        {
            "airline_3": entry("hi", survey=survey, keep=True),
            "airline_3_ann2": entry("\\tau airline 3", "hey", reward=0),
            "airline_3_ann3": entry("yo", reward=None),
            "airline_4": entry("thrown away", keep=False),
            "retail_4_ann2": entry("oh", keep=None),
        },
    )
    assert read(file) == (
        talk("airline_3", "hi")._replace(survey={"reuse": "Yes"}),
        talk("airline_3", "hey", run=2, success=False),
        talk("airline_3", "yo", run=3, success=False),
        talk("retail_4", "oh", run=2),
    )


def test_runs_of_a_simulator_are_read_by_the_number_after_the_task(tmp_path: Path) -> None:
    """Of a list of results, too, which may name a task by domain and index; gzipped or not."""
    runs = {"airline_3_1": entry("a"), "airline_3_2": entry("b"), "airline_12": entry("c")}
    assert [(e.task, e.run) for e in read(written(tmp_path, runs))] == [
        ("airline_3", 1),
        ("airline_3", 2),
        ("airline_12", 1),
    ]
    rows = [
        {"instance_id": "retail_7", **entry("a")},
        {"domain": "retail", "task_index": 8, **entry("b")},
    ]
    packed = tmp_path / "results.json.gz"
    packed.write_bytes(gzip.compress(json.dumps({"results": rows}).encode()))
    assert read(packed) == (talk("retail_7", "a"), talk("retail_8", "b"))
    assert read(written(tmp_path, rows)) == read(packed)


def test_ids_of_other_tasks_stay_whole(tmp_path: Path) -> None:
    """Only tau-bench's are known to have a run after the number; a batch is told from any."""
    file = written(tmp_path, {"note_3": entry("a"), "note_3_ann2": entry("b")})
    assert [(each.task, each.run) for each in read(file)] == [("note_3", 1), ("note_3", 2)]


def test_tau_benchs_rows_are_read_with_the_domain_of_the_name_or_of_the_option(
    tmp_path: Path,
) -> None:
    """Their rows have numbers alone, so that a file that tells no domain needs one."""
    rows = [{"task_id": 3, "trial": 1, "reward": 1, "traj": [{"role": "user", "content": "hi"}]}]
    assert read(written(tmp_path, rows, "gpt-4o-retail.json")) == (talk("retail_3", "hi"),)
    plain = written(tmp_path, rows, "run.json")
    assert read(plain, "airline") == (talk("airline_3", "hi"),)
    with pytest.raises(Unreadable, match="--domain"):
        read(plain)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "has no session that was kept"),
        ([], "has no conversation"),
        ({"airline_1": {"survey": {}}}, "no conversation at airline_1"),
        ({"airline_1": {"conversation": "hi"}}, "airline_1.conversation"),
        ([{"task_id": "x"}], "trajectories.0.task_id"),
        ("words", "expected form"),
    ],
)
def test_a_file_that_holds_something_else_says_what(
    tmp_path: Path, document: object, said: str
) -> None:
    """Where in it, or what is missing."""
    with pytest.raises(Unreadable, match=said):
        read(written(tmp_path, document, "airline.json"))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """Which is another error than a bad one, for the exit status."""
    with pytest.raises(Missing, match=r"nothing\.json does not exist"):
        read(tmp_path / "nothing.json")


def test_a_simulators_judgement_is_read_by_batch(tmp_path: Path) -> None:
    """Without any conversation; where nothing was answered there is none."""
    said = {"survey": {"reuse": {"answer": "No"}}}
    file = written(tmp_path, {"airline_1": said, "airline_2": {}, "airline_1_ann3": said})
    assert surveys(file) == {1: {"airline_1": {"reuse": "No"}}, 3: {"airline_1": {"reuse": "No"}}}
    with pytest.raises(Unreadable, match="no answer to a survey"):
        surveys(written(tmp_path, {"airline_1": {}}))


def test_files_of_other_tasks_are_one_run_and_files_of_the_same_are_more() -> None:
    """Airline and retail are often apart; a second file on the same tasks is a second run."""
    airline = [talk("airline_1", "a"), talk("airline_1", "b", run=2)]
    retail = [talk("retail_1", "c"), talk("retail_1", "d", run=2)]
    assert groups([airline, retail]) == [[airline[0], retail[0]], [airline[1], retail[1]]]
    assert groups([airline[:1], airline[:1]]) == [airline[:1], airline[:1]]
    with pytest.raises(Unreadable, match="two sessions on airline_1"):
        groups([[airline[0], airline[0]]])


def test_a_session_of_toms_is_what_the_person_wrote() -> None:
    """Not what hosts wrote, tools printed or was pasted; whether the task was done nobody told."""
    turns = [
        Turn(ordinal=0, role=Role.USER, text="", attachment="a plan by the host"),
        Turn(ordinal=1, role=Role.USER, text="mend it"),
        Turn(ordinal=2, role=Role.AGENT, text="which?"),
        Turn(ordinal=3, role=Role.TOOL, text="1 passed"),
        Turn(ordinal=4, role=Role.USER, text="the first", attachment="log"),
        Turn(ordinal=5, role=Role.USER, text="commit"),
    ]
    session = Session(host="claude-code", host_id="s", turns=tuple(turns))
    found = of_session(session, most=2)
    assert found == Conversation("claude-code/s", 0, None, ("mend it", "the first"), ("which?",))
    assert of_session(session.model_copy(update={"turns": tuple(turns[:1])})) is None
