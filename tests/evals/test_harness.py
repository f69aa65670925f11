import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tom_evals.common.engine import Engine, EngineFault, Job, Ledger, Row, run
from tom_evals.common.harness import container, official
from tom_evals.common.harness.instance import Instance, Unreadable, changed_files, read
from tom_evals.common.harness.processes import finished
from tom_evals.common.harness.toys import built
from tom_evals.common.harness.workspace import NoCheckout, checkout, git, judge, patch_of

JOBS = [Job(f"job{n}", {"n": n}) for n in range(5)]


def doubled(given: Mapping[str, Any]) -> dict[str, Any]:
    if given["n"] == 3:
        raise ValueError("three cannot be doubled")
    return {"twice": 2 * given["n"]}


# Engine and ledger


def test_rows_come_back_in_the_order_of_the_jobs_and_a_failure_is_one_of_them(
    tmp_path: Path,
) -> None:
    """A job that raises is a row that says why; the others are done all the same."""
    with Ledger(tmp_path / "rows.jsonl", {"run": 1}) as ledger:
        rows = run(JOBS, doubled, ledger)
    assert [row.key for row in rows] == [job.key for job in JOBS]
    assert [row.result.get("twice") for row in rows] == [0, 2, 4, None, 8]
    assert rows[3].failed == "ValueError: three cannot be doubled"


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    """A second run does what is left; failed rows are tried anew only where that is asked."""
    done: list[int] = []

    def noting(given: Mapping[str, Any]) -> dict[str, Any]:
        done.append(given["n"])
        return doubled(given)

    for jobs, again, expected in (
        (JOBS[:4], False, [0, 1, 2, 3]),
        (JOBS, False, [4]),
        (JOBS, True, [3]),
    ):
        done.clear()
        with Ledger(tmp_path / "rows.jsonl", {}) as ledger:
            rows = run(jobs, noting, ledger, at_once=1, again=again)
        assert done == expected
        assert len(rows) == len(jobs)


def test_a_line_that_was_cut_short_is_dropped_and_its_job_done_again(tmp_path: Path) -> None:
    """What a kill left half written costs one job, not the run."""
    file = tmp_path / "rows.jsonl"
    with Ledger(file, {}) as ledger:
        whole = run(JOBS, doubled, ledger, at_once=1)
    file.write_bytes(file.read_bytes()[:-9])
    with Ledger(file, {}) as ledger:
        assert len(ledger.rows()) == len(JOBS) - 1
        assert run(JOBS, doubled, ledger) == whole


def test_a_ledger_of_another_run_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Rows of other options are never mixed; the message names the option that differs."""
    file = tmp_path / "rows.jsonl"
    with Ledger(file, {"seed": 1, "arms": ["none"]}) as ledger:
        run(JOBS[:1], doubled, ledger)
    before = file.read_bytes()
    with pytest.raises(EngineFault, match="seed: 1, now 2"), Ledger(file, {"seed": 2}):
        pass
    assert file.read_bytes() == before


def test_two_processes_do_not_write_one_ledger(tmp_path: Path) -> None:
    """The second is told to wait, at once."""
    with (
        Ledger(tmp_path / "rows.jsonl", {}),
        pytest.raises(EngineFault, match="another process"),
        Ledger(tmp_path / "rows.jsonl", {}),
    ):
        pass


def test_jobs_run_side_by_side_up_to_the_limit(tmp_path: Path) -> None:
    """Two jobs that wait for each other both end; it takes two at once."""
    met = [Event(), Event()]

    def meeting(given: Mapping[str, Any]) -> dict[str, Any]:
        met[given["n"]].set()
        assert met[1 - given["n"]].wait(10)
        return {}

    with Ledger(tmp_path / "rows.jsonl", {}) as ledger:
        rows = run(JOBS[:2], meeting, ledger, at_once=2)
    assert not any(row.failed for row in rows)


def test_ray_is_an_extra_that_is_named_where_it_is_missing(tmp_path: Path) -> None:
    """Without the package the run ends with what to install; nothing was done."""
    if "ray" in sys.modules:
        pytest.skip("ray is installed")
    with (
        Ledger(tmp_path / "rows.jsonl", {}) as ledger,
        pytest.raises(EngineFault, match=r"\[ray\]"),
    ):
        run(JOBS, doubled, ledger, engine=Engine.RAY)


def test_ray_runs_the_same_jobs_to_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine asks of Ray what Ray offers: remote functions, waiting, getting; no more."""
    monkeypatch.setitem(sys.modules, "ray", FakeRay())
    with Ledger(tmp_path / "local.jsonl", {}) as ledger:
        local = run(JOBS, doubled, ledger)
    with Ledger(tmp_path / "ray.jsonl", {}) as ledger:
        assert run(JOBS, doubled, ledger, engine=Engine.RAY, at_once=2) == local


