"""Terminals and pipes that have not every sign, and readers that leave early: real processes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tom_cli.streams import forgiving

TOM = Path(sys.executable).with_name("tom")
SAID = "always write “naïve” with two dots, and 漢字 as they are…"
ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
COMMANDS = (
    ["profile", "--json"],
    ["profile"],
    ["why", "b1"],
    ["log"],
    ["memory"],
    ["memory", "list", "--sessions"],
    ["why-not", SAID],
    ["--help"],
    ["why", "“b”"],
)


@pytest.mark.parametrize(("encoding", "dots"), [("ascii", "?"), ("latin-1", "ï"), ("utf-8", "ï")])
def test_what_cannot_be_written_is_written_nearly(
    monkeypatch: pytest.MonkeyPatch, encoding: str, dots: str
) -> None:
    """Quotation marks become plain ones, other signs a question mark; none stops the command."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    forgiving()
    out.write("“naïve…”")
    out.flush()
    written = out.buffer.getvalue().decode(encoding)  # pyright: ignore[reportAttributeAccessIssue]
    assert written == ("“naïve…”" if encoding == "utf-8" else f'"na{dots}ve..."')


# One process for all of a locale: most of what a command takes is its start.
EACH = """
import json, sys
from tom_cli.main import main
for command in json.loads(sys.argv[1]):
    sys.argv[1:] = command
    try:
        main()
    except SystemExit as end:
        print("exit", end.code, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ENCODINGS)
def test_no_encoding_stops_a_command(tom, name: str) -> None:
    """Each command says what it can and ends as it does elsewhere; JSON is whole."""
    tom("remember", SAID)
    arguments = [sys.executable, "-c", EACH, json.dumps(COMMANDS, ensure_ascii=False)]
    environ = {**os.environ, **ENCODINGS[name]}
    result = subprocess.run(arguments, capture_output=True, env=environ, timeout=60)
    assert b"Traceback" not in result.stderr, result.stderr
    codes = [int(line[5:]) for line in result.stdout.splitlines() if line.startswith(b"exit ")]
    assert codes == [tom(*command).code for command in COMMANDS]
    profile = result.stdout.partition(b"exit")[0]
    assert json.loads(profile) == tom("profile", "--json").json


@pytest.mark.slow
def test_an_argument_is_what_was_typed(tom) -> None:
    """Also where the locale has no such signs."""
    environ = {**os.environ, **ENCODINGS["C"]}
    subprocess.run(
        [TOM, "remember", SAID], capture_output=True, env=environ, timeout=60, check=True
    )
    assert "always write “naïve” with two dots" in tom("profile").out


@pytest.mark.slow
@pytest.mark.parametrize("command", [["profile"], ["--help"]])
def test_a_reader_may_leave(tom, command: list[str]) -> None:
    """A closed pipe ends the command without a word, and is no failure."""
    tom("remember", SAID)
    reads, writes = os.pipe()
    os.close(reads)
    result = subprocess.run([TOM, *command], stdout=writes, stderr=subprocess.PIPE, timeout=60)
    os.close(writes)
    assert result.stderr == b""
    assert result.returncode == 0


@pytest.mark.parametrize(
    ("said", "why"), [("abc\udcff", "not valid text"), ("b999999", "an id alone")]
)
def test_what_says_nothing_is_not_remembered(tom, said: str, why: str) -> None:
    """Bytes that are no text, and an id without words, are refused."""
    told = tom("remember", said)
    assert told.code == 2
    assert why in told.err
