import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from tom_swe.errors import BudgetReached, NotFound
from tom_swe.memory.store import Store
from tom_swe.model.calls import Limits, Purpose, Settled, Usage
from tom_swe.testing import session_of

NOON = datetime(2020, 9, 1, 12, tzinfo=UTC)
LIMITS = Limits(since=NOON, budget=1.0, tokens=1000)
DIME = Usage(tokens_in=70, tokens_out=30, cost=0.1)
HUNDRED = Usage(tokens_in=70, tokens_out=30)
# Begins as many calls as it is told to, once it is told to; prints how many were let in.
BEGINNER = """
import sys
from pathlib import Path
from tom_swe.errors import BudgetReached
from tom_swe.memory.store import Store
from tom_swe.model.calls import Limits, Purpose, Usage

store = Store(Path(sys.argv[1]))
limits, most = (kind.model_validate_json(line) for kind, line in zip((Limits, Usage), sys.argv[2:]))
print("ready", flush=True)
entered = 0
for _ in range(int(sys.stdin.readline())):
    try:
        store.ledger.begin("m", Purpose.READING, None, most, limits)
        entered += 1
    except BudgetReached:
        pass
print(entered)
store.close()
"""


def begin(store: Store, most: Usage, limits: Limits = LIMITS, session_id: int | None = None) -> int:
    return store.ledger.begin("some/model", Purpose.READING, session_id, most, limits)


def entered(store: Store, most: Usage, limits: Limits = LIMITS) -> bool:
    try:
        begin(store, most, limits)
    except BudgetReached:
        return False
    return True


def happened(store: Store, call_id: int, at: datetime) -> None:
    """Makes a call one of another time."""
    stamp = at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
    with store._database.write() as transaction:
        transaction.execute(
            text("UPDATE model_call SET at = :at WHERE id = :id"), {"at": stamp, "id": call_id}
        )


def test_a_call_is_kept_from_its_beginning_to_its_end(store: Store) -> None:
    """It begins open, with the most it may use; settled, it has what it used and took."""
    most = Usage(tokens_in=900, tokens_out=100, cost=0.5)
    before = datetime.now(UTC)
    call_id = store.ledger.begin("some/model", Purpose.ADVISING, None, most, LIMITS)
    (call,) = store.ledger.calls()
    assert (call.id, call.model, call.purpose) == (call_id, "some/model", Purpose.ADVISING)
    assert (call.usage, call.settled, call.milliseconds) == (most, Settled.OPEN, None)
    assert before <= call.at <= datetime.now(UTC)
    real = Usage(tokens_in=800, tokens_out=20, cached=600, cost=0.0125)
    store.ledger.settle(call_id, Settled.ANSWERED, real, 1234)
    (settled,) = store.ledger.calls()
    assert settled == call.model_copy(
        update={"usage": real, "settled": Settled.ANSWERED, "milliseconds": 1234}
    )


def test_a_call_that_is_not_there_cannot_be_settled(store: Store) -> None:
    """Usage is never entered nowhere without a word."""
    with pytest.raises(NotFound, match="no call 7"):
        store.ledger.settle(7, Settled.ANSWERED, DIME, 1)


def test_a_budget_is_kept_to_the_cent(store: Store) -> None:
    """Ten calls of a tenth fit into a budget of one, whatever floats say; the next does not."""
    assert [entered(store, DIME) for _ in range(11)] == [True] * 10 + [False]
    assert not entered(store, Usage(cost=0.000001))
    assert len(store.ledger.calls()) == 10


def test_a_call_without_a_price_counts_by_its_tokens(store: Store) -> None:
    """Tokens in and out count against the one limit, USD against the other; they never mix."""
    assert [entered(store, HUNDRED) for _ in range(11)] == [True] * 10 + [False]
    assert not entered(store, Usage(tokens_out=1))
    assert entered(store, Usage(tokens_in=10_000_000, cost=1.0))
    assert not entered(store, DIME)


def test_a_price_of_nothing_is_a_price(store: Store) -> None:
    """A model that is known to be free goes on when budget and tokens are at zero."""
    nothing = Limits(since=NOON, budget=0.0, tokens=0)
    assert entered(store, Usage(tokens_in=5000, cost=0.0), nothing)
    assert not entered(store, Usage(tokens_in=5000), nothing)
    assert not entered(store, DIME, nothing)


def test_a_price_that_is_told_afterwards_counts_from_then_on(store: Store) -> None:
    """A model that says what a call cost once it is made keeps to the budget with the next."""
    call = begin(store, HUNDRED)
    store.ledger.settle(call, Settled.ANSWERED, DIME, 10)
    assert [entered(store, HUNDRED) for _ in range(10)] == [True] * 9 + [False]
    assert store.ledger.calls()[-1].usage.cost == pytest.approx(0.1)
    other = store.ledger.begin("other/model", Purpose.READING, None, HUNDRED, LIMITS)
    assert store.ledger.calls()[-1].id == other


