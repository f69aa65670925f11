"""Secrets that are planted everywhere, and looked for in every byte that is kept."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from safety.found import leaks
from safety.mcp_server import serving
from safety.redacted import taken_from
from safety.secrets import KINDS, Planted, password, secrets
from safety.transcripts import HOSTS, PLACES, WRITERS, Placed, everywhere
from told_and_learned import logs, seed

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.errors import UsageError
from tom_swe.ingest import Redactor
from tom_swe.ingest.importing import import_transcripts
from tom_swe.memory.nearest import NearestTurns
from tom_swe.memory.store import Store
from tom_swe.model.advice import Query
from tom_swe.model.belief import Reach, Scope
from tom_swe.testing import HashEmbedder

PLANTED = secrets(seed=20261101)
TEXTS = [each.text for each in PLANTED]
HOOK = [sys.executable, "-m", "tom_swe.hosts.hook"]
LEARNER = [sys.executable, "-m", "tom_swe.hosts.learner"]
TOM = [sys.executable, "-m", "tom_cli"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "tom"


@pytest.fixture
def tom(home: Path) -> Iterator[Tom]:
    made = open_tom(Settings(home=home), embedder=HashEmbedder())
    yield made
    made.close()


def kept(tom: Tom) -> list[str]:
    """Every text of every turn that is kept."""
    sessions = tom.memory.sessions
    return [
        text
        for each in sessions.summaries(LOCAL_USER)
        for turn in sessions.get(LOCAL_USER, each.id).turns
        for text in (turn.text, turn.attachment)
        if text
    ]


def together(texts: list[str], most: int) -> Iterator[str]:
    """The texts in as few as there can be of that length; one that is longer stands alone."""
    lines: list[str] = []
    for text in texts:
        if lines and sum(map(len, lines)) + len(lines) + len(text) > most:
            yield "\n".join(lines)
            lines = []
        lines.append(text)
    yield "\n".join(lines)


def run(command: list[str], data: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A real process of tom's, to its end."""
    given = data.encode() if isinstance(data, str) else data
    return subprocess.run(command, input=given, capture_output=True, timeout=120)


def test_there_are_enough_secrets_of_enough_kinds() -> None:
    """At least 200 of at least 40 kinds, the same ones from the same seed, no two alike."""
    assert len(PLANTED) >= 200
    assert len(KINDS) >= 40
    assert secrets(seed=20261101) == PLANTED
    assert len({part for each in PLANTED for part in each.parts}) >= 200


@pytest.mark.parametrize("kind", KINDS)
def test_no_way_to_write_a_secret_gets_through(kind: str) -> None:
    """Of ten of each way nothing is left, and the words around them stay."""
    for number in range(10):
        for each in secrets(number):
            if each.kind != kind:
                continue
            text, count = REDACTOR.redact(f"the walnut\n{each.text}\nthe maple")
            assert count
            assert text.startswith("the walnut\n")
            assert text.endswith("\nthe maple")
            assert not [part for part in each.parts if part[:10] in text or part[-10:] in text]


REDACTOR = Redactor()


def index(home: Path) -> None:
    """Has Chroma index what a memory larger than this one would have it index."""
    settings, embedder = Settings(home=home), HashEmbedder()
    store = Store(settings.database)
    size = embedder.dimension
    nearest = NearestTurns(store.vectors, settings.index, embedder.name, size, exact_up_to=0)
    assert nearest.sync()
    assert nearest.check() == []
    store.close()
    assert list(home.rglob("chroma.sqlite3"))


@pytest.mark.parametrize("host", HOSTS)
def test_no_importer_lets_a_secret_in(host: str, tmp_path: Path, home: Path, tom: Tom) -> None:
    """Every secret, in the person's text, a paste, an attachment, the agent's text, a call and
    an output: none is in the database, its full text, the index or a log, before or after
    learning, and what stood beside them is.
    """
    remote = Planted("remote", "", ("kT7" + "uWq2ZpLx9",))
    url = f"https://oauth2:{remote.parts[0]}@git.example.org/acme/shop.git"
    place = WRITERS[host](tmp_path / "there", list(everywhere(TEXTS, of=len(PLACES))), url)
    intake = import_transcripts(tom, LOCAL_USER, host, place)
    assert intake.new == 1
    assert intake.tally.redactions >= len(PLANTED)
    texts = kept(tom)
    assert any("walnut" in text for text in texts)
    assert sum("[redacted:" in text for text in texts) >= len(PLANTED)
    tom.learn(LOCAL_USER)
    tom.close()
    if host == "jsonl":  # whatever wrote them, vectors are vectors
        index(home)
    assert leaks(home, [*PLANTED, remote]) == []


