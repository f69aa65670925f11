"""What one line of a message looks like: prose, code, output, or something between. Pure.

Two measures do most of the work: how many of a line's pieces are plain words, and how many
signs and digits stand before the first of them. Patterns name only what a single line shows
for certain. Scripts that put no blanks between words count by characters.
"""

import re
from enum import Enum


class Line(Enum):
    """A kind of line, with its weight as evidence that the lines around it are pasted."""

    BLANK = (0, "blank")
    PROSE = (0, "prose")
    INDENTED = (0, "indented")  # goes with what stands before it
    CODE = (1, "code")
    SIGNS = (1, "signs")  # more signs and digits than words
    OUTPUT = (3, "output")  # nobody types this by hand

    @property
    def weight(self) -> int:
        """Lines that weigh `PASTED` together are pasted."""
        return self.value[0]


PASTED = 3
# What a line begins with tells its kind.
LONG_LINE = 400
# So many words make a sentence, whatever the line ends in.
SENTENCE = 6
# So many words open a line that somebody wrote.
OPENING = 3
# So many signs and numbers before the first word head a row that a program wrote.
HEAD = 4

# The agent's marks on a screen that somebody copied.
CONSOLE = re.compile("[\u23fa\u23bf]")
# A frame is drawn round what an agent said, too.
_SCREEN = re.compile("[\u23fa\u23bf\u2500-\u257f\u2713\u2715\u203a]")
_BULLET = "\u25cf"

_ENVIRONMENT = r"(?:\(\S{1,40}\)\ )?"
_SHELL = rf"{_ENVIRONMENT}[\w.-]{{1,60}}@[\w.-]{{1,60}}[:\ ]\S{{0,80}}\s?[$%\#](?:\s|$)"
_WINDOWS = rf"{_ENVIRONMENT}(?:PS\ )?[A-Z]:\\(?:[^<>\n]|<\w+>){{0,200}}>"
_FOLDER = re.compile(_WINDOWS, re.VERBOSE)
PROMPTED = re.compile(rf"\s*(?:[$%](?:\s|$)|{_SHELL}|{_WINDOWS})", re.VERBOSE)

