"""What the learner does with what hooks noted, killed or not."""

import contextlib
import fcntl
import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hooks import (
    HOOK,
    LEARNER,
    claude,
    context,
    corrupt,
    fire,
    ids_of,
    learners,
    logged,
    noted,
    rested,
    transcript,
)

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.hosts import hook, inbox
from tom_swe.hosts.inbox import Place
from tom_swe.hosts.learner import _read, _take, run
from tom_swe.mind.learn import BATCH
from tom_swe.model.advice import Adherence
from tom_swe.model.session import Role


def test_a_session_that_rests_is_learned_from(home: Path, tmp_path: Path) -> None:
    """Stop starts a learner that nobody waits for; it learns from the real transcript and ends."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    start = time.monotonic()
    result = fire("Stop", claude("Stop", "c-1", transcript_path=str(path)))
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert time.monotonic() - start < 2
    assert learners(home)
    rested(home)
    tom = open_tom(Settings(home=home))
    assert any("pnpm" in belief.statement for belief in tom.memory.beliefs.all(LOCAL_USER))
    assert tom.memory.queue.pending(LOCAL_USER) == 0
    tom.close()
    assert noted(home) == []
    assert not list((home / "hosts").glob("taken-*"))
    assert "pnpm" in context(
        fire("UserPromptSubmit", claude("UserPromptSubmit", "c-2", cwd="/w/shop"))
    )


def test_what_a_session_was_told_is_kept_and_held_against_what_it_did(
    told: Tom, home: Path, tmp_path: Path
) -> None:
    """From the hook's prompt over the inbox to the belief: told, kept to, a little surer."""
    path = transcript(tmp_path, "add a chart", "thanks", session="c-1")
    prompt = claude(
        "UserPromptSubmit", "c-1", transcript_path=str(path), cwd="/home/someone/acme/shop"
    )
    before = {b.id: b.confidence for b in told.memory.beliefs.all(LOCAL_USER)}
    assert context(fire("UserPromptSubmit", prompt))
    ran = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "pnpm add d3"}}
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    line = {
        "type": "assistant",
        "uuid": "a",
        "sessionId": "c-1",
        "timestamp": stamp,
        "message": {"role": "assistant", "content": [ran]},
    }
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    fire("Stop", claude("Stop", "c-1", transcript_path=str(path), cwd="/home/someone/acme/shop"))
    rested(home)
    telling = told.memory.tellings.of_session(LOCAL_USER, "claude-code", "c-1")
    assert telling
    assert (telling.repository, telling.session_id) == ("shop", 3)
    assert telling.belief_ids == told.brief(LOCAL_USER, "shop").belief_ids
    (pnpm,) = [b for b in told.memory.beliefs.all(LOCAL_USER) if "pnpm" in b.statement]
    assert telling.adherence == {pnpm.id: Adherence.OBEYED}
    assert pnpm.confidence > before[pnpm.id]