def test_no_cut_leaves_a_part_of_a_secret(tmp_path: Path, home: Path, tom: Tom) -> None:
    """Where a text is cut to its bound within a secret, no part of the secret is kept."""
    placed: list[Placed] = []
    for number, each in enumerate(PLANTED):
        for place, bound in (("output", 400), ("agent", 8_000)):
            within = number * 7 % max(len(each.text), 1)
            placed.append(Placed(place, "lorem " * ((bound - within) // 6) + "\n" + each.text))
    source = WRITERS["claude-code"](tmp_path / "there", placed, "")
    import_transcripts(tom, LOCAL_USER, "claude-code", source)
    tom.close()
    assert leaks(home, PLANTED) == []


def test_neither_hook_nor_learner_keeps_a_secret(tmp_path: Path, home: Path) -> None:
    """Real processes: prompts, folders and names that hold secrets, and a session full of them."""
    seed(home)
    claude = WRITERS["claude-code"](tmp_path / "there", list(everywhere(TEXTS)), "")
    transcript = next(claude.rglob("*.jsonl"))
    for number, each in enumerate(PLANTED[::12]):
        told = {
            "hook_event_name": "UserPromptSubmit",
            "session_id": f"s{number}",
            "prompt": each.text,
            "cwd": f"/w/{each.text}",
            "transcript_path": str(transcript),
        }
        assert b"<tom-briefing>" in run([*HOOK, "UserPromptSubmit"], json.dumps(told)).stdout
        broken = json.dumps(told)[:-1]
        assert run([*HOOK, "UserPromptSubmit"], broken).returncode == 0
    stop = {"session_id": "c-1", "cwd": "/w/shop", "transcript_path": str(transcript)}
    # Beside the host, so that it can be waited for.
    (home / "hosts").mkdir(exist_ok=True)
    with (home / "hosts" / "inbox.jsonl").open("a") as inbox:
        inbox.write(json.dumps({"host": "claude-code", "session": "c-1", **stop}) + "\n")
    assert run(LEARNER).returncode == 0, logs(home)
    mind = open_tom(Settings(home=home), embedder=HashEmbedder())
    assert sum("[redacted:" in text for text in kept(mind)) >= len(PLANTED)
    mind.close()
    assert leaks(home, PLANTED) == []


@pytest.mark.slow
def test_no_question_and_no_statement_leaves_a_secret(home: Path, tom: Tom) -> None:
    """What is consulted about and noted is kept without them, and so are the places; a statement
    with one is refused.
    """
    many = list(together(TEXTS, 1200))
    for text in many:
        query = Query(text=f"add a page. {text}", before=text, repository=text)
        tom.consult(LOCAL_USER, query)
        place = Scope(reach=Reach.REPOSITORY, name=text)
        with pytest.raises(UsageError, match=r"secret|at most"):
            tom.remember(LOCAL_USER, f"always use walnut.\n{text}", place)
        tom.remember(LOCAL_USER, "always use walnut.", place)
        tom.brief(LOCAL_USER, text)
    for text in TEXTS:
        try:
            tom.point_at(LOCAL_USER, f"always use walnut {text}")
        except UsageError:
            assert len(text) > 300
        tom.point_at(LOCAL_USER, "always use the maple table", text)
    assert len(tom.memory.consultations.all(LOCAL_USER)) == len(many)
    assert len(tom.memory.pointers.all(LOCAL_USER)) >= 100
    tom.close()
    assert leaks(home, PLANTED) == []


@pytest.mark.slow
def test_no_tool_of_the_server_leaves_a_secret(home: Path, tmp_path: Path) -> None:
    """Every tool of a real `tom mcp`, in every argument that takes text, and in names that are
    refused: nothing is kept, neither in the memory nor in the log of the client.
    """
    pytest.importorskip("mcp")
    seed(home)
    log = tmp_path / "log" / "stderr.txt"
    log.parent.mkdir()
    with serving(log) as server:
        for text in together(TEXTS, 1900):
            answer = server.call("consult", request=f"add a page. {text}", before=text)
            advice = answer["structuredContent"]["id"]
            server.call("search", query=text)
            server.call("why", belief=text)
            server.call("forget", belief=text)
            server.call("feedback", advice=text, outcome=text)
            server.call("feedback", advice=advice, outcome="partly", right=[text])
            server.call("why", belief="b1", **{text: text})
            server.call(text, query=text)
        states: list[str] = []
        for text in TEXTS:
            told = server.call(
                "remember", quote=f"always use walnut {text}", repository="acme/shop"
            )
            states.append("no" if told["isError"] else told["structuredContent"]["state"])
            server.call("remember", quote="always use the maple table", repository=text)
            server.call("profile", repository=text)
            if len(states) % 10 == 0:
                server.call("consult", request="add a page", repository=text)
    assert states.count("pending") > 200
    assert leaks(home, PLANTED) == []
    assert leaks(log.parent, PLANTED) == []


@pytest.mark.slow
def test_no_command_leaves_a_secret(home: Path) -> None:
    """`tom remember` and `tom consult` as the person runs them, on arguments and on stdin."""
    every = "\n".join(text for text in TEXTS if len(text) < 300)
    for code, command, data in (
        (0, [*TOM, "consult", "-"], every),
        (0, [*TOM, "consult", f"add a page with {every[:4000]}"], ""),
        (2, [*TOM, "remember", "-"], every[:1990]),
        (2, [*TOM, "remember", f"use the walnut: {TEXTS[3]}", "--here"], ""),
    ):
        done = run(command, data)
        assert done.returncode == code, done.stderr
    assert leaks(home, PLANTED) == []


@pytest.mark.slow
def test_the_real_transcripts_lose_nothing_else(tmp_path: Path, shared_data: Path) -> None:
    """In three developers' histories and the fixtures two things are taken out, as before the
    patterns grew: a private key and a key of an application. `redacted.py` prints them.
    """
    if not (shared_data / "sessions").is_dir():
        pytest.skip("no sessions in the shared data; name its folder in TOM_SHARED_DATA")
    taken, turns = taken_from(shared_data, tmp_path)
    assert turns > 15_000
    assert sorted(each.kind for each in taken) == ["private-key", "secret"]


def test_every_planted_password_is_told_in_full() -> None:
    """A password is made of signs that are no whitespace, so that one piece of it tells."""
    import random

    for number in range(200):
        made = password(random.Random(number))
        assert len(made) >= 10
        assert not set(made) & set(" \t\n\"'")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes started here inherit what they may know."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    assert os.environ["TOM_HOME"]
