import json
import re
from pathlib import Path

import numpy as np
import pytest

import tom_swe
from tom_evals.reading import train
from tom_evals.reading.data import Case, cases, extras
from tom_evals.reading.examples import Example, examples, folds
from tom_evals.reading.held_out import FILE, HeldOut
from tom_evals.reading.train import EXTRA, WRITTEN, Material
from tom_evals.reading.wild import run as run_wild
from tom_evals.reading.wild import wild_cases
from tom_evals.reading.wording import patterns
from tom_swe.embed.minilm import MiniLM
from tom_swe.embed.scorer import SentenceScorer
from tom_swe.errors import UsageError

PACKAGE = Path(next(iter(tom_swe.__path__)))
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
    )


def invented(people: int = 6, each: int = 12, width: int = 5) -> Material:
    """Sentences of some people, of a writer and of extras, with random numbers for layers."""
    random = np.random.default_rng(1)
    fold = np.repeat([*range(people), WRITTEN, EXTRA], each)
    states = (random.random(len(fold)) < 0.4).astype(float)
    layers = random.normal(size=(len(fold), width)) + states[:, None]
    given = [
        Example(case(str(i), group=str(f)), str(i), bool(s))
        for i, (f, s) in enumerate(zip(fold, states, strict=True))
    ]
    return Material(layers, random.normal(size=(len(fold), 3)), states, fold, given)


def test_a_sentence_states_what_the_quote_is_in() -> None:
    """Of a message's sentences those that hold its quote, or enough of it, are the stating ones."""
    one = case("fix the chart. keep diffs small, ok? thanks", quote="keep diffs small")
    assert [each.states for each in examples([one])] == [False, True, False]
    assert [each.states for each in examples([case("fix it. keep diffs small")])] == [False] * 2


def test_nobody_is_on_both_sides_of_a_fold() -> None:
    """A person is in one fold, and who states half of a source's all is a fold alone."""
    said = [case(f"{i}", group=f"u{i % 9}", quote="x" * (i % 2)) for i in range(40)]
    said += [case(f"{i}", group=f"c{i > 20}", quote="y", source="claude-code") for i in range(30)]
    dealt = folds(said)
    assert set(dealt) == {each.group for each in said}
    assert [group for group in dealt if dealt[group] == dealt["cFalse"]] == ["cFalse"]
    assert len(set(dealt.values())) == 5


@pytest.mark.parametrize("fold", [0, 3, WRITTEN])
def test_no_score_out_of_fold_hangs_on_its_own_people(fold: int) -> None:
    """However the tested people's messages are labelled, their scores stay; others' change."""
    of = invented()
    tested = of.fold == fold
    before = train.scored(of, tested)
    states = of.states.copy()
    states[tested] = 1 - states[tested]
    other = of._replace(states=states)
    assert train.scored(other, tested) == pytest.approx(before)
    rest = of.fold == 1
    assert not np.allclose(train.scored(other, rest), train.scored(of, rest))


def test_what_is_trained_finds_what_it_was_shown() -> None:
    """Out of fold, the sentences that state something score higher where the numbers say so."""
    of = invented(each=60)
    scores = train.out_of_fold(of)
    seen = of.fold != EXTRA
    assert np.isnan(scores[~seen]).all()
    stating = of.states.astype(bool)
    assert scores[seen & stating].mean() > scores[seen & ~stating].mean() + 1


def test_the_patterns_need_no_flags() -> None:
    """Each pattern compiles as it stands, and there is none twice."""
    assert all(re.compile(each) for each in patterns())
    assert len(set(patterns())) == len(patterns())


def test_the_scores_are_those_of_the_shipped_scorer() -> None:
    """The threshold that the report reads is the product's, and no text is kept with it."""
    kept = json.loads(FILE.read_text())
    assert set(kept) == {"threshold", "scores"}
    assert HeldOut().threshold == SentenceScorer(MiniLM()).threshold
    assert all(isinstance(s, float) for scores in kept["scores"].values() for s in scores)


def test_scores_of_other_sentences_are_refused() -> None:
    """When a message is no longer split as it was, its scores are not read off wrongly."""
    held_out = HeldOut()
    number, scores = next((i, s) for i, s in held_out._scores.items() if len(s) == 1)
    one = case("keep diffs small")._replace(id=number)
    held_out.turn_to(one)
    assert held_out.score(["keep diffs small"]) == scores == [held_out.best(one)]
    with pytest.raises(ValueError, match="shorter"):
        held_out.turn_to(one._replace(text="keep diffs small. and clean"))


def test_every_labelled_message_has_its_scores(shared_data: Path) -> None:
    """All real messages and written utterances were scored, sentence by sentence."""
    held_out = HeldOut()
    for each in cases(shared_data):
        held_out.turn_to(each)


def test_the_package_holds_none_of_the_texts_that_it_is_measured_on(shared_data: Path) -> None:
    """No message or utterance of five words or more stands anywhere in the product."""
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    words = " ".join(_words(path.read_text(encoding="utf-8")) for path in files)
    texts = {_words(each.text) for each in cases(shared_data)}
    found = [each for each in texts if each.count(" ") >= SHORTEST - 1 and f" {each} " in words]
    assert found == []


def test_what_was_written_to_train_with_repeats_nothing_that_is_measured(
    shared_data: Path,
) -> None:
    """No extra utterance of five words or more is one of the labelled texts."""
    measured = {_words(each.text) for each in cases(shared_data)}
    extra = {_words(each.text) for each in extras()}
    assert {each for each in extra & measured if each.count(" ") >= SHORTEST - 1} == set()


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
    report = run_wild(tmp_path)
    assert "3 messages of 2 people, 1 state something" in report.tables[0].title
    with pytest.raises(UsageError, match="no reading"):
        list(wild_cases(tmp_path / "reading"))
