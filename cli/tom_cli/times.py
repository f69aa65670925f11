"""Times as people give them on the command line, and as they are shown to them."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta

from tom_cli.common import echoed
from tom_swe.errors import UsageError

# For the help of an option.
FORMS = "7d, 2w, 3mo, 1y, yesterday, monday, last week, or a date such as 2026-09-30"
_AGO = re.compile(
    r"(\d{1,4}|an?) ?(h|hours?|d|days?|w|weeks?|mo|months?|y|years?)(?: ago)?", re.IGNORECASE
)
_DAYS = [name.lower() for name in calendar.day_name]
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}
_MONTHS = {"m": 1, "y": 12}


def local(at: datetime | None, *, time: bool = False) -> str:
    """The day on this machine's clock, with the time of day where wanted; "" for none."""
    if at is None:
        return ""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if time else f"{at.astimezone():%Y-%m-%d}"


def since_of(given: str, now: datetime | None = None) -> datetime:
    """When "7d", "3 months ago", "last week", "monday" or a date begins. Raises UsageError.

    Days, weeks, months and years begin on the person's own clock.
    """
    now = (now or datetime.now(UTC)).astimezone()
    words = " ".join(given.lower().split())
    try:
        if ago := _AGO.fullmatch(words):
            count = int(ago[1]) if ago[1].isdigit() else 1
            return _ago(now, count, ago[2][0]).astimezone(UTC)
        day = _day(words, now.date())
        # A date, perhaps with a time and a zone.
        begins = datetime.fromisoformat(given.strip()) if day is None else _midnight(day)
        return begins.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{echoed(given)} is not a time that tom can read: use {FORMS}") from None


def until_of(given: str, now: datetime | None = None) -> datetime:
    """When the day is over in which that begins. Raises UsageError."""
    day = since_of(given, now).astimezone().date()
    return _midnight(day + timedelta(days=1)).astimezone(UTC)


def _ago(now: datetime, count: int, unit: str) -> datetime:
    if unit in _HOURS:
        return now - timedelta(hours=count * _HOURS[unit])
    months = now.year * 12 + now.month - 1 - count * _MONTHS[unit]
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    naive = now.replace(tzinfo=None, year=year, month=month + 1, day=min(now.day, last))
    # As its own time of the year has it.
    return naive.astimezone()


def _day(words: str, today: date) -> date | None:
    """The day on which that begins; None for what is none of these words."""
    last, _, name = words.rpartition(" ")
    if last not in ("", "last", "this"):
        return None
    back = last == "last"
    if name in _DAYS or (len(name) == 3 and any(day.startswith(name) for day in _DAYS)):
        place = next(i for i, day in enumerate(_DAYS) if day.startswith(name))
        return today - timedelta(days=(today.weekday() - place) % 7 or 7 * back)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    return {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "last week": monday - timedelta(weeks=1),
        "this week": monday,
        "last month": (first - timedelta(days=1)).replace(day=1),
        "this month": first,
        "last year": date(today.year - 1, 1, 1),
        "this year": date(today.year, 1, 1),
    }.get(words)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day).astimezone()
