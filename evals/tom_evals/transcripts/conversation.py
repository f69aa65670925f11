"""A conversation as a value."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Said:
    """One message: of the person, or of the agent."""

    by_person: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class Conversation:
    """A session: its id, a UUID; its folder of work, an absolute path; and its messages."""

    id: str
    cwd: str
    messages: tuple[Said, ...]

    @property
    def started(self) -> datetime:
        """When the first message was written."""
        return self.messages[0].at
