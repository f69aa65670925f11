import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from changes import changed
from old_databases import (
    at_fifth_revision,
    at_first_revision,
    at_fourth_revision,
    at_ninth_revision,
    at_second_revision,
    at_sixth_revision,
    upgraded,
)
from sqlalchemy import create_engine

import tom_migrations
from tom_swe.errors import BudgetReached, MemoryFault
from tom_swe.memory.engine import open_engine, revision_of
from tom_swe.memory.store import Store
from tom_swe.memory.tables import Table
from tom_swe.mind.derive import Deriving
from tom_swe.model.advice import Adherence, Outcome, Telling
from tom_swe.model.belief import (
    Decision,
    DecisionKind,
    Judge,
    Quote,
    Saying,
    Stance,
    Verdict,
)
from tom_swe.model.calls import Limits, Purpose, Settled, Usage
from tom_swe.model.memory import PutState
from tom_swe.model.recurring import Request, RequestKind
from tom_swe.model.session import Role
from tom_swe.model.user_acts import Did, UserAct
from tom_swe.testing import START, session_of


def test_the_list_of_revisions_is_alembics() -> None:
    """The revisions that are known without Alembic are those Alembic has, in its order."""
    config = Config()
    config.set_main_option("script_location", str(Path(tom_migrations.__file__).parent))
    history = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(reversed([each.revision for each in history])) == tom_migrations.REVISIONS


