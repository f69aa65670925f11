"""Made-up requests, for measuring speed and size where no real ones are wanted."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

SEED = 20_261_124
START = datetime(2026, 1, 1, tzinfo=UTC)
VERBS = [
    "fix",
    "add",
    "rename",
    "move",
    "split",
    "test",
    "document",
    "cache",
    "log",
    "remove",
    "speed",
    "simplify",
]
NOUNS = [
    "parser",
    "invoice",
    "export",
    "login",
    "cache",
    "queue",
    "worker",
    "schema",
    "table",
    "form",
    "client",
    "server",
    "token",
    "report",
    "chart",
    "filter",
    "header",
    "button",
    "upload",
    "webhook",
    "scheduler",
    "migration",
    "importer",
    "backup",
]
TAILS = (
    "it breaks on empty input",
    "the numbers are off by one since tuesday",
    "same as we did for the other one",
    "keep the old behaviour behind a flag",
    "see the failing test",
    "please",
)
STANDING = ("from now on use pnpm, not npm", "keep the diff small", "I prefer small commits")


def message(rng: Random) -> str:
    """One plausible short request."""
    words = f"{rng.choice(VERBS)} the {rng.choice(NOUNS)} {rng.choice(NOUNS)}"
    # About one real message in fifty says something that lasts.
    tail = rng.choice(STANDING if rng.random() < 0.02 else TAILS)
    return f"{words}{rng.randrange(1000)}, {tail}"
