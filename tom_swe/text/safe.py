"""Stored and foreign text as an agent, a terminal or a language model may be given it. Pure."""

import json
import re
import unicodedata
from collections.abc import Iterable

# The tags round what tom tells an agent. Importers drop what stands in them, so that tom never
# learns from itself.
BRIEFING, ADVICE, EARLIER = "tom-briefing", "tom-advice", "tom-earlier"
CHECK = "tom-check"

# Whole sequences (CSI, OSC and the short ones), so that nothing of them is left standing as text.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Joiners are part of words in some scripts; the rest of their category hides text or turns it.
_JOINERS = "\u200c\u200d"
# Line breaks that JSON leaves as they are, and that a reader of lines may break at.
_BREAKS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x7f\x85\u2028\u2029"}


def safe(text: str, length: int = 0) -> str:
    """Text on one line, with nothing in it that a terminal would obey or that cannot be seen.

    What is longer than ``length`` ends in "…", between words if there is a space to end at.
    """
    line = " ".join(_CONTROL.sub(" ", _seen(text)).split())
    return line if not length or len(line) <= length else f"{_start(line, length - 1)}…"


def safe_lines(text: str) -> str:
    """The same with its lines and tabs."""
    return _CONTROL.sub("", _seen(text.replace("\r\n", "\n").replace("\r", "\n")))


def plain(text: str, length: int = 0) -> str:
    """Text on one line that can neither close a tag nor open one, and is `safe`."""
    return safe(text.replace("<", "\u2039").replace(">", "\u203a"), length)


def fenced(tag: str, lines: Iterable[str]) -> str:
    """Lines in a tag of tom's, which none of them can close or leave."""
    return "\n".join([f"<{tag}>", *map(plain, lines), f"</{tag}>"])


def json_line(**fields: object) -> str:
    """The fields as one line of JSON, which no text in them can end or leave."""
    return json.dumps(fields, ensure_ascii=False).translate(_BREAKS)


def inert(line: str) -> str:
    """A line of JSON that says the same, with nothing in it that a tag or a terminal is made of."""
    return "".join(
        sign
        if sign.isprintable() and sign not in "<>"
        else json.dumps(sign)[1:-1]
        if not sign.isascii() or not sign.isprintable()
        else f"\\u{ord(sign):04x}"
        for sign in line
    )


def storable(text: str) -> str:
    """The text without terminal codes, and with what no database takes replaced."""
    if "\x1b" in text:
        text = _SEQUENCE.sub("", text)
    if "\0" in text or not text.isascii():
        text = _UNSTORABLE.sub("\ufffd", text)
    return text.replace("\r\n", "\n") if "\r" in text else text


def _start(line: str, length: int) -> str:
    start = line[:length]
    whole = start if line[length] == " " else start.rpartition(" ")[0]
    # One long word would leave next to nothing.
    return (whole if len(whole) > length // 2 else start).rstrip(" ,;:")


def _seen(text: str) -> str:
    text = _SEQUENCE.sub("", text)
    if text.isascii():
        return text
    return "".join(
        sign
        for sign in text
        if sign in _JOINERS or unicodedata.category(sign) not in {"Cf", "Cs", "Co"}
    )
