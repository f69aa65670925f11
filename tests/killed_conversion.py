"""Converts a memory again and again, killed at each line of the conversion in turn.

usage: killed_conversion.py HOME WHICH; HOME holds one that is plain, with a copy of an upgrade.
Prints how many lines there were; says what did not hold and fails.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from tom_swe.memory.encryption import cipher, converting
from tom_swe.memory.engine import driver_of
from tom_swe.memory.store import Store
from tom_swe.testing import session_of

USER, PHRASE = "ada", b"Zinnober"


def convert(which: str, path: Path) -> None:
    if which == "encrypt":
        converting.encrypt(path, "", 5)
    else:
        converting.decrypt(path, driver_of(path), 5)


def forked(work: Callable[[], None]) -> int:
    """The signal that ended a child which did this work."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_writing(path: Path) -> None:
    """Leaves a session in the log, and the log beside the database."""
    Store(path).sessions.put(USER, session_of("Zinnober once more", host_id="2"))
    os.kill(os.getpid(), signal.SIGKILL)


def at_each_line(act: Callable[[int], None]) -> None:
    """Has the lines of the conversion told while it runs."""

    def within(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            act(frame.f_lineno)
        return within

    def entered(frame: FrameType, _event: str, _: Any) -> Any:
        return within if frame.f_code.co_filename == converting.__file__ else None

    sys.settrace(entered)


def killed_at(line: int, which: str, path: Path) -> int:
    def work() -> None:
        at_each_line(lambda now: os.kill(os.getpid(), signal.SIGKILL) if now == line else None)
        convert(which, path)

    return forked(work)


def check(home: Path, said: list[str], about: str) -> None:
    """The memory opens in one of its forms, whole, and nothing is left beside it."""
    path = home / "tom.db"
    store = Store(path)
    assert [t.text for t in store.sessions.get(USER, 1).turns] == said, about
    assert store.sizes().sessions == 2, about
    assert store.check() == [], about
    with_wal = {each.name for each in home.iterdir()}
    store.close()
    assert "tom.db-wal" in with_wal, about
    assert {each.name for each in home.iterdir()} <= {
        "tom.db",
        "tom.db.encrypted",
        "tom.db-wal",
        "tom.db-shm",
        "tom.upgrade-lock",
        "backups",
    }, about
    key = cipher.driver_of(path).secret[2:-1].encode() if cipher.is_encrypted(path) else None
    for file in (each for each in home.rglob("*") if each.is_file()):
        held = file.read_bytes()
        if key is not None:
            assert PHRASE not in held, (about, file)
            assert key not in held, (about, file)


def main(home: Path, which: str) -> None:
    store = Store(home / "tom.db")
    said = [turn.text for turn in store.sessions.get(USER, 1).turns]
    store.close()
    if which == "decrypt":
        converting.encrypt(home / "tom.db", "", 5)
    assert forked(lambda: killed_writing(home / "tom.db")) == signal.SIGKILL
    assert (home / "tom.db-wal").stat().st_size > 0
    seen: set[int] = set()
    spare = home.with_name("spare")
    shutil.copytree(home, spare)
    at_each_line(seen.add)
    convert(which, spare / "tom.db")
    sys.settrace(None)
    for line in sorted(seen):
        shutil.rmtree(spare)
        shutil.copytree(home, spare)
        ended = killed_at(line, which, spare / "tom.db")
        assert ended == signal.SIGKILL, line
        check(spare, said, f"killed at line {line}")
    print(len(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
