import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from tom_cli.main import app
from tom_swe.errors import UsageError
from tom_swe.memory.store import Store
from tom_swe.model.calls import (
    By,
    Limits,
    ModelCall,
    Purpose,
    Settled,
    Spending,
    Usage,
    Used,
    day_of,
    grouped,
    used_by,
)
from tom_swe.testing import session_of

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 9, 1, 21, 30, tzinfo=UTC)
NO_LIMITS = Limits(since=EVENING, budget=100.0, tokens=10**9)


def call(
    usage: Usage,
    *,
    after: timedelta = timedelta(0),
    model: str = "big",
    purpose: Purpose = Purpose.READING,
    session_id: int | None = None,
    settled: Settled = Settled.ANSWERED,
) -> ModelCall:
    return ModelCall(
        id=1,
        at=EVENING + after,
        model=model,
        purpose=purpose,
        session_id=session_id,
        usage=usage,
        milliseconds=5,
        settled=settled,
    )


PRICED = Usage(tokens_in=1000, tokens_out=100, cached=800, cost=0.25)
PRICELESS = Usage(tokens_in=3000, tokens_out=50)
CALLS = [
    call(PRICED, session_id=12),
    call(PRICELESS, model="small", session_id=3, after=timedelta(minutes=29, seconds=59)),
    call(Usage(), session_id=12, settled=Settled.FAILED, after=timedelta(minutes=30)),
    call(PRICED, purpose=Purpose.ADVISING, settled=Settled.BAD, after=timedelta(hours=3)),
    call(PRICED, settled=Settled.OPEN, after=timedelta(hours=4)),
]


def names(spendings: list[Spending]) -> list[tuple[str, int]]:
    return [(each.group, each.calls) for each in spendings]


def test_calls_are_put_together_by_what_is_asked_for() -> None:
    """Groups stand in the order of their first call, and every call is in one of them."""
    assert names(grouped(CALLS, By.PURPOSE)) == [("reading", 4), ("advising", 1)]
    assert names(grouped(CALLS, By.MODEL)) == [("big", 4), ("small", 1)]
    assert names(grouped(CALLS, By.SESSION)) == [("s12", 2), ("s3", 1), ("", 2)]
    assert grouped([], By.DAY) == []


def test_days_are_those_of_the_zone() -> None:
    """A call at ten in the evening, UTC, is one of the next day in Berlin's summer."""
    assert names(grouped(CALLS, By.DAY, UTC)) == [("2026-09-01", 3), ("2026-09-02", 2)]
    assert names(grouped(CALLS, By.DAY, BERLIN)) == [("2026-09-01", 2), ("2026-09-02", 3)]


def test_a_group_sums_what_its_calls_used() -> None:
    """Known prices are summed; tokens without one are counted as calls, failures apart."""
    reading, advising = grouped(CALLS, By.PURPOSE)
    assert reading == Spending(
        group="reading",
        calls=4,
        usage=Usage(tokens_in=5000, tokens_out=250, cached=1600, cost=0.5),
        unpriced=1,
        open=1,
        bad=0,
        failed=1,
    )
    assert (advising.usage, advising.bad, advising.unpriced) == (PRICED, 1, 0)


def test_a_group_without_any_price_has_no_cost() -> None:
    """Nothing known is not nothing spent."""
    _, small = grouped(CALLS, By.MODEL)
    assert (small.usage, small.unpriced) == (PRICELESS, 1)


def test_what_counts_against_limits_is_usd_or_tokens() -> None:
    """Calls with a price count in USD alone, those without in tokens in and out alone."""
    assert used_by(CALLS) == Used(cost=0.75, tokens=3050)
    assert used_by([]) == Used(cost=0.0, tokens=0)


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ("2026-09-01T15:30:00+00:00", "2026-09-01T00:00:00+00:00"),
        ("2026-09-01T01:30:00+02:00", "2026-08-31T22:00:00+00:00"),
        ("2026-09-01T23:59:59-07:00", "2026-09-01T07:00:00+00:00"),
        ("2026-09-01T00:00:00+05:30", "2026-08-31T18:30:00+00:00"),
    ],
)
def test_a_day_begins_at_its_own_midnight(now: str, began: str) -> None:
    """The midnight is that of the zone in which it is asked for, told in UTC."""
    found = day_of(datetime.fromisoformat(now))
    assert (found.isoformat(), found.tzinfo) == (began, UTC)


def test_a_day_begins_where_clocks_stood_then() -> None:
    """On the day that summer time starts, midnight was still an hour from UTC, not two."""
    assert day_of(datetime(2026, 3, 29, 12, tzinfo=BERLIN)).hour == 23
    assert day_of(datetime(2026, 3, 30, 12, tzinfo=BERLIN)).hour == 22
    assert day_of(datetime(2026, 10, 25, 12, tzinfo=BERLIN)).hour == 22