class FakeRay:
    """Ray's names that are used; each remote call is done at once, one is lost."""

    def __init__(self) -> None:
        self.started = False

    def is_initialized(self) -> bool:
        return self.started

    def init(self, **_: object) -> None:
        self.started = True

    def remote(self, **options: object) -> Any:
        assert options == {"num_cpus": 1, "max_retries": 0}

        def decorate(function: Any) -> Any:
            class Remote:
                @staticmethod
                def remote(*given: Any) -> int:
                    results.append(function(*given))
                    return len(results) - 1

            return Remote

        results: list[Row] = []
        self._results = results
        return decorate

    def wait(self, running: list[int], num_returns: int) -> tuple[list[int], list[int]]:
        return running[:num_returns], running[num_returns:]

    def get(self, reference: int) -> Row:
        return self._results[reference]


# Instances


def test_the_files_of_a_patch_are_those_that_it_changes() -> None:
    """New, changed and deleted files are named, each once."""
    patch = "--- a/one.py\n+++ b/one.py\n--- /dev/null\n+++ b/new.py\n--- a/gone.py\n+++ /dev/null"
    assert changed_files(patch) == ("one.py", "new.py", "gone.py")


def test_rows_of_swe_bench_are_read_with_their_tests_as_list_or_as_json(tmp_path: Path) -> None:
    """Both forms that the set is published in give the same instance."""
    row = {"instance_id": "a__b-1", "repo": "a/b", "base_commit": "c", "problem_statement": "p"}
    file = tmp_path / "rows.jsonl"
    lines = [row | {"FAIL_TO_PASS": ["t"]}, row | {"FAIL_TO_PASS": '["t"]', "hints_text": None}]
    file.write_text("\n".join(map(json.dumps, lines)))
    one, other = read(file)
    assert one == other
    assert one.fail_to_pass == ("t",)


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "cannot be read"), ("[1]", "row 1: not an object"), ('{"repo": "a/b"}', "instance_id")],
)
def test_what_is_no_instance_is_named(tmp_path: Path, text: str, told: str) -> None:
    """The message says which file, which row and what is missing."""
    file = tmp_path / "rows.jsonl"
    file.write_text(text)
    with pytest.raises(Unreadable, match=told):
        read(file)


# Checkouts and judging


def test_toys_are_solved_by_their_patch_and_not_without_it(tmp_path: Path) -> None:
    """Real tests in a real checkout decide; the commits are the same wherever they are made."""
    made = built(tmp_path / "repos")
    assert [each.base_commit for each in made] == [
        each.base_commit for each in built(tmp_path / "again")
    ]
    for each in made:
        assert judge(each, each.patch, tmp_path / "repos").resolved
        assert not judge(each, "", tmp_path / "repos").resolved


def test_toys_that_are_there_stay_and_a_relative_folder_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run beside a first one takes none of its clones away; the default is relative."""
    monkeypatch.chdir(tmp_path)
    toy = built(Path("repos"))[0]
    clone = (tmp_path / "repos" / "toys__ledger").stat().st_ino
    assert built(Path("repos"))[0] == toy
    assert (tmp_path / "repos" / "toys__ledger").stat().st_ino == clone
    assert judge(toy, toy.patch, Path("repos")).resolved


def test_a_patch_cannot_make_its_own_judge(tmp_path: Path) -> None:
    """A patch that overwrites the judging test, or does not apply, resolves nothing."""
    toy = built(tmp_path / "repos")[0]
    folder = checkout(toy, tmp_path / "repos", tmp_path / "work")
    (folder / "tests" / "test_judged.py").write_text(
        "import unittest\n\n\nclass Uneven(unittest.TestCase):\n    def test_nobody(self): pass\n"
    )
    assert not judge(toy, patch_of(folder, toy.base_commit), tmp_path / "repos").resolved
    assert (
        "does not apply"
        in judge(toy, "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", tmp_path / "repos").output
    )


def test_a_checkout_has_nothing_of_what_came_after(tmp_path: Path) -> None:
    """The solution that lies later in the repository's history cannot be found in it."""
    toy = built(tmp_path / "repos")[0]
    clone = tmp_path / "repos" / "toys__ledger"
    (clone / "ledger" / "money.py").write_text("the solution")
    git(clone, "commit", "--all", "--message", "solved")
    solution = git(clone, "rev-parse", "HEAD").strip()
    folder = checkout(toy, tmp_path / "repos", tmp_path / "work")
    assert git(folder, "log", "--all", "--format=%H").split() == [toy.base_commit]
    with pytest.raises(NoCheckout):
        git(folder, "cat-file", "-e", solution)


