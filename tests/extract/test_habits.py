"""What is counted in a session, whatever is said in it."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest

from tom_swe.extract.habits import habits, words_in
from tom_swe.model.belief import Observation
from tom_swe.model.session import Role, Session, Turn
from tom_swe.text.attribution import AgentWords

SYDNEY = timezone(timedelta(hours=11))


def counted(*texts: str, at: datetime | None = None, zone: tzinfo = UTC) -> dict[str, Observation]:
    """The habits of a session of these messages, by dimension."""
    turns = (Turn(ordinal=n, role=Role.USER, text=text, at=at) for n, text in enumerate(texts))
    session = Session(host="t", host_id="1", turns=tuple(turns))
    return {each.dimension: each for each in habits(session, AgentWords(session), zone)}


@pytest.mark.parametrize(
    ("words", "statement"),
    [
        (8, "Writes short messages"),
        (9, "Writes messages of ordinary length"),
        (15, "Writes messages of ordinary length"),
        (29, "Writes messages of ordinary length"),
        (30, "Writes long messages"),
    ],
)
def test_short_and_long_are_the_ends_of_what_people_write(words: int, statement: str) -> None:
    """A fifth of sessions each, by the median of their messages; the rest is ordinary."""
    found = counted(*(["word " * words] * 4))["habit.message_length"]
    assert found.statement == statement


def test_words_are_counted_where_no_blanks_part_them() -> None:
    """Two signs make a word, so a long sentence in Chinese is no single word."""
    assert words_in("run the tests") == 3
    assert words_in("请先运行所有测试再提交") == 6
    assert words_in("运行 pnpm test") == 3
    assert words_in("") == 0


@pytest.mark.parametrize(
    ("at", "zone", "part"),
    [
        (datetime(2026, 1, 2, 3, 54, tzinfo=UTC), SYDNEY, "afternoon"),
        (datetime(2026, 1, 2, 3, 54, tzinfo=UTC), UTC, "night"),
        (datetime(2026, 1, 2, 14, 54, tzinfo=SYDNEY), UTC, "afternoon"),
    ],
)
def test_hours_are_those_of_the_persons_clock(at: datetime, zone: tzinfo, part: str) -> None:
    """Of the zone that the time was written in, else of the machine's; programs write UTC."""
    found = counted("fix it", "push it", "go on", "thanks", at=at, zone=zone)["habit.hours"]
    assert found.statement == f"Works in the {part}"


def test_a_time_without_a_zone_says_no_hours() -> None:
    """It may be any part of the day."""
    assert "habit.hours" not in counted(*(["go on"] * 4), at=datetime(2026, 1, 2, 3))  # noqa: DTZ001


def test_a_language_that_is_not_english_says_what_to_do() -> None:
    """Agents answer in English anyway."""
    spanish = "por favor haz que la prueba pase y no toques el resto"
    english = "please make the test pass and do not touch the rest of it"
    for text, statement in (
        (spanish, "Writes in Spanish: answer in it"),
        (english, "Writes in English"),
    ):
        assert counted(*([text] * 4))["habit.written_language"].statement == statement
