"""Agents on Ambig-SWE: sessions, what is kept of them, the tables and the command."""

import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.ambig_swe import planned
from tom_evals.ambig_swe.episodes import session
from tom_evals.ambig_swe.given import Agent, Given, Row, row_as_json, row_of
from tom_evals.ambig_swe.resolve import Place, Plan, run
from tom_evals.ambig_swe.settings import Setting, Task
from tom_evals.ambig_swe.smoke import smoke
from tom_evals.ambig_swe.tables import report
from tom_evals.common.engine import Engine, EngineFault
from tom_evals.common.harness.coder import apart
from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.isolated import agents_model
from tom_evals.common.harness.played import agent
from tom_evals.common.harness.session import Ended, Part
from tom_evals.common.harness.toys import built, toys
from tom_evals.people import Exchange, Manner
from tom_swe.testing.scripted import ScriptedModel

TASKS = tuple(
    Task(Instance(f"a__b-{n}", "a/b", "c", issue="It fails.", hints="Always."), "Something fails.")
    for n in range(2)
)
DONE = Exchange("Done.", "", Manner.DONE, 9)


def row(agent: Agent, setting: Setting, number: int, *, resolved: bool) -> Row:
    asked = Exchange("Where?", "There.", Manner.ANSWERED, 3)
    parts = (Part("agent", 10, 5, 0.5), Part("user", 10, 5, 0.25))
    return Row(
        *(agent, setting, f"a__b-{number}"),
        resolved=resolved,
        exchanges=(asked, DONE),
        steps=4,
        seconds=120.0,
        parts=parts,
        ended=Ended.DONE,
    )


# Tables


def test_rates_count_a_failed_session_and_pairs_do_not() -> None:
    """Of two instances, one resolved and one failed, 50 % are resolved and one is a pair."""
    alone, hidden, asked = Agent.ALONE, Setting.HIDDEN, Setting.INTERACTION
    rows = [
        row(alone, hidden, 0, resolved=False),
        row(alone, hidden, 1, resolved=False),
        row(alone, asked, 0, resolved=True),
        Row(alone, asked, "a__b-1", failed="Traceback:\nFault: a|b"),
    ]
    rates, sessions, pairs, failed = report(rows, "runs").tables
    assert [each[:4] for each in rates.rows] == [
        ("alone, hidden", 2, 0, 0.0),
        ("alone, interaction", 2, 1, 50.0),
    ]
    assert sessions.rows[1] == ("alone, interaction", 1.0, 1.0, 0.0, 0.0, 4.0, 2.0, 0.75)
    assert [each[:4] for each in pairs.rows] == [("alone, hidden to alone, interaction", 1, 1, 0)]
    assert failed.rows == [("alone, interaction, a__b-1", "Fault: a/b")]


def test_agents_are_compared_in_each_setting_by_instance_whatever_the_order() -> None:
    """One gain and no loss, although the rows of one agent are turned round."""
    full = Setting.FULL
    alone = [row(Agent.ALONE, full, n, resolved=bool(n)) for n in (0, 1, 2)]
    tom = [row(Agent.TOM, full, n, resolved=n != 2) for n in (2, 1, 0)]
    (compared,) = report([*alone, *tom], "runs").tables[2].rows
    assert compared[:4] == ("alone, full to tom, full", 3, 1, 1)


def test_a_cost_that_is_not_known_of_each_session_is_not_told() -> None:
    """Half a sum would pass for the whole."""
    known = row(Agent.ALONE, Setting.FULL, 0, resolved=True)
    unknown = known._replace(instance="a__b-1", parts=(Part("agent", 10, 5, None),))
    assert report([known, unknown], "runs").tables[1].rows[0][-1] is None


# Plans


def test_the_plan_counts_sessions_answers_and_money(tmp_path: Path) -> None:
    """Two instances in three settings by two agents: 12 sessions, 3 answers in 4 of them."""
    plan = Plan(TASKS, "some/model", user="some/other")
    told = planned.outline(plan, Place(tmp_path, tmp_path / "repos"), Engine.LOCAL, 2)
    assert told.startswith("12 sessions: 2 instances")
    assert "3 answers a session, 12 in all" in told
    assert f"12 x {planned.AGENT_COST} = 13 USD" in told
    assert "git clone --bare https://github.com/a/b" in told


def test_quotes_cost_nothing_and_settings_without_answers_have_no_reporter(tmp_path: Path) -> None:
    """Neither is in a plan that has no use for it."""
    plan = Plan(TASKS, "some/model", settings=(Setting.HIDDEN,), user="some/other")
    assert planned.proxy_tokens(plan) == (0, 0)
    assert planned.proxy_tokens(Plan(TASKS, "some/model")) == (0, 0)
    told = planned.outline(plan, Place(tmp_path, tmp_path), Engine.LOCAL, 1)
    assert "reporter" not in told


# Sessions


