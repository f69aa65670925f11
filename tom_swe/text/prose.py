"""The person's own words in a turn: what is pasted, quoted or code is blanked out."""

import re

# A message longer than this is mostly material: only its two ends are read as prose.
LONG = 1800
HEAD = 500
TAIL = 300

_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,5} +\S", re.MULTILINE)
_BOLD_ITEM = re.compile(r"^[ \t]*+(?:[-*•]|\d+[.)])?[ \t]*\*\*[^*\n]+\*\*", re.MULTILINE)
_URL = re.compile(r"https?://\S+")
_HOST_TAG = re.compile(r"<([a-zA-Z][\w-]*)\b[^<>]*>.*?</\1>", re.DOTALL)
_DOUBLE = re.compile(r'"[^"\n]{3,}?"|“[^”\n]{3,}?”|«[^»\n]{3,}?»|„[^“”\n]{3,}?[“”]')
_SINGLE = re.compile(r"(?<![\w'])'[^'\n]*(?:\w'\w[^'\n]*)*'(?!\w)|‘[^’\n]{3,}?’")
_CODE_SPAN = re.compile(r"`([^`\n]*)`")
_COMMAND = re.compile(r"\A\s*/[\w:.-]+(?= |\Z|\n)")

_MATERIAL_LINE = re.compile(
    r"""(?:
        Traceback | File\s" | at\s\S+\( | [$>❯%]\s | >>> | diff\s--git | [+-]{3}\s | @@\s
      | \d+\s*[|│] | import\s(?:[\w.]+\s*$|[\w.]+\sas\b|.*\sfrom\s["']|["'])
      | from\s\S+\simport\b | def\s\w+\( | class\s\w+[:({]
      | (?:export\s)?(?:async\s)?function\b | (?:export\s)?(?:const|let|var)\s[\w{\[]
      | return\b.*[;)\]}]\s*$
      | \#include | \#+\s | [{}\[\]] | </?\w | // | /\* | \*\s@ | --\s | [A-Z][A-Z0-9_]+= | %\s
      | \[?(?:INFO|DEBUG|WARN(?:ING)?|ERROR|FATAL|TRACE|FAIL(?:ED)?|PASS(?:ED)?)\b
      | (?:error|warning|fatal)(?:\[\w+\])?:\s | npm\s(?:ERR|WARN)
      | \d{4}-\d\d-\d\d[T\s]\d\d: | \w+(?:Error|Exception|Warning)\b: | \|.*\|\s*$ | [-=─_*]{4,}
      | \S+\.\w{1,4}:\d+[:\s]
    )""",
    re.VERBOSE,
)
_SYMBOLS = re.compile(r"[{}()\[\]<>=;$|\\^~%&*+]")
_LINE = re.compile(r"[^\n]*\n?")


def own_words(text: str) -> str:
    """``text`` at the same length, with everything but the person's prose blanked.

    Line ends stay. Fences, quoted lines and quotations, tracebacks, logs, code and
    the body of long or document-like messages become spaces; typographic
    apostrophes become plain ones.
    """
    out = text.replace("’", "'")
    for pattern in (_HOST_TAG, _FENCE, _URL, _COMMAND):
        out = pattern.sub(_blank, out)
    out = "".join(_line(line) for line in _LINE.findall(out))
    out = _CODE_SPAN.sub(_code_span, out)
    out = _DOUBLE.sub(_quotation, out)
    out = _SINGLE.sub(_quotation, out)
    return _ends(text, out)


def is_document(text: str) -> bool:
    """Whether the text is laid out like a document: a plan or a specification pasted in."""
    return len(_HEADING.findall(text)) >= 2 or len(_BOLD_ITEM.findall(text)) >= 3


def _ends(text: str, out: str) -> str:
    if is_document(text):
        first = min(m.start() for p in (_HEADING, _BOLD_ITEM) if (m := p.search(text)))
        return out[:first] + _spaces(out[first:])
    if len(text) > LONG:
        return out[:HEAD] + _spaces(out[HEAD:-TAIL]) + out[-TAIL:]
    return out


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _blank(match: re.Match[str]) -> str:
    return _spaces(match.group())


def _line(line: str) -> str:
    body = line.strip()
    if not body:
        return line
    if _MATERIAL_LINE.match(body) or body.endswith(("{", "};", ");", "},")):
        return _spaces(line)
    outside = _CODE_SPAN.sub("", body)
    if len(outside) >= 12 and len(_SYMBOLS.findall(outside)) / len(outside) > 0.15:
        return _spaces(line)
    return line


def _code_span(match: re.Match[str]) -> str:
    inner = match.group(1)
    # A name in backticks is part of the sentence; a whole line of code is not.
    if len(inner.split()) <= 3 and len(inner) <= 30:
        return f" {inner} "
    return _blank(match)


def _quotation(match: re.Match[str]) -> str:
    words = len(match.group().split())
    return _blank(match) if words >= 3 else match.group()
