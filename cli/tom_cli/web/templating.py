"""Turns what is known into HTML. No text that is stored is ever markup here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tom_swe.text.safe import safe, safe_lines

_ID = re.compile(r"\b([sb])(\d{1,18})\b")
_PLACES = {"s": "sessions", "b": "beliefs"}


def environment(root: str) -> Environment:
    """The templates of pages under ``root``.

    All that goes into one is cleaned and escaped, whoever wrote it.
    """
    made = Environment(
        loader=PackageLoader("tom_cli.web"),
        autoescape=True,
        finalize=_clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"line": safe, "local": _local, "day": _day, "linked": _linked(root)}
    return made


def _clean(value: object) -> object:
    """Text without what would hide or turn around the text beside it."""
    return value if isinstance(value, Markup) else safe_lines(str(value))


def _local(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _day(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d}"


def _linked(root: str) -> Callable[[str], Markup]:
    def linked(text: str) -> Markup:
        """A text of tom's own, in which s7 and b3 lead to what they name."""
        return Markup(  # noqa: S704 - escaped just here
            _ID.sub(
                lambda m: f'<a href="{root}/{_PLACES[m[1]]}/{m[2]}">{m[0]}</a>',
                str(escape(safe(text))),
            )
        )

    return linked
