"""What the Tab key offers: ids with what they name. It reads, never writes, and never fails.

A shell evaluates what it is offered, so that of stored text only letters, digits and harmless
signs are shown.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

type Offers = list[tuple[str, str]]

_HELP = 60
_HARMFUL = re.compile(r"[^\w ./,+-]+")
_NAME = re.compile(r"[\w./@+-]+")


def beliefs() -> Offers:
    """Beliefs that are not retired, with their statements; the newest first."""
    return [
        (f"b{number}", _harmless(statement))
        for number, statement in _rows(
            "SELECT id, statement FROM belief WHERE user_id = ? AND status != 'retired' "
            "ORDER BY last_seen DESC"
        )
    ]


def sessions() -> Offers:
    """Sessions with their day, repository and what they were about; the newest first."""
    return [
        (f"s{number}", _harmless(f"{(day or '')[:10]} {repository} {summary or ''}"))
        for number, day, repository, summary in _rows(
            "SELECT session.id, started_at, repository, summary FROM session "
            "LEFT JOIN session_model ON session_id = session.id WHERE user_id = ? "
            "ORDER BY started_at DESC"
        )
    ]


def targets(incomplete: str) -> Offers:
    """Beliefs and sessions."""
    return [
        *([] if incomplete[:1].lower() == "s" else beliefs()),
        *([] if incomplete[:1].lower() == "b" else sessions()),
    ]


def advice() -> Offers:
    """Advice that was given, with the request; the newest first."""
    return [
        (f"a{number}", _harmless(query))
        for number, query in _rows(
            "SELECT id, query FROM consultation WHERE user_id = ? ORDER BY id DESC"
        )
    ]


def checks() -> Offers:
    """The numbers of checks, with what the beliefs say."""
    return [
        (str(number), _harmless(statement))
        for number, statement in _rows(
            "SELECT belief_id, statement FROM compiled_check JOIN belief ON belief.id = belief_id "
            "WHERE compiled_check.user_id = ?"
        )
    ]


def repositories() -> Offers:
    """The repositories of sessions, with how many."""
    return _named("repository")


def hosts() -> Offers:
    """The hosts of sessions, with how many."""
    return _named("host")


def importable() -> Offers:
    """The hosts whose transcripts tom reads, with where they lie."""
    from tom_swe.ingest.importers import PLACES

    return [*((name, _harmless(place)) for name, place in PLACES.items()), ("notes", "")]


def scopes() -> Offers:
    """Everywhere, here, and each repository."""
    return [
        ("everywhere", ""),
        (".", "the repository of this folder"),
        *((f"repository:{name}", counted) for name, counted in repositories()),
    ]


def _named(column: str) -> Offers:
    rows = _rows(
        f"SELECT {column}, count(*) FROM session WHERE user_id = ? "  # noqa: S608 - ours
        f"GROUP BY {column} ORDER BY count(*) DESC"
    )
    return [
        (name, f"{count} session{'s' * (count != 1)}")
        for name, count in rows
        if _NAME.fullmatch(name)
    ]


def _harmless(text: str) -> str:
    from tom_swe.text.safe import safe

    return safe(_HARMFUL.sub(" ", text.replace("'", "")), _HELP).replace("…", "...")


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    from tom_swe.errors import TomError
    from tom_swe.hosts.hook.stored import opened
    from tom_swe.hosts.inbox import HookFault, Place
    from tom_swe.place import DATABASE, ENCRYPTED

    try:
        place = Place(os.environ)
        # A keyring may ask a person, who only pressed Tab.
        if os.path.exists(f"{place.home}/{DATABASE}{ENCRYPTED}") and not place.key:  # noqa: PTH110
            return
        stored = opened(place)
        try:
            yield from stored.connection.execute(query, (place.user,)).fetchall()
        finally:
            stored.close()
    except (sqlite3.Error, HookFault, TomError, OSError, ValueError):
        return
