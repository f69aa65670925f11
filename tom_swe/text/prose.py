"""The person's own prose in a turn: its sentences, its clauses, and clauses as rules. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tom_swe.text.cuts import CODE_SPAN, Span, bare, brackets, closed_at, code_spans, met, widened
from tom_swe.text.line_kinds import is_message

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
# What ends a clause or a sentence, but not where it stands in code.
_CODES_MARKS = re.compile(r"[.,;:!?…](?=\s|\Z)|(?<=\s)[-–—]+(?=\s)|[()]")
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
    out = CODE_SPAN.sub(_code_span, out)
    out = _DOUBLE.sub(_quotation, out)
    out = _SINGLE.sub(_quotation, out)
    for start, end in body_of(text):
        out = out[:start] + _spaces(out[start:end]) + out[end:]
    return out


def is_document(text: str) -> bool:
    """Whether the text is laid out like a document: a plan or a specification pasted in."""
    return len(_HEADING.findall(text)) >= 2 or len(_BOLD_ITEM.findall(text)) >= 3


def body_of(text: str) -> tuple[Span, ...]:
    """The part of a document-like or long text that is not read as prose, if it is one."""
    if is_document(text):
        first = min(m.start() for p in (_HEADING, _BOLD_ITEM) if (m := p.search(text)))
        return ((first, len(text)),)
    return (_between(text, HEAD, len(text) - TAIL),) if len(text) > LONG else ()


def _between(text: str, start: int, end: int) -> Span:
    """``start:end`` with the rest of the words at its ends, as far as they are words."""
    while start > HEAD // 2 and not text[start - 1].isspace() and not text[start].isspace():
        start -= 1
    while end < len(text) - TAIL // 2 and not text[end - 1].isspace() and not text[end].isspace():
        end += 1
    return start, end


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _blank(match: re.Match[str]) -> str:
    return _spaces(match.group())


def _line(line: str) -> str:
    body = line.strip()
    if not body:
        return line
    if _MATERIAL_LINE.match(body) or is_message(body) or body.endswith(("{", "};", ");", "},")):
        return _spaces(line)
    outside = CODE_SPAN.sub("", body)
    if len(outside) >= 12 and len(_SYMBOLS.findall(outside)) / len(outside) > 0.15:
        return _spaces(line)
    return line


def _code_span(match: re.Match[str]) -> str:
    inner = match.group(1)
    # A name in backticks is part of the sentence; a whole line of code is one word of it.
    if len(inner.split()) <= 3 and len(inner) <= 30:
        return f" {_CODES_MARKS.sub(_underscores, inner)} "
    return f" {'_' * len(inner)} "


def _underscores(match: re.Match[str]) -> str:
    return "_" * len(match.group())


def _quotation(match: re.Match[str]) -> str:
    words = len(match.group().split())
    return _blank(match) if words >= 3 else match.group()


_END = re.compile(
    r"(?<=[.!?…])[\"')\]*]*\s+(?=\S)|(?<=[。！？；])|\n+|(?<=;)\s+|(?<=[:)])\s*(?=\n)|\s{6,}"
)
_BULLET = re.compile(r"\s*(?:[-*•+>]\s+|\(?\d{1,2}[.)]\s+|\(?[a-zA-Z][)]\s+|\[[ xX]?\]\s*)*")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|z\.B|d\.h|p\.ex|no|nr)\.$", re.IGNORECASE
)
_JOINT = re.compile(
    r"\s*[,;:]\s+|\s+[-–—]+\s+|\s*[()]\s*|[，、：；]"
    r"|\s+(?=(?:because|since|otherwise|but|so that|sonst|weil|parce que|porque|puis)\b)",
    re.IGNORECASE,
)
_TRIM = " \t\r\n,;:-–—()*\"'"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a turn: ``words`` is ``text[start:end]`` with what is not prose blanked."""

    start: int
    end: int
    words: str

    @property
    def is_question(self) -> bool:
        """Whether it ends in a question mark."""
        return "?" in self.words.rstrip(" \t\"')*]!😂😅🤔:|")[-2:] or self.words.rstrip().endswith(
            "？"
        )


def sentences(text: str, without: Iterable[Span] = ()) -> tuple[Sentence, ...]:
    """The person's own sentences in ``text``, in order; some parts of it are none of theirs."""
    masked = own_words(text)
    for start, end in without:
        masked = masked[:start] + _spaces(masked[start:end]) + masked[end:]
    code = code_spans(text)
    found: list[Sentence] = []
    start = 0
    for mark in (*_END.finditer(masked), None):
        end = mark.start() if mark else len(masked)
        if mark and _ABBREVIATION.search(masked[start:end]):
            continue
        end = closed_at(masked, start, end, mark.end() if mark else end)
        if (sentence := _trimmed(masked, start, end, code)) is not None:
            found.append(sentence)
        if mark:
            start, _ = widened(
                met(code, mark.end(), mark.end()), mark.end(), mark.end(), mark.span()
            )
    return tuple(found)