def test_the_patch_holds_what_was_committed_changed_and_made(tmp_path: Path) -> None:
    """An agent may commit or not: its work is the same."""
    toy = built(tmp_path / "repos")[0]
    folder = checkout(toy, tmp_path / "repos", tmp_path / "work")
    (folder / "README.md").write_text("changed\n")
    git(folder, "commit", "--all", "--message", "one")
    (folder / "new.txt").write_text("new\n")
    assert changed_files(patch_of(folder, toy.base_commit)) == ("README.md", "new.txt")


def test_what_python_writes_when_it_runs_is_no_part_of_a_patch(tmp_path: Path) -> None:
    """Bytecode is left out; a binary file that is the agent's own comes along and applies."""
    toy = built(tmp_path / "repos")[0]
    folder = checkout(toy, tmp_path / "repos", tmp_path / "work")
    (folder / "ledger" / "__pycache__").mkdir()
    (folder / "ledger" / "__pycache__" / "money.cpython-312.pyc").write_bytes(b"\0\1")
    (folder / "picture.png").write_bytes(b"\x89PNG\0\xff")
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "one")
    patch = patch_of(folder, toy.base_commit)
    assert "__pycache__" not in patch
    assert "picture.png" in patch
    assert "does not apply" not in judge(toy, patch, tmp_path / "repos").output


def test_a_missing_clone_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    """The message holds the command."""
    instance = Instance("a__b-1", "a/b", "c0ffee", "issue")
    with pytest.raises(NoCheckout, match=r"git clone --bare https://github\.com/a/b"):
        checkout(instance, tmp_path, tmp_path / "work")


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """Nothing that it started lives on."""
    script = "sleep 600 & echo $! && wait"
    done = finished(["sh", "-c", script], folder=tmp_path, environment=os.environ, seconds=0.5)
    assert done.late
    with pytest.raises(ProcessLookupError):
        _wait_until_gone(int(done.output))


def _wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text():
            raise ProcessLookupError(pid)


# Containers and the official judge, as far as they can be shown without Docker


def docker_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called docker that notes its arguments and copies a repository on ``cp``."""
    log = folder / "docker.log"
    program = folder / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {log}\n'
        'if [ "$1" = cp ]; then echo hello > "$3/hello.txt"; mkdir "$3/.git"; fi\n'
        'if [ "$1" = create ] || [ "$1" = run ]; then echo c0ffee; fi\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return log


def test_a_container_shares_the_checkout_and_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image's repository is copied out, mounted where both look for it, and let go of."""
    log = docker_at(tmp_path, monkeypatch)
    folder = tmp_path / "work"
    folder.mkdir()
    instance = Instance("astropy__Astropy-1", "a/b", "c", "issue")
    with container.container(instance, folder) as place:
        assert git(folder, "log", "--format=%H").split() == [place.base_commit]
        assert "docker exec -it" in place.shell.read_text()
        assert os.access(place.shell, os.X_OK)
    said = log.read_text()
    assert "create docker.io/swebench/sweb.eval.x86_64.astropy_1776_astropy-1:latest" in said
    assert f"--volume={folder}:/testbed --volume={folder}:{folder}" in said
    assert said.splitlines()[-1] == "rm --force c0ffee"


def test_without_docker_the_message_says_what_else_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without Docker has plain checkouts."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(container.NoContainer, match="--place checkout"):
        container.docker("ps")


def test_the_official_report_is_read_and_its_silence_is_no_verdict(tmp_path: Path) -> None:
    """Resolved, unresolved, and an error of the evaluation are three things."""
    instance = Instance("a__b-1", "a/b", "c", "issue")
    report = tmp_path / "report.json"
    for told, expected in (("resolved_ids", True), ("unresolved_ids", False)):
        report.write_text(json.dumps({told: ["a__b-1"]}))
        assert official.verdict(instance, report, "").resolved is expected
    report.write_text(json.dumps({"error_ids": ["a__b-1"]}))
    with pytest.raises(NoCheckout, match="could not judge"):
        official.verdict(instance, report, "")
    with pytest.raises(NoCheckout, match="wrote no report"):
        official.verdict(instance, tmp_path / "none.json", "")


def test_an_agent_ends_soon_after_the_run_that_started_it_is_killed(tmp_path: Path) -> None:
    """A run that is killed leaves nothing behind that goes on, nor what that had started."""
    child = (
        "import subprocess, time\n"
        "from tom_evals.common.harness.processes import end_with_parent\n"
        "end_with_parent()\n"
        "started = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(started.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = (
        "import subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {child!r}], start_new_session=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout
        started = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    with pytest.raises(ProcessLookupError):
        _wait_until_gone(started)
