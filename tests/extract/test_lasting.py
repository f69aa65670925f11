"""The sentence scorer of the package: what it makes of sentences, and that it is as it was made."""

import json
import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tom_swe.embed import Multilingual
from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract.lasting import (
    BITS,
    SHIPPED,
    WEIGHTS,
    LastingSentences,
    digest,
    features,
    packed,
    unpacked,
)
from tom_swe.model.session import SaidSentence

HERE = Path(str(resources.files("tom_swe.extract")))
WISHES = [
    "please don't commit, I always do that myself",
    "never use var in this project, always const",
    "nunca hagas commit sin preguntarme",
    "Antworte mir bitte immer auf Deutsch",
    "始终使用 pnpm,不要用 npm。",
]
OTHERS = ["make the header blue", "why is the build failing", "yes continue", "corrige el error"]


class FakeEncoder:
    """Counts what it embeds; each text is its length in one direction."""

    name = "use-multilingual-3"
    dimension = 512

    def __init__(self) -> None:
        self.given: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.given += texts
        found = np.zeros((len(texts), 512), np.float32)
        found[:, 0] = [len(each) for each in texts]
        return found


def said(*words: str) -> list[SaidSentence]:
    return [SaidSentence(each, length=len(each.split())) for each in words]


@pytest.fixture(scope="module")
def scorer() -> LastingSentences:
    return LastingSentences(Multilingual())


def test_wishes_in_several_languages_score_above_other_sentences(scorer: LastingSentences) -> None:
    """Plain wishes reach the threshold; tasks, questions and approvals stay below it."""
    assert min(scorer.score(said(*WISHES))) >= scorer.threshold
    assert max(scorer.score(said(*OTHERS))) < scorer.threshold
    assert scorer.threshold < scorer.sure < 1


def test_a_sentence_scores_the_same_in_any_company(scorer: LastingSentences) -> None:
    """Neither order, nor repeats, nor longer sentences beside it change a score."""
    company = said("x " * 300, *OTHERS, *WISHES, *WISHES)
    together = scorer.score(company)
    alone = [scorer.score([each])[0] for each in company]
    assert together == pytest.approx(alone, abs=1e-4)
    assert scorer.score([]) == []


def test_what_stands_no_chance_is_not_encoded() -> None:
    """A sentence that the first model gives too little chance keeps its score unencoded."""
    encoder = FakeEncoder()
    scores = LastingSentences(encoder).score(said("yes continue", "make the header blue"))
    assert encoder.given == []
    assert all(0 < each < 0.1 for each in scores)


def test_features_are_places_among_the_weights() -> None:
    """Each place is below the number of weights, and each part counts alike however long it is."""
    short, long = (features(one) for one in said("use tabs", "use tabs " * 40))
    for places, values in (short, long):
        assert places.max() < 1 << BITS
        assert len(places) == len(values)
    assert float(long[1] @ long[1]) == pytest.approx(float(short[1] @ short[1]), rel=0.3)


def test_weights_come_back_as_they_were_packed() -> None:
    """To within the precision of half a float."""
    random = np.random.default_rng(0)
    sparse = random.normal(size=1 << BITS).astype(np.float32)
    dense = random.normal(size=512).astype(np.float32)
    one, other = unpacked(packed(sparse, dense))
    assert np.allclose(one, sparse, rtol=1e-3, atol=1e-4)
    assert np.allclose(other, dense, rtol=1e-3, atol=1e-4)


def test_missing_or_changed_files_are_refused(tmp_path: Path) -> None:
    """Facts are checked at once, weights when they are used."""
    with pytest.raises(EmbedderUnavailable, match="cannot be read"):
        LastingSentences(FakeEncoder(), tmp_path)
    facts = json.loads((HERE / SHIPPED).read_text(encoding="utf-8"))
    for changed in ({"threshold": 0.0}, {"encoder": "other"}):
        (tmp_path / SHIPPED).write_text(json.dumps(facts | changed))
        with pytest.raises(EmbedderUnavailable, match="install"):
            LastingSentences(FakeEncoder(), tmp_path)
    facts |= {"encoder": "other"}
    (tmp_path / SHIPPED).write_text(json.dumps(facts | {"sha256": digest(facts)}))
    with pytest.raises(EmbedderUnavailable, match="install"):
        LastingSentences(FakeEncoder(), tmp_path)
    shutil.copy(HERE / SHIPPED, tmp_path / SHIPPED)
    scorer = LastingSentences(FakeEncoder(), tmp_path)
    for weights, message in ((None, "cannot be read"), (b"other", "install")):
        if weights is not None:
            (tmp_path / WEIGHTS).write_bytes(weights)
        with pytest.raises(EmbedderUnavailable, match=message):
            scorer.score(said("never use npm"))


def test_another_scorer_has_another_name(tmp_path: Path) -> None:
    """So that sessions are read again with it."""
    facts = json.loads((HERE / SHIPPED).read_text(encoding="utf-8")) | {"threshold": 0.5}
    (tmp_path / SHIPPED).write_text(json.dumps(facts | {"sha256": digest(facts)}))
    other = LastingSentences(FakeEncoder(), tmp_path)
    assert other.name != LastingSentences(FakeEncoder()).name
    assert other.threshold == 0.5
