"""Killing a learner at any moment loses nothing that was acknowledged and learns nothing twice."""

import contextlib
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tom_swe.memory.store import Store
from tom_swe.mind.learn import BATCH
from tom_swe.model.belief import Stance
from tom_swe.settings import Settings
from tom_swe.testing import START, session_of

LEARNER = Path(__file__).with_name("crash_learner.py")


def put_sessions(store: Store, count: int) -> None:
    for number in range(count):
        session = session_of(
            "from now on use pnpm, not npm",
            f"I always name branches after ticket {number % 20}, keep it like that",
            host_id=str(number),
            started=START + timedelta(days=number),
        )
        assert store.sessions.put("ada", session).session_id


def learn(store: Store, rng: random.Random | None = None) -> None:
    """Runs a learner in a process of its own.

    With ``rng`` it is killed a random moment after it has learned from one batch at most.
    """
    process = subprocess.Popen(
        [sys.executable, str(LEARNER), str(store.path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    if rng:
        for _ in range(rng.randrange(2)):
            process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=rng.uniform(0.0, 0.03))
        process.kill()
    process.communicate(timeout=300)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_learner_loses_nothing_and_learns_nothing_twice(
    settings: Settings, kills: int, tmp_path: Path
) -> None:
    """However often it is killed, what comes out in the end is what an undisturbed run gives."""
    sessions = BATCH * (kills + kills // 2)
    undisturbed = Store(tmp_path / "other" / "tom.db")
    put_sessions(undisturbed, sessions)
    learn(undisturbed)
    store = Store(settings.database)
    put_sessions(store, sessions)
    rng = random.Random(kills)
    learned = [0]
    for _ in range(kills):
        learn(store, rng)
        learned.append(sessions - store.queue.pending("ada"))
        assert store.check() == []
    assert learned == sorted(learned)  # nothing learned is unlearned by a crash
    assert 0 < learned[-1] < sessions  # the kills did hit learners at work
    learn(store)
    assert store.queue.pending("ada") == 0
    assert store.check() == []
    assert len(store.sessions.summaries("ada")) == sessions
    assert summary_of(store) == summary_of(undisturbed)
    undisturbed.close()
    store.close()


def summary_of(store: Store) -> list[tuple[str, str, float, int]]:
    return sorted(
        (
            belief.statement,
            belief.status,
            round(belief.confidence, 6),
            sum(e.stance is Stance.SUPPORTS for e in belief.evidence),
        )
        for belief in store.beliefs.all("ada")
    )
