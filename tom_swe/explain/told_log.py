"""What tom told agents, reminded them of and stopped, and what came of it, as a log. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from tom_swe.explain.history import Entry, chosen
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.checks import Check

_CAME = {
    Adherence.OBEYED: "followed",
    Adherence.DISOBEYED: "breached",
    Adherence.CORRECTED: "repeated by you",
}


def told_entries(
    tellings: Iterable[Telling],
    checks: Iterable[Check],
    *,
    since: datetime | None = None,
    belief_id: int | None = None,
) -> list[Entry]:
    """Each briefing of a session and each breach that a check found, the oldest first."""
    return chosen([*_told(tellings), *_met(checks)], since, belief_id)


def _told(tellings: Iterable[Telling]) -> Iterator[Entry]:
    for telling in tellings:
        yield Entry(
            at=telling.at,
            what="told",
            by=telling.host,
            belief_ids=telling.belief_ids,
            session_id=telling.session_id,
            reason="; ".join(
                (_session(telling), *_became(telling.adherence), *_said(telling.sayings))
            ),
        )


def _session(telling: Telling) -> str:
    return f"session s{telling.session_id}" if telling.session_id else "a session not kept yet"


def _became(adherence: Mapping[int, Adherence]) -> Iterator[str]:
    for became, word in _CAME.items():
        if ids := sorted(each for each, found in adherence.items() if found is became):
            yield f"{word}: {', '.join(f'b{each}' for each in ids)}"


def _said(sayings: Iterable[tuple[int, int]]) -> Iterator[str]:
    if named := [f"s{session_id}.{ordinal}" for session_id, ordinal in sayings]:
        yield f"earlier words: {', '.join(named)}"


def _met(checks: Iterable[Check]) -> Iterator[Entry]:
    for check in checks:
        for hit in check.hits:
            yield Entry(
                at=hit.at,
                what=hit.outcome.value,
                by=hit.host,
                belief_ids=(check.belief_id,),
                reason=f"breach of: {check.statement}",
            )
