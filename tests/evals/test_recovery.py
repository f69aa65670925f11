from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.common.stats import Counts
from tom_evals.keeping.material import meanings
from tom_evals.stateful_swe.figures import report
from tom_evals.stateful_swe.measured import Found, Kept, Measured, Rows
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import Profile, Style, Timing, Verbosity, profiles
from tom_evals.stateful_swe.recovery import adherence, recovery
from tom_evals.stateful_swe.study import ARMS, requests, run
from tom_evals.stateful_swe.washing import Planting, Voice, Way

PERSON = Profile("p00", Verbosity.CONCISE, Timing.UPFRONT, Style.SHORT, ("git03", "git06"))
ALL = (*PERSON.preferences, *PERSON.manner)
SOME = st.sets(st.sampled_from(sorted(meanings())), max_size=12)


def planted(preference: str, voice: Voice) -> Planting:
    return Planting("s", 0, Way.APPEND, preference, True, "explicit", "words", "u", voice.value)


def trap(preference: str) -> Planting:
    return Planting("s", 0, Way.APPEND, preference, True, "distractor", "words", "u")


def test_the_profile_told_is_recovered_in_full() -> None:
    """Everything wanted is told and nothing else is."""
    found = recovery(PERSON, [(each, True) for each in ALL], [])
    assert found.coding == Counts(2, 0, 0, 0)
    assert found.manner == Counts(3, 0, 0, 0)
    assert (found.contradicted, found.believed) == (0, 0)
    assert adherence(PERSON, [(each, True) for each in ALL]) == 1


def test_nothing_told_recovers_nothing() -> None:
    """All is missed, and nothing is wrong."""
    found = recovery(PERSON, [], [])
    assert (found.coding, found.manner) == (Counts(0, 0, 2, 0), Counts(0, 0, 3, 0))
    assert adherence(PERSON, []) == 0


def test_one_statement_is_counted_once() -> None:
    """A statement that stands for two preferences is right for the one, and not wrong besides."""
    same = recovery(PERSON, [("git03", True), ("git04", True)], [])
    assert same.coding == Counts(1, 0, 1, 0)
    other = recovery(PERSON, [("git04", True)], [])
    assert other.coding == Counts(1, 0, 1, 0)
    talk = recovery(PERSON, [("i_concise", True), ("i_detailed", False)], [])
    assert talk.manner == Counts(1, 0, 2, 0)


def test_the_opposite_contradicts() -> None:
    """It is wrong, and what is told with it cannot be kept to."""
    told = [("git06", True), ("git06", False), ("i_ask_anytime", True)]
    found = recovery(PERSON, told, [])
    assert found.coding == Counts(1, 1, 1, 0)
    assert found.manner == Counts(0, 1, 3, 0)
    assert found.contradicted == 2
    assert adherence(PERSON, told) == 0


def test_a_believed_trap_is_one_that_is_told() -> None:
    """Traps are counted by what they are about, however often they were set."""
    log = [trap("arch09"), trap("arch09"), trap("stack10")]
    found = recovery(PERSON, [("arch09", True), ("doc04", True)], log)
    assert (found.believed, found.traps) == (1, 2)
    assert found.coding == Counts(0, 2, 2, 0)
    assert recovery(PERSON, [("stack10", False)], log).believed == 1


def test_what_a_writer_says_is_no_trap() -> None:
    """It counts as false, as their own; a trap on the same subject cannot be told from it."""
    log = [trap("arch09"), trap("stack10")]
    told = [("arch09", True), ("stack10", True)]
    found = recovery(PERSON, told, log, writers=[("arch09", False)])
    assert (found.own, found.believed, found.traps) == (1, 1, 1)
    assert found.coding.false_alarms == 2


def test_recall_is_told_by_voice() -> None:
    """How many preferences of each voice there are, and how many of them are told."""
    log = [planted("git03", Voice.IMPLICIT), planted("git03", Voice.IMPLICIT)]
    log += [planted("git06", Voice.IMPLICIT), planted("i_concise", Voice.ALL)]
    found = recovery(PERSON, [("git06", True)], log)
    assert found.voices == {"implicit": (1, 2), "all of them": (0, 1)}


