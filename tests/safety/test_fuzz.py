"""Bent inputs: nothing crashes an importer or the hook, and nothing takes longer than a second."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safety.fuzz import LIMIT, attempt_of, tried
from safety.inputs import event
from safety.transcripts import HOSTS

from tom_swe.hosts import hook
from tom_swe.hosts.inbox import HookFault
from tom_swe.ingest import Redactor
from tom_swe.model.session import Role, Turn
from tom_swe.text.host_tags import separate
from tom_swe.text.quoted import others

HOOK = [sys.executable, "-m", "tom_swe.hosts.hook"]
REDACTOR = Redactor()
# What redaction, cleaning or reading once took long over, or could: markers without end.
ENDLESS = (
    *("eyJ", "x-", "pplx-", "GOCSPX-", "pass=", "password is ", "curl ", "docker login ", "/*\n"),
    *("GR1348941", "https://a:b", "?key=", "cookie: ", "AAAA", "_SECRET=", "/* ", "a: \n", "+ a\n"),
    *('"a ', "> \n", "<system-reminder>", "`" * 3, "From: a\n", "credentials are a / ", "-us1"),
)


@pytest.mark.parametrize("name", [*HOSTS, "hook"])
def test_bent_inputs_neither_crash_nor_hang(name: str, tmp_path: Path) -> None:
    """Of 300 bent sessions, or events, each is read or refused within a second."""
    found = tried(attempt_of(name, tmp_path), 300, seconds=60)
    assert found.faults == []
    assert found.count == 300
    assert found.slowest < LIMIT


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(max_size=200) | st.text(alphabet='{}[]":,\\ntu1e-', max_size=60).map(str.encode)
)
def test_whatever_stdin_holds_is_an_event_or_a_fault(data: bytes) -> None:
    """Nothing else is raised, so that what the log says is always one of tom's own words."""
    try:
        hook.Event("Stop", data)
    except (HookFault, ValueError, RecursionError):
        return


@pytest.mark.parametrize("data", [b'{"a":', b'{"a": }', b'{"a": [', b'{"a": nope}', b"{"])
def test_a_missing_value_is_told_in_toms_words(data: bytes) -> None:
    """Found by fuzzing: the scanner said StopIteration, which said nothing in the log."""
    with pytest.raises((HookFault, ValueError)):
        hook.Event("Stop", data)


def test_real_hooks_end_well_whatever_they_are_told(tmp_path: Path) -> None:
    """Processes: exit 0, nothing on stderr, and not a word of what they were told in the log."""
    of = random.Random(5)
    for number in range(6):
        done = subprocess.run(
            [*HOOK, "UserPromptSubmit"], input=event(of), capture_output=True, timeout=20
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), number
    for log in Path(os.environ["TOM_HOME"]).rglob("*.log"):
        assert "pnpm" not in log.read_text()


@pytest.mark.parametrize("piece", ENDLESS)
def test_no_text_is_long_in_being_cleaned(piece: str) -> None:
    """A message as long as any that is taken, of one piece again and again, takes a second."""
    import time

    text = (piece * (264_192 // len(piece) + 1))[:264_192]
    began = time.process_time()
    redacted, _ = REDACTOR.redact(text)
    parts = separate(redacted)
    others(Turn(ordinal=0, role=Role.USER, text=parts.words[:32_000]))
    assert time.process_time() - began < 2 * LIMIT
