import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tom_swe.embed.minilm import DIMENSION, LAYERS, MiniLM
from tom_swe.embed.scorer import SentenceScorer, digest
from tom_swe.errors import EmbedderUnavailable

MODEL = MiniLM()
SCORER = SentenceScorer(MODEL)
WISHES = ["please don't commit, I do that myself", "keep functions small and simple"]
OTHERS = ["make the header blue", "why is the build failing", "yes continue", ""]


class Counting:
    """The real model, and how many sentences it had to read."""

    def __init__(self) -> None:
        self.read = 0

    def states(self, texts: Sequence[str], tokens: int) -> np.ndarray:
        self.read += len(texts)
        return MODEL.states(texts, tokens)


def shipped() -> dict[str, Any]:
    raw = resources.files("tom_swe.embed").joinpath("scorer.json").read_text(encoding="utf-8")
    return json.loads(raw)


def test_wishes_score_above_other_sentences() -> None:
    """Plain wishes reach the threshold; tasks, questions and approvals stay far below it."""
    assert min(SCORER.score(WISHES)) >= SCORER.threshold
    assert max(SCORER.score(OTHERS)) < SCORER.threshold / 4
    assert all(0 <= score <= 1 for score in SCORER.score([*WISHES, *OTHERS]))


def test_a_sentence_scores_the_same_in_any_company() -> None:
    """Neither order, nor repeats, nor longer sentences beside it change a score."""
    company = ["x " * 300, *OTHERS, *WISHES, *WISHES]
    together = SCORER.score(company)
    alone = [SCORER.score([each])[0] for each in company]
    assert together == pytest.approx(alone, abs=1e-4)
    assert SCORER.score([]) == []


def test_only_what_may_reach_the_threshold_is_read_by_the_model() -> None:
    """Sentences whose cues rule them out cost no model time; repeats cost it once."""
    model = Counting()
    scorer = SentenceScorer(model)
    assert scorer.score(["make the header blue"] * 3) == [0.0] * 3
    assert model.read == 0
    scorer.score([WISHES[0]] * 3)
    assert model.read == 1


def test_the_layers_are_read_beside_the_embedding() -> None:
    """A text's states are the three layers' side by side; its embedding is what it was."""
    states = MODEL.states([*WISHES, ""], 64)
    assert states.shape == (3, len(LAYERS) * DIMENSION)
    assert not np.allclose(states[0, :DIMENSION], states[0, DIMENSION : 2 * DIMENSION])


def test_of_a_long_sentence_both_ends_count() -> None:
    """What lies in the middle of a sentence of too many tokens changes nothing."""
    one, other = ("a " * 10 + middle * 60 + "b " * 10 for middle in ("c ", "d "))
    assert MODEL.states([one], 20) == pytest.approx(MODEL.states([other], 20))


def test_no_file_means_no_scorer(tmp_path: Path) -> None:
    """A file that is not there is named in the error."""
    with pytest.raises(EmbedderUnavailable, match=r"none\.json"):
        SentenceScorer(MODEL, tmp_path / "none.json")


@pytest.mark.parametrize("field", ["threshold", "encoder", "sha256"])
def test_a_changed_file_is_refused(tmp_path: Path, field: str) -> None:
    """A scorer that is not as it was made, or made for another model, is never used."""
    facts = shipped() | {field: "other"}
    if field == "encoder":
        facts["sha256"] = digest(facts)
    file = tmp_path / "changed.json"
    for text in (json.dumps(facts), "[]", "{}", "no json"):
        file.write_text(text)
        with pytest.raises(EmbedderUnavailable, match=r"install|cannot be read"):
            SentenceScorer(MODEL, file)


def test_a_model_of_ones_own_has_no_known_layers(tmp_path: Path) -> None:
    """The scorer refuses a model that it was not made for."""
    with pytest.raises(EmbedderUnavailable, match="not a model"):
        SentenceScorer(MiniLM(tmp_path / "mine.onnx")).score(WISHES)


def test_the_names_of_two_scorers_differ(tmp_path: Path) -> None:
    """Another scorer has another name, so that sessions are read again with it."""
    facts = shipped() | {"threshold": 0.5}
    facts["sha256"] = digest(facts)
    file = tmp_path / "other.json"
    file.write_text(json.dumps(facts))
    other = SentenceScorer(MODEL, file)
    assert other.name != SCORER.name
    assert other.threshold == 0.5
