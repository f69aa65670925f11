import csv
import gzip
import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.ambig_swe.data import (
    LEVELS,
    MODELS,
    SETTINGS,
    Broken,
    Gain,
    Issue,
    Missing,
    Pair,
    Seen,
    Talk,
    Unreadable,
    release,
)
from tom_evals.ambig_swe.figures import COUNTS, Told
from tom_evals.ambig_swe.run import Compared, replayed
from tom_evals.ambig_swe.score import (
    agrees,
    detection,
    intervals,
    kept_vocabulary,
    mean_gain,
    names_file,
    names_python,
    navigation,
    question_marks,
    resolve_rate,
)
from tom_evals.common.harness.instance import repository
from tom_evals.common.paired import paired, sign_test, signed_rank

WRITTEN = {"instance_id": "a__b-1", "problem_statement": "It fails", "patch": "diff --git a b\n"}


def packed(path: Path, text: str) -> None:
    """Writes a file, compressed where its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = text.encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)


def table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Writes a table as the release has it."""
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    plain.parent.mkdir(parents=True, exist_ok=True)
    with plain.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    packed(path, plain.read_bytes().decode())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A release of two instances, with everything in it that can be broken."""
    folder = tmp_path / "ambig-swe"
    issues: list[object] = [
        WRITTEN
        | {
            "original_issue": "See src/b.py:_x005F_x000D_\n`f` fails",
            "hints_text": None,
            "files": "src/b.py, src/c.py",
        },
        WRITTEN | {"instance_id": "a__b-2", "original_issue": "Full", "files": None},
        WRITTEN,
        "no row",
    ]
    packed(folder / "issues.jsonl.gz", "\n".join(map(json.dumps, issues)))
    columns = [model.column for model in MODELS.values()]
    for name in SETTINGS.values():
        rows: list[dict[str, object]] = [
            {"instance_id": "a__b-1"} | dict.fromkeys(columns, 1),
            {"instance_id": "a__b-2"} | dict.fromkeys(columns, 0) | {columns[0]: "?"},
            {"instance_id": "a__b-1"} | dict.fromkeys(columns, 0),
        ]
        table(folder / f"{name}.csv", rows)
    answered = {
        "a__b-1": {"output": 1, "gold": 1},
        "a__b-2": {"output": None, "gold": 0},
        "a__b-3": {"output": 1, "gold": None},
    }
    for model, level in product(MODELS.values(), LEVELS.values()):
        packed(folder / "interactivity" / f"{model.file}-{level}.json", json.dumps(answered))
    talks = [
        {"instance_id": "a__b-1", "qa_pairs": [["Where? How?", "In src/b.py."], ["alone"]]},
        {"instance_id": "a__b-2", "qa_pairs": []},
        {"qa_pairs": []},
    ]
    packed(folder / "questions" / "deepseek_qa_pairs.json.gz", json.dumps(talks))
    scored = {"question": "Where?\r\nHow?", "answer": "x"}
    table(
        folder / "questions" / "deepseek_cosine.csv.gz",
        [
            {"instance_id": "a__b-1", "difference_score": "0.25"} | scored,
            {"instance_id": "a__b-1", "difference_score": "far"} | scored,
        ],
    )
    return tmp_path


# Reading


def test_the_release_is_read_and_its_escapes_are_undone(small: Path) -> None:
    """Texts come with plain line ends, lists split, and what the release leaves out empty."""
    found = release(small)
    first, second = found.issues
    assert first == Issue(
        "a__b-1",
        full="See src/b.py:\n`f` fails",
        summary="It fails",
        hints="",
        files=("src/b.py", "src/c.py"),
        touched=1,
        released="See src/b.py:_x005F_x000D_\n`f` fails",
        escaped=True,
        patch="diff --git a b\n",
    )
    assert (second.files, second.escaped) == ((), False)
    assert found.solved["Claude Sonnet 3.5", "Full"] == {"a__b-1": True, "a__b-2": False}
    assert found.seen["Deepseek-v2", "strong"] == (
        Seen("a__b-1", vague=True, asked=True),
        Seen("a__b-2", vague=False, asked=False),
    )
    pair = Pair("Where? How?", "In src/b.py.")
    assert found.talks == {"Deepseek-v2": (Talk("a__b-1", (pair,)), Talk("a__b-2", ()))}
    assert found.gains == {"Deepseek-v2": (Gain("a__b-1", Pair("Where?\nHow?", "x"), 0.25),)}


def test_every_broken_row_is_told(small: Path) -> None:
    """Whatever is left out or counted otherwise is named with its file and how often it was."""
    told = release(small).broken
    assert Broken("issues.jsonl.gz", "a text is missing: left out", 2) in told
    assert Broken("interaction.csv", "no 0 or 1 for Llama 3.1 70B: left out", 1) in told
    again = "an instance appears again for Deepseek-v2: the first one counts"
    assert Broken("interaction.csv", again, 1) in told
    assert Broken("interactivity/haiku-low.json", "no gold: left out", 1) in told
    silent = "no output: counted as not asked"
    assert Broken("interactivity/haiku-low.json", silent, 1) in told
    file = "questions/deepseek_qa_pairs.json.gz"
    assert Broken(file, "not a question and an answer: left out", 1) in told
    assert Broken(file, "no instance or no list of pairs: left out", 1) in told
    no_number = "the distance is not a number: left out"
    assert Broken("questions/deepseek_cosine.csv.gz", no_number, 1) in told


def test_a_missing_file_is_named(small: Path, tmp_path: Path) -> None:
    """Where the release or one of its files is not there, the message says which."""
    with pytest.raises(Missing, match="TOM_SHARED_DATA"):
        release(tmp_path / "elsewhere")
    (small / "ambig-swe" / "interaction.csv").unlink()
    with pytest.raises(Missing, match=r"interaction\.csv"):
        release(small)


@pytest.mark.parametrize(
    ("file", "raw"),
    [
        ("issues.jsonl.gz", b"not compressed"),
        ("issues.jsonl.gz", gzip.compress(b"{}", mtime=0)[:-3]),
        ("interaction.csv", b""),
        ("interaction.csv", b"\xff\xfe,\n"),
        ("interaction.csv", b"instance_id,other\na__b-1,1\n"),
        ("interaction.csv", b"instance_id,llama31.70b,deepseek-v2\na__b-1,1,1\n"),
        ("interactivity/haiku-low.json", b"[1, 2]"),
        ("interactivity/haiku-low.json", b'{"a__b-1": {"output": 1, "gold": null}}'),
        ("interactivity/haiku-low.json", b'{"a": '),
        ("questions/deepseek_qa_pairs.json.gz", gzip.compress(b"{}", mtime=0)),
    ],
)
def test_a_file_that_cannot_be_read_is_named(small: Path, file: str, raw: bytes) -> None:
    """A damaged file, or one of another shape, ends the reading and is named."""
    (small / "ambig-swe" / file).write_bytes(raw)
    with pytest.raises(Unreadable, match=re.escape(file)) as error:
        release(small)
    assert not isinstance(error.value, Missing)


# Scores


@given(st.floats(-1e3, 1e3), st.integers(0, 6))
def test_a_figure_agrees_with_its_own_print(value: float, digits: int) -> None:
    """Whatever is printed of a value, to any digits, agrees with it; a digit further off never."""
    assert agrees(f"{value:.{digits}f}", value)
    assert agrees(f"{value:.{digits}e}", value)
    assert not agrees(f"{value:.{digits}f}", value + 1.01 * 10**-digits)


def test_agreement_is_to_the_printed_digits() -> None:
    """A trailing nought binds, and so does the last digit of a power of ten."""
    assert agrees(".60", 0.604)
    assert not agrees(".600", 0.604)
    assert agrees("3.6e-14", 3.563e-14)
    assert not agrees("3.5e-14", 3.563e-14)


def test_a_repository_is_what_stands_before_the_number() -> None:
    """Names may hold hyphens of their own."""
    assert repository("scikit-learn__scikit-learn-10297") == "scikit-learn__scikit-learn"


def test_intervals_are_over_repositories() -> None:
    """Of one repository there is no spread, of two unlike ones it reaches from one to the other."""
    share = lambda sums: [sums[0] / sums[1]]  # noqa: E731
    alone = intervals([("a__b-1", (1.0, 1.0)), ("a__b-2", (0.0, 1.0))], share)
    assert alone == [(0.5, 0.5, 0.5)]
    both = intervals([("a__b-1", (1.0, 1.0)), ("c__d-2", (0.0, 1.0))], share)
    assert both == [(0.5, 0.0, 1.0)]


def test_an_instance_without_a_result_counts_as_not_resolved() -> None:
    """Two of four solved are half, though only three have a result."""
    solved = {"a__b-1": True, "a__b-2": True, "a__b-3": False}
    assert resolve_rate(solved, ["a__b-1", "a__b-2", "a__b-3", "a__b-4"]).value == 0.5


def test_signed_ranks_worked_by_hand() -> None:
    """Differences 1, -2, 3, 3, 0: ranks 1, 2, 3.5, 3.5, so W+ = 8, mean 5, variance 7.375."""
    found = signed_rank([0, 2, 0, 0, 4], [1, 0, 3, 3, 4])
    assert (found.gains, found.losses, found.pairs) == (3, 1, 5)
    assert found.p == pytest.approx(math.erfc(3 / math.sqrt(7.375) / math.sqrt(2)))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
def test_of_yes_and_no_the_signed_rank_is_mcnemars(gains: int, losses: int, same: int) -> None:
    """All differences tie: z = (gains - losses) / sqrt(gains + losses), what is alike left out."""
    before = [0.0] * gains + [1.0] * losses + [1.0] * same
    after = [1.0] * gains + [0.0] * losses + [1.0] * same
    found = signed_rank(before, after)
    changed = gains + losses
    z = abs(gains - losses) / math.sqrt(changed) if changed else 0.0
    assert (found.gains, found.losses, found.pairs) == (gains, losses, changed + same)
    assert found.p == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-9)
    assert 0.0 <= sign_test(gains, losses) <= 1.0


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), max_size=30), st.randoms())
def test_neither_order_nor_direction_changes_p(
    pairs: list[tuple[int, int]], random: object
) -> None:
    """Shuffled, p is the same; turned round, gains and losses change places."""
    before, after = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    found, turned = signed_rank(before, after), signed_rank(after, before)
    assert (turned.gains, turned.losses) == (found.losses, found.gains)
    assert turned.p == pytest.approx(found.p)
    random.shuffle(pairs)  # type: ignore[attr-defined]
    shuffled = signed_rank([float(a) for a, _ in pairs], [float(b) for _, b in pairs])
    assert shuffled.p == pytest.approx(found.p)


@given(st.integers(0, 8), st.integers(0, 8))
def test_the_sign_test_counts_every_way_to_fall(gains: int, losses: int) -> None:
    """Its p is the share of all ways for the changes to fall that are at least as uneven."""
    ways = list(product((0, 1), repeat=gains + losses))
    uneven = sum(abs(2 * sum(way) - gains - losses) >= abs(gains - losses) for way in ways)
    assert sign_test(gains, losses) == pytest.approx(uneven / len(ways))


def test_pairs_are_made_by_instance() -> None:
    """Order does not matter, and an instance that only one setting has is left out."""
    before = {"a": False, "b": True, "c": False, "x": True}
    after = {"c": True, "b": True, "a": False}
    assert paired(before, after)[:3] == (1, 0, 3)


def test_detection_worked_by_hand() -> None:
    """One of three full texts asked about, one of two vague ones not: .6, 1/3, 1/2."""
    kinds = [(False, True), (False, False), (False, False), (True, True), (True, False)]
    seen = [Seen(f"a__b-{i}", vague, asked) for i, (vague, asked) in enumerate(kinds)]
    rates = [each.value for each in detection(seen)]
    assert rates == pytest.approx([3 / 5, 1 / 3, 1 / 2])


def test_a_path_counts_only_whole() -> None:
    """A path inside a longer word is another path; its dot stands for itself."""
    assert names_file("look at `src/b.py`.", ["src/b.py"])
    assert not names_file("look at src/b.pyx", ["src/b.py"])
    assert not names_file("look at mysrc/b.py", ["src/b.py"])
    assert not names_file("look at src/b-py", ["src/b.py"])
    assert not names_file("", ["src/b.py"])


def test_navigation_leaves_out_what_cannot_be_judged() -> None:
    """No files or no result: left out. No question: not named."""
    pair = Pair("Where?", "In b.py")
    talks = [
        Talk("a__b-1", (Pair("What?", "This."), pair)),
        Talk("a__b-2", (pair,)),
        Talk("a__b-3", ()),
        Talk("a__b-4", (pair,)),
        Talk("a__b-5", (pair,)),
    ]
    files = {f"a__b-{i}": ("b.py",) for i in (1, 2, 3, 4)} | {"a__b-5": ()}
    solved = {"a__b-1": True, "a__b-2": False, "a__b-3": True, "a__b-5": True}
    found = navigation(talks, files, solved)
    assert (found.named.value, found.named_cases) == (0.5, 2)
    assert (found.other.value, found.other_cases) == (1.0, 1)


def test_question_marks_count_by_message_and_session() -> None:
    """Six marks in three messages of two sessions; one in which nothing was asked is left out."""
    one, two, three = (Pair("?" * marks, "answer?") for marks in (1, 2, 3))
    talks = [Talk("a__b-1", (one, two)), Talk("a__b-2", (three,)), Talk("a__b-3", ())]
    message, session = question_marks(talks)
    assert (message.value, session.value) == (2.0, 3.0)


def test_the_mean_gain_is_over_pairs() -> None:
    """An instance with two pairs counts twice."""
    pair = Pair("?", "!")
    gains = [Gain("a__b-1", pair, 0.1), Gain("a__b-1", pair, 0.2), Gain("c__d-1", pair, 0.6)]
    assert mean_gain(gains).value == pytest.approx(0.3)


def test_words_and_names_of_a_text() -> None:
    """A summary's words are looked for in its issue; a name ends where its word does."""
    issue = Issue("a__b-1", "The Parser fails", "a parser crashes", "", (), 1, "", escaped=False)
    assert kept_vocabulary(issue) == 0.5
    assert names_python("in b.py:")
    assert not names_python("in b.pyx")
    assert not names_python("ends in .py")