def _trimmed(masked: str, start: int, end: int, code: Sequence[Span]) -> Sentence | None:
    within = start, end
    bullet = _BULLET.match(masked, start, end)
    start = bullet.end() if bullet else start
    while end > start and masked[end - 1].isspace():
        end -= 1
    while start < end and masked[start].isspace():
        start += 1
    # Backticks are blanks in the mask, and belong to what is between them.
    start, end = widened(met(code, *within), start, end, within)
    words = masked[start:end]
    return Sentence(start, end, words) if any(c.isalpha() for c in words) else None


def clauses(words: str) -> tuple[tuple[int, int], ...]:
    """The offsets of the clauses of a sentence, in order."""
    spans: list[tuple[int, int]] = []
    asides = _asides(words)
    start = 0
    for joint in (*_JOINT.finditer(words), None):
        end = joint.start() if joint else len(words)
        if joint and any(first - 1 <= end < last for first, last in asides):
            continue
        if words[start:end].strip():
            spans.append((start, end))
        start = joint.end() if joint else end
    return tuple(spans)


def _asides(words: str) -> list[Span]:
    """The brackets in the middle of a clause, which goes on behind them."""
    if "(" not in words:
        return []
    return [
        (first, last)
        for first, last in brackets(words, 0, len(words))
        if words[:first].strip() and words[last : last + 2].strip()[:1].isalnum()
    ]


def covering(words: str, marks: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The smallest run of whole clauses that holds every mark, trimmed of punctuation."""
    first = min(start for start, _ in marks)
    last = max(end for _, end in marks)
    spans = clauses(words)
    start = max((s for s, _ in spans if s <= first), default=0)
    end = min((e for _, e in spans if e >= last), default=len(words))
    start, end = min(start, first), max(end, last)
    while start < first and words[start] in _TRIM:
        start += 1
    while end > last and words[end - 1] in _TRIM:
        end -= 1
    return start, end


# The other half of a wish: "use this, never that".
_OTHER_HALF = re.compile(
    r"[\s,;:–—-]*(?:and |but |so )?(?:never|no|don't|do not|always|only)\s+"
    r"(?P<said>[^,;:.!?()\n]{1,60})",
    re.IGNORECASE,
)
_MOST_OF_IT = 5  # words


def both_halves(words: str, start: int, end: int) -> tuple[int, int]:
    """A run of clauses with a short one behind it that says what is not, or what is, wanted."""
    half = _OTHER_HALF.match(words, end)
    if half is None or len(half["said"].split()) > _MOST_OF_IT:
        return start, end
    return start, half.end("said") - len(half["said"]) + len(half["said"].rstrip(" \t-–—'\""))


LONGEST = 160

_FILLER = re.compile(
    r"\A(?:please|pls|plz|ok(?:ay)?|and|but|so|btw|by the way|also|hey|hi|well|oh|yes|no|nope|yeah|"
    r"right|just|fyi|again|actually|really|um+|hmm+|argh|ugh|uff|then|wait|note(?: that)?|"
    r"remember(?: that| to)?|keep in mind(?: that)?|from now on|going forward|in (?:the )?future|"
    r"as a rule|as of (?:now|today)|make sure(?: that)?(?: you)?|be sure to|i(?:'d|"
    r" would) like you to|"
    r"i want you to|i need you to|can you|could you|would you|can we|could we|you should|you must|"
    r"you need to|you have to|let'?s|one thing|bitte|por favor|s'il te pla[iî]t|ab jetzt|"
    r"d[eé]sormais|"
    r"a partir de ahora)\b(?!['-])[\s,:.!-]*",
    re.IGNORECASE,
)


def tidy(clause: str) -> str:
    """The clause as a rule: one line, without leading filler, its first letter upper."""
    text = " ".join(clause.split())
    while (filler := _FILLER.match(text)) and len(text) > filler.end() + 3:
        text = text[filler.end() :]
    text = bare(text)
    return shorten(text[:1].upper() + text[1:], LONGEST)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    for opens, closes in code_spans(text):
        if opens < limit - 1 < closes and opens > limit // 2:
            return cut[:opens].rstrip(" ,;:.-") + "…"
    space = cut.rfind(" ")
    return cut[: space if space > limit // 2 else None].rstrip(" ,;:.-") + "…"
