"""What is learned and what is asked, the same at every run: lists of who said what.

Roles are a chat's: ``user``, ``assistant``, ``tool``. A message is given as the transcript has
it, what a person pasted included, so that both sides clean it by their own means.
"""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from tom_evals.common.messages import NOUNS, VERBS, message
from tom_swe import Role, Session
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.text import count_tokens

type Conversation = list[tuple[str, str]]

# They hold about 1.5 million tokens, by o200k_base.
SESSIONS = 200
CONSULTS = 24
SEED = 20_261_124
# As `tom demo` has them.
PLACES = (
    ("claude-code", "dot-claude/projects"),
    ("codex", "dot-codex/sessions"),
    ("openhands", "dot-openhands/conversations"),
    ("aider", "src"),
)
_SPEAKS = {Role.USER: "user", Role.AGENT: "assistant", Role.TOOL: "tool"}
_NEVER = datetime.min.replace(tzinfo=UTC)
# Words in an agent's turn: half have fewer than this, one in twenty more than four times it.
_TYPICAL_REPLY = 152
_LONGEST_REPLY = 3_000
_TRACE = "Traceback (most recent call last):"


def tokens(conversation: Conversation) -> int:
    """About how many tokens a conversation holds, by tom's own estimate."""
    return sum(count_tokens(text) for _, text in conversation)


def shipped() -> list[Conversation]:
    """The demo's sessions, oldest first."""
    sessions: list[Session] = []
    with resources.as_file(resources.files("tom_cli") / "demo" / "home") as home:
        for host, place in PLACES:
            found = read_sessions(
                IMPORTERS[host], Path(home) / place, Tally(), Redactor(emails=False)
            )
            sessions.extend(found)
    sessions.sort(key=lambda session: session.started or _NEVER)
    return [
        [
            (_SPEAKS[turn.role], "\n\n".join(filter(None, (turn.text, turn.attachment))))
            for turn in session.turns
        ]
        for session in sessions
    ]


def generated(sessions: int = SESSIONS) -> list[Conversation]:
    """Sessions of 10 to 40 messages."""
    rng = random.Random(SEED)
    return [_conversation(rng, rng.randint(10, 40)) for _ in range(sessions)]


def consults(count: int = CONSULTS) -> list[Conversation]:
    """Conversations that are in no history, each up to the message that is asked about."""
    rng = random.Random(SEED + 1)
    return [_conversation(rng, 2 * rng.randint(0, 12) + 1) for _ in range(count)]


def _conversation(rng: random.Random, messages: int) -> Conversation:
    """The person and the agent in turns, the person first."""
    return [
        ("assistant", _reply(rng)) if number % 2 else ("user", _request(rng))
        for number in range(messages)
    ]


def _request(rng: random.Random) -> str:
    """One to three sentences; one in eight brings an error that was pasted."""
    said = ". ".join(message(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    if rng.random() < 1 / 8:
        frames = "\n".join(
            f'  File "app/{rng.choice(NOUNS)}.py", line {rng.randrange(900)}, in '
            f"{rng.choice(VERBS)}_{rng.choice(NOUNS)}"
            for _ in range(rng.randint(3, 12))
        )
        said += f"\n\n{_TRACE}\n{frames}\nKeyError: '{rng.choice(NOUNS)}'"
    return said


def _reply(rng: random.Random) -> str:
    """An agent's report: prose, then code or a command's output, in turns."""
    left = min(_LONGEST_REPLY, int(rng.lognormvariate(math.log(_TYPICAL_REPLY), 0.85)))
    parts: list[str] = []
    while left > 0 or not parts:
        block = rng.choice((_prose, _code, _output))(rng)
        parts.append(block)
        left -= len(block.split())
    return "\n\n".join(parts)


def _prose(rng: random.Random) -> str:
    told = (
        f"I {rng.choice(VERBS)}ed the {rng.choice(NOUNS)} so that the {rng.choice(NOUNS)} "
        f"{rng.choice(NOUNS)} no longer depends on the {rng.choice(NOUNS)}, and left the "
        f"{rng.choice(NOUNS)} alone."
        for _ in range(rng.randint(1, 4))
    )
    return " ".join(told)


def _code(rng: random.Random) -> str:
    head = f"def {rng.choice(VERBS)}_{rng.choice(NOUNS)}({rng.choice(NOUNS)}: str) -> None:"
    lines = (
        f"    {rng.choice(NOUNS)} = self.{rng.choice(NOUNS)}."
        f"{rng.choice(VERBS)}({rng.choice(NOUNS)}, limit={rng.randrange(500)})"
        for _ in range(rng.randint(3, 14))
    )
    return "```python\n" + "\n".join((head, *lines)) + "\n```"


def _output(rng: random.Random) -> str:
    lines = (
        f"tests/test_{rng.choice(NOUNS)}.py::test_{rng.choice(VERBS)}_{rng.choice(NOUNS)} "
        f"{'FAILED' if rng.random() < 0.1 else 'PASSED'} [{rng.randrange(100):3d}%]"
        for _ in range(rng.randint(3, 12))
    )
    return "```\n$ pytest -v\n" + "\n".join(lines) + "\n```"