# The replay


def test_a_figure_told_otherwise_is_a_difference() -> None:
    """Each of the two told figures is held against what comes out; without data there is none."""
    told = Told("0.25", "0.2")
    assert Compared("x", told, 0.249).differences == []
    assert Compared("x", told, 0.26).differences == [
        ("x", "published", "0.25", "0.26"),
        ("x", "recomputed", "0.2", "0.26"),
    ]
    assert Compared("x", told).differences == []


def test_the_replay_of_a_small_release_lists_what_differs(small: Path) -> None:
    """Everything is scored, what does not agree is listed, and so is what is not there."""
    tables = {each.title.split(":")[0]: each for each in replayed(release(small)).tables}
    assert ("Claude Sonnet 3.5, Full, issues", "recomputed", "247", 1) in list(
        tables["Differences"].rows
    )
    assert ("information gain, mean: Claude Sonnet 3.5", None, ".1368") in list(
        tables["Not computed"].rows
    )
    assert len(tables["Broken rows"].rows) == len(release(small).broken)


def test_the_command_ends_as_its_input_allows(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 with differences, 1 for a damaged file, 2 for a missing one or without --replay."""
    runner = CliRunner()
    monkeypatch.setenv("TOM_SHARED_DATA", str(small))
    done = runner.invoke(app, ["ambig-swe", "--replay", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["name"].startswith("Ambig-SWE")
    assert runner.invoke(app, ["ambig-swe"]).exit_code == 2
    (small / "ambig-swe" / "interaction.csv").write_bytes(b"\xff")
    damaged = runner.invoke(app, ["ambig-swe", "--replay"])
    assert (damaged.exit_code, damaged.stdout) == (1, "")
    assert "interaction.csv" in damaged.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("TOM_SHARED_DATA", str(empty))
    absent = runner.invoke(app, ["ambig-swe", "--replay"])
    assert absent.exit_code == 2
    assert "TOM_SHARED_DATA" in absent.stderr


def test_the_released_data_give_the_recomputed_figures(shared_data: Path) -> None:
    """All that was told comes out to its digits, but three counts of texts, which are listed."""
    if not (shared_data / "ambig-swe").is_dir():
        pytest.skip(f"no ambig-swe in {shared_data}")
    found = release(shared_data)
    tables = {each.title.split(":")[0]: each for each in replayed(found).tables}
    assert list(tables["Differences"].rows) == [
        ("full issue, median words", "recomputed", "144", 143),
        ("full issue, mentions a .py name", "recomputed", "192", 198),
        ("an escaped carriage return in any field", "recomputed", "252", 258),
    ]
    assert {key: str(sum(each.values())) for key, each in found.solved.items()} == COUNTS
    now = {row[0]: row[3] for each in tables.values() for row in each.rows if len(row) > 4}
    assert now["Claude Sonnet 3.5, Wilcoxon p"] == "3.563e-14"
    assert now["Llama 3.1 70B, pairs"] == 497
    assert now["Llama 3.1 70B, neutral, FPR"] == "0.4519"
    assert now["Deepseek-v2, named, %"] == "13.19"
    assert now["Claude Sonnet 3.5, information gain, mean"] == "0.1368"
    assert now["Deepseek-v2, information gain, mean"] == "0.1423"