_LIST = re.compile(r"^\s*(?:[-*•●○◦▪‣+]|\#{2,6}|\d{1,3}(?:\.\d{1,3}){0,3}[.)、]|[a-zA-Z][.)])\s")
_OUTPUT = re.compile(
    rf"""^\s*(?:
      >(?:\s|$|>)                                          # a quotation
    | Traceback\ \(most\ recent\ call\ last\):
    | File\ ".*",\ line\ \d+
    | at\ (?:async\ )?[\w.$<>\[\]\ /\\]+\s?\(.*:\d+.*\)
    | at\ (?:async\ )?(?:file://|node:|/|[A-Z]:\\)\S+:\d+
    | \[?\d{{4}}[-/]\d\d[-/]\d\d[T\ ]\d\d:\d\d             # a log's times
    | \[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s.*\S
    | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d+\s\d\d:\d\d:\d\d
    | \[?(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE|CRITICAL)\]?(?:\ ?[:|]|\ {{2,}}|\ \[|\])
    | \[(?:nodemon|vite|hmr|webpack[\w.-]*|tsc|esbuild|rollup|plugin:[\w:-]+)\]\s
    | (?:fatal|error|warning|hint|remote)(?:\[\w+\])?(?:\ TS\d+)?:\s\S
    | npm\ (?:ERR!|WARN|error|warn)\s
    | ELIFECYCLE\s
    | (?:Uncaught\ (?:[(]in\ promise[)]\ )?)?
      (?:[A-Za-z_][\w.]*)?(?:Error|Exception)(?:\ \[\w+\])?:\s\S
    | (?:panic:|thread\ '[^']*'\ (?:\(\d+\)\ )?panicked\ at|(?:PHP\ )?Fatal\ error:)\s\S
    | [\u23fa\u23bf\u2500-\u257f\u2713\u2717\u2714\u2718\u25b6\u273b\u273d]
    | [$%](?:\ \S|$) | >>>\ \S | {_SHELL}
    | (?:\(\S+\)\ )?\u279c\s
    | diff\ --git\ | @@\ -\d+
    | [{{]".*[}}\]]?,?$ | \[[{{]".*
    | (?:===\ RUN|---\ (?:FAIL|PASS|SKIP):|PASS$|FAILED\ \S+::)
    | \S*\.\w{{1,5}}(?:\?\S*)?:\d+(?::\d+)?:?\ +\S         # a compiler's place, a browser's
    | \S+\.\w{{1,5}}[(]\d+,\d+[)]:
    | .{{1,120}}\ @\ \S+:\d+$
    | \+\ +~+$ | \+\ (?:CategoryInfo|FullyQualifiedErrorId)\ *:
    | Author:\s+\S.*<\S+@\S+>$ | Date:\s+\w{{3}}\ \w{{3}}\ +\d
    | (?:Caused\ by|Stack\ trace|Call\ stack):
    | goroutine\ \d+\ \[ | (?:\*\ )?commit\ [0-9a-f]{{7,}} | \|(?:\s|$|.*\|$)
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

# A comment may be a sentence.
_COMMENT = ("//", "/*", "{/*")

# Chinese, Japanese, Thai, Lao, Burmese and Khmer have no blanks between words.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
# A text in a program is none of its lines' words.
_STRING = re.compile(f"([\"'])[^\"']*[{UNSPACED}][^\"']*\\1")
_APART = re.compile(f"([{UNSPACED}])")
_MARKS = ".,:;!?*\"'“”‘’«»„…。，、：；！？「」『』（）《》【】"
_PLAIN = re.compile(r"[A-Za-zªµº\u00c0-\u1fff\u2c00-\u2dff\u3005-\ud7ff\uf900-\ufdff'’]+")
_PLACE = re.compile(r"\S:\d+\)?$")
_HEAD = re.compile(r"\d+|[^\w\s]")
# Columns that blanks part; after a full stop people put two blanks as well.
_COLUMNS = re.compile(r"[^\s.!?:]\ {2,}\S.*[^\s.!?:]\ {2,}\S", re.VERBOSE)


_LEVEL = r"(?:notice|info|warn(?:ing)?|error|debug|trace|fatal|deprecat(?:ed|ion)|hint|tip|ERR!)"
_TOOL = (
    r"(?:p?npm|npx|yarn|bun|deno|node|pip3?|uv|poetry|cargo|rustc|gradle|mvn|docker|git|vite|"
    r"webpack|rollup|esbuild|tsc|eslint|prettier|pytest|jest|vitest|ruff|mypy|cmake|gcc|clang)"
)
# What heads a message of a program, where nothing else of the line tells it from prose.
_MESSAGE = re.compile(
    rf"""\s*(?:
      [\u26a0\u2716\u2717\u2718\u2139\u274c\u25b2]\ufe0f?\s     # its signs
    | \(\w+:\d+\)\s
    | \[[\w./-]+@[\w.-]+\]\s | \[[\w./-]+\]\s{_LEVEL}\b
    | {_TOOL}\s(?:run\s)?(?:v?\d\S*\s)?{_LEVEL}(?::\s|\s(?-i:[A-Z])|\s\S+@\d)
    | (?:info|warn|error|debug|notice|trace)\s{{1,4}}[-\u2013|]\s
    | \d{{1,2}}:\d\d(?::\d\d)?(?:\s?[AP]M)?\s[\w./-]+:\s
    | (?:[\w.]+=(?:"[^"]*"|\S+)\s){{1,8}}[\w.]+=
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def is_message(line: str) -> bool:
    """Whether a line begins as a program's message does."""
    return _MESSAGE.match(line[:LONG_LINE]) is not None


def is_screen(text: str) -> bool:
    """Whether a text holds what an agent's screen is drawn with."""
    return _SCREEN.search(text) is not None


def kind_of(line: str, *, console: bool = False, screen: bool = False) -> Line:
    """What one line is, in a text with an agent's marks (``console``) or frames (``screen``)."""
    head = line[:LONG_LINE].rstrip()
    bare = head.lstrip()
    if not bare:
        return Line.BLANK
    if bare.startswith("\u276f"):
        return Line.OUTPUT if console else Line.PROSE
    if prompt := _FOLDER.match(bare):
        # People put a question behind one, too.
        return Line.PROSE if _is_sentence(*_words(bare[prompt.end() :])) else Line.OUTPUT
    if _OUTPUT.match(head) or is_message(head) or (screen and bare.startswith(_BULLET)):
        return Line.OUTPUT
    if _LIST.match(head):
        # What an agent said goes on below its mark, further in.
        return Line.INDENTED if console and head.startswith("  ") else Line.PROSE
    if "\t" in bare:
        # Nobody types a tab; a table may be pasted right behind what is asked about it.
        first, *rest = bare.split("\t")
        if not _is_sentence(*_words(first)):
            return Line.OUTPUT if len(rest) > 1 else Line.SIGNS
    pieces, plain = _words(head)
    sentence = _is_sentence(pieces, plain)
    if (not sentence or bare.startswith(_COMMENT)) and _CODE.match(head):
        return Line.CODE
    indented = head.startswith(("    ", "\t")) or (
        head.startswith("  ") and (console or not sentence)
    )
    if not sentence and _is_signs(bare, pieces, plain):
        return Line.SIGNS
    return Line.INDENTED if indented else Line.PROSE


def _words(line: str) -> tuple[list[str], list[bool]]:
    """The pieces of a line, and which of them are plain words."""
    pieces = _APART.sub(r" \1 ", _STRING.sub("_", line)).split()
    return pieces, [_PLAIN.fullmatch(piece.strip(_MARKS)) is not None for piece in pieces]


def _is_sentence(pieces: list[str], plain: list[bool]) -> bool:
    # A sentence may end like code does, but code seldom has this many plain words.
    words = sum(plain)
    return words >= SENTENCE and (words > 0.7 * len(pieces) or all(plain[:SENTENCE]))


def _is_signs(bare: str, pieces: list[str], plain: list[bool]) -> bool:
    if len(pieces) == 1:
        # A name, an address or a number alone is as well typed.
        return _PLACE.search(bare) is not None
    if _COLUMNS.search(bare):
        return True
    if all(plain[:OPENING]):
        # A question may run into what it is about.
        return False
    if 2 * sum(plain) < len(pieces):
        return True
    first = plain.index(True)
    return sum(len(_HEAD.findall(piece)) for piece in pieces[:first]) >= HEAD