def cost(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["cost", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def enter(store: Store, most: Usage, *, days_ago: int = 0, session_id: int | None = None) -> int:
    """A call that is open; one of an earlier day began at the hour that it is now."""
    model = "lab/big" if most.cost is not None else "own/\x1b[31msmall"
    call_id = store.ledger.begin(model, Purpose.READING, session_id, most, NO_LIMITS)
    at = datetime.now(UTC) - timedelta(days=days_ago)
    with store._database.write() as transaction:
        transaction.execute(
            text("UPDATE model_call SET at = :at WHERE id = :id"),
            {"at": at.isoformat(sep=" ", timespec="microseconds"), "id": call_id},
        )
    return call_id


def rows(output: str) -> list[list[str]]:
    """The cells of a table, its title and the line on today left out."""
    lines = output.splitlines()[1:-1]
    return [re.split(r"\s{2,}", line.strip()) for line in lines]


def test_no_calls_are_told_plainly() -> None:
    """Where no model was called there is no table; the day's limits are still told."""
    told = cost()
    assert told.startswith("no model was called in the last 30 days; ")
    assert "today: 0.0000 of 0.25 USD (TOM_DAILY_BUDGET), 0 of 1,000,000 tokens" in told
    assert "no model was called today; " in cost("--days", "1")
    assert json.loads(cost("--json"))["groups"] == []


def test_the_table_tells_calls_tokens_prices_and_failures(store: Store) -> None:
    """A known sum stands beside what has no price; nothing of a name reaches the terminal raw."""
    session_id = store.sessions.put("local", session_of("hello")).session_id
    bad = enter(store, PRICED, session_id=session_id)
    store.ledger.settle(bad, Settled.BAD, Usage(tokens_in=12_000, cached=9000, cost=0.0312), 9)
    enter(store, PRICELESS)
    failed = enter(store, PRICED)
    store.ledger.settle(failed, Settled.FAILED, Usage(), 9)
    ends = "1 failed, 1 bad, 1 open"
    used = ["3", "15,000 (9,000)", "50", "0.0312 + unknown price", ends]
    assert rows(cost("--by", "purpose")) == [["reading", *used]]
    assert [row[1:] for row in rows(cost())] == [used]
    assert rows(cost("--by", "model")) == [
        ["lab/big", "2", "12,000 (9,000)", "0", "0.0312", "1 failed, 1 bad"],
        ["own/small", "1", "3,000 (0)", "50", "unknown price", "1 open"],
    ]
    assert [row[0] for row in rows(cost("--by", "session"))] == ["s1", "(no session)"]
    assert cost().splitlines()[-1] == (
        "today: 0.0312 of 0.25 USD (TOM_DAILY_BUDGET), "
        "3,050 of 1,000,000 tokens without a price (TOM_DAILY_TOKENS)"
    )


def test_so_many_days_are_shown_as_asked_for(store: Store) -> None:
    """Today is the last of them, and alone what counts against the limits of today."""
    enter(store, PRICED, days_ago=40)
    enter(store, PRICELESS, days_ago=5)
    enter(store, PRICED)
    assert len(rows(cost("--days", "60"))) == 3
    assert len(rows(cost())) == 2
    assert len(rows(cost("--days", "3"))) == 1
    assert "today: 0.2500 of 0.25 USD" in cost("--days", "60")
    assert "0 of 1,000,000 tokens" in cost("--days", "60")


def test_the_limits_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person set is what is told."""
    monkeypatch.setenv("TOM_DAILY_BUDGET", "1200.5")
    monkeypatch.setenv("TOM_DAILY_TOKENS", "5000")
    assert "of 1,200.5 USD (TOM_DAILY_BUDGET), 0 of 5,000 tokens" in cost()


def test_cost_as_json(store: Store) -> None:
    """One document: since when, the groups with their sums, and how today stands."""
    enter(store, PRICED)
    told = json.loads(cost("--json", "--by", "model"))
    assert list(told) == ["since", "by", "groups", "today"]
    assert told["by"] == "model"
    assert told["groups"] == [
        {
            "group": "lab/big",
            "calls": 1,
            "usage": {"tokens_in": 1000, "tokens_out": 100, "cached": 800, "cost": 0.25},
            "unpriced": 0,
            "open": 1,
            "bad": 0,
            "failed": 0,
        }
    ]
    assert told["today"].pop("since") > told["since"]
    assert told["today"] == {
        "cost": 0.25,
        "daily_budget": 0.25,
        "tokens": 0,
        "daily_tokens": 1_000_000,
    }


def test_a_grouping_that_is_none_names_those_there_are() -> None:
    """Wrong usage says what is right."""
    result = CliRunner().invoke(app, ["cost", "--by", "colour"])
    assert isinstance(result.exception, UsageError)
    assert "day, purpose, session, model" in str(result.exception)
