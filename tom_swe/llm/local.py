"""A small model from a GGUF file on this machine, by xllamacpp: it says yes or no, and no more."""

from __future__ import annotations

import hashlib
import importlib.util
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from tom_swe.errors import ModelUnavailable
from tom_swe.extras import install_command

# Idle for so long, the library lets go of the weights; the next question loads them again.
IDLE_SECONDS = 60
CONTEXT = 2_048  # tokens of a question and a case
# Several wait for each other at every layer: where others work, too, a question takes ten times
# as long with two as with one.
THREADS = 1
LIKELIEST = 20  # first tokens that are looked at
UNKNOWN = 0.5
_MAGIC = b"GGUF"
_ENDS = 1 << 20  # bytes at each end of the file that name it
_AROUND = " \t\n.,:;!\"'*`()"


class LocalVerifier:
    """The `Verifier` of one GGUF file of the person's own, which is trusted as given.

    xllamacpp is imported and the weights are loaded with the first question. Thread-safe; one
    question at a time, for each takes the processor. Raises ModelUnavailable where the file is
    not there or no GGUF, or the extra is not installed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.expanduser()
        self._lock = Lock()
        self._server: Any = None
        _check(self._file)
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelUnavailable(
                f"a model from a file needs an extra: run {install_command('local')}"
            )

    @property
    def name(self) -> str:
        """The file's name without its ending, and a digest of its size and both its ends."""
        return self._name

    @cached_property
    def _name(self) -> str:
        return f"{self._file.stem}-{_digest(self._file)[:12]}"

    def verify(self, question: str, cases: Sequence[str]) -> list[float]:
        """How likely the model says yes rather than no to the question with a case under it.

        0.5 where it would say neither. The same case always gets the same figure. What the
        model makes of the question is kept, so that a case costs its own words alone. Raises
        ModelUnavailable.
        """
        with self._lock:
            return [self._case(question, each) for each in cases]

    def close(self) -> None:
        """Lets go of the weights and of every thread that works; a question loads them again.

        One thread of the library's own, which writes its log, sleeps on until the process ends.
        """
        with self._lock:
            self._server = None

    def _case(self, question: str, case: str) -> float:
        # Else how much is left of the case before would change the figure's third digit.
        self._ask(question)
        return self._ask(f"{question}\n\n{case}")

    def _ask(self, text: str) -> float:
        asked = {
            "messages": [{"role": "user", "content": text}],
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": True,
            "top_logprobs": LIKELIEST,
            "cache_prompt": True,
            # Else the first word of a model that thinks is that it does.
            "chat_template_kwargs": {"enable_thinking": False},
        }
        try:
            if self._server is None:
                self._server = self._loaded()
            answer = self._server.handle_chat_completions(asked)
            (first,) = answer["choices"][0]["logprobs"]["content"]
            return _yes(first["top_logprobs"])
        except Exception as error:
            # The library raises plain RuntimeError, or answers with an error of its own shape.
            said = " ".join(str(error).split())[:200]
            raise ModelUnavailable(
                f"the model in {self._file} cannot be used: {said or type(error).__name__}"
            ) from error

    def _loaded(self) -> Any:
        import xllamacpp  # pyright: ignore[reportMissingImports] - an extra

        library: Any = xllamacpp
        params = library.CommonParams()
        params.model.path = str(self._file)
        params.n_ctx = CONTEXT
        params.n_parallel = 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
        params.warmup = False
        params.cache_ram_mib = 0
        params.sleep_idle_seconds = IDLE_SECONDS
        params.verbosity = -1
        # It insists on listening. On a socket whose folder is gone nobody finds it.
        with TemporaryDirectory(prefix="tom-") as place:
            params.hostnames = [str(Path(place, "s.sock"))]
            return library.Server(params)


def _yes(likeliest: Iterable[Mapping[str, Any]]) -> float:
    """The share of yes in what the likeliest first tokens give to yes and to no."""
    mass = {"yes": 0.0, "no": 0.0}
    for each in likeliest:
        word = str(each["token"]).strip(_AROUND).casefold()
        if word in mass:
            mass[word] += math.exp(float(each["logprob"]))
    both = mass["yes"] + mass["no"]
    return mass["yes"] / both if both else UNKNOWN


def _check(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            is_one = opened.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise ModelUnavailable(
            f"the model in {file} cannot be read ({error.strerror}): set TOM_LOCAL_MODEL to a "
            "GGUF file, or unset it"
        ) from error
    if not is_one:
        raise ModelUnavailable(f"{file} is not a GGUF file: set TOM_LOCAL_MODEL to one")


def _digest(file: Path) -> str:
    """Names a file of gigabytes in a few milliseconds."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        head = opened.read(_ENDS)
        opened.seek(max(size - _ENDS, 0))
        return hashlib.sha256(b"%d:%b:%b" % (size, head, opened.read(_ENDS))).hexdigest()
