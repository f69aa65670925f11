import json
import re
from pathlib import Path

import numpy as np
import pytest

import tom_swe
from tom_evals.common.sparse import Rows
from tom_evals.reading import train
from tom_evals.reading.data import Case, all_of_wild, cases, extras, wild_cases
from tom_evals.reading.examples import FOLDS, Example, examples, folds
from tom_evals.reading.held_out import FILE, HeldOut
from tom_evals.reading.train import NEVER, Material
from tom_evals.reading.wild import run as run_wild
from tom_swe.embed import Multilingual
from tom_swe.errors import UsageError
from tom_swe.extract.lasting import LastingSentences
from tom_swe.model.session import SaidSentence

PACKAGE = Path(next(iter(tom_swe.__path__)))
# What Continue offers at a click, which its importer knows.
OFFERED = "explore this repo and provide a concise summary of it s contents"
SHORTEST = 5  # words; a shorter message may be anybody's


def case(text: str, *, group: str = "ada", quote: str = "", source: str = "aider") -> Case:
    return Case(
        id=f"{group}-{text}",
        group=group,
        source=source,
        text=text,
        before="",
        label="explicit" if quote else "none",
        dimension="",
        quote=quote,
        quotes=((quote, 3),) if quote else (),
    )


def invented(people: int = 5, each: int = 12, width: int = 5) -> Material:
    """Sentences of some people and of a writer, with random numbers for words and meanings."""
    random = np.random.default_rng(1)
    fold = np.repeat([*range(people), NEVER], each)
    lasting = (random.random(len(fold)) < 0.4).astype(float)
    rows = [
        (np.array([int(state), 2 + at % 7], np.uint32), np.array([0.5, 1.0], np.float32))
        for at, state in enumerate(lasting)
    ]
    given = [
        Example(case(str(i), group=str(f), source="wild"), SaidSentence(str(i)), float(one))
        for i, (f, one) in enumerate(zip(fold, lasting, strict=True))
    ]
    meant = random.normal(size=(len(fold), width)) + lasting[:, None]
    return Material(
        Rows.of(rows, 9), meant.astype(np.float32), lasting, np.ones(len(fold)), fold, given
    )


def test_a_sentence_states_what_the_quote_is_in() -> None:
    """Of a message's sentences those that hold its quote, or enough of it, are the stating ones."""
    one = case("fix the chart. keep diffs small, ok? thanks", quote="keep diffs small")
    assert [each.lasting for each in examples([one])] == [0, 1, 0]
    assert [each.lasting for each in examples([case("fix it. keep diffs small")])] == [0, 0]
    unsure = one._replace(quotes=(("keep diffs small", 1), ("thanks", 2)))
    assert [each.lasting for each in examples([unsure])] == [0, 0.35, 0.9]


def test_nobody_is_on_both_sides_of_a_fold() -> None:
    """A person is in one fold, and all that was written to be measured is in one, too."""
    said = [case(f"{i}", group=f"u{i % 9}", quote="x" * (i % 2)) for i in range(40)]
    said += [case(f"{i}", group=f"w{i}", source="written") for i in range(9)]
    dealt = folds(said)
    assert set(dealt) == {each.group for each in said}
    assert len({dealt[f"w{i}"] for i in range(9)}) == 1
    assert len(set(dealt.values())) == FOLDS


@pytest.mark.parametrize("fold", [0, 3])
def test_no_score_out_of_fold_hangs_on_its_own_people(fold: int) -> None:
    """However the tested people's messages are labelled, their raw scores stay; others' change."""
    of = invented()
    tested = of.fold == fold
    lasting = of.lasting.copy()
    lasting[tested] = 1 - lasting[tested]
    turned = of._replace(lasting=lasting)
    raw, other = (train.raw_of(each, train.apart(each), fold) for each in (of, turned))
    assert other == pytest.approx(raw)
    rest, changed = (train.raw_of(each, train.apart(each), 1) for each in (of, turned))
    assert not np.allclose(rest, changed)


