"""Standard streams and arguments that take any text, whatever the locale is."""

import codecs
import io
import os
import sys
from pathlib import Path

# What tom writes itself, as near as an encoding without it comes.
_NEAR = str.maketrans("“”→●○✓✗\N{NO-BREAK SPACE}", '"">#.+x ', "") | {ord("…"): "..."}


def forgiving() -> None:
    """Have no text fail for its encoding: what cannot be written is written nearly, or as "?"."""
    codecs.register_error("tom.near", _near)
    if sys.stdout is None:  # closed by who started tom
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    near = "tom.near"
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, near), (sys.stderr, near)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
    sys.argv[1:] = map(_argument, sys.argv[1:])


def _argument(given: str) -> str:
    """An argument as text: of bytes that the locale could not read, unless they name a file."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return given if Path(given).exists() else os.fsencode(given).decode(errors="replace")
    return given


def _near(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    near = error.object[error.start : error.end].translate(_NEAR)
    known = near.encode(error.encoding, "replace").decode(error.encoding)
    return known, error.end
