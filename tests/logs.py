"""Builders of logs for the tests of the reducer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tom_swe.embed.similarity import Similarity
from tom_swe.model.belief import (
    EVERYWHERE,
    DecisionKind,
    Judge,
    Kind,
    Observation,
    Polarity,
    Quote,
    Reach,
    Scope,
    Source,
    Stance,
)
from tom_swe.model.event import Decided, Heard, Judged, Merged, Share, heard_id
from tom_swe.testing import START

EXACTLY = Similarity()
SHOP, WEB = (Scope(reach=Reach.REPOSITORY, name=name) for name in ("acme/shop", "acme/web"))
# Statements on a dimension, with its value.
ON = {
    "Use npm": ("package_manager", "npm"),
    "Use pnpm": ("package_manager", "pnpm"),
    "Use yarn": ("package_manager", "yarn"),
    "Keep it short": ("length", "short"),
    "Keep it long": ("length", "long"),
}


def heard(
    what: str,
    day: float,
    session: int | None = None,
    *,
    repository: str = "",
    position: int = 0,
    **fields: Any,
) -> Heard:
    """What was said in a session on a day; a session a day where none is named."""
    dimension, value = ON.get(what, ("", ""))
    given: dict[str, Any] = {
        "kind": Kind.PREFERENCE,
        "source": Source.INSTRUCTION,
        "dimension": dimension,
        "value": value,
    } | fields
    number = int(day) if session is None else session
    said = Observation(
        statement=what, quote=Quote(ordinal=int(day * 1000), text=what.lower()), **given
    )
    return Heard(
        event=heard_id("jsonl", str(number), said),
        observation_id=0,
        session_id=number,
        host="jsonl",
        host_id=str(number),
        repository=repository,
        at=START + timedelta(days=day),
        position=position,
        observation=said,
    )


def decided(
    kind: DecisionKind,
    on: Heard | str,
    day: float,
    *,
    statement: str = "",
    scope: Scope = EVERYWHERE,
) -> Decided:
    """A decision on the belief that something heard holds up."""
    return Decided(
        event=f"decided-{day}",
        at=_at(day),
        kind=kind,
        on=_event(on),
        statement=statement if kind is DecisionKind.EDIT else "",
        scope=scope if kind is DecisionKind.SCOPE else None,
    )


def merged(kept: Heard | str, other: Heard | str, day: float) -> Merged:
    """That the belief on one was made part of the belief on the other."""
    return Merged(event=f"merged-{day}", at=_at(day), kept=_event(kept), other=_event(other))


def judged(
    on: Sequence[Heard | str],
    day: float,
    stance: Stance = Stance.SUPPORTS,
    advice: int | None = None,
    by: Judge = Judge.PERSON,
) -> Judged:
    """The outcome of advice that rested on these."""
    return Judged(
        event=f"judged-{day}",
        at=_at(day),
        by=by,
        shares=tuple(Share(on=_event(each), stance=stance, weight=1 / len(on)) for each in on),
        consultation_id=advice if by is not Judge.SESSION else None,
        session_id=None if by is not Judge.SESSION else advice,
    )


def against(what: str, day: float, **fields: Any) -> Heard:
    """What was spoken against."""
    return heard(what, day, polarity=Polarity.AGAINST, **fields)


def _at(day: float) -> datetime:
    return START + timedelta(days=day)


def _event(on: Heard | str) -> str:
    return on if isinstance(on, str) else on.event
