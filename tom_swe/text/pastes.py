"""Pasted output and code in a message, told by what its lines look like."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from tom_swe.text.line_kinds import CONSOLE, LONG_LINE, PASTED, PROMPTED, Line, is_screen, kind_of
from tom_swe.text.quoted import heads_mail

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_COMMENT = re.compile(r"\s*(?:#|//|--|;)\s?\S")

# Pasted behind words on the same line: a terminal's prompt, a fence, a JSON object. Blanks are
# matched from their first and never given back: there may be very many.
_CONSOLE_PROMPT = re.compile("(?<![ \t])[ \t]++(?=[\u276f\u23fa] )")
_PROMPT = re.compile(
    r"(?<![ \t])[ \t]++(?=(?:\(\S{1,40}\) )?"
    r"(?:[\w.-]{1,60}@[\w.-]{1,60}[: ][^\s]{1,80} ?[$%#] |PS [A-Z]:\\[^<>\n]{0,200}>))"
)
_LATE_FENCE = re.compile(r"^([^`\n]*[^`\s])[ \t]*(```\w*)$", re.MULTILINE)
_EARLY_FENCE = re.compile(r"^(```)[ \t]+(?=\S+[ \t]+\S)", re.MULTILINE)
_LATE_JSON = re.compile(r"(?<![ \t])[ \t]++(?=\{\"[\w-]{1,60}\":)")
JSON_LENGTH = 40


def _lines(text: str) -> list[str]:
    """The lines of a message, parted where a paste begins or ends within one."""
    if "```" in text:
        text = _EARLY_FENCE.sub(r"\1\n", _LATE_FENCE.sub(r"\1\n\2", text))
    if '{"' in text:
        text = "\n".join(map(_without_late_json, text.split("\n")))
    if CONSOLE.search(text):
        text = _CONSOLE_PROMPT.sub("\n", text)
    return _PROMPT.sub("\n", text).split("\n")


def _without_late_json(line: str) -> str:
    if not line.rstrip().endswith("}"):
        return line
    start = _LATE_JSON.search(line)
    long = start and len(line) - start.end() > JSON_LENGTH
    return f"{line[: start.start()]}\n{line[start.end() :]}" if start and long else line


def without_pastes(text: str, beside: list[str]) -> str:
    """The text without its pastes, which are added to ``beside`` in order."""
    lines = _lines(text)
    pasted = _fenced(lines)
    # Without the agent's marks, a prompt is a message copied from its own line.
    console, screen = CONSOLE.search(text) is not None, is_screen(text)
    kinds = [
        Line.BLANK if gone else kind_of(line, console=console, screen=screen)
        for line, gone in zip(lines, pasted, strict=True)
    ]
    for place in _comments(lines):
        if not pasted[place]:
            kinds[place] = Line.OUTPUT
    start = 0
    while start < len(lines):
        if pasted[start] or not kinds[start].weight:
            start += 1
            continue
        end = _block_end(kinds, pasted, start)
        if sum(kind.weight for kind in kinds[start:end]) >= PASTED:
            pasted[start:end] = [True] * (end - start)
        start = end
    _take_before(lines, pasted)
    _take_errors(lines, pasted)
    _bridge(lines, pasted)
    kept: list[str] = []
    run: list[str] = []
    for line, gone in zip(lines, pasted, strict=True):
        if gone:
            run.append(line)
            continue
        if run:
            beside.append("\n".join(run).strip())
            run = []
        kept.append(line)
    if run:
        beside.append("\n".join(run).strip())
    return "\n".join(kept)


def _fenced(lines: list[str]) -> list[bool]:
    """Which lines are fenced, fences included; an unclosed fence reaches to the end."""
    fence = ""
    inside: list[bool] = []
    for line in lines:
        match = _FENCE.match(line)
        if fence:
            inside.append(True)
            if match and match[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in line.strip().lstrip("`")):
            fence = match[1]
            inside.append(True)
        else:
            inside.append(False)
    return inside


def _comments(lines: list[str]) -> Iterator[int]:
    """The lines of comments that go over several."""
    closing = [index for index, line in enumerate(lines) if "*/" in line]
    start = 0
    while closing and start < closing[-1]:
        end = closing[bisect_left(closing, start)]
        if lines[start].lstrip().startswith("/*") and end > start:
            yield from range(start, end + 1)
            start = end
        start += 1


def _block_end(kinds: list[Line], pasted: list[bool], start: int) -> int:
    """Where the run of output or code that begins here ends, trailing blanks left out."""
    end = start
    blanks = 0
    for index in range(start, len(kinds)):
        kind = kinds[index]
        if pasted[index] or kind is Line.PROSE or (kind is Line.INDENTED and blanks > 1):
            break
        if kind is Line.BLANK:
            blanks += 1
        else:
            blanks = 0
            end = index + 1
    return end


def _take_before(lines: list[str], pasted: list[bool]) -> None:
    """What stands right before a paste and belongs to it: comments, and who is quoted."""
    for index in range(len(lines) - 2, -1, -1):
        below = lines[index + 1].lstrip()
        if not (pasted[index + 1] and below) or _FENCE.match(below):
            continue
        if below.startswith(">"):
            belongs = heads_mail(lines[index])
        else:
            belongs = _COMMENT.match(lines[index][:LONG_LINE]) is not None
        pasted[index] = pasted[index] or belongs


# PowerShell says an error in the person's language: a command and what it says, on any number
# of lines, its place, and the command again, underlined.
_UNDERLINED = re.compile(r"\s*\+\s+~+\s*$")
_AT = re.compile(r".{0,300}:\s?\d+\s+\S{0,40}\s?:\s?\d+\s*$")
_FAILED = re.compile(r"(?:\S{1,200}\s){1,3}:\s\S")
ERROR_LINES = 12


def _take_errors(lines: list[str], pasted: list[bool]) -> None:
    """What stands above the underlined command of an error of PowerShell."""
    for index in range(2, len(lines)):
        if not _UNDERLINED.match(lines[index][:LONG_LINE]):
            continue
        place = next((i for i in range(index - 1, max(-1, index - 4), -1) if _is_at(lines[i])), 0)
        first = next(
            (i for i in range(place - 1, max(-1, place - ERROR_LINES), -1) if not lines[i].strip()),
            max(-1, place - ERROR_LINES),
        )
        said = (i for i in range(first + 1, place) if _FAILED.match(lines[i][:LONG_LINE]))
        start = next(said, place)
        if place:
            pasted[start:index] = [True] * (index - start)


def _is_at(line: str) -> bool:
    return len(line) < LONG_LINE and _AT.match(line) is not None


def _bridge(lines: list[str], pasted: list[bool]) -> None:
    """A line or two shut in between pasted lines, with no blank beside them, are pasted too."""
    index = 0
    while index < len(lines):
        if pasted[index]:
            index += 1
            continue
        end = index
        while end < len(lines) and not pasted[end]:
            end += 1
        shut_in = index > 0 and end < len(lines)
        # What a command said stands between two prompts, however long it is.
        if shut_in and end - index > 2:
            shut_in = all(PROMPTED.match(lines[each]) for each in (index - 1, end))
        if (
            shut_in
            and all(line.strip() and not _FENCE.match(line) for line in lines[index:end])
            and not _FENCE.match(lines[index - 1])
            and not _FENCE.match(lines[end])
            and lines[index - 1].strip()
            and lines[end].strip()
        ):
            pasted[index:end] = [True] * (end - index)
        index = end
