"""Transcripts that their host has packed with Zstandard, opened like any other file."""

import io
import sys
from pathlib import Path
from typing import BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SUFFIX = ".zst"
# More than any transcript unpacks to; a few bytes can be made to unpack to terabytes.
UNPACKED_LIMIT = 4 * 1024**3


def open_transcript(path: Path) -> BinaryIO:
    """A transcript to read, unpacked if it is packed. Raises OSError, then and while reading."""
    if path.suffix != SUFFIX:
        return path.open("rb")
    return io.BufferedReader(_Unpacked(path))


class _Unpacked(io.RawIOBase):
    """What a packed file holds, as a stream whose faults are those of a file."""

    def __init__(self, path: Path) -> None:
        self._file = zstd.ZstdFile(path, "r")
        self._left = UNPACKED_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        try:
            found = self._file.read(min(len(buffer), self._left))
        except (zstd.ZstdError, EOFError) as error:
            raise OSError(f"it is packed, and broken ({error})") from error
        self._left -= len(found)
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._file.close()
        super().close()
