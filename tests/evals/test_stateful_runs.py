import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.common.engine import EngineFault
from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.played import FOLLOWED
from tom_evals.common.harness.session import Ended
from tom_evals.common.harness.toys import built, toys
from tom_evals.common.real_data import shared_data
from tom_evals.stateful_swe import runner
from tom_evals.stateful_swe.given import Given, given_as_json, given_of
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import profiles
from tom_evals.stateful_swe.prompts import render
from tom_swe.errors import SourceError

PACKAGE = Path(runner.__file__).parents[1]
SHARED = Path(os.environ.get("TOM_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
real_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"needs the real data: {SHARED} is not there"
)


def rows_of(folder: Path, *wrong: str) -> Path:
    """The toys as a file of rows in SWE-bench's columns; those named have no such commit."""
    lines = [
        {
            "instance_id": toy.id,
            "repo": toy.repo,
            "base_commit": "c0ffee" if toy.id in wrong else toy.base_commit,
            "problem_statement": toy.issue,
            "hints_text": toy.hints,
            "patch": toy.patch,
            "test_patch": toy.test_patch,
            "FAIL_TO_PASS": json.dumps(toy.fail_to_pass),
            "PASS_TO_PASS": json.dumps(toy.pass_to_pass),
            "test_command": toy.test_command,
        }
        for toy in built(folder / "repos")
    ]
    file = folder / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    return file


def told(work: Path) -> str:
    """The report without when it was made and how long it took on this machine."""
    text = (work / "report.md").read_text()
    text = text[: text.index("**Seconds a session")]
    return re.sub(r"\n.*, commit .*\n", "\n", text)


# Plans


def test_a_session_survives_json() -> None:
    """What goes to another process or machine is what arrives there; it holds no key."""
    given = Given(
        arm=Arm.TOM,
        profile=profiles(1)[0],
        instance=Instance("a__b-1", "a/b", "c", "issue", fail_to_pass=("t",)),
        request="do it",
        memory="/m",
        repos="/r",
        model="openai/x",
    )
    assert given_of(json.loads(json.dumps(given_as_json(given)))) == given
    assert not any("key" in name for name in Given._fields)


def test_the_same_seed_gives_each_instance_the_same_person() -> None:
    """One random person an instance, and everybody gets some of many."""
    people = profiles(3)
    many = [Instance(f"a__b-{n}", "a/b", "c", "issue") for n in range(60)]
    pairs = runner.assigned(people, many)
    assert pairs == runner.assigned(people, many)
    assert pairs != runner.assigned(people, many, seed=1)
    assert {profile for profile, _ in pairs} == set(people)


def test_a_run_with_other_options_is_another_run() -> None:
    """Whatever changes what comes out is in the ledger's first line; where it is served is not."""
    pairs = runner.crossed(profiles(1), [Instance("a__b-1", "a/b", "c", "issue")])
    plan = runner.Plan(pairs, (Arm.NONE,), "openai/x")
    assert plan.as_json() == plan._replace(served_at="http://localhost:1").as_json()
    for other in (
        plan._replace(arms=(Arm.NONE, Arm.TOM)),
        plan._replace(pairs=runner.crossed(profiles(2), [pairs[0][1]])),
        plan._replace(tokens=5),
        plan._replace(user="openai/y"),
        plan._replace(steps=5),
    ):
        assert other.as_json() != plan.as_json()


def test_histories_of_another_run_are_never_taken_up(tmp_path: Path) -> None:
    """A run that broke off before its histories were whole is not gone on with by another one."""
    reading = tmp_path / "data" / "reading"
    reading.mkdir(parents=True)
    (reading / "utterances.jsonl").touch()
    for name in ("messages", "message_labels", "claude_code", "claude_code_labels"):
        (reading / f"{name}.jsonl").touch()
    pairs = runner.crossed(profiles(1), [Instance("a__b-1", "a/b", "c", "It fails.\n\nAlways.")])
    place = runner.Place(tmp_path / "data", tmp_path / "work", tmp_path / "repos")
    plan = runner.Plan(pairs, (Arm.NONE,), "openai/x", tokens=5000)
    with pytest.raises(SourceError, match="claude-code-real"):
        runner.run(plan, place)
    with pytest.raises(EngineFault, match="tokens: 5000, now 9000"):
        runner.run(plan._replace(tokens=9000), place)


def test_every_arm_has_the_same_prompt_but_for_its_own_part() -> None:
    """Nothing is left of an arm that knows nothing, and what is known stands at the end."""
    bare = render("agent", known="")
    assert render("agent", known="- likes tabs").startswith(bare)
    assert "tom" not in bare.lower().split()


@real_data
def test_no_benchmark_instance_is_in_a_prompt() -> None:
    """No prompt names an issue, a repository of the benchmark, or a piece of an issue's text."""
    from tom_evals.ambig_swe.data import release

    files = [file for suffix in ("jinja", "md") for file in PACKAGE.rglob(f"*.{suffix}")]
    files += (PACKAGE / "ambig_swe").glob("*.toml")
    prompts = "\n".join(file.read_text() for file in files).lower()
    for issue in release(SHARED).issues:
        assert issue.instance.lower() not in prompts
        name = issue.instance.partition("__")[2].rpartition("-")[0].lower()
        assert name not in prompts.split()
        text = " ".join(issue.full.lower().split())
        assert not any(text[at : at + 40] in prompts for at in range(0, len(text) - 40, 20))


# The command


@real_data
def test_a_dry_run_says_all_and_does_nothing(tmp_path: Path) -> None:
    """Each part, what has to be there, costs and time; no file is made."""
    rows = rows_of(tmp_path)
    arguments = [
        "stateful-swe",
        "--dry-run",
        "--instances",
        str(rows),
        "--work",
        str(tmp_path / "w"),
    ]
    given = ["--model", "openai/x", "--user", "openai/y", "--place", "checkout"]
    place = ["--repos", str(tmp_path / "repos")]
    done = CliRunner().invoke(app, [*arguments, *given, *place])
    assert done.exit_code == 0, done.output
    for part in (
        f"{3 * 7} sessions",
        "3 histories of 1,500,000 tokens",
        "agent: OpenHands with openai/x",
        "user: openai/y",
        "toys/ledger: there",
        "USD",
        "Nothing was run",
    ):
        assert part in done.output
    assert not (tmp_path / "w").exists()
    images = CliRunner().invoke(app, [*arguments, "--model", "openai/x"]).output
    assert "docker pull docker.io/swebench/sweb.eval.x86_64.toys_1776_courier-3:latest" in images


@real_data
@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["--dry-run", "--instances", "rows.jsonl"], "name it with --model", 2),
        ([], "name it with --model", 2),
        (["--smoke", "--study"], "choose only one", 2),
        (["--dry-run", "--model", "x", "--instances", "none.jsonl"], "cannot be read", 1),
        (["--smoke", "--arm", "magic"], "magic", 2),
    ],
)
def test_wrong_input_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str, code: int
) -> None:
    """Usage ends with 2, what cannot be read with 1; each says what to do."""
    rows_of(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["stateful-swe", *arguments])
    assert done.exit_code == code
    assert says in " ".join(done.output.split())


