"""``tom-hook EVENT [HOST]``: what a host's hook runs, one short process an event.

It tells a session what is known of the person, and again what changed of it; it looks whether
a tool call keeps to what they asked for; it notes which session has something to learn from,
and starts the learner beside the host when a session rests or ends. It never writes the
database, keeps no word of a message and never fails its host: whatever goes wrong becomes one
line in ``hook.log``.

Standard library only, and of that only what starts fast: json, re, pathlib, typing, hashlib,
dataclasses or subprocess would each cost about as much as the hook itself. A database that
the person had encrypted costs more.
"""

from tom_swe.hosts.hook.event import (
    AFTER,
    CLAUDE_CODE,
    COMPACTED,
    END,
    EVENTS,
    OPENHANDS,
    PROMPT,
    START,
    STATUS,
    STOP,
    TOOL,
    Event,
)
from tom_swe.hosts.hook.process import main, run, start_learner

__all__ = [
    "AFTER",
    "CLAUDE_CODE",
    "COMPACTED",
    "END",
    "EVENTS",
    "OPENHANDS",
    "PROMPT",
    "START",
    "STATUS",
    "STOP",
    "TOOL",
    "Event",
    "main",
    "run",
    "start_learner",
]
