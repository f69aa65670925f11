"""How often agents are corrected: counted by hand, then by the code."""

from datetime import timedelta

import numpy as np

from tom_swe.explain.corrected import Corrected, Week, corrected
from tom_swe.model.corrections import Correction
from tom_swe.testing import START

DAY = timedelta(days=1)
LONG = "no, the totals are still of the wrong month"


def correction(turn_id: int, session_id: int, *subjects: str, text: str = LONG) -> Correction:
    return Correction(
        turn_id=turn_id,
        session_id=session_id,
        ordinal=turn_id,
        text=text,
        subjects=frozenset(subjects),
    )


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def days(*sessions: int) -> dict[int, object]:
    return {each: START + each * DAY for each in sessions}


def test_only_sessions_that_could_be_read_count() -> None:
    """Four sessions: two could be read, one could not, one is still to be read."""
    found = corrected(
        days(1, 2, 3, 4),
        {1: 5, 2: 2, 3: 0},
        [correction(1, 1), correction(2, 1), correction(3, 3)],
        {},
        since=START,
    )
    assert (found.readable, found.unread, found.waiting, found.turns) == (2, 1, 1, 7)
    assert (found.corrections, found.sessions, found.per_session) == (2, 1, 1.0)


def test_of_nothing_there_is_no_share() -> None:
    """Without a session that could be read there is no rate, and no 0 either."""
    assert corrected({}, {}, [], {}, since=START) == Corrected()
    assert corrected(days(1), {1: 0}, [], {}, since=START).per_session is None


def test_the_same_subject_in_a_later_session_comes_again() -> None:
    """Not in the same session, and not on another subject; what came before the period counts."""
    made = [
        correction(1, 1, "tests"),
        correction(2, 2, "git"),
        correction(3, 3, "tests", "git"),
        correction(4, 3, "style"),
        correction(5, 3, "style"),
    ]
    found = corrected(days(1, 2, 3), {1: 1, 2: 1, 3: 3}, made, {}, since=START + 3 * DAY)
    assert (found.corrections, found.again) == (3, 1)
    assert dict(found.subjects) == {"style": 2, "git": 1, "tests": 1}
    assert found.subjects[0] == ("style", 2)


def test_nearly_the_same_words_come_again_if_they_say_enough() -> None:
    """Two short objections are alike whatever they are about, so they are no repetition."""
    vectors = {1: unit(1, 0), 2: unit(1, 0.1), 3: unit(0, 1)}
    made = [correction(n, n) for n in (1, 2, 3)]
    judged = {1: 1, 2: 1, 3: 1}
    assert corrected(days(1, 2, 3), judged, made, vectors, since=START).again == 1
    short = [correction(n, n, text="still broken") for n in (1, 2, 3)]
    assert corrected(days(1, 2, 3), judged, short, vectors, since=START).again == 0
    assert corrected(days(1, 2, 3), judged, made, {}, since=START).again == 0


def test_weeks_are_of_sessions_that_could_be_read() -> None:
    """Each week with its sessions and corrections, the oldest first."""
    made = [correction(1, 1), correction(2, 1), correction(3, 9)]
    found = corrected(days(1, 2, 9), {1: 2, 2: 1, 9: 1}, made, {}, since=START)
    assert sum(each.sessions for each in found.weeks) == 3
    assert [each.corrections for each in found.weeks if each.corrections] == [2, 1]
    assert all(isinstance(each, Week) and each.begins.weekday() == 0 for each in found.weeks)
