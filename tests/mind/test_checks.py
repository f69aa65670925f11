"""Checks follow from beliefs, keep what the person wants of them, and go with the belief."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from exports import exported

from tom_swe.errors import NotFound
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Reach, Scope
from tom_swe.model.checks import CheckHit, CheckOutcome, Mode
from tom_swe.model.portable import Export
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]
LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    """Knows of two sessions that pnpm is wanted, and of one that main is left alone."""
    made = make_tom(HashEmbedder())
    for name, day, text in (
        ("1", 0, "from now on use pnpm"),
        ("2", 3, "from now on use pnpm. add a chart"),
        ("3", 4, "never force push"),
    ):
        at = START + timedelta(days=day)
        made.add_session("ada", session_of(text, host_id=name, started=at))
    assert made.learn("ada").failed == ()
    return made


def hit(outcome: CheckOutcome = CheckOutcome.COUNTED, host_id: str = "9") -> CheckHit:
    return CheckHit(host="jsonl", host_id=host_id, at=LATER, mode=Mode.OBSERVE, outcome=outcome)


def modes(tom: Tom) -> dict[int, Mode]:
    return {each.belief_id: each.mode for each in tom.memory.checks.all("ada")}


def test_what_is_confirmed_has_a_check_that_only_counts(tom: Tom) -> None:
    """With its rule and its quote; what was said once has none until it is confirmed."""
    (check,) = tom.memory.checks.all("ada")
    assert (check.belief_id, check.mode, check.statement) == (1, Mode.OBSERVE, "Use pnpm")
    assert "use pnpm" in check.quote
    tom.confirm("ada", 2)
    assert modes(tom) == {1: Mode.OBSERVE, 2: Mode.OBSERVE}
    tom.undo("ada")
    assert modes(tom) == {1: Mode.OBSERVE}


def test_a_mode_outlives_learning_and_rejecting(tom: Tom) -> None:
    """A rejected rule is not checked; taken back, it is checked as it was."""
    tom.memory.checks.set_mode("ada", 1, Mode.BLOCK)
    tom.add_session("ada", session_of("use pnpm, as always", host_id="4"))
    tom.learn("ada")
    assert modes(tom)[1] is Mode.BLOCK
    tom.reject("ada", 1)
    assert modes(tom) == {}
    tom.undo("ada")
    assert modes(tom) == {1: Mode.BLOCK}


def test_a_check_follows_the_words_and_the_place_of_its_rule(tom: Tom) -> None:
    """Reworded, it looks for something else; its mode stays."""
    tom.memory.checks.set_mode("ada", 1, Mode.REMIND)
    tom.edit("ada", 1, "use yarn")
    tom.rescope("ada", 1, Scope(reach=Reach.REPOSITORY, name="acme/shop"))
    (check,) = tom.memory.checks.all("ada")
    assert "pnpm" in check.spec["runs"]
    assert "yarn" not in check.spec["runs"]
    assert (check.mode, check.scope) == (Mode.REMIND, "repository:acme/shop")
    tom.edit("ada", 1, "be nice")
    assert modes(tom) == {}


def test_a_merge_takes_modes_and_breaches_along_and_undoing_it_back(tom: Tom) -> None:
    """Of two modes that of the one which is kept stands."""
    tom.confirm("ada", 2)
    tom.edit("ada", 2, "Never use npm")
    tom.memory.checks.set_mode("ada", 2, Mode.BLOCK)
    tom.memory.checks.met("ada", [(2, hit())])
    before = tom.memory.checks.all("ada")
    tom.merge("ada", 1, 2)
    (kept,) = tom.memory.checks.all("ada")
    assert (kept.belief_id, kept.mode, len(kept.hits)) == (1, Mode.BLOCK, 1)
    tom.undo("ada")
    assert tom.memory.checks.all("ada") == before
    tom.memory.checks.set_mode("ada", 1, Mode.REMIND)
    tom.merge("ada", 1, 2)
    assert modes(tom) == {1: Mode.REMIND}
    tom.undo("ada")
    assert modes(tom) == {1: Mode.REMIND, 2: Mode.BLOCK}


def test_forgetting_takes_everything_of_a_check(tom: Tom) -> None:
    """The belief's check with its mode and breaches, and a session's breaches with the session."""
    tom.memory.checks.set_mode("ada", 1, Mode.BLOCK)
    tom.memory.checks.met("ada", [(1, hit(host_id="3")), (1, hit())])
    tom.forget_session("ada", 3)
    (check,) = tom.memory.checks.all("ada")
    assert [each.host_id for each in check.hits] == ["9"]
    tom.memory.checks.met("ada", [(1, hit(host_id="3"))])
    assert len(tom.memory.checks.get("ada", 1).hits) == 1
    tom.forget_belief("ada", 1)
    rows = exported(tom.memory)["tables"]
    assert (rows["check_mode"], rows["check_hit"]) == ([], [])
    assert tom.memory.checks.all("ada") == []


def test_an_export_carries_modes_and_breaches(tom: Tom, tmp_path: Path) -> None:
    """What is checked is derived again where it is taken in."""
    tom.memory.checks.set_mode("ada", 1, Mode.ASK)
    tom.memory.checks.set_here("ada", 1, "acme/shop", off=True)
    tom.memory.checks.met("ada", [(1, hit(CheckOutcome.ASKED))])
    before = tom.memory.checks.all("ada")
    export = Export.model_validate(exported(tom.memory))
    tom.restore("ada", export, replace=True)
    assert tom.memory.checks.all("ada") == before
    assert before[0].off_in == ("acme/shop",)


def test_two_false_alarms_have_a_check_only_count(tom: Tom) -> None:
    """One does not, and a breach is wrong only once."""
    tom.memory.checks.set_mode("ada", 1, Mode.BLOCK)
    with pytest.raises(NotFound):
        tom.memory.checks.false_alarm("ada", 1)
    tom.memory.checks.met("ada", [(1, hit(CheckOutcome.BLOCKED)), (1, hit(CheckOutcome.COUNTED))])
    assert tom.memory.checks.false_alarm("ada", 1).mode is Mode.BLOCK
    check = tom.memory.checks.false_alarm("ada", 1)
    assert (check.mode, check.count(CheckOutcome.FALSE_ALARM)) == (Mode.OBSERVE, 2)
    with pytest.raises(NotFound):
        tom.memory.checks.false_alarm("ada", 1)


def test_a_breach_is_kept_once_and_only_of_what_is_there(tom: Tom) -> None:
    """An inbox that is read again adds nothing; nor does a belief that is gone or younger."""
    tom.memory.checks.met("ada", [(1, hit()), (77, hit())])
    tom.memory.checks.met("ada", [(1, hit())])
    early = hit().model_copy(update={"at": START})
    tom.memory.checks.met("ada", [(1, early)])
    tom.memory.checks.met("bob", [(1, hit(host_id="bob"))])
    assert len(tom.memory.checks.get("ada", 1).hits) == 1


def test_nobody_sees_anothers_checks(tom: Tom) -> None:
    """Neither their rules nor their modes."""
    assert tom.memory.checks.all("bob") == []
    with pytest.raises(NotFound):
        tom.memory.checks.set_mode("bob", 1, Mode.OFF)
    assert modes(tom) == {1: Mode.OBSERVE}