@pytest.mark.slow
@pytest.mark.parametrize("told_as", [None, "", "nonsense", "{}", '["b1"]', [1], 7])
def test_lines_that_say_nothing_of_what_was_told_are_learned_from(
    told_as: object, home: Path, tmp_path: Path
) -> None:
    """Those of an older hook, and those that say it in a way that is not understood."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    (home / "hosts").mkdir(parents=True)
    line = {"host": "claude-code", "session": "c-1", "transcript_path": str(path), "at": "now"}
    if told_as is not None:
        line["told"] = told_as
    (home / "hosts" / "inbox.jsonl").write_text(json.dumps(line) + "\n")
    assert subprocess.run(LEARNER, timeout=300).returncode == 0
    tom = open_tom(Settings(home=home))
    assert ids_of(tom, LOCAL_USER) == ["c-1"]
    assert tom.memory.tellings.all(LOCAL_USER) == []
    tom.close()


def test_the_lines_of_a_session_are_one_session(home: Path) -> None:
    """It is stored once, with all that its lines say it was told."""
    place = Place({"TOM_HOME": str(home)})
    place.make()
    prompt = claude("UserPromptSubmit", transcript_path="/t.jsonl")
    for told_ids in ("[1, 2]", "", "[3]"):
        event = hook.Event("UserPromptSubmit", json.dumps(prompt).encode())
        inbox.append(place.file("inbox.jsonl"), event.line("ada", told=told_ids))
    (file,) = _take(Path(place.hosts))
    (one,) = _read(place, file)
    assert (one.session, one.user, one.transcript) == ("s1", "ada", "/t.jsonl")
    assert [each.belief_ids for each in one.told] == [(1, 2), (3,)]
    assert {each.cwd for each in one.told} == {"/w/x"}


def test_what_a_session_without_a_transcript_was_told_is_kept(told: Tom, home: Path) -> None:
    """It was told all the same, and the log has it."""
    told.close()
    fire("UserPromptSubmit", claude("UserPromptSubmit", transcript_path="/gone.jsonl"))
    environ = {"TOM_HOME": str(home)}
    assert run(Place(environ), environ) == 0
    held = open_tom(Settings(home=home))
    (telling,) = held.memory.tellings.all(LOCAL_USER)
    assert (telling.host_id, telling.belief_ids, telling.session_id) == ("s1", (1,), None)
    held.close()


def test_earlier_words_that_were_told_are_kept_with_the_telling(home: Path) -> None:
    """The turns by their session, a belief that was said so as told; odd ids are passed over."""
    place = Place({"TOM_HOME": str(home)})
    place.make()
    for said in ('["s3.0", "b7", "x", "s9999999999999999999.1"]', "[]", "{"):
        event = hook.Event("UserPromptSubmit", json.dumps(claude("UserPromptSubmit")).encode())
        inbox.append(place.file("inbox.jsonl"), event.line("ada", said=said))
    (file,) = _take(Path(place.hosts))
    (one,) = _read(place, file)
    assert [(each.belief_ids, each.sayings) for each in one.told] == [((7,), ((3, 0),))]


@pytest.mark.slow
def test_the_learner_holds_nothing_of_its_host(home: Path, tmp_path: Path) -> None:
    """It is in a session of its own, with no pipe of the host's, and it yields to others."""
    (home / "hosts").mkdir(parents=True)
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        process = subprocess.run(
            [*HOOK, "SessionEnd"],
            input=json.dumps(claude("SessionEnd", transcript_path=str(path))).encode(),
            capture_output=True,
            close_fds=False,
        )
    assert process.returncode == 0
    seen = False
    while pids := learners(home):
        try:
            files = {str(each.readlink()) for each in Path(f"/proc/{pids[0]}/fd").iterdir()}
            nice = os.getpriority(os.PRIO_PROCESS, pids[0])
            session = os.getsid(pids[0])
        except OSError:
            continue
        if nice > 0:
            seen = True
            assert session == pids[0] != os.getsid(0)
            assert str(tmp_path / "held") not in files
            assert not any(name.startswith("pipe:") for name in files)
        time.sleep(0.02)
    assert seen


