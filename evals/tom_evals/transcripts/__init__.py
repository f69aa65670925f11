"""Transcripts as each host writes them, made from a conversation: for tests and benchmarks."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation, Said

__all__ = ["Conversation", "Said", "Write", "writer_of"]


# Writes conversations under a folder as a host would; the path is for its importer.
type Write = Callable[[Path, list[Conversation]], Path]


def writer_of(host: str) -> Write:
    """The writer of a host's transcripts. Raises ModuleNotFoundError where there is none."""
    write: Write = import_module(f"tom_evals.transcripts.{host.replace('-', '_')}").write
    return write
