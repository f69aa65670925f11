"""Times as people give them on the command line, and as they are shown to them."""

import re
from datetime import UTC, datetime, timedelta

from tom_swe.errors import UsageError

_AGO = re.compile(r"(\d{1,4})([hdw])$")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def local(at: datetime | None, *, time: bool = False) -> str:
    """The day on this machine's clock, with the time of day where wanted; "" for none."""
    if at is None:
        return ""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if time else f"{at.astimezone():%Y-%m-%d}"


def since_of(given: str, now: datetime | None = None) -> datetime:
    """The time that "7d", "12h", "2w" ago or a date such as 2026-09-30 means. Raises UsageError.

    A date begins when the day does on the person's own clock.
    """
    now = now or datetime.now(UTC)
    if ago := _AGO.match(given.strip().lower()):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        day = datetime.fromisoformat(given.strip())
    except ValueError:
        raise UsageError(
            f"{given!r} is not a valid time: use how long ago (7d, 12h, 2w) or a date (2026-09-30)"
        ) from None
    return day.astimezone().astimezone(UTC)
