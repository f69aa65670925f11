"""What calls of language models have used: cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, echoed, opened, print_json
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tom_swe.model.calls import By, Spending, Used
    from tom_swe.settings import Settings

# What stands behind the name of a group.
COLUMNS = ("calls", "tokens in (cached)", "tokens out", "USD", "without an answer")


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(cost)


def cost(
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="How many days back, including today.")
    ] = 30,
    by: Annotated[str, typer.Option(help="Group by day, purpose, session or model.")] = "day",
    as_json: Json = False,
) -> None:
    """Show what language models were called for and what it cost.

    It also shows what is left today. Prices are in USD, if known; days follow your own clock.

    Example: tom cost --by purpose
    """
    from tom_swe.model.calls import By, grouped, used_by

    known = [each.value for each in By]
    if by not in known:
        raise UsageError(f"cannot group by {echoed(by)}: use one of {', '.join(known)}")
    since, midnight = window(days)
    with opened() as (tom, settings):
        calls = tom.memory.ledger.calls(since)
    groups = grouped(calls, By(by))
    today = used_by(call for call in calls if call.at >= midnight)
    if as_json:
        print_json(
            {
                "since": since,
                "by": by,
                "groups": groups,
                "today": {
                    "since": midnight,
                    "cost": today.cost,
                    "daily_budget": settings.daily_budget,
                    "tokens": today.tokens,
                    "daily_tokens": settings.daily_tokens,
                },
            }
        )
    else:
        _show(groups, By(by), days, today, settings)


def window(days: int) -> tuple[datetime, datetime]:
    """When the last ``days`` began and when today did, on the person's own clock."""
    from datetime import UTC, datetime, timedelta

    from tom_swe.model.calls import day_of

    # Without its offset, so that days before a change of the clocks begin when they did.
    now = datetime.now(UTC).astimezone().replace(tzinfo=None)
    return day_of(now - timedelta(days=days - 1)), day_of(now)


def _show(groups: Sequence[Spending], by: By, days: int, today: Used, settings: Settings) -> None:
    from tom_cli.layout import put

    if groups:
        _show_table(groups, by)
    else:
        when = "today" if days == 1 else f"in the last {days} days"
        put(f"no model was called {when}; without one tom costs nothing")
    put(
        f"today: {today.cost:.4f} of {settings.daily_budget:,.10g} USD (TOM_DAILY_BUDGET), "
        f"{today.tokens:,} of {settings.daily_tokens:,} tokens without a price "
        "(TOM_DAILY_TOKENS)"
    )


def _show_table(groups: Sequence[Spending], by: By) -> None:
    from rich.table import Table
    from rich.text import Text

    from tom_cli.layout import put_block

    table = Table(box=None, pad_edge=False)
    table.add_column(by.value, no_wrap=True, overflow="fold")
    *numbers, last = COLUMNS
    for title in numbers:
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column(last, no_wrap=True)
    for each in groups:
        table.add_row(*(Text(cell) for cell in cells(each)))
    put_block(table)


def cells(spending: Spending) -> tuple[str, ...]:
    """What calls used, in words: under COLUMNS."""
    from tom_swe.text.safe import safe

    usage = spending.usage
    endings = {"failed": spending.failed, "bad": spending.bad, "open": spending.open}
    return (
        safe(spending.group, 60) or "(no session)",
        f"{spending.calls:,}",
        f"{usage.tokens_in:,} ({usage.cached:,})",
        f"{usage.tokens_out:,}",
        _price(spending),
        ", ".join(f"{count:,} {ending}" for ending, count in endings.items() if count),
    )


def _price(spending: Spending) -> str:
    """The known sum, and whether there are calls beside it that have no known price."""
    cost = spending.usage.cost
    if not spending.unpriced:
        return f"{cost or 0.0:.4f}"
    return "unknown price" if cost is None else f"{cost:.4f} + unknown price"
