"""Kilo Code: a folder a task, as Cline's older form."""

from pathlib import Path

from tom_evals.transcripts.cline import write_tasks
from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """In the storage of the editor's extension."""
    return write_tasks(folder / "globalStorage" / "kilocode.kilo-code", conversations)
