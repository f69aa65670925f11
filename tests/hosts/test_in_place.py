"""Texts of other people's files in which something is changed, and all else stays."""

import json
from typing import Any

import pytest
from bent_json import texts
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.errors import TomError
from tom_swe.hosts.install.in_place import rewritten
from tom_swe.hosts.install.jsonc import parsed, value_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.data(), VALUES)
def test_any_text_can_be_made_to_say_any_value(data: st.DataObject, after: Any) -> None:
    """However it is written; and what says it already is not touched."""
    before = data.draw(VALUES)
    text = data.draw(texts(before))
    assert same(parsed(text).value, before)
    made = rewritten(text, after)
    assert same(parsed(made).value, after)
    assert rewritten(made, after) == made


@given(st.data(), st.dictionaries(st.text(max_size=3), VALUES, max_size=4), VALUES)
def test_what_is_put_into_an_object_leaves_the_rest(
    data: st.DataObject, before: dict[str, Any], value: Any
) -> None:
    """Nothing of the text is lost, and taking it out again gives back what was said."""
    text = data.draw(texts(before))
    added = rewritten(text, {**before, "tom-swe": value})
    assert is_within(text, added)
    taken = rewritten(added, before)
    assert same(parsed(taken).value, before)
    assert "".join(taken.split()) == "".join(text.split())


@given(st.data(), st.lists(VALUES, max_size=4), VALUES)
def test_what_is_put_at_the_end_of_a_list_leaves_the_rest(
    data: st.DataObject, before: list[Any], value: Any
) -> None:
    """As with an object."""
    text = data.draw(texts(before))
    added = rewritten(text, [*before, value])
    assert is_within(text, added)
    assert same(parsed(rewritten(added, before)).value, before)


PLAIN = st.dictionaries(st.text(max_size=3), VALUES, min_size=1, max_size=4)


@given(PLAIN, VALUES, st.sampled_from([2, 4, "\t", None]), st.sampled_from(["\n", "\r\n"]))
def test_a_file_as_programs_write_it_comes_back(
    before: dict[str, Any], value: Any, indent: Any, newline: str
) -> None:
    """Byte for byte, in any indentation, also on one line."""
    text = json.dumps(before, indent=indent).replace("\n", newline) + newline
    added = rewritten(text, {**before, "tom-swe": value})
    assert newline != "\r\n" or "\n" not in added.replace("\r\n", "")
    assert rewritten(added, before) == text


@pytest.mark.parametrize(
    ("text", "after", "made"),
    [
        ('{"a": 1}', {"a": 1, "b": [2]}, '{"a": 1, "b": [2]}'),
        ('{"a":1}', {"a": 1, "b": {"c": 2}}, '{"a":1,"b":{"c":2}}'),
        ("{\n\t\"a\": 1\n}", {"a": 1, "b": 2}, '{\n\t"a": 1,\n\t"b": 2\n}'),
        ('{\n  "a": 1, // one\n}\n', {"a": 1, "b": 2}, '{\n  "a": 1, // one\n  "b": 2,\n}\n'),
        ('{\n  "a": 1 // one\n}\n', {"a": 1, "b": 2}, '{\n  "a": 1, // one\n  "b": 2\n}\n'),
        ('{\n  "a": 1, // one\n  "b": 2\n}', {"a": 1}, '{\n  "a": 1 // one\n}'),
        ('{\n  "a": [1],\n  "b": 3\n}', {"a": [1, 2], "b": 3}, '{\n  "a": [1, 2],\n  "b": 3\n}'),
        ("\ufeff{\n}", {"a": 1}, '\ufeff{\n  "a": 1\n}'),
        ("{}", {"a": {"b": 1}}, '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("", {"a": 1}, '{\n  "a": 1\n}\n'),
        ("// mine\n{}\n", {}, "// mine\n{}\n"),
        ("[1, // c\n 2]", [1], "[1 // c\n]"),
    ],
)  # fmt: skip
def test_it_is_written_as_the_file_is(text: str, after: Any, made: str) -> None:
    """Line ends, indentation, commas at the end, comments beside the values."""
    assert rewritten(text, after) == made


@pytest.mark.parametrize(
    "text",
    ["{", "[1,,2]", "{a: 1}", "{'a': 1}", '{"a" 1}', '{"a": 01}', "{} {}", '"\\x"', "nul", "/* {}"],
)
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    """With the place of the fault."""
    with pytest.raises(TomError, match=r"not valid JSON: .* at line 1, column \d+"):
        parsed(text)


def test_a_text_of_many_levels_is_refused() -> None:
    """It does not bring the program down."""
    with pytest.raises(TomError, match="too many levels"):
        parsed("[" * 5000)


def test_a_long_comment_is_read_at_once() -> None:
    """No text takes long."""
    assert value_of("/*" + "* " * 50_000 + "*/" + "// x\n" * 10_000 + "{}") == {}


def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def is_within(small: str, big: str) -> bool:
    """Whether all letters of a text stand in another, in this order; spaces aside."""
    rest = iter(big)
    return all(letter in rest for letter in small if not letter.isspace())
