"""The counts in words, the same on the command line and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tom_swe.explain.counts import Counts, PlaceCounts

PLACES = 3  # that are named, those with the most beliefs


def number(count: int, one: str, many: str = "") -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def believed(counts: Counts) -> str:
    """How many beliefs there are, and how sure."""
    parts = [
        f"{counts.confirmed} confirmed" if counts.confirmed else "",
        f"{counts.seen_once} seen once" if counts.seen_once else "",
    ]
    said = ", ".join(filter(None, parts))
    return number(counts.beliefs, "belief") + (f" ({said})" if said else "")


def live(counts: Counts) -> str:
    """All that is believed now, whether agents hear it or not."""
    parts = [f"{number(counts.beliefs, 'belief')} that agents hear"]
    if counts.habits:
        parts.append(number(counts.habits, "habit"))
    if counts.held_back:
        parts.append(f"{counts.held_back} held back until you confirm them")
    return ", ".join(parts)


def kept(counts: Counts) -> str:
    """How many sessions there are, with how many messages of the person."""
    of = counts.kept
    words = f"{number(of.sessions, 'session')} with {number(of.messages, 'message')} of yours"
    return words + (f" and {number(of.stated, 'statement')} to tom" if of.stated else "")


def span(counts: Counts) -> str:
    """The days of the first and the last session, on the person's own clock."""
    of = counts.kept
    if not (of.since and of.until):
        return ""
    return f", {of.since.astimezone():%Y-%m-%d} to {of.until.astimezone():%Y-%m-%d}"


def told(counts: Counts) -> str:
    """How many beliefs a session hears, by where it is."""
    here = [each for each in counts.places if each.repository]
    most = sorted(here, key=lambda place: (-place.briefed, place.repository))
    named, others = most[:PLACES], most[PLACES:]
    parts = [_told_in(each) for each in named]
    if others:
        which = number(len(others), "more repository", "more repositories")
        parts.append(f"at most {others[0].briefed} in {which}")
    where = "in any other repository" if parts else "in every repository"
    return ", ".join([*parts, f"{counts.everywhere.briefed or 'none'} {where}"])


def unread(counts: Counts) -> str:
    """The sessions that are not read; empty where all are."""
    parts = (
        f"{number(counts.kept.waiting, 'session')} not read yet" if counts.kept.waiting else "",
        f"{number(counts.kept.failed, 'session')} could not be read" if counts.kept.failed else "",
    )
    return ", ".join(filter(None, parts))


def to_review(counts: Counts) -> str:
    """What waits for the person's decision; empty where nothing does."""
    parts: list[str] = []
    if counts.to_review:
        waits = "belief waits", "beliefs wait"
        told = f"(agents hear {counts.seen_once or 'none'} of them)"
        parts.append(f"{number(counts.to_review, *waits)} for your review {told}")
    if counts.proposals:
        recur = "request of yours recurs", "requests of yours recur"
        parts.append(number(counts.proposals, *recur))
    return "; ".join(parts)


def habits(counts: Counts) -> str:
    """The habits that are left out of the beliefs; empty where there are none."""
    if not counts.habits:
        return ""
    changes = "changes" if counts.habits == 1 else "change"
    return f"{number(counts.habits, 'habit')} that {changes} nothing for an agent"


def _told_in(place: PlaceCounts) -> str:
    of = f" of {place.hold}" if place.hold > place.briefed else ""
    return f"{place.briefed}{of} in {place.repository}"
