"""A database with every kind of row that the schema had before beliefs were a fold."""

import gzip
import sqlite3
from pathlib import Path

import pytest

from tom_swe.embed.minilm import MiniLM
from tom_swe.memory.store import Store
from tom_swe.mind.derive import Deriving
from tom_swe.model.belief import Belief, Status

DUMP = Path(__file__).with_name("every_row.sql.gz")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    folder = tmp_path / "tom"
    folder.mkdir(mode=0o700)
    path = folder / "tom.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(gzip.decompress(DUMP.read_bytes()).decode())
    connection.close()
    path.chmod(0o600)
    return Store(path)


def derived(store: Store, user: str) -> tuple[dict[int, Belief], dict[int, Belief]]:
    """The beliefs as the old rows hold them, and as they follow from the log."""
    before = store.beliefs.all(user)
    with store.learning.from_outside(user) as change:
        Deriving(MiniLM, briefing_tokens=800).derive(user, change)
    return {b.id: b for b in before}, {b.id: b for b in store.beliefs.all(user)}


def told(belief: Belief) -> tuple[object, ...]:
    return (
        belief.statement,
        belief.kind,
        belief.polarity,
        belief.scope,
        # Two sessions that hint confirm nothing any more.
        Status.CANDIDATE if belief.is_hint else belief.status,
        belief.superseded_by,
        pytest.approx(belief.confidence),
        {(each.event, each.stance) for each in belief.evidence},
        [(each.kind, each.at, each.statement, each.scope) for each in belief.decisions],
        belief.verdicts,
    )


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_everything_is_believed_as_before(store: Store, user: str) -> None:
    """Statements, scopes, status, confidence, quotes, decisions and verdicts are the same."""
    before, after = derived(store, user)
    assert {i: told(each) for i, each in after.items()} == {
        i: told(each) for i, each in before.items()
    }
    assert store.check() == []
    store.close()


def test_what_the_order_of_arrival_made_wrong_is_right(store: Store) -> None:
    """Npm in shop, npm in web, pnpm in shop, the third learned first: npm is of everywhere."""
    _, after = derived(store, "cyd")
    live = {(b.statement, str(b.scope)) for b in after.values() if b.status != "retired"}
    assert live == {("Use npm", "everywhere"), ("Use pnpm", "repository:acme/shop")}
    store.close()


def test_what_forgetting_made_wrong_is_right(store: Store) -> None:
    """Npm stayed everywhere on one quote from shop; it is of shop."""
    before, after = derived(store, "dan")
    assert [str(b.scope) for b in before.values()] == ["everywhere"]
    assert [str(b.scope) for b in after.values()] == ["repository:acme/shop"]
    store.close()