def test_what_a_call_left_over_is_free_again(store: Store) -> None:
    """Settled at less than it might have used, or at nothing since it failed, it makes room."""
    half = Limits(since=NOON, budget=0.2, tokens=200)
    first, second = begin(store, DIME, half), begin(store, DIME, half)
    assert not entered(store, DIME, half)
    store.ledger.settle(first, Settled.FAILED, Usage(), 10)
    assert entered(store, DIME, half)
    store.ledger.settle(second, Settled.BAD, Usage(tokens_in=1, cost=0.04), 10)
    assert not entered(store, DIME, half)
    assert entered(store, Usage(cost=0.06), half)


def test_a_call_that_took_more_than_thought_counts_with_what_it_took(store: Store) -> None:
    """The next call is let in against what was really used."""
    call_id = begin(store, DIME)
    store.ledger.settle(call_id, Settled.ANSWERED, Usage(cost=1.25), 10)
    with pytest.raises(BudgetReached):
        begin(store, DIME)


def test_calls_of_before_do_not_count(store: Store) -> None:
    """From the moment that limits start at, there is all of them; open calls of before too."""
    old, new = begin(store, Usage(cost=1.0)), begin(store, HUNDRED)
    happened(store, old, NOON - timedelta(microseconds=1))
    happened(store, new, NOON)
    assert [call.id for call in store.ledger.calls(NOON)] == [new]
    assert not entered(store, Usage(tokens_in=901))
    assert entered(store, Usage(cost=1.0))


def test_calls_come_oldest_first(store: Store) -> None:
    """By the time they began, whatever the zone the question is asked in."""
    ids = [begin(store, Usage(cost=0.0)) for _ in range(3)]
    for call_id, hours in zip(ids, (2, 0, 1), strict=True):
        happened(store, call_id, NOON + timedelta(hours=hours))
    assert [call.id for call in store.ledger.calls()] == [ids[1], ids[2], ids[0]]
    since = datetime.fromisoformat("2020-09-01T15:00:00+02:00")
    assert [call.id for call in store.ledger.calls(since)] == [ids[2], ids[0]]


def test_who_is_refused_learns_what_to_change(store: Store) -> None:
    """The message has what is used, the limit, the setting, and that tom goes on."""
    begin(store, DIME)
    begin(store, HUNDRED)
    with pytest.raises(BudgetReached) as priced:
        begin(store, Usage(cost=0.95))
    for part in ("0.1000 of 1 USD", "0.9500", "TOM_DAILY_BUDGET", "without the model"):
        assert part in str(priced.value)
    with pytest.raises(BudgetReached) as priceless:
        begin(store, Usage(tokens_in=901))
    for part in ("100 of 1,000", "901", "TOM_DAILY_TOKENS", "without the model"):
        assert part in str(priceless.value)


def test_threads_that_begin_at_once_keep_to_the_budget(store: Store) -> None:
    """Of sixteen calls at the same moment, exactly the five that fit are let in."""
    together, limits = Barrier(16), Limits(since=NOON, budget=0.5, tokens=0)

    def at_once(_number: int) -> bool:
        together.wait()
        return entered(store, DIME, limits)

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(at_once, range(16))) == 5
    assert len(store.ledger.calls()) == 5


@pytest.mark.parametrize("most", [DIME, HUNDRED], ids=["priced", "priceless"])
def test_processes_that_begin_at_once_keep_to_the_limits(store: Store, most: Usage) -> None:
    """Each of three would fill the limits alone; together they enter exactly what fits."""
    limits = Limits(since=NOON, budget=0.7, tokens=700)
    arguments = (str(store.path), limits.model_dump_json(), most.model_dump_json())
    running = [
        subprocess.Popen(
            [sys.executable, "-c", BEGINNER, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for each in running:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin
        each.stdin.write("8\n")
        each.stdin.flush()
    counts = [int(each.communicate(timeout=60)[0]) for each in running]
    assert [each.returncode for each in running] == [0, 0, 0]
    assert sum(counts) == len(store.ledger.calls()) == 7


def test_a_session_that_is_forgotten_leaves_its_calls_without_one(store: Store) -> None:
    """The call still counts, and says no more what it was for."""
    session_id = store.sessions.put("ada", session_of("hello")).session_id
    assert session_id
    begin(store, DIME, session_id=session_id)
    assert [call.session_id for call in store.ledger.calls()] == [session_id]
    with store.learning.from_outside("ada") as change:
        change.erase.session(session_id)
    (call,) = store.ledger.calls()
    assert (call.session_id, call.usage) == (None, DIME)


def test_a_session_that_was_forgotten_meanwhile_keeps_no_call_back(store: Store) -> None:
    """Whoever reads a session that another process forgets enters the call for none."""
    begin(store, DIME, session_id=12)
    assert [call.session_id for call in store.ledger.calls()] == [None]


def test_reset_keeps_the_calls(store: Store) -> None:
    """Forgetting a person gives no budget back: the money is spent, and none of it is theirs."""
    session_id = store.sessions.put("ada", session_of("hello")).session_id
    begin(store, Usage(cost=1.0), session_id=session_id)
    store.reset("ada")
    assert [call.session_id for call in store.ledger.calls()] == [None]
    assert not entered(store, DIME)
    assert store.check() == []