# OpenHands and what it loads warn of their own.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_asking_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tom the agent is told to ask, and resolves a toy where somebody answers."""
    toy, vague = built(tmp_path / "repos")[0], toys()[0].vague
    rows: list[Row] = []
    with ScriptedModel(answer=agent()) as model:
        for setting in (Setting.HIDDEN, Setting.INTERACTION):
            given = Given(
                *(Agent.TOM, setting, Task(toy, vague), str(tmp_path / "repos"), "openai/played"),
                base_url=model.base_url,
            )
            home = tmp_path / setting
            home.mkdir()
            for name, value in apart(home, agents_model(given.model, given.base_url)).items():
                monkeypatch.setenv(name, value)
            rows.append(session(given, home))
    hidden, asked = rows
    assert (hidden.resolved, asked.resolved) == (False, True)
    assert (hidden.told_to_ask, hidden.messages, hidden.answered) == (True, 1, 0)
    assert [each.manner for each in asked.exchanges] == [Manner.ANSWERED, Manner.DONE]
    assert row_of(row_as_json(asked)) == asked


def test_a_session_that_cannot_begin_is_a_row_that_says_why(tmp_path: Path) -> None:
    """Here for want of a clone. It is kept, and a run of other options is not mixed with it."""
    plan = Plan(
        TASKS[:1], "openai/played", (Setting.FULL,), (Agent.ALONE,), served_at="http://127.0.0.1:1"
    )
    place = Place(tmp_path, tmp_path / "repos")
    (failed,) = run(plan, place)
    assert "no clone of a/b" in failed.failed
    assert (failed.resolved, failed.ended) == (False, Ended.FAILED)
    before = (tmp_path / "sessions.jsonl").read_bytes()
    assert run(plan, place) == [failed]
    assert (tmp_path / "sessions.jsonl").read_bytes() == before
    with pytest.raises(EngineFault, match="steps"):
        run(plan._replace(steps=7), place)


@pytest.mark.slow
def test_all_settings_and_agents_on_two_toys(tmp_path: Path) -> None:
    """Hidden resolves none, the others all, with tom as without."""
    rows = smoke(Place(tmp_path, tmp_path / "repos"))
    assert len(rows) == 12
    assert not any(each.failed for each in rows)
    assert all(each.resolved is (each.setting is not Setting.HIDDEN) for each in rows)
    assert not any(each.messages for each in rows if each.setting is Setting.FULL)


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was done stays as it is, the rest is done, and no session is left behind."""
    command = [sys.executable, "-m", "tom_evals", "ambig-swe", "--smoke", "--at-once", "1"]
    command += ["--work", str(tmp_path), "--most", "1", "--agent", "alone"]
    sessions = tmp_path / "sessions.jsonl"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while len(_lines(sessions)) < 2:
            assert time.monotonic() < deadline, "no session ended"
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    before = _lines(sessions)
    done = subprocess.run([*command, "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    after = _lines(sessions)
    assert after[: len(before)] == before
    assert len(after) == 4
    rates = json.loads(done.stdout)["tables"][0]["rows"]
    assert [each["resolved"] for each in rates] == [0.0, 100.0, 100.0]


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


# The command


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data with the issues of two toys, and those toys as SWE-bench's rows."""
    data = tmp_path / "data"
    (data / "ambig-swe").mkdir(parents=True)
    rows = [
        {
            "instance_id": each.id,
            "repo": each.repo,
            "base_commit": each.base_commit,
            "problem_statement": each.issue,
        }
        for each in built(tmp_path / "repos")[:2]
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setenv("TOM_SHARED_DATA", str(data))
    vague = [{**each, "original_issue": "It fails.", "patch": ""} for each in rows]
    text = "\n".join(map(json.dumps, vague))
    (data / "ambig-swe" / "issues.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--replay"),
        (["--replay", "--smoke"], "--replay"),
        (["--dry-run", "--instances", "{rows}"], "--model"),
    ],
)
def test_what_is_not_said_or_said_twice_is_asked_for(
    small: Path, arguments: list[str], told: str
) -> None:
    """Wrong usage ends with 2."""
    rows = str(small / "rows.jsonl")
    done = CliRunner().invoke(app, ["ambig-swe", *(each.format(rows=rows) for each in arguments)])
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_dry_run_tells_the_plan_and_does_nothing(small: Path) -> None:
    """Nothing is written and no model is asked."""
    work = small / "work"
    arguments = ["ambig-swe", "--dry-run", "--model", "some/model", "--place", "checkout"]
    arguments += ["--instances", str(small / "rows.jsonl"), "--work", str(work), "--no-files"]
    done = CliRunner().invoke(app, [*arguments, "--repos", str(small / "repos")])
    assert done.exit_code == 0, done.output
    assert "without the reference's files" in done.stdout
    assert "toys/ledger: there" in done.stdout
    assert not work.exists()


def test_instances_that_cannot_be_read_are_a_failure_that_is_told(small: Path) -> None:
    """With 1, and the file's name."""
    missing = str(small / "nowhere.jsonl")
    done = CliRunner().invoke(app, ["ambig-swe", "--run", "--model", "x", "--instances", missing])
    assert done.exit_code == 1
    assert missing in done.stderr