def test_one_learner_is_enough(home: Path) -> None:
    """While the lock is held no other learner is started, and one started by hand goes at once."""
    (home / "hosts").mkdir(parents=True)
    with (home / "hosts" / "learner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert fire("Stop", claude("Stop")).returncode == 0
        assert learners(home) == []
        assert subprocess.run(LEARNER, timeout=30).returncode == 0
        assert len(noted(home)) == 1


@pytest.mark.slow
def test_what_is_wrong_with_one_line_keeps_no_other_waiting(home: Path, tmp_path: Path) -> None:
    """Broken lines, unknown hosts and transcripts that are gone are logged and passed over."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    (home / "hosts").mkdir(parents=True)
    gone = {"host": "claude-code", "session": "x", "transcript_path": "/gone.jsonl"}
    folder = {"host": "claude-code", "session": "y", "transcript_path": str(tmp_path)}
    escaping = {"host": "openhands", "session": "../../etc"}
    real = {"host": "claude-code", "session": "c-1", "user": "ada", "transcript_path": str(path)}
    lines = [json.dumps(each) for each in (gone, folder, escaping, {"host": "emacs"}, [1], real)]
    (home / "hosts" / "inbox.jsonl").write_text("\n".join(["{torn", *lines]))
    assert subprocess.run(LEARNER, timeout=300).returncode == 0
    assert len([line for line in logged(home, "learner.log") if "skipped" in line]) == 6
    tom = open_tom(Settings(home=home))
    assert ids_of(tom, "ada") == ["c-1"]
    assert tom.memory.sessions.summaries(LOCAL_USER) == []
    tom.close()


@pytest.mark.slow
def test_a_memory_that_cannot_be_used_keeps_the_lines(home: Path, tmp_path: Path) -> None:
    """The learner ends with 1 and what it took is there for the next one."""
    path = transcript(tmp_path, "from now on use pnpm, not npm")
    (home / "hosts").mkdir(parents=True)
    corrupt(home / "tom.db")
    event = hook.Event("Stop", json.dumps(claude("Stop", transcript_path=str(path))).encode())
    inbox.append(str(home / "hosts" / "inbox.jsonl"), event.line(LOCAL_USER))
    assert subprocess.run(LEARNER, timeout=300).returncode == 1
    assert "is damaged" in logged(home, "learner.log")[0]
    assert noted(home) or list((home / "hosts").glob("taken-*"))
    (home / "tom.db").unlink()
    assert subprocess.run(LEARNER, timeout=300).returncode == 0
    tom = open_tom(Settings(home=home))
    assert len(tom.memory.sessions.summaries(LOCAL_USER)) == 1
    tom.close()


def test_what_was_told_is_never_learned_again(told: Tom, home: Path, tmp_path: Path) -> None:
    """A briefing that a host wrote into its transcript comes back as no message and no belief."""
    briefing = context(fire("UserPromptSubmit", claude("UserPromptSubmit", "c-1")))
    path = transcript(tmp_path, f"{briefing}\n\nadd a chart to the report", briefing)
    before = [(each.id, each.confidence) for each in told.memory.beliefs.all(LOCAL_USER)]
    told.close()
    fire("SessionEnd", claude("SessionEnd", "c-1", transcript_path=str(path)))
    rested(home)
    tom = open_tom(Settings(home=home))
    after = [(each.id, each.confidence) for each in tom.memory.beliefs.all(LOCAL_USER)]
    (stored,) = [e for e in tom.memory.sessions.summaries(LOCAL_USER) if e.host == "claude-code"]
    session = tom.memory.sessions.get(LOCAL_USER, stored.id)
    tom.close()
    assert after == before
    assert [turn.text for turn in session.turns if turn.role is Role.USER] == [
        "add a chart to the report"
    ]


# Kills


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Waits until something holds."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.002)


def rows(home: Path, question: str) -> int:
    """A number that the database holds now; 0 where there is no such table yet."""
    path = home / "tom.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return int(connection.execute(question).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


STORED = "SELECT count(*) FROM session"
LEARNED = "SELECT count(*) FROM session_model"
PENDING = "SELECT count(*) FROM learn_queue"


def was_taken(home: Path) -> bool:
    return any((home / "hosts").glob("taken-*")) and rows(home, STORED) == 0


def was_stored_in_part(home: Path) -> bool:
    return rows(home, STORED) > 0


def was_learned_in_part(home: Path) -> bool:
    return rows(home, LEARNED) > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        was_taken,
        pytest.param(was_stored_in_part, marks=pytest.mark.slow),
        pytest.param(was_learned_in_part, marks=pytest.mark.slow),
    ],
)
def test_a_killed_learner_loses_no_session(
    moment: Callable[[Path], bool], home: Path, tmp_path: Path
) -> None:
    """Killed while it stores or learns, what it had not done is done after the next hook."""
    # More than one batch: what is learned in part is learned a batch at a time.
    names = [f"k-{number}" for number in range(2 * BATCH)]
    for number, name in enumerate(names):
        path = transcript(tmp_path, f"from now on use tool{number} please, always", session=name)
        fire("UserPromptSubmit", claude("UserPromptSubmit", name, transcript_path=str(path)))
    assert learners(home) == []
    learner = subprocess.Popen(LEARNER)
    eventually(lambda: moment(home) or learner.poll() is not None, "the learner never got there")
    learner.send_signal(signal.SIGKILL)
    assert learner.wait() == -signal.SIGKILL
    assert rows(home, LEARNED) < len(names)
    assert learners(home) == []
    path = transcript(tmp_path, "thanks", session="next")
    fire("Stop", claude("Stop", "next", transcript_path=str(path)))
    rested(home)
    tom = open_tom(Settings(home=home))
    assert set(ids_of(tom, LOCAL_USER)) == {*names, "next"}
    assert tom.memory.queue.pending(LOCAL_USER) == 0
    tom.close()
    assert rows(home, LEARNED) == len(names) + 1
    assert rows(home, PENDING) == 0
    assert noted(home) == []
    assert not list((home / "hosts").glob("taken-*"))


@pytest.mark.slow
def test_a_learner_that_is_killed_each_time_gets_through_in_the_end(
    home: Path, tmp_path: Path
) -> None:
    """Kills at moments of chance, a hook after each: no session is lost or kept twice."""
    chance = random.Random(7)
    names = [f"c-{number}" for number in range(6)]
    for name in names:
        path = transcript(tmp_path, f"from now on use {name} please, always", session=name)
        fire("Stop", claude("Stop", name, transcript_path=str(path)))
        with contextlib.suppress(AssertionError):
            rested(home, seconds=chance.uniform(0.0, 1.5))
        for pid in learners(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    fire("SessionEnd", claude("SessionEnd", names[0], transcript_path=str(path)))
    rested(home)
    tom = open_tom(Settings(home=home))
    assert sorted(ids_of(tom, LOCAL_USER)) == names
    assert tom.memory.queue.pending(LOCAL_USER) == 0
    tom.close()


def test_a_killed_hook_leaves_whole_lines(told: Tom, home: Path) -> None:
    """Killed at moments of chance it has noted its event or not, and the next one works."""
    chance = random.Random(7)
    for number in range(40):
        data = json.dumps(claude("UserPromptSubmit", f"h-{number}")).encode()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        with subprocess.Popen([*HOOK, "UserPromptSubmit"], **pipes) as hooked:
            assert hooked.stdin
            hooked.stdin.write(data)
            hooked.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                hooked.wait(chance.uniform(0.0, 0.08))
            hooked.kill()
    # How many were noted is for the machine's speed to say; each is there whole, and once.
    names = [line["session"] for line in noted(home)]
    assert len(set(names)) == len(names)
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit", "after")))
    assert noted(home)[-1]["session"] == "after"


@pytest.mark.slow
@pytest.mark.parametrize("last", ["UserPromptSubmit", "Stop"])
def test_a_host_that_is_killed_loses_no_session(last: str, home: Path, tmp_path: Path) -> None:
    """With its whole group, after a prompt or while its learner works: the session is learned.

    After a prompt alone that is when the next session rests. No process stays behind.
    """
    path = transcript(tmp_path, "from now on use pnpm, not npm", session="killed")
    event = claude(last, "killed", transcript_path=str(path))
    (tmp_path / "event").write_text(json.dumps(event))
    command = f"{shlex.join([*HOOK, last])} < event; echo done; exec tail -f event"
    with subprocess.Popen(
        ["sh", "-c", command], cwd=tmp_path, start_new_session=True, stdout=subprocess.PIPE
    ) as host:
        assert host.stdout
        assert host.stdout.readline() == b"done\n"
        os.killpg(host.pid, signal.SIGKILL)
    if last == "UserPromptSubmit":
        assert learners(home) == []
        assert [line["session"] for line in noted(home)] == ["killed"]
        other = transcript(tmp_path, "thanks", session="next")
        fire("Stop", claude("Stop", "next", transcript_path=str(other)))
    rested(home)
    tom = open_tom(Settings(home=home))
    assert "killed" in ids_of(tom, LOCAL_USER)
    assert any("pnpm" in belief.statement for belief in tom.memory.beliefs.all(LOCAL_USER))
    tom.close()


def test_a_learner_without_a_memory_has_nothing_to_do(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes none, and it ends well."""
    monkeypatch.setenv("TOM_HOME", str(tmp_path / "never"))
    assert subprocess.run(LEARNER, timeout=300).returncode == 0
    assert not (tmp_path / "never").exists()
