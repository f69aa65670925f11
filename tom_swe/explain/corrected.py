"""How often the person corrects agents: in a session, again, by subject and over time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from tom_swe.model.base import Value
from tom_swe.model.corrections import Correction

if TYPE_CHECKING:
    from tom_swe.ports import Vector

# Two turns are about the same where their vectors are at least so alike, and each says enough:
# short objections ("still not working") are alike whatever they are about.
SAME = 0.6
ENOUGH = 5  # words


class Week(Value):
    """The sessions of a week that tom could read, and the corrections in them."""

    begins: date
    sessions: int
    corrections: int


class Corrected(Value):
    """Corrective turns in the sessions of a period. A share of nothing is None.

    Only ``readable`` sessions count: they have a turn that could be judged. In ``unread`` ones the
    person wrote nothing after the agent began, or, in ``foreign`` ones of them, in a language that
    tom cannot judge; ``waiting`` ones were read before tom looked for corrections. ``again`` are
    those on what had been corrected in an earlier session, ever. ``subjects`` are known ones, the
    commonest first.
    """

    readable: int = 0
    unread: int = 0
    foreign: int = 0
    waiting: int = 0
    turns: int = 0
    corrections: int = 0
    sessions: int = 0
    per_session: float | None = None
    again: int = 0
    subjects: tuple[tuple[str, int], ...] = ()
    weeks: tuple[Week, ...] = ()


def corrected(
    times: Mapping[int, datetime],
    judged: Mapping[int, int],
    corrections: Iterable[Correction],
    vectors: Mapping[int, Vector],
    *,
    since: datetime,
    foreign: Collection[int] = (),
) -> Corrected:
    """What was corrected in the sessions from then on.

    ``times`` are of all sessions that count, by id, those before as well: what was corrected then
    may be corrected again. ``judged`` says how many turns of a session could be judged, and
    ``foreign`` are those without one for their language; ``vectors`` are of corrective turns, by
    turn.
    """
    counted = {session_id for session_id, at in times.items() if at >= since}
    readable = {each for each in counted if judged.get(each)}
    made = sorted(
        (each for each in corrections if each.session_id in times),
        key=lambda each: (times[each.session_id], each.session_id, each.ordinal),
    )
    repeated = _again(made, vectors)
    mine = [each for each in made if each.session_id in readable]
    subjects = Counter(subject for each in mine for subject in each.subjects)
    return Corrected(
        readable=len(readable),
        unread=sum(each in judged for each in counted - readable),
        foreign=sum(each in foreign for each in counted - readable),
        waiting=sum(each not in judged for each in counted),
        turns=sum(judged[each] for each in readable),
        corrections=len(mine),
        sessions=len({each.session_id for each in mine}),
        per_session=len(mine) / len(readable) if readable else None,
        again=sum(each.turn_id in repeated for each in mine),
        subjects=tuple(subjects.most_common()),
        weeks=_weeks({each: times[each] for each in readable}, mine),
    )


def _again(made: Sequence[Correction], vectors: Mapping[int, Vector]) -> set[int]:
    """The turns on what an earlier session corrected: on its subject, or nearly in its words."""
    repeated: set[int] = set()
    subjects: set[str] = set()
    said: list[Vector] = []
    for _, group in groupby(made, key=lambda each: each.session_id):
        session = list(group)
        before = np.array(said)
        for each in session:
            vector = vectors.get(each.turn_id) if said and _says_enough(each) else None
            is_alike = vector is not None and float((before @ vector).max()) >= SAME
            if is_alike or each.subjects & subjects:
                repeated.add(each.turn_id)
        for each in session:
            subjects |= each.subjects
            if each.turn_id in vectors and _says_enough(each):
                said.append(vectors[each.turn_id])
    return repeated


def _says_enough(correction: Correction) -> bool:
    # Where words have no spaces between them, characters are counted.
    text = correction.text
    return len(text.split()) >= ENOUGH or (not text.isascii() and len(text) >= 2 * ENOUGH)


def _weeks(times: Mapping[int, datetime], mine: Sequence[Correction]) -> tuple[Week, ...]:
    """The weeks with sessions, the oldest first; they begin on Monday."""
    sessions = Counter(map(_monday, times.values()))
    found = Counter(_monday(times[each.session_id]) for each in mine)
    return tuple(
        Week(begins=begins, sessions=count, corrections=found[begins])
        for begins, count in sorted(sessions.items())
    )


def _monday(at: datetime) -> date:
    day = at.astimezone().date()
    return day - timedelta(days=day.weekday())
