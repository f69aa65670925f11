"""The beliefs of a list: chosen by words, standing and place, in groups, a page at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tom_cli.web.words import KINDS, SUBJECTS, place_of, subject_of
from tom_swe.explain.counts import to_review
from tom_swe.model.belief import Kind, Status
from tom_swe.model.listing import BeliefLine

EVERYWHERE = "everywhere"


class Chosen(NamedTuple):
    """What is looked for; "" is any."""

    words: str = ""
    show: str = "told"
    kind: str = ""
    place: str = ""
    by: str = "subject"


def found_by(
    words: str, lines: Iterable[BeliefLine], quotes: Mapping[int, str]
) -> list[BeliefLine]:
    """Those in whose statement, place or quotes every word stands, however it is cased."""
    wanted = words.casefold().split()

    def text(line: BeliefLine) -> str:
        return "\n".join((line.statement, line.scope.name, quotes.get(line.id, ""))).casefold()

    return [each for each in lines if all(word in text(each) for word in wanted)]


def shown(lines: Iterable[BeliefLine], told: frozenset[int], show: str) -> list[BeliefLine]:
    """Those of a standing."""
    return [
        each
        for each in lines
        if show == "all"
        or (show == "told" and each.id in told)
        or show == each.status
        or (show == "human" and each.decided)
    ]


def is_at(line: BeliefLine, place: str) -> bool:
    """Whether a belief holds just at a place, as `place_name` calls it."""
    return place in ("", place_name(line))


def place_name(line: BeliefLine) -> str:
    """Where a belief holds, as an address names it."""
    return str(line.scope)


def in_groups(lines: Iterable[BeliefLine], by: str) -> list[tuple[str, BeliefLine]]:
    """Each belief with the title of its group: groups in their order, the surest first in each."""

    def key(line: BeliefLine) -> tuple[object, ...]:
        order: tuple[object, ...]
        match by:
            case "place":
                order = (line.scope.reach != EVERYWHERE, place_of(line.scope).casefold())
            case "kind":
                order = (list(KINDS).index(line.kind) if line.kind in KINDS else len(KINDS),)
            case _:
                order = (list(SUBJECTS).index(subject_of(line.dimension)),)
        weight = (line.status is Status.RETIRED, not line.is_pinned, -line.confidence, line.id)
        return (*order, *weight)

    return [(_title(line, by), line) for line in sorted(lines, key=key)]


def _title(line: BeliefLine, by: str) -> str:
    match by:
        case "place":
            place = place_of(line.scope)
            return place[:1].upper() + place[1:]
        case "kind":
            return KINDS.get(line.kind, Kind(line.kind).value)
        case _:
            return SUBJECTS[subject_of(line.dimension)]


def places(lines: Sequence[BeliefLine]) -> list[tuple[str, str, int]]:
    """Where beliefs hold: the name in an address, the words, and how many there are."""
    counts: dict[str, tuple[str, int]] = {}
    for each in lines:
        name = place_name(each)
        words, count = counts.get(name, (place_of(each.scope), 0))
        counts[name] = (words, count + 1)
    found = [(name, words, count) for name, (words, count) in counts.items()]
    return sorted(found, key=lambda each: (each[0] != EVERYWHERE, each[1].casefold()))


def waiting(lines: Iterable[BeliefLine]) -> list[BeliefLine]:
    """The beliefs that were seen once and that the person has not decided on, the surest first."""
    return sorted(to_review(lines), key=lambda each: (-each.confidence, each.id))


def notes_on(line: BeliefLine) -> list[str]:
    """How a belief of a list stands, in a few words."""
    notes = [place_of(line.scope)] if str(line.scope) != EVERYWHERE else []
    if line.status is Status.CANDIDATE:
        notes.append("seen once")
    marks = {"pin": "pinned", "confirm": "confirmed by you", "edit": "in your words"}
    notes += [words for kind, words in marks.items() if kind in line.decided]
    if line.is_rejected_by_user:
        notes.append("rejected by you")
    elif line.status is Status.RETIRED:
        by = line.superseded_by
        notes.append(f"superseded by b{by}" if by else "retired")
    return notes
