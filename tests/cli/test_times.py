import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tom_cli.common import id_of
from tom_cli.times import local, since_of, until_of
from tom_swe.errors import UsageError

# A Thursday noon in Sydney, which is still Wednesday night in UTC.
NOW = datetime(2026, 10, 8, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sydney(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock of the machine."""
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_times_are_local() -> None:
    """An evening in UTC is the next morning in Sydney."""
    at = datetime(2026, 1, 19, 22, 14, tzinfo=UTC)
    assert local(at) == "2026-01-20"
    assert local(at, time=True) == "2026-01-20 09:14"
    assert local(None) == ""


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ("36H", "2026-10-07 00:00"),
        ("7d", "2026-10-01 11:00"),  # an hour of that week was skipped
        ("2 weeks ago", "2026-09-24 11:00"),
        ("a month ago", "2026-09-08 12:00"),
        ("3mo", "2026-07-08 12:00"),
        ("20 months", "2025-02-08 12:00"),
        ("1y", "2025-10-08 12:00"),
        ("today", "2026-10-08 00:00"),
        ("Yesterday", "2026-10-07 00:00"),
        ("thursday", "2026-10-08 00:00"),
        ("last thursday", "2026-10-01 00:00"),
        ("mon", "2026-10-05 00:00"),
        ("this week", "2026-10-05 00:00"),
        (" last  week ", "2026-09-28 00:00"),
        ("last month", "2026-09-01 00:00"),
        ("last year", "2025-01-01 00:00"),
        ("2026-09-30", "2026-09-30 00:00"),
        ("2026-09-30 18:30", "2026-09-30 18:30"),
        ("2026-09-30T18:30Z", "2026-10-01 04:30"),
    ],
)
def test_times_are_read_as_people_give_them(given: str, begins: str) -> None:
    """Ago, by name, or as a date; days, weeks and months begin on the person's own clock."""
    assert local(since_of(given, NOW), time=True) == begins


def test_a_month_ends_where_it_ends() -> None:
    """A month before the last of March is the last of February."""
    assert local(since_of("1mo", datetime(2026, 3, 31, tzinfo=UTC))) == "2026-02-28"


def test_until_is_the_end_of_a_day() -> None:
    """The first moment that does not belong to it."""
    assert local(until_of("2026-09-30", NOW), time=True) == "2026-10-01 00:00"
    assert local(until_of("yesterday", NOW), time=True) == "2026-10-08 00:00"


@pytest.mark.parametrize("given", ["7", "d", "2026-13-01", "", "last", "5m", "9999y", "someday"])
def test_what_is_no_time_is_refused(given: str) -> None:
    """The message lists the forms that there are."""
    with pytest.raises(UsageError, match=r"7d, 2w, 3mo, 1y, yesterday, monday, last week"):
        since_of(given)


@pytest.mark.parametrize("read", [since_of, lambda given: id_of(given, "b", "belief")])
def test_an_error_says_back_only_the_beginning_of_what_is_long(read) -> None:
    """With a sign that there was more."""
    with pytest.raises(UsageError) as refused:
        read("a" * 100_000)
    assert "aaa…" in str(refused.value)
    assert len(str(refused.value)) < 250
