"""What an agent that has tom is told and what is learned of it, whichever agent it is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.hosts import hook, inbox
from tom_swe.testing import HashEmbedder, session_of

KEY = "ghp_" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5"
KNOWN = "from now on use pnpm, not npm"
FIRST = f"from now on use ruff, not flake8. my token is {KEY}"
SECOND = "and now the next step"


def seed(home: Path) -> None:
    """A memory that holds one belief with one quote."""
    mind = open_tom(Settings(home=home), embedder=HashEmbedder())
    mind.add_session(LOCAL_USER, session_of(KNOWN))
    mind.learn(LOCAL_USER)
    mind.close()


def briefing(home: Path) -> str:
    """What a session is told now."""
    mind = open_tom(Settings(home=home), embedder=HashEmbedder())
    text = mind.brief(LOCAL_USER, "work").text
    mind.close()
    return text


def rested(home: Path, seconds: float = 90) -> None:
    """Waits until what the hooks noted is learned and the learner has gone."""
    hosts = home / "hosts"
    until = time.monotonic() + seconds
    while any(hosts.glob("*.jsonl")) or inbox.is_locked(str(hosts / inbox.LEARNER_LOCK)):
        assert time.monotonic() < until, logs(home)
        time.sleep(0.1)


def logs(home: Path) -> str:
    """What hook and learner had to say."""
    return "\n".join(path.read_text() for path in sorted((home / "hosts").glob("*.log")))


def texts(request: dict[str, Any]) -> str:
    """All the text of a request to the model."""
    pieces: list[str] = []
    for message in request["messages"]:
        content = message["content"] or ""
        parts = content if isinstance(content, list) else [{"text": content}]
        pieces += [part.get("text", "") for part in parts]
    return "\n".join(pieces)


def tools_of(requests: list[dict[str, Any]]) -> set[str]:
    """The names of the tools that the agent is offered."""
    return {tool["function"]["name"] for each in requests for tool in each.get("tools", [])}


def is_told_once(requests: list[dict[str, Any]], told: str) -> None:
    """Asserts that every request of the agent's holds the briefing, and once."""
    asked = [texts(each) for each in requests if each.get("tools")]
    assert asked
    assert told
    for text in asked:
        assert text.count(told) == 1
        assert text.count("<tom-briefing>") == 1


def said(home: Path) -> list[list[str]]:
    """What the person said in each session of OpenHands that is stored, by the alphabet."""
    mind = open_tom(Settings(home=home), embedder=HashEmbedder())
    found = mind.memory.sessions.summaries(LOCAL_USER)
    ids = [each.id for each in found if each.host == hook.OPENHANDS]
    sessions = [mind.memory.sessions.get(LOCAL_USER, each) for each in ids]
    mind.close()
    return sorted([turn.text for turn in each.turns if turn.role == "user"] for each in sessions)


def quotes_for(home: Path, word: str) -> list[str]:
    """The quotes under the beliefs whose statement holds a word."""
    mind = open_tom(Settings(home=home), embedder=HashEmbedder())
    beliefs = mind.memory.beliefs.all(LOCAL_USER)
    mind.close()
    found = [belief for belief in beliefs if word in belief.statement.lower()]
    return [each.quote for belief in found for each in belief.supporting]


def is_learned(home: Path) -> None:
    """Asserts what two sessions, of FIRST and of SECOND, leave in the memory.

    Each is stored as it was typed, the key redacted; what the first said is believed, and
    the briefing that both were given adds no quote to what was known.
    """
    step, redacted = said(home)
    assert step == [SECOND]
    assert len(redacted) == 1
    assert redacted[0].startswith("from now on use ruff, not flake8. my token is ")
    assert "redacted" in redacted[0].lower()
    for path in home.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
    for word in ("pnpm", "ruff"):
        (quote,) = quotes_for(home, word)
        assert quote == f"from now on use {word}"
    assert not (home / "hosts" / inbox.HOOK_LOG).exists(), logs(home)
