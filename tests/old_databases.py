"""Databases as earlier revisions of the schema made them, with rows in them."""

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine

import tom_migrations

FIRST = Path(__file__).parent / "migrations" / "first_revision.sql"


@contextlib.contextmanager
def upgraded(path: Path, revision: str) -> Generator[Connection]:
    """The database brought to a revision, in the transaction that does it."""
    config = Config()
    config.set_main_option("script_location", str(Path(tom_migrations.__file__).parent))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    engine.dispose()


def at_first_revision(folder: Path) -> Path:
    """A database as the first revision made it, with rows in it."""
    folder.mkdir(mode=0o700)
    path = folder / "tom.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST.read_text())
    connection.close()
    path.chmod(0o600)
    return path


def at_second_revision(folder: Path) -> Path:
    """A database of the second revision, with advice and something forgotten in it."""
    path = at_first_revision(folder)
    with upgraded(path, "0002") as connection:
        connection.exec_driver_sql(
            "INSERT INTO consultation VALUES (7, 'ada', 'shop', 'install it', 'proceed', 'pnpm', "
            """'{"beliefs": [1], "sessions": [1]}', 0.5, NULL, """
            "'2026-09-02 09:00:00.000000+00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO forgotten VALUES ('ada', 'digest', '2026-09-02 09:00:00.000000+00:00')"
        )
    return path


def at_fourth_revision(folder: Path) -> Path:
    """A database of the fourth revision, with a pointer that was found in it."""
    path = at_second_revision(folder)
    with upgraded(path, "0004") as connection:
        connection.exec_driver_sql(
            "INSERT INTO noted VALUES (3, 'ada', 1, 'use pnpm', 'shop', "
            "'2026-09-02 09:00:00.000000+00:00')"
        )
    return path


def at_fifth_revision(folder: Path) -> Path:
    """A database of the fifth revision, with advice that was judged and since forgotten in it."""
    path = at_fourth_revision(folder)
    with upgraded(path, "0005") as connection:
        for row in (
            "4, 1, 7, 'supports', 1.0, 'person'",
            "9, 1, NULL, 'contradicts', 0.5, 'agent'",
        ):
            connection.exec_driver_sql(
                f"INSERT INTO verdict VALUES ({row}, '2026-09-02 09:00:00.000000+00:00')"
            )
    return path


def at_sixth_revision(folder: Path) -> Path:
    """A database of the sixth revision, with a belief that gave way to another in it."""
    path = at_fifth_revision(folder)
    with upgraded(path, "0006") as connection:
        at = "'2026-09-02 09:00:00.000000+00:00'"
        connection.exec_driver_sql(
            "INSERT INTO belief VALUES (2, 'ada', 'preference', 'Use npm', '', '', 'for', "
            f"'everywhere', '', 'retired', 0.4, 1, {at}, {at})"
        )
        connection.exec_driver_sql("INSERT INTO evidence SELECT 2, id, 'supports' FROM observation")
        for number, change, reason in (
            (50, "add", "first heard"),
            (51, "retire", "superseded: Use pnpm"),
        ):
            connection.exec_driver_sql(
                f"INSERT INTO revision VALUES ({number}, 2, 1, '{change}', '{reason}', "
                f"'retired', 0.4, {at})"
            )
    return path


def at_ninth_revision(folder: Path) -> Path:
    """A database of the ninth revision, with a session that was learned in it."""
    path = at_sixth_revision(folder)
    with upgraded(path, "0009"):
        pass
    return path
