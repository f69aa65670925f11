"""Turns what is known into HTML. No text that is stored is ever markup here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tom_cli.web.seen import seen
from tom_swe.model.memory import SessionSummary
from tom_swe.text.safe import safe, safe_lines

TITLE = 120
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
    ours: dict[str, Any] = {
        "line": safe,
        "seen": seen,
        "spaced": _spaced,
        "clip": clip,
        "echoes": _echoes,
        "local": _local,
        "day": _day,
        "title_of": title_of,
        "linked": _linked(root),
    }
    made.filters.update(ours)
    return made


def _clean(value: object) -> object:
    """Text without what would hide or turn around the text beside it."""
    return value if isinstance(value, Markup) else safe_lines(str(value))


def clip(text: str, most: int) -> str:
    """A text on one line, cut at a word with "…" where it is longer."""
    words = safe(text)
    if len(words) <= most:
        return words
    cut = words[:most].rpartition(" ")[0] or words[:most]
    return f"{cut.rstrip(' ,.;:')} …"


def _echoes(quote: str, statement: str) -> bool:
    """Whether a quote says a statement in its very words, so that it need not stand beside it."""
    one, other = (" ".join(re.findall(r"\w+", text.casefold())) for text in (quote, statement))
    return one == other


def title_of(session: SessionSummary) -> str:
    """What a session was about, in a few words."""
    return clip(session.title or session.summary or session.intent, TITLE) or (
        "Not read yet" if session.user_turns else "Nothing said here"
    )


def _spaced(text: str) -> str:
    """A text on one line that keeps the spaces at its ends: it stands beside another piece."""
    inner = safe(text)
    return f"{' ' * text[:1].isspace()}{inner}{' ' * text[-1:].isspace()}"


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