@given(SOME, SOME)
def test_more_that_is_told_recovers_no_less(
    told: set[tuple[str, bool]], more: set[tuple[str, bool]]
) -> None:
    """Recall rises with what is told; adherence is a share; hits and misses are the profile."""
    one, other = recovery(PERSON, told, []), recovery(PERSON, told | more, [])
    assert one.coding.recall <= other.coding.recall
    assert one.contradicted <= other.contradicted
    assert 0 <= adherence(PERSON, told) <= 1
    assert one.coding.hits + one.coding.misses == 2
    assert one.manner.hits + one.manner.misses == 3
    assert adherence(PERSON, told) * 5 <= one.coding.hits + one.manner.hits + 1e-9


# Rows and tables


def measured(profile: str, arm: Arm, hits: int) -> Measured:
    return Measured(
        profile=profile,
        arm=arm,
        coding=Counts(hits, 1, 4 - hits, 0),
        manner=Counts(1, 0, 1, 0),
        contradicted=0,
        own=1,
        believed=1,
        traps=4,
        voices={"implicit": (1, 2)},
        told=(("git06", True),),
        adherence=hits / 4,
        at_start=100,
        with_message=0,
        held=500,
        learned=None if arm is Arm.PROFILE else 2.0,
        answered=0.01,
    )


def kept(profile: str) -> Kept:
    return Kept(
        profile=profile,
        preferences=6,
        sessions=2,
        messages=9,
        tokens=1000,
        washed=4,
        planted=2,
        traps=1,
    )


def test_a_row_that_is_kept_is_not_measured_again(tmp_path: Path) -> None:
    """What is left is what has no row yet; rows come back as they were kept."""
    rows, arms = Rows(tmp_path), (Arm.NONE, Arm.TOM)
    (person,) = profiles(1)
    assert rows.left(person, arms) == [Arm.NONE, Arm.TOM]
    rows.keep(kept(person.id))
    rows.keep(measured(person.id, Arm.TOM, 2))
    assert rows.left(person, arms) == [Arm.NONE]
    assert Rows(tmp_path).read([person], [Arm.TOM]) == Found(
        (kept(person.id),), (measured(person.id, Arm.TOM, 2),)
    )
    with pytest.raises(FileNotFoundError):
        rows.read([person], arms)


def test_the_tables_hold_every_arm() -> None:
    """Counts are summed before shares are taken, and arms are paired by their profiles."""
    ids = ("p00", "p01", "p02")
    found = Found(
        tuple(kept(each) for each in ids),
        tuple(
            measured(each, arm, hits)
            for each in ids
            for arm, hits in ((Arm.NONE, 0), (Arm.TOM, 2), (Arm.PROFILE, 3))
        ),
    )
    told, by_voice, use, paired, histories = report(found).tables
    assert by_voice.rows[0][1] is None, "nothing was planted in that voice"
    assert [row[0] for row in told.rows] == ["none", "tom", "profile"]
    assert told.rows[1][1] == "0.667 [0.667, 0.667]"
    assert told.rows[1][2] == "0.500 [0.500, 0.500]"
    assert told.rows[1][8:] == ("1.000 [1.000, 1.000]", "0.250 [0.250, 0.250]")
    assert by_voice.rows[0][2] == "0.500 [0.500, 0.500]"
    assert use.rows[2] == ("profile", "0.750 [0.750, 0.750]", 100, 0, 500, None, 10.0)
    assert [row[:3] for row in paired.rows] == [("none", 3, 0), ("profile", 0, 3)]
    assert len(histories.rows) == 3


def test_requests_are_drawn_by_a_seed(shared_data: Path) -> None:
    """Thirty summaries, each with its repository; another seed draws others."""
    drawn = requests(shared_data)
    assert len(set(drawn)) == 30
    assert drawn == requests(shared_data)
    assert drawn != requests(shared_data, seed=1)
    assert all("/" in each.repository and each.text for each in drawn)


@pytest.mark.slow
def test_a_small_study_runs_and_goes_on(shared_data: Path, tmp_path: Path) -> None:
    """Nothing tells nothing, the oracle all; run again it measures nothing anew."""
    done = run(shared_data, profiles=1, tokens=20_000, work=tmp_path)
    told = {row[0]: row for row in done.tables[0].rows}
    assert list(told) == [arm.value for arm in ARMS]
    assert told["oracle"][3] == told["oracle"][6] == "1.000 [1.000, 1.000]"
    assert told["none"][2] == "0.000 [0.000, 0.000]"
    assert sorted(each.name for each in (tmp_path / "20000").iterdir()) == ["rows"]
    before = {each: each.stat().st_mtime_ns for each in (tmp_path / "20000" / "rows").iterdir()}
    assert run(shared_data, profiles=1, tokens=20_000, work=tmp_path) == done
    assert before == {each: each.stat().st_mtime_ns for each in before}
