"""What a person sees who has set up a language model: real litellm, a scripted server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from with_a_model import note, reading, step, wish

from tom_swe.testing.scripted import ScriptedFault, ScriptedModel

TOM = Path(sys.executable).with_name("tom")
SAID = "add a chart, and those barrel files everywhere? drop that habit"
QUOTE = "those barrel files everywhere? drop that habit"
KEY = "sk-ant-api03-" + "aB3dE5gH7iJ9" * 6


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    path.write_text(f'{{"session": "a", "role": "user", "text": "{SAID}"}}\n')
    return path


def served(server: ScriptedModel) -> dict[str, str]:
    """The environment that has the server as its model."""
    return {
        "TOM_MODEL": "openai/scripted",
        "TOM_BASE_URL": server.base_url,
        "TOM_API_KEY": KEY,
        "COLUMNS": "200",
    }


@pytest.fixture
def run(tom, monkeypatch: pytest.MonkeyPatch):
    """`tom` in this process, with the server as its model."""

    def with_model(server: ScriptedModel, *arguments: str):
        for name, value in served(server).items():
            monkeypatch.setenv(name, value)
        return tom(*arguments)

    return with_model


def run_alone(server: ScriptedModel, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`tom` in a process of its own, with the server as its model."""
    return subprocess.run(
        [str(TOM), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **served(server)},
        check=False,
    )


@pytest.mark.slow
def test_learning_advice_and_what_they_cost(run, history: Path, tmp_path: Path) -> None:
    """`learn` reads by the model, `why` says so, `consult` cites, `cost` shows each call.

    The key is in no output and in no file. What calls the model is a process of its own.
    """
    noted = note(QUOTE, "Do not make barrel files", against=True, way="correction")
    advice = step("proceed", because="It is named.", wishes=[wish("No barrel files", 1)])
    with ScriptedModel(reading(noted), advice) as server:
        assert run(server, "import", "jsonl", str(history)).code == 0
        learned = run_alone(server, "learn")
        why = run(server, "why", "b1")
        consulted = run_alone(server, "consult", "make the chart page nicer")
        cost = run(server, "cost", "--by", "purpose")
    assert (learned.returncode, "1 session read" in learned.stdout) == (0, True)
    assert "Do not make barrel files" in why.out
    assert f"“{QUOTE}”" in why.out
    assert "read by openai/scripted" in why.out
    assert "No barrel files" in consulted.stdout
    assert "(by openai/scripted)" in consulted.stdout
    assert [line.split()[0] for line in cost.out.splitlines() if "ing " in line[:12]] == [
        "reading",
        "advising",
    ]
    assert "unknown price" in cost.out
    for text in (learned.stdout, learned.stderr, consulted.stdout, consulted.stderr):
        assert KEY not in text
    for each in (why, cost):
        assert KEY not in each.out + each.err
    files = [path.read_bytes() for path in (tmp_path / "tom").rglob("*") if path.is_file()]
    assert not any(KEY.encode() in each for each in files)


def test_a_session_that_the_model_fails_at_is_told(run, history: Path) -> None:
    """The reason stands on stderr, the rules' reading is kept, and `--again` asks the model."""
    noted = note(QUOTE, "Do not make barrel files", against=True)
    with ScriptedModel(ScriptedFault(400), reading(noted)) as server:
        run(server, "import", "jsonl", str(history))
        failed = run(server, "learn")
        again = run(server, "learn", "--again", "--yes")
        nothing = run(server, "learn", "--again", "--yes")
    assert failed.code == 0
    assert "1 session read" in failed.out
    assert "openai/scripted refused the request" in failed.err
    assert "`tom learn --again`: 1 session to read with the language model" in failed.err
    assert again.code == 0
    assert "about 1 call," in again.err
    assert "1 session read, 1 new observation" in again.out
    assert "0 sessions read" in nothing.out
    assert len(server.requests) == 2


def test_nobody_pays_for_reading_again_unasked(run, history: Path) -> None:
    """Without a terminal to ask in, and without --yes, no call is made and the exit code is 2."""
    with ScriptedModel(ScriptedFault(400)) as server:
        run(server, "import", "jsonl", str(history))
        run(server, "learn")
        plain = run(server, "learn")
        refused = run(server, "learn", "--again")
        both = run(server, "learn", "--again", "--pending")
    assert (plain.code, refused.code, both.code) == (0, 2, 2)
    assert "add --yes" in refused.err
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_keeps_nobody_from_working(run, history: Path) -> None:
    """It is said once what is wrong, and the rules do the work."""
    with ScriptedModel() as gone:
        pass
    run(gone, "import", "jsonl", str(history))
    learned = run(gone, "learn")
    consulted = run(gone, "consult", "make it nicer")
    assert learned.code == 0
    assert "1 session read" in learned.out
    assert learned.err.count("cannot be used") == 1
    assert "tom reads these sessions without it" in learned.err
    assert consulted.code == 0
    assert "Ask first" in consulted.out
    assert "advice is given without it" in consulted.err


def test_init_says_where_the_words_go(run, history: Path) -> None:
    """Before anything is read, whoever set up a model is told which one reads, and how not to."""
    with ScriptedModel(reading()) as server:
        told = run(server, "init", "--yes")
    assert "no transcripts found" in told.err
    home = Path(os.environ["HOME"]) / ".claude" / "projects" / "x"
    home.mkdir(parents=True)
    with ScriptedModel(reading()) as server:
        home.joinpath("s.jsonl").write_text(
            '{"type": "user", "sessionId": "s", "cwd": "/x", "timestamp": "2026-09-01T10:00:00Z", '
            '"uuid": "1", "message": {"role": "user", "content": "fix the parser please"}}\n'
        )
        told = run(server, "init", "--yes")
    assert f"your words go to openai/scripted at {server.base_url}" in told.err
    assert "TOM_READER_MODEL=none keeps them here" in told.err


def test_doctor_tells_a_model_that_no_provider_knows(tom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the person looks, and without asking anybody."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LLM_MODEL", "mycorp/llama")
    assert "mycorp/llama names no provider" in tom("doctor").out
    monkeypatch.setenv("TOM_MODEL", "none")
    assert "mycorp" not in tom("doctor").out


def test_doctor_asks_a_model_when_told_to(run) -> None:
    """It asks for a word, within the budget and in the ledger; unasked it sends nothing."""
    with ScriptedModel('{"word": "yes"}') as server:
        assert run(server, "doctor").code == 0
        assert server.requests == []
        asked = run(server, "doctor", "--ask-model", "--json").json
        assert asked["facts"]["openai/scripted"].startswith("answers, with ")
        assert "checking" in run(server, "cost", "--by", "purpose").out
    gone = run(server, "doctor", "--ask-model")
    assert (gone.code, "openai/scripted" in gone.out) == (1, True)
    assert KEY not in gone.out + gone.err


def test_an_agent_is_no_model_for_the_coding_session(tom, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads and advises; the message says what to give in its place."""
    monkeypatch.setenv("TOM_MODEL", "claude-code")
    refused = tom("-p", "fix the failing test")
    assert refused.code == 2
    assert "claude-code reads and advises" in refused.err
    assert "--model PROVIDER/NAME" in refused.err