def test_what_is_trained_finds_what_it_was_shown() -> None:
    """Out of fold, the sentences that state something score higher where the numbers say so."""
    of = invented(each=60)
    scores = train.out_of_fold(of, train.apart(of)).scores
    stating = of.lasting.astype(bool)
    assert scores[of.tested & stating].mean() > scores[of.tested & ~stating].mean() + 0.2


def test_the_scores_are_those_of_the_shipped_scorer() -> None:
    """The threshold that the report reads is the product's, and no text is kept with it."""
    kept = json.loads(FILE.read_text())
    assert set(kept) == {"threshold", "sure", "scores"}
    shipped = LastingSentences(Multilingual())
    assert (HeldOut().threshold, HeldOut().sure) == (shipped.threshold, shipped.sure)
    assert all(isinstance(s, float) for scores in kept["scores"].values() for s in scores)


def test_scores_of_other_sentences_are_refused() -> None:
    """When a message is no longer split as it was, its scores are not read off wrongly."""
    held_out = HeldOut()
    number, scores = next((i, s) for i, s in held_out._scores.items() if len(s) == 1)
    one = case("keep diffs small")._replace(id=number)
    held_out.turn_to(one)
    said = [SaidSentence("keep diffs small")]
    assert held_out.score(said) == scores == [held_out.best(one)]
    with pytest.raises(ValueError, match="shorter"):
        held_out.turn_to(one._replace(text="keep diffs small. and clean"))


@pytest.mark.slow
def test_every_labelled_message_has_its_scores(shared_data: Path) -> None:
    """All real messages and written utterances were scored, sentence by sentence."""
    held_out = HeldOut()
    for each in [*cases(shared_data), *all_of_wild(shared_data)]:
        held_out.turn_to(each)


def test_the_package_holds_none_of_the_texts_that_it_is_measured_on(shared_data: Path) -> None:
    """No message or utterance of five words or more stands anywhere in the product."""
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    words = " ".join(_words(path.read_text("utf-8", "replace")) for path in files)
    texts = {_words(each.text) for each in [*cases(shared_data), *all_of_wild(shared_data)]}
    # Few texts begin like anything in the package; only those are looked for as a whole.
    openings = _openings(words)
    found = [
        each
        for each in texts
        if each.count(" ") >= SHORTEST - 1
        and tuple(each.split()[:SHORTEST]) in openings
        and f" {each} " in words
    ]
    assert found in ([], [OFFERED])


def test_what_was_written_to_train_with_repeats_nothing_that_is_measured(
    shared_data: Path,
) -> None:
    """No extra utterance of five words or more is one of the labelled texts."""
    measured = {_words(each.text) for each in cases(shared_data)}
    extra = {_words(each.text) for each in extras()}
    assert {each for each in extra & measured if each.count(" ") >= SHORTEST - 1} == set()


def _openings(words: str) -> set[tuple[str, ...]]:
    each = words.split()
    return {tuple(each[at : at + SHORTEST]) for at in range(len(each))}


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_new_people_are_read_from_a_folder_of_the_same_shape(tmp_path: Path) -> None:
    """Sure labels count, borderline ones and kept prompts do not; a missing file is an error."""
    label = {"standing": "explicit", "quote": "use pnpm", "dimension": "stack"}

    def message(number: int, text: str, host: str = "codex", sure: int = 0) -> dict[str, object]:
        standing = [{**label, "sure": sure}] if sure else []
        return {
            "id": str(number),
            "user": f"w{number % 2}",
            "host": host,
            "text": text,
            "prev_agent": "",
            "standing": standing,
        }

    (tmp_path / "reading").mkdir()
    lines = [
        message(0, "from now on always use pnpm, never npm", sure=3),
        message(1, "please look at the page"),
        message(2, "fewer words maybe", sure=1),
        message(3, "always use tabs", host="prompts-md", sure=3),
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (tmp_path / "reading" / "wild.jsonl").write_text(text)
    assert [case.states for case in wild_cases(tmp_path)] == [True, False, False]
    report = run_wild(tmp_path, unseen=True)
    assert "3 messages of 2 people, 1 state something" in report.tables[0].title
    with pytest.raises(UsageError, match="no reading"):
        list(wild_cases(tmp_path / "reading"))