def test_without_the_data_the_command_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the variable."""
    monkeypatch.setenv("TOM_SHARED_DATA", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["stateful-swe", "--smoke"])
    assert done.exit_code == 2
    assert "TOM_SHARED_DATA" in done.output
    with pytest.raises(BaseException, match="2"):
        shared_data()


# Whole runs


def command(work: Path) -> list[str]:
    size = ["--profiles", "1", "--tokens", "5000", "--arm", "none", "--arm", "oracle"]
    run = [sys.executable, "-m", "tom_evals", "stateful-swe", "--smoke"]
    return [*run, "--work", str(work), *size]


@real_data
@pytest.mark.slow
def test_a_run_that_is_killed_and_resumed_gives_the_table_of_one_that_was_not(
    tmp_path: Path,
) -> None:
    """Kill -9 in the middle of the sessions, the same command again: the same report."""
    env = os.environ | {"TOM_SHARED_DATA": str(SHARED)}
    subprocess.run(command(tmp_path / "whole"), check=True, env=env, capture_output=True)
    rows = tmp_path / "killed" / "sessions.jsonl"
    with subprocess.Popen(
        command(tmp_path / "killed"), env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        end = time.monotonic() + 300
        while not rows.exists() or len(rows.read_text().splitlines()) < 2:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    done = len(rows.read_text().splitlines()) - 1
    assert 0 < done < 4
    again = subprocess.run(
        command(tmp_path / "killed"), check=True, env=env, capture_output=True, text=True
    )
    assert f"4 sessions, {4 - done} still to run" in again.stderr
    assert told(tmp_path / "killed") == told(tmp_path / "whole")
    page = (tmp_path / "killed" / "report.html").read_text()
    assert page.count("<svg") == 3


@real_data
@pytest.mark.slow
def test_an_instance_that_fails_is_a_row_and_the_rest_go_on(tmp_path: Path) -> None:
    """A commit that is not there fails its sessions, which count as not resolved."""
    from tom_evals.common.harness.instance import read
    from tom_evals.common.harness.played import agent
    from tom_swe.testing.scripted import ScriptedModel

    broken, sound = toys()[0].id, toys()[1].id
    instances = read(rows_of(tmp_path, broken))[:2]
    pairs = runner.crossed(profiles(1, pool=FOLLOWED), instances)
    place = runner.Place(SHARED, tmp_path / "work", tmp_path / "repos")
    with ScriptedModel(answer=agent()) as model:
        plan = runner.Plan(
            pairs, (Arm.NONE,), "openai/played", served_at=model.base_url, tokens=5000
        )
        rows = {row.instance: row for row in runner.run(plan, place)}
    assert rows[broken].ended is Ended.FAILED
    assert not rows[broken].resolved
    assert rows[sound].ended is Ended.DONE
    kept = (tmp_path / "work" / "sessions.jsonl").read_text()
    assert "git fetch" in kept
