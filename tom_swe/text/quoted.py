"""Where in a turn others speak: mails, chats, reviews, diffs, what is introduced as theirs.

What a text that the person orders is to say counts as others' words, too.

It stays in the turn, for what is asked about it may be understood and found again; but nobody
is believed there. A sentence may also pass on what somebody says. Where nothing shows how far
the others' words reach, they reach to the end.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tom_swe.model.session import Turn
from tom_swe.text.dictated import dictated

# How sure it is that the words are the person's: marks say whose they are, and how far they
# reach; a head says only where they begin.
_MARKS_SURE = 0.1
_HEAD_SURE = 0.2


class OthersWords(NamedTuple):
    """A part of a turn's text that is somebody else's, and what shows it."""

    start: int
    end: int
    sure: float
    why: str


def others(turn: Turn) -> tuple[OthersWords, ...]:
    """The parts of a turn's text that are somebody else's, in order of their beginning."""
    text = turn.text
    lines = tuple(_LINE.finditer(text))
    found = [*_between_marks(text), *_runs(lines), *_ordered(text)]
    for place, line in enumerate(lines):
        # Words that introduce a paste which was set apart introduce nothing in the text.
        if begins := _begins(lines, place, introduced=not turn.attachment):
            start = line.start() + max(0, begins)
            why = "it stands below a head" if begins < 0 else "words before it say whose it is"
            found.append(OthersWords(start, len(text), _HEAD_SURE, why))
            break
    return tuple(sorted(found))


def is_hearsay(words: str) -> bool:
    """Whether it reports what someone or something else says."""
    return HEARSAY.search(words) is not None and OWN_SAYING.search(words) is None


# How mail programs head what they quote: in some languages with a word, in all with a year
# and an address.
_WROTE = re.compile(
    r"(?:On|Am|Le|El|Em) [^\n]{6,120}(?:wrote|schrieb|a écrit|escribió|escreveu)[^\n]{0,60}:\s*$"
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ADDRESS = re.compile(r"<[^<>\s@]{1,100}@[^<>\s@]{1,100}>")


def heads_mail(line: str) -> bool:
    """Whether a line says when, and who, wrote what stands below it."""
    if not line.rstrip().endswith((":", "：")) or len(line) > LONGEST:
        return False
    dated = _YEAR.search(line) and _ADDRESS.search(line)
    return bool(dated or _WROTE.match(line.lstrip()))


_LINE = re.compile(r"[^\n]+")
LONGEST = 400  # characters of a line that are looked at
# A longer quotation is a text with a mark missing.
_MARKED = re.compile(
    r"^[ \t]*(?:\"(?=\w)[^\"]{20,4000}\"|“[^“”]{20,4000}”|„[^„“”]{20,4000}[“”]"
    r"|«[^«»]{20,4000}»|「[^「」]{10,4000}」|『[^『』]{10,4000}』)[ \t.。]*$"
    r"|/\*[^\n]{0,400}?\*/",
    re.MULTILINE,
)


def _between_marks(text: str) -> Iterator[OthersWords]:
    """Quotations over several lines that begin and end one, and comments."""
    if not any(mark in text for mark in '"“„«「『*'):
        return
    for found in _MARKED.finditer(text):
        yield OthersWords(*found.span(), _MARKS_SURE, "it stands between quotation marks")


def _ordered(text: str) -> Iterator[OthersWords]:
    for start, end in dictated(text):
        yield OthersWords(start, end, _HEAD_SURE, "a text for others is to say it")


# Speakers in a chat

_TIME = (
    r"\[?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?\]?"
)
_NAME = r"[A-Za-zÀ-ÿ@][\w.'À-ÿ-]{0,24}(?: [A-Za-zÀ-ÿ][\w.'À-ÿ-]{0,24}){0,2}"
_SPEAKER = re.compile(
    rf"[*#\s]{{0,8}}(?:(?P<at>{_TIME})\s*(?:[-–]\s*)?)?"
    rf"(?:<(?P<marked>{_NAME})>|(?P<name>{_NAME})(?:\s\({_TIME}\))?\s?\*{{0,2}}:\*{{0,2}})(?=\s|$)"
)
_ROLES = frozenset({
    "user", "human", "assistant", "system", "ai", "agent", "bot", "chatgpt", "claude",
    "gpt", "model", "customer", "interviewer",
})  # fmt: skip
# What people put before a colon in their own lists.
_HEADS = frozenset({
    "note", "notes", "also", "and", "but", "so", "ps", "p.s", "nb", "btw", "fyi", "edit",
    "update", "todo", "fix", "goal", "goals", "task", "tasks", "step", "steps", "rule",
    "rules", "example", "examples", "e.g", "i.e", "problem", "issue", "question", "answer",
    "expected", "actual",
})  # fmt: skip


def _runs(lines: Sequence[re.Match[str]]) -> Iterator[OthersWords]:
    """Runs of lines that two or more take turns in, and of lines that a diff marks."""
    yield from _chats(lines)
    run: list[re.Match[str]] = []
    for line in (*lines, None):
        if line and _CHANGED.match(line[0]) and (not run or _follows(run[-1], line)):
            run.append(line)
            continue
        if len(run) > 1 and any(each[0].startswith("+") for each in run):
            yield OthersWords(run[0].start(), run[-1].end(), _MARKS_SURE, "a diff marks it")
        run = [line] if line and _CHANGED.match(line[0]) else []


_CHANGED = re.compile(r"[+-](?![+-])\s?\S|@@ ")


def _follows(before: re.Match[str], line: re.Match[str]) -> bool:
    return line.start() == before.end() + 1


def _chats(lines: Sequence[re.Match[str]]) -> Iterator[OthersWords]:
    spoken = [
        (place, found)
        for place, line in enumerate(lines)
        if (found := _SPEAKER.match(line[0][:LONGEST]))
        and (found["marked"] or found["name"]).lower() not in _HEADS
    ]
    names = [(found["marked"] or found["name"]).lower() for _, found in spoken]
    timed = [found for _, found in spoken if found["at"] or found["marked"]]
    roles = {name for name in names if name in _ROLES}
    # Two that take turns, lines with their times, or the parts of a conversation with a model.
    turns = any(names[i] == names[i + 2] != names[i + 1] for i in range(len(names) - 2))
    if not (turns or len(timed) > 1 or len(roles) > 1 or roles & {"assistant", "system"}):
        return
    first, last = spoken[0][0], spoken[-1][0]
    # The last speaker goes on until a blank line.
    while last + 1 < len(lines) and _follows(lines[last], lines[last + 1]):
        last += 1
    yield OthersWords(
        lines[first].start(), lines[last].end(), _MARKS_SURE, "several take turns in it"
    )


# What reaches to the end

_HEADER = re.compile(
    r"\s*\*{0,2}(?P<name>From|To|Cc|Sent|Date|Subject|Reply-To|Von|An|Gesendet|Betreff|Datum|De|À"
    r"|Objet|Envoyé|Asunto|Para|Fecha|Enviado|Assunto)\s?:\*{0,2}\s+\S",
    re.IGNORECASE,
)
_TOPIC = {
    *("subject", "sent", "betreff", "gesendet", "objet", "envoyé", "asunto", "enviado", "assunto"),
}
_BEGINS = re.compile(
    r"\s*(?:-{3,}\s?(?:Original Message|Forwarded message|Ursprüngliche Nachricht"
    r"|Message d'origine|Mensaje original)\s?-{3,}|Begin forwarded message:"
    # How apps and code hosts head a message.
    r"|[@A-ZÀ-Þ][\w.'À-ÿ-]{1,30}(?: [A-ZÀ-Þ][\w.'À-ÿ-]{1,30}){0,2}\s{1,4}(?:APP\s+)?"
    r"\[?\d{1,2}:\d{2}\s?(?:[AP]M)?\]?\s*$"
    r"|@?[\w.-]{1,39}(?: [\w.-]{1,39})? (?:commented|reviewed|requested changes|left a (?:comment"
    r"|review)|opened this|replied)\b[^\n]{0,60}$)"
)
_VERB = (
    r"(?:sa(?:id|ys)|wrote|writes|sent|posted|commented|replied|answered|responded|told|left|states"
    r"|reads|recommends|suggests|suggested|asked|requested|sagt\w*|schrieb\w*|schreib\w*|meint\w*"
    r"|dit|[ée]crit|r[ée]pondu|escribi[óo]|dijo|dice|escribe|escreveu|disse|napsal\w*)"
)
_SAID = re.compile(
    rf"(?i)(?P<who>[\w'’]+)(?: (?:has|have|just|also|hat|a|me|us|had|then)){{0,2}} {_VERB}\b"
    r"[^:.?!\n]{0,40}[:：]\s*$"
)
_OWN = frozenset({
    "i", "we", "ich", "wir", "je", "nous", "yo", "nosotros", "eu", "nós", "i've", "to",
})  # fmt: skip
_SAID_SHORT = re.compile(
    r"(?<!我)(?<!我们)(?:说|說|写道|回复|表示|评论|言いました|言った|書きました|말했다|썼다)[:：]\s*$"
)
_SOURCE = (
    r"(?:e-?mails?|mails?|(?:slack|teams|chat|mail) (?:message|thread|conversation|log)s?"
    r"|(?:review|reviewer|pr|code review|customer|client|user)(?:'s)? "
    r"(?:comment|feedback|message|review)s?|docs?|documentation|readme|wiki|handbook|article"
    r"|blog(?: post)?|style ?guide|ticket|transcript)"
)
_FROM = re.compile(
    rf"(?i)(?:\b(?:from|in|aus|laut|per) (?:the |our |their |this |an? |der |die |dem )?{_SOURCE}"
    r"|\b(?:message|comment|reply|note|review|feedback|e-?mail|ticket|issue|quote) (?:from|by) "
    rf"[^:.?!\n]{{1,40}}|\A\W*(?:here(?:'s| is| are) )?(?:the |this |an? )?{_SOURCE})\s*[:：]\s*$"
)
_FRONT_MATTER = re.compile(r"---\s*$")
_FIELD = re.compile(r"\s*[\w-]+:(?:\s|$)")


def _begins(lines: Sequence[re.Match[str]], place: int, *, introduced: bool) -> int:
    """Whether others speak from this line on, -1, or from how far in it; 0 where they do not."""
    line = lines[place][0]
    if len(line) > LONGEST:
        return 0
    if (
        _BEGINS.match(line)
        or heads_mail(line)
        or _is_mail(lines, place)
        or _is_front_matter(lines, place)
    ):
        return -1
    # What introduces others' words has something behind it.
    if introduced and place + 1 < len(lines) and _introduces(line):
        return len(line)
    return 0


def _introduces(line: str) -> bool:
    if not line.rstrip().endswith((":", "：")):
        return False
    if said := _SAID.search(line):
        return said["who"].lower() not in _OWN
    return bool(_FROM.search(line) or _SAID_SHORT.search(line))


_ANY_HEADER = re.compile(r"\s*\*{0,2}[^\W\d_][\w .'-]{0,30}\s?[:：]\*{0,2}\s*\S")


def _is_mail(lines: Sequence[re.Match[str]], place: int) -> bool:
    """Headers on lines that follow one another: two, one of which is of mails alone.

    In a language whose words for them are not known, three, one of which has an address.
    """
    head = lines[place : place + 3]
    if (
        len(head) == 3
        and all(_ANY_HEADER.match(line[0]) for line in head)
        and _follows(head[0], head[1])
        and _follows(head[1], head[2])
        and any(_ADDRESS.search(line[0][:LONGEST]) for line in head)
    ):
        return True
    if not (first := _HEADER.match(lines[place][0])) or place + 1 == len(lines):
        return False
    second = _HEADER.match(lines[place + 1][0])
    if second is None or not _follows(lines[place], lines[place + 1]):
        return False
    third = lines[place + 2][0] if place + 2 < len(lines) else ""
    named = {found["name"].lower() for found in (first, second, _HEADER.match(third)) if found}
    return bool(named & _TOPIC) or "@" in lines[place][0]


def _is_front_matter(lines: Sequence[re.Match[str]], place: int) -> bool:
    if not _FRONT_MATTER.match(lines[place][0]):
        return False
    for line in lines[place + 1 : place + 12]:
        if _FRONT_MATTER.match(line[0]):
            return line is not lines[place + 1]
        if not _FIELD.match(line[0]):
            return False
    return False


# What is passed on within a sentence

HEARSAY = re.compile(
    r"\b(?:(?:[Hh]e|[Ss]he|[Tt]hey|who|everyone|everybody|people|folks|somebody|someone|prof|boss|"
    r"manager|lead|colleague\w*|coworker\w*|reviewer|friend|client|customer|intern|pm|cto|upstream|"
    r"guide\w*|handbook|article|blog\w*|book|tutorial|template|poster|linter|compiler)"
    r"(?: (?!always|never|must|should)\w+){0,2}? (?:says?|said|wrote|writes|claims?|claimed|"
    r"thinks?|"
    r"thought|told|tells|reads|recommends?|suggests?|suggested|states?|insists?|prefers?|wants?|"
    r"likes?|hates?)|"
    r"(?:[A-Z][a-z]+|[Dd]ocs?|[Dd]ocumentation|README)(?: (?!always|never|must|should)\w+){0,2}? "
    r"(?:says|said|wrote|writes|claims|claimed|thinks|told|tells|recommends|suggests|states|"
    r"insists)|"
    r"\w+ (?:once|always|also|usually) (?:said|wrote|says|writes)|according to|[Aa]pparently|"
    r"supposedly|(?:says|said) (?:he|she|they|the))\b"
)
OWN_SAYING = re.compile(
    r"\b(?:i|we|you) (?:also |always |already |just |still |really )*(?:said|says?|wrote|told|"
    r"think|thought|prefer|want|like|hate|suggest\w*|recommend)\b",
    re.IGNORECASE,
)
