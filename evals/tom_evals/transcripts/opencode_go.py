"""The old opencode in Go: the store of Crush under another name, without a column."""

from pathlib import Path

from tom_evals.transcripts.conversation import Conversation
from tom_evals.transcripts.crush import write_stores


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.opencode/opencode.db`` in each folder of work, which are made below this one."""
    return write_stores(folder, conversations, ".opencode/opencode.db", "")
