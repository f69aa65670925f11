"""`tom db check --repair`: fixes what can be fixed without losing anything, and says what."""

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tom_swe.app import open_tom
from tom_swe.doctor.report import problems
from tom_swe.errors import IndexFault
from tom_swe.explain.figures import number
from tom_swe.extract.sayings import VERSION
from tom_swe.memory import permissions
from tom_swe.memory.encryption.cipher import Driver
from tom_swe.memory.engine import driver_of
from tom_swe.memory.repair import salvage
from tom_swe.mind.tom import Tom
from tom_swe.model.base import Value
from tom_swe.model.memory import Problem, Salvaged
from tom_swe.settings import Settings

# How long to wait for another process to let go of the vector index.
PATIENCE_SECONDS = 5.0


class Fixed(Value):
    """Something that was not as it should be, and what was done about it."""

    what: str
    done: str


class Repair(Value):
    """What was found and fixed, and what is left with what would fix it."""

    fixed: tuple[Fixed, ...] = ()
    left: tuple[Problem, ...] = ()


def repair(settings: Settings, say: Callable[[str], None]) -> Repair:
    """Repairs a memory. Safe while other processes use it, and to do again.

    A database with damaged pages is not touched: it is copied aside, what can be read of it
    saved into a file beside the copy, and it is said how to put that in place. Raises
    MemoryFault where the memory cannot be used for another reason.
    """
    fixed: list[Fixed] = []
    driver = driver_of(settings.database, key=settings.database_key)
    found = salvage.damage(settings.database, driver)
    if found:
        aside = salvage.copy_aside(settings.database, driver)
        kept = f"; copy from before: {aside}"
        if not salvage.is_of_indexes(found) or not salvage.fix_indexes(settings.database, driver):
            return Repair(left=(_damaged(settings, driver, found, aside),))
        fixed.append(Fixed(what=found[0], done=f"rebuilt its indexes from the rows{kept}"))
    tom = open_tom(settings, say=say)
    try:
        fixed += [*_tables(tom), *_index(tom), *_modes(settings)]
        left = problems(tom)
    finally:
        tom.close()
    return Repair(fixed=tuple(fixed), left=tuple(left))


def _damaged(settings: Settings, driver: Driver, found: list[str], aside: Path) -> Problem:
    """What is wrong with the pages of a database, and what can be put in its place."""
    saved = aside / "saved.db"
    rescued = salvage.salvage(aside / settings.database.name, saved, driver)
    ways: list[str] = []
    if rescued:
        ways.append(f"`tom db restore {saved}` restores {_told(rescued)}")
    if backup := salvage.newest_sound_backup(settings.database, driver):
        made = datetime.fromtimestamp(backup.stat().st_mtime, UTC).astimezone()
        at = f"{made:%Y-%m-%d %H:%M}"
        ways.append(f"`tom db restore {backup}` goes back to before the upgrade of {at}")
    if not ways:
        ways.append(
            f"no row can be read and there is no copy: move {settings.database} and its -wal away"
        )
    again = "then `tom init` reads again what transcripts on this machine still hold"
    return Problem(
        what=f"pages of {settings.database} are damaged ({found[0]}); nothing was changed, and "
        f"a copy is in {aside}",
        fix=f"{'; or '.join(ways)}; {again}",
    )


def _told(rescued: Salvaged) -> str:
    counts = ", ".join(
        f"{rescued.rows.get(table, 0)} {table}s" for table in ("session", "turn", "belief")
    )
    if not rescued.torn:
        return f"everything ({counts})"
    return f"what could be read ({counts}); some rows of {', '.join(rescued.torn)} are lost"


def _tables(tom: Tom) -> list[Fixed]:
    """What the database itself can make anew from what it holds."""
    fixed: list[Fixed] = []
    if broken := tom.memory.full_text_faults():
        tom.memory.rebuild_full_text()
        fixed.append(Fixed(what=f"out of date: {', '.join(broken)}", done="rebuilt"))
    if freed := tom.memory.queue.free_dead():
        fixed.append(
            Fixed(what=f"{number(freed, 'session')} held by dead learners", done="released")
        )
    users = tom.memory.users()
    if lacking := sum(len(tom.memory.sayings.unread(user, VERSION)) for user in users):
        for user in users:
            tom.catch_up(user)
        fixed.append(
            Fixed(what=f"{number(lacking, 'session')} without what may help later", done="found")
        )
    if stale := sum(tom.rebrief(user) for user in users):
        fixed.append(Fixed(what=f"{number(stale, 'briefing')} out of date", done="written again"))
    return fixed


def _index(tom: Tom) -> list[Fixed]:
    """The vector index: what is missing is added; one that is unsound is thrown away and made
    anew.
    """
    found = _index_faults(tom)
    with contextlib.suppress(IndexFault):
        tom.index.sync()
    if not found:
        return []
    what = "; ".join(each.what for each in found)
    if not _index_faults(tom):
        return [Fixed(what=what, done="updated from the database")]
    until = time.monotonic() + PATIENCE_SECONDS
    while not (done := _made_anew(tom)) and time.monotonic() < until:
        time.sleep(0.2)
    return [Fixed(what=what, done="rebuilt from the database")] if done else []


def _index_faults(tom: Tom) -> list[Problem]:
    try:
        return tom.index.check()
    except IndexFault as error:
        return [Problem(what=str(error), fix="tom db check --repair")]


def _made_anew(tom: Tom) -> bool:
    try:
        return tom.index.drop() and tom.index.sync() and not tom.index.check()
    except IndexFault:
        return False


def _modes(settings: Settings) -> list[Fixed]:
    return [
        Fixed(
            what=f"{path} was readable by others (mode {mode:o})", done="now readable only by you"
        )
        for path, mode in permissions.loose(settings.home)
        if permissions.tighten(path, mode)
    ]
