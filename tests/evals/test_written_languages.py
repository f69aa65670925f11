import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import tom_evals.reading.data
from tom_evals.reading.data import cases, wild_cases
from tom_swe.extract.catalogue import catalogue

FILE = Path(tom_evals.reading.data.__file__).with_name("written_languages.jsonl")
KEYS = {
    "id",
    "lang",
    "text",
    "prev_agent",
    "label",
    "quote",
    "statement",
    "pref",
    "against",
}
AT_LEAST = dict.fromkeys(["de", "es", "fr", "ja", "pt", "ru", "zh"], 150) | dict.fromkeys(
    ["fa", "it", "ko", "pl", "tr"], 60
)
TELLING = 20  # characters; a shorter sentence may be anybody's
MARKS = r"[.!?,;:\n\u3002\uff01\uff1f\uff0c\uff1b\uff1a\u3001]+"


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def test_each_line_has_the_same_fields(lines: list[dict[str, Any]]) -> None:
    """Each line has the same fields; an id starts with its language, and none comes twice."""
    assert all(set(each) == KEYS for each in lines)
    assert all(each["id"].startswith(f"{each['lang']}-") for each in lines)
    assert len({each["id"] for each in lines}) == len(lines)
    assert all(isinstance(each["prev_agent"], str) for each in lines)
    assert {type(each["against"]) for each in lines} == {bool}


def test_a_statement_has_its_quote(lines: list[dict[str, Any]]) -> None:
    """A message that states something has the words that do, exactly, and a plain sentence."""
    subjects = {each.id for each in catalogue()}
    for each in (each for each in lines if each["label"] != "none"):
        assert each["label"] in {"explicit", "correction"}, each["id"]
        assert each["quote"], each["id"]
        assert each["quote"] in each["text"], each["id"]
        assert each["statement"], each["id"]
        assert each["statement"].isascii(), each["id"]
        assert each["pref"] is None or each["pref"] in subjects, each["id"]


def test_nothing_is_quoted_where_nothing_is_stated(lines: list[dict[str, Any]]) -> None:
    """A message that states nothing has neither quote nor statement nor subject."""
    for each in (each for each in lines if each["label"] == "none"):
        assert (each["quote"], each["statement"], each["pref"]) == (None, None, None), each["id"]
        assert not each["against"], each["id"]


def test_no_message_is_written_twice(lines: list[dict[str, Any]]) -> None:
    """Each text is there once."""
    assert [text for text, n in Counter(each["text"] for each in lines).items() if n > 1] == []


def test_each_language_has_both_kinds(lines: list[dict[str, Any]]) -> None:
    """Each language has enough messages, and between a third and a half state something."""
    counts = Counter(each["lang"] for each in lines)
    assert set(counts) == set(AT_LEAST)
    assert all(counts[lang] >= least for lang, least in AT_LEAST.items())
    stating = Counter(each["lang"] for each in lines if each["label"] != "none")
    assert all(1 / 3 < stating[lang] / counts[lang] < 1 / 2 for lang in counts)


def test_the_agents_turn_does_not_give_the_label_away(lines: list[dict[str, Any]]) -> None:
    """Messages that state nothing follow a turn of the agent, too."""
    after = [each["label"] != "none" for each in lines if each["prev_agent"]]
    assert 0.3 < sum(after) / len(after) < 0.5


@pytest.mark.slow
def test_nothing_that_is_measured_was_copied(
    lines: list[dict[str, Any]], shared_data: Path
) -> None:
    """No sentence of some length is one of the labelled messages'."""
    measured = {
        sentence
        for each in [*cases(shared_data), *wild_cases(shared_data)]
        for sentence in sentences(each.text)
    }
    assert [each["id"] for each in lines if measured & sentences(each["text"])] == []


def sentences(text: str) -> set[str]:
    """The parts between marks that end a sentence or a clause, in any of the languages."""
    parts = (part.strip().casefold() for part in re.split(MARKS, text))
    return {part for part in parts if len(part) >= TELLING}