def test_the_migrated_schema_is_the_one_the_code_expects(tmp_path: Path) -> None:
    """Alembic sees no difference between a migrated database and the tables, FTS5's aside."""
    engine = open_engine(tmp_path / "tom.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, Table.metadata)
    assert [each for each in differences if "_fts" not in str(each)] == []


def test_a_database_of_the_first_revision_keeps_its_rows(tmp_path: Path) -> None:
    """What the first revision held is all there after the upgrade, searchable and sound."""
    path = at_first_revision(tmp_path / "tom")
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    assert [each.host_id for each in [store.sessions.get("ada", 1)]] == ["one"]
    beliefs = store.beliefs.all("ada")
    assert [(b.statement, b.quotes) for b in beliefs] == [("Use pnpm", ("use pnpm please",))]
    assert [e.basis for belief in beliefs for e in belief.evidence] == [""]
    assert [turn for turn, _ in store.search.turns("ada", "pnpm", 5)] == [1]
    assert store.check() == []
    assert store.sessions.put("ada", session_of("new", host_id="two")).state is PutState.NEW
    store.close()


def test_a_database_of_the_second_revision_keeps_its_advice(tmp_path: Path) -> None:
    """Advice given before can be judged after the upgrade, and keeps its number."""
    path = at_second_revision(tmp_path / "tom")
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    (kept,) = store.consultations.all("ada")
    assert (kept.id, kept.query, kept.belief_ids, kept.outcome) == (7, "install it", (1,), None)
    supports = Verdict(
        consultation_id=7, stance=Stance.SUPPORTS, weight=1.0, by=Judge.PERSON, at=START
    )
    with store.learning.from_outside("ada") as change:
        change.advice.judge(7, Outcome.ACCEPTED, {1: [supports]})
    assert store.beliefs.get("ada", 1).verdicts == (supports,)
    assert store.pointers.all("ada") == []
    assert store.check() == []
    store.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT digest FROM forgotten").fetchall() == [("digest",)]
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM consultation")
        connection.execute(
            "INSERT INTO consultation SELECT NULL, id, '', '', '', '', '', 0, NULL, '' FROM user"
        )
        assert connection.execute("SELECT id FROM consultation").fetchall() == [(8,)]
        assert connection.execute("SELECT consultation_id FROM verdict").fetchall() == [(None,)]
    connection.close()


def test_a_database_of_the_fourth_revision_takes_calls(tmp_path: Path) -> None:
    """What it held stays as it was; its calls begin at none, and can be for its sessions."""
    path = at_fourth_revision(tmp_path / "tom")
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    assert store.ledger.calls() == []
    most = Usage(tokens_in=900, tokens_out=100, cost=0.5)
    limits = Limits(since=datetime(2020, 9, 1, tzinfo=UTC), budget=0.5, tokens=0)
    call_id = store.ledger.begin("some/model", Purpose.READING, 1, most, limits)
    with pytest.raises(BudgetReached):
        store.ledger.begin("some/model", Purpose.READING, 1, most, limits)
    store.ledger.settle(call_id, Settled.ANSWERED, most, 10)
    assert [(c.session_id, c.settled) for c in store.ledger.calls()] == [(1, Settled.ANSWERED)]
    assert [belief.quotes for belief in store.beliefs.all("ada")] == [("use pnpm please",)]
    assert [(p.id, p.quote, p.session_id) for p in store.pointers.all("ada")] == [
        (3, "use pnpm", 1)
    ]
    assert [each.id for each in store.consultations.all("ada")] == [7]
    with store.learning.from_outside("ada") as change:
        change.erase.session(1)
    assert [call.session_id for call in store.ledger.calls()] == [None]
    assert store.check() == []
    store.close()


def test_a_database_of_the_fifth_revision_keeps_its_verdicts(tmp_path: Path) -> None:
    """They are judged by whom they were; sessions can be told, and judge, after the upgrade."""
    path = at_fifth_revision(tmp_path / "tom")
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    at = datetime(2026, 9, 2, 9, tzinfo=UTC)
    before = (
        Verdict(consultation_id=7, stance=Stance.SUPPORTS, weight=1.0, by=Judge.PERSON, at=at),
        Verdict(consultation_id=None, stance=Stance.CONTRADICTS, weight=0.5, by=Judge.AGENT, at=at),
    )
    assert store.beliefs.get("ada", 1).verdicts == before
    assert store.tellings.all("ada") == []
    store.tellings.put(
        "ada", Telling(host="jsonl", host_id="one", repository="", belief_ids=(1,), at=at)
    )
    assert [each.session_id for each in store.tellings.all("ada")] == [1]
    judged = Verdict(
        consultation_id=None,
        stance=Stance.SUPPORTS,
        weight=0.1,
        by=Judge.SESSION,
        at=at,
        session_id=1,
    )
    job = store.queue.take_again("ada", 1)
    assert job
    with changed(store, job) as change:
        assert change
        telling = change.session.telling()
        assert telling
        change.session.keep_adherence(telling, {1: Adherence.OBEYED}, {1: judged})
    assert store.beliefs.get("ada", 1).verdicts == (*before, judged)
    assert store.check() == []
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        ids = "SELECT id, session_id FROM verdict ORDER BY id"
        assert connection.execute(ids).fetchall() == [(4, None), (9, None), (10, 1)]
        with pytest.raises(sqlite3.IntegrityError, match="ck_verdict_weight"):
            connection.execute("UPDATE verdict SET weight = 2")
        connection.execute("DELETE FROM session WHERE id = 1")
        assert connection.execute(ids).fetchall() == [(4, None), (9, None)]
        connection.execute("DELETE FROM belief")
        for table in ("verdict", "told"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()


def test_a_database_of_the_sixth_revision_takes_rulings(tmp_path: Path) -> None:
    """Its beliefs and when they were made stay; the person can decide on them."""
    path = at_sixth_revision(tmp_path / "tom")
    with sqlite3.connect(path) as connection:
        made = connection.execute("SELECT min(at) FROM revision WHERE belief_id = 2").fetchone()
    connection.close()
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    assert [(b.id, b.decisions) for b in store.beliefs.all("ada")] == [(1, ()), (2, ())]
    assert store.user_acts.all("ada") == []
    pinned = Decision(kind=DecisionKind.PIN, at=START)
    with store.learning.from_outside("ada") as change:
        first, *rest = change.beliefs.all()
        change.beliefs.believe([first.model_copy(update={"decisions": (pinned,)}), *rest], {}, "")
        change.user_edits.log(UserAct(at=START, did=Did.PIN, belief_ids=(1,), consultation_id=7))
    assert store.beliefs.get("ada", 1).decisions == (pinned,)
    assert [each.did for each in store.user_acts.all("ada")] == [Did.PIN]
    assert store.check() == []
    store.close()
    with sqlite3.connect(path) as connection:
        made_at = connection.execute("SELECT made_at FROM belief WHERE id = 2").fetchone()
        assert made_at == made
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM belief WHERE id = 1")
        assert connection.execute("SELECT count(*) FROM ruling").fetchone() == (0,)
        connection.execute("DELETE FROM consultation")
        assert connection.execute("SELECT count(*) FROM person_change").fetchone() == (0,)
    connection.close()


def test_sessions_learned_before_have_no_corrections_looked_for(tmp_path: Path) -> None:
    """They are read again; what is found goes with the turn that it is of."""
    path = at_sixth_revision(tmp_path / "tom")
    store = Store(path)
    assert (store.corrections.judged("ada"), store.corrections.all("ada")) == ({}, [])
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("INSERT INTO corrective_turn SELECT id, 0.9 FROM turn")
        connection.execute("DELETE FROM session")
        assert connection.execute("SELECT count(*) FROM corrective_turn").fetchone() == (0,)
    connection.close()


def test_the_file_is_copied_aside_before_an_upgrade(tmp_path: Path) -> None:
    """The copy is at the old revision, complete, and readable by its owner only."""
    path = at_first_revision(tmp_path / "tom")
    open_engine(path).dispose()
    (copy,) = (tmp_path / "tom" / "backups").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert revision_of(copy) == "0001"
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT text FROM turn").fetchall() == [("use pnpm please",)]
    connection.close()


def test_a_fresh_database_makes_no_copy(tmp_path: Path) -> None:
    """There is nothing to copy where nothing was."""
    open_engine(tmp_path / "tom" / "tom.db").dispose()
    assert not (tmp_path / "tom" / "backups").exists()


def test_an_upgrade_that_fails_leaves_the_old_database(tmp_path: Path) -> None:
    """A migration is one transaction: with one statement failing, none of it is kept."""
    path = at_first_revision(tmp_path / "tom")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE source_seen (in_the_way)")
    connection.close()
    with pytest.raises(MemoryFault, match="source_seen"):
        open_engine(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    engine.dispose()
    assert "forgotten" not in tables
    assert revision_of(path) == "0001"


def test_beliefs_of_an_earlier_schema_are_derived_to_the_same(tmp_path: Path) -> None:
    """Folding the log of an earlier schema gives the beliefs that its rows held."""
    store = Store(at_first_revision(tmp_path / "tom"))
    before = store.beliefs.all("ada")
    assert [each.founded_on for each in before] == [""]
    with store.learning.from_outside("ada") as change:
        Deriving(lambda: None, briefing_tokens=800).derive("ada", change)
    (old,), (new,) = before, store.beliefs.all("ada")
    assert new.founded_on == new.evidence[0].event
    kept = {"founded_on": "", "confidence": old.confidence}
    assert new.model_copy(update=kept) == old
    assert store.check() == []
    store.close()


def test_a_database_of_the_ninth_revision_keeps_requests(tmp_path: Path) -> None:
    """Its sessions are told to be looked through; their requests go with session and turn."""
    path = at_ninth_revision(tmp_path / "tom")
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    assert store.requests.recurring("ada") == []
    (session_id,) = store.requests.unread("ada", version=1)
    said = store.sessions.get("ada", session_id).by(Role.USER)[0]
    request = Request(
        kind=RequestKind.TWIST, key="a b", ordinal=said.ordinal, quote=said.text[4:], start=0, end=4
    )
    store.requests.keep({session_id: [request]}, version=1)
    assert store.requests.unread("ada", version=1) == []
    assert store.requests.unread("ada", version=2) == [session_id]
    assert store.check() == []
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        rows = connection.execute("SELECT place, length, first, last FROM request").fetchall()
        assert rows == [(4, len(said.text) - 4, 0, 4)]
        connection.execute("DELETE FROM turn")
        assert connection.execute("SELECT count(*) FROM request").fetchone() == (0,)
        connection.execute("DELETE FROM session")
        assert connection.execute("SELECT count(*) FROM requests_read").fetchone() == (0,)
    connection.close()


def test_a_database_of_the_eleventh_revision_takes_checks(tmp_path: Path) -> None:
    """It has none until beliefs are derived; all of a check goes with its belief."""
    path = at_ninth_revision(tmp_path / "tom")
    store = Store(path)
    assert store.checks.all("ada") == []
    assert store.check() == []
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        one = "SELECT min(id), user_id FROM belief"
        belief, user = connection.execute(one).fetchone()
        for row in (
            f"INSERT INTO compiled_check VALUES ({belief}, '{user}', '{{}}', 'says', 'quote')",
            f"INSERT INTO check_mode VALUES ({belief}, 'block', '[]', '2026-01-01 00:00:00+00:00')",
            (
                "INSERT INTO check_hit (belief_id, host, host_id, at, mode, outcome) VALUES "
                f"({belief}, 'codex', '1', '2026-01-01 00:00:00+00:00', 'block', 'blocked')"
            ),
        ):
            connection.execute(row)
        connection.execute("DELETE FROM belief")
        for table in ("compiled_check", "check_mode", "check_hit"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()


def test_sessions_learned_before_have_no_sayings_found(tmp_path: Path) -> None:
    """A database of the twelfth revision keeps its rows; what may help later goes with its turn."""
    path = at_ninth_revision(tmp_path / "tom")
    with upgraded(path, "0012"):
        pass
    store = Store(path)
    assert revision_of(path) == tom_migrations.HEAD
    (session_id,) = store.sayings.unread("ada", version=1)
    said = store.sessions.get("ada", session_id).by(Role.USER)[0]
    saying = Saying(quote=Quote(ordinal=said.ordinal, text=said.text), useful=3.0)
    with store.learning.from_outside("ada") as change:
        change.sayings.keep(session_id, [saying], (), 1)
        change.sayings.tidy([session_id])
    assert store.sayings.unread("ada", version=1) == []
    assert store.sayings.unread("ada", version=2) == [session_id]
    assert store.check() == []
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("SELECT place, length FROM saying").fetchall() == [
            (0, len(said.text))
        ]
        connection.execute("DELETE FROM turn")
        for table in ("saying", "saying_term"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        connection.execute("DELETE FROM user")
        for table in ("sayings_read", "saying_place"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()


def test_what_was_told_before_has_no_earlier_words(tmp_path: Path) -> None:
    """Tellings of the thirteenth revision stay; earlier words go with the session they are from."""
    path = at_ninth_revision(tmp_path / "tom")
    with upgraded(path, "0013"):
        pass
    store = Store(path)
    (session_id,) = (each.id for each in store.sessions.summaries("ada"))
    before = store.tellings.all("ada")
    assert all(each.sayings == () for each in before)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    telling = Telling(
        host="codex",
        host_id="new",
        repository="",
        belief_ids=(),
        at=at,
        sayings=((session_id, 0), (session_id, 0), (99, 1)),
    )
    store.tellings.put("ada", telling)
    assert store.tellings.all("ada")[-1].sayings == ((session_id, 0),)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM session")
        assert connection.execute("SELECT count(*) FROM told_saying").fetchone() == (0,)
    connection.close()
