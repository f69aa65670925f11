"""What a language model is asked to say of a session."""

from typing import Literal

from tom_swe.model.base import Value


class NotedForm(Value):
    """One durable thing that the person said."""

    turn: int
    quote: str
    kind: Literal["preference", "constraint", "expertise", "goal"]
    way: Literal["correction", "instruction", "preference", "fact"]
    statement: str
    against: bool
    scope: Literal["everywhere", "repository", "language", "task"]
    language: str


class SessionForm(Value):
    """What a session shows, and which candidates show nothing."""

    summary: str
    intent: Literal[
        "debugging",
        "code_generation",
        "code_explanation",
        "optimization",
        "learning",
        "configuration",
        "testing",
        "file_management",
        "general",
    ]
    observations: tuple[NotedForm, ...]
    rejected: tuple[int, ...]
