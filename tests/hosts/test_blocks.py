from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.errors import TomError
from tom_swe.explain.markdown import escaped, unescaped
from tom_swe.hosts import blocks
from tom_swe.model.belief import EVERYWHERE, Belief, Kind, Reach, Scope, Status

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OWNER = blocks.owner_of("ada", NOW)
LINES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co"), exclude_characters="<>\u2028\u2029"),
    max_size=40,
)


def belief(number: int, statement: str, **more: object) -> Belief:
    fields = {
        "kind": Kind.CONSTRAINT,
        "status": Status.CONFIRMED,
        "confidence": 0.8,
        "scope": EVERYWHERE,
        "first_seen": NOW,
        "last_seen": NOW,
        **more,
    }
    return Belief.model_validate({"id": number, "statement": statement, **fields})


BELIEFS = [belief(3, "Use pnpm"), belief(7, "Never commit to `main`")]


@given(text=LINES)
def test_escaping_is_taken_back(text: str) -> None:
    """What was escaped for Markdown reads as it was written, but for blanks and hidden signs."""
    assert unescaped(escaped(text)) == " ".join(text.split())


@given(
    around=st.text(st.sampled_from("ab #-<!>\n"), max_size=60),
    newline=st.sampled_from(["\n", "\r\n"]),
    statements=st.lists(LINES.filter(lambda text: text.strip()), min_size=1, max_size=4),
)
def test_the_rest_of_the_file_stays(around: str, newline: str, statements: list[str]) -> None:
    """Written, written anew and taken out, nothing but the block and a blank line changes."""
    around = around.replace("\n", newline)
    beliefs = [belief(i + 1, text) for i, text in enumerate(statements)]
    block = blocks.rendered(beliefs, OWNER, newline)
    text = blocks.placed(around, block, OWNER, newline)
    assert text.startswith(around)
    assert blocks.placed(text, block, OWNER, newline) == text
    shorter = blocks.rendered(beliefs[:1], OWNER, newline)
    assert blocks.placed(text, shorter, OWNER, newline).startswith(around)
    left = blocks.placed(text, "", OWNER, newline)
    assert left.rstrip("\r\n") == around.rstrip("\r\n")


@given(statements=st.lists(LINES.filter(lambda text: text.strip()), min_size=1, max_size=4))
def test_what_tom_wrote_is_nobodys_change(statements: list[str]) -> None:
    """A block as it was written has nothing to be read back, whatever the statements hold."""
    beliefs = [belief(i + 1, text) for i, text in enumerate(statements)]
    text = blocks.placed("# Notes\n", blocks.rendered(beliefs, OWNER), OWNER)
    found = blocks.found(text, OWNER)
    assert found is not None
    assert not found.is_touched


@pytest.mark.parametrize("bullet", ["-", "*", "+", "1.", "12)", ""])
def test_changes_are_read_back(bullet: str) -> None:
    """Edited, deleted and added lines, whatever list they are put in."""
    text = blocks.rendered([*BELIEFS, belief(9, "Use tabs")], OWNER)
    text = text.replace("Use pnpm", "Use pnpm, never npm").replace(
        "- Use tabs", "\n---\n- Use tabs"
    )
    text = "\n".join(line for line in text.split("\n") if "main" not in line)
    text = text.replace("<!-- tom:end", f"{bullet} Keep \\`main\\` green\n<!-- tom:end")
    found = blocks.found(text, OWNER)
    assert found is not None
    assert found.edited == {3: "Use pnpm, never npm"}
    assert found.removed == (7,)
    assert found.added == ("Keep `main` green",)


def test_a_language_is_named_and_is_no_part_of_the_statement() -> None:
    """Where a rule holds for a language the line says so; editing the line keeps it apart."""
    scope = Scope(reach=Reach.LANGUAGE, name="python")
    text = blocks.rendered([belief(3, "Use type hints", scope=scope)], OWNER)
    assert "- Use type hints (in python code) <!--" in text
    found = blocks.found(text.replace("Use type hints", "Use strict type hints"), OWNER)
    assert found is not None
    assert found.edited == {3: "Use strict type hints"}


def test_anothers_block_is_another_ones() -> None:
    """It is neither read nor replaced; a copied number does not make it one's own."""
    other = blocks.owner_of("eve", NOW)
    theirs = blocks.rendered(BELIEFS, other)
    assert blocks.found(theirs, OWNER) is None
    assert blocks.others_in(theirs, OWNER)
    assert theirs in blocks.placed(theirs, blocks.rendered(BELIEFS, OWNER), OWNER)


@pytest.mark.parametrize("spoilt", ["no end", "no begin", "twice"])
def test_a_broken_block_is_left_alone(spoilt: str) -> None:
    """Where it cannot be told what is the block's, nothing is read and nothing is written."""
    block = blocks.rendered(BELIEFS, OWNER)
    lines = block.split("\n")
    text = {"no end": lines[:-1], "no begin": lines[1:], "twice": lines * 2}[spoilt]
    with pytest.raises(TomError):
        blocks.found("\n".join(text), OWNER)


def test_what_may_be_read_by_others_is_asked_for_and_sure() -> None:
    """No habit, nothing about the person, no hint of one session; and no quotes."""
    kept = belief(1, "Use pnpm")
    others = [
        belief(2, "Works in the night", kind=Kind.HABIT),
        belief(3, "Knows Rust", kind=Kind.EXPERTISE),
        belief(4, "Use yarn", status=Status.CANDIDATE),
    ]
    assert blocks.fit([kept, *others]) == [kept]


@given(text=st.text(st.sampled_from("<!- tomcbegind53739362b38|\n"), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a file holds, it is read or refused in tom's words."""
    try:
        blocks.found(text, OWNER)
    except TomError:
        return
