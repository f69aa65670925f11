"""Pasted output and code in a message, told by what its lines look like."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum, auto

from tom_swe.text.quoted import MAIL_HEAD


class _Line(Enum):
    BLANK = auto()
    PROSE = auto()
    INDENTED = auto()  # goes with what stands before it
    CODE = auto()  # a paste when several stand together
    OUTPUT = auto()  # nobody types this by hand


CODE_LINES = 3
# What a line begins with tells its kind.
LONG_LINE = 400

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_LIST = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)]|[a-zA-Z][.)])\s")
_OUTPUT = re.compile(
    r"""^\s*(?:
      >(?:\s|$|>)                                          # a quotation
    | Traceback\ \(most\ recent\ call\ last\):
    | File\ ".*",\ line\ \d+
    | at\ (?:async\ )?[\w.$<>\[\]\ /\\]+\s?\(.*:\d+.*\)
    | at\ (?:async\ )?(?:file://|node:|/|[A-Z]:\\)\S+:\d+
    | \[?\d{4}[-/]\d\d[-/]\d\d[T\ ]\d\d:\d\d               # a log's times
    | \[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s.*\S
    | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d+\s\d\d:\d\d:\d\d
    | \[?(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE|CRITICAL)\]?(?:\ ?[:|]|\ {2,}|\ \[|\])
    | (?:fatal|error|warning|hint|remote)(?:\[\w+\])?(?:\ TS\d+)?:\s\S
    | npm\ (?:ERR!|WARN|error|warn)\s
    | ELIFECYCLE\s
    | (?:[A-Za-z_][\w.]*)?(?:Error|Exception)(?:\ \[\w+\])?:\s\S
    | [\u23fa\u23bf\u25cf\u2500-\u257f\u2713\u2717\u2714\u2718\u25b6\u273b\u273d]
    | [$%](?:\ \S|$) | >>>\ \S | (?:\(\S+\)\ )?[\w.-]+@[\w.-]+[:\ ]\S*\s?[$%\#](?:\s|$)
    | (?:\(\S+\)\ )?\u279c\s
    | diff\ --git\ | @@\ -\d+ | (?:---|\+\+\+)\ [ab]/ | index\ [0-9a-f]{7,}\.\.
    | [{]".*[}\]]?,?$ | \[[{]".*
    | (?:===\ RUN|---\ (?:FAIL|PASS|SKIP):|FAIL\t|ok\ \ ?\t|PASS$|FAILED\ \S+::)
    | \S+\.\w{1,5}:\d+(?::\d+)?:?\ \S                      # a compiler's place
    | \S+\.\w{1,5}[(]\d+,\d+[)]:
    | node:internal/\S+:\d+$ | Node\.js\ v\d+\.[\d.]+$
    | Author:\s+\S.*<\S+@\S+>$ | Date:\s+\w{3}\ \w{3}\ +\d
    | (?:Caused\ by|Stack\ trace|Call\ stack):
    | \#\d+\ +0x[0-9a-f]+ | goroutine\ \d+\ \[
    | \*\ commit\ [0-9a-f]{7,} | commit\ [0-9a-f]{40} | \|\s.*\| *$ | \|[-: |]+\|$
    | -----(?:BEGIN|END)\ | <!DOCTYPE | <\?xml
    )""",
    re.VERBOSE,
)
_CODE = re.compile(
    r"""^\s*(?:
      (?:async\ )?def\ \w+\s*\( | class\ \w+.*[:{]$ | @\w[\w.]*(?:\(.*\))?$
    | (?:from\ [\w.]+\ )?import\ [\w.*{]+(?:,|\s|;|$)(?!.*[.?!]$)
    | (?:export\ )?(?:default\ )?(?:const|let|var)\ [\w{\[].*=
    | (?:export\ )?(?:default\ )?(?:async\ )?function\b.*[({]
    | func\ [\w(].*[{(] | package\ \w+;?$ | type\ \w+\ (?:struct|interface)\b
    | (?:public|private|protected|static|final|override|abstract)\ .*[;{(]$
    | (?:if|for|while|switch|elif|catch|with|match)\b.*[:{]$ | (?:else|try|finally|do)\s*[:{]
    | (?:return|raise|throw|yield|await|print|console\.\w+)\b.*[;)\]}"']$
    | \#(?:include|define|!)\S* | //\ ?\S | /\*|\*/ | </?[A-Za-z][\w.-]*(?:\s[^<>]*)?/?>
    | [)\]}]+[;,)]*$ | ["'][\w$.-]+["']\s*: | [\w.\[\]"'$]+\s*(?:\+|-|:)?=(?!=)\s*\S+.*
    | (?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\ .*(?:FROM|INTO|SET|TABLE|;)
    | .*[;{}]$ | .*\($ | .*=>\s*[{(]?$ | \w[\w.]*\(.*\)[;,]?$ | [\w-]+:\ ?[\w"'\[{].*,$
    )""",
    re.VERBOSE,
)
_QUOTES = re.compile(MAIL_HEAD)
_COMMENT = re.compile(r"\s*(?:#|//|--|;)\s?\S")
_PROMPTED = re.compile(r"\s*(?:[$%](?:\s|$)|(?:\(\S+\) )?[\w.-]+@[\w.-]+[: ]\S*\s?[$%#](?:\s|$))")
_PUNCTUATION = ".,:;!?\"'"


# Pasted behind words on the same line: a terminal's prompt, a fence, a JSON object. Blanks are
# matched from their first and never given back: there may be very many.
_CONSOLE = re.compile("[\u23fa\u23bf]")
_CONSOLE_PROMPT = re.compile("(?<![ \t])[ \t]++(?=[\u276f\u23fa] )")
_PROMPT = re.compile(
    r"(?<![ \t])[ \t]++(?=(?:\(\S{1,40}\) )?[\w.-]{1,60}@[\w.-]{1,60}[: ][^\s]{1,80} ?[$%#] )"
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
    if _CONSOLE.search(text):
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
    console = bool(_CONSOLE.search(text))
    kinds = [
        _Line.BLANK if gone else _kind(line, console)
        for line, gone in zip(lines, pasted, strict=True)
    ]
    for place in _comments(lines):
        if not pasted[place]:
            kinds[place] = _Line.OUTPUT
    start = 0
    while start < len(lines):
        if pasted[start] or kinds[start] not in (_Line.CODE, _Line.OUTPUT):
            start += 1
            continue
        end = _block_end(kinds, pasted, start)
        block = kinds[start:end]
        if _Line.OUTPUT in block or block.count(_Line.CODE) >= CODE_LINES:
            pasted[start:end] = [True] * (end - start)
        start = end
    _take_before(lines, pasted)
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


def _kind(line: str, console: bool) -> _Line:
    head = line[:LONG_LINE]
    if not head.strip():
        return _Line.BLANK
    if head.lstrip().startswith("\u276f"):
        return _Line.OUTPUT if console else _Line.PROSE
    if _OUTPUT.match(head):
        return _Line.OUTPUT
    if _LIST.match(head):
        return _Line.PROSE
    # A sentence may end like code does, but code seldom has this many plain words.
    tokens = head.split()
    plain = [token.strip(_PUNCTUATION).replace("'", "").isalpha() for token in tokens]
    sentence = sum(plain) >= 6 and (sum(plain) > 0.7 * len(tokens) or all(plain[:6]))
    if not sentence and _CODE.match(head):
        return _Line.CODE
    if head.startswith(("    ", "\t")) or (head.startswith("  ") and not sentence):
        return _Line.INDENTED
    return _Line.PROSE


def _block_end(kinds: list[_Line], pasted: list[bool], start: int) -> int:
    """Where the run of output or code that begins here ends, trailing blanks left out."""
    end = start
    blanks = 0
    for index in range(start, len(kinds)):
        kind = kinds[index]
        if pasted[index] or kind is _Line.PROSE or (kind is _Line.INDENTED and blanks > 1):
            break
        if kind is _Line.BLANK:
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
        before = _QUOTES if below.startswith(">") else _COMMENT
        pasted[index] = pasted[index] or before.match(lines[index][:LONG_LINE]) is not None


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
            shut_in = all(_PROMPTED.match(lines[each]) for each in (index - 1, end))
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
