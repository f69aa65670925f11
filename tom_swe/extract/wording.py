"""Whether a statement says what a quote says, all of it and no more. Pure.

It goes by the words of English alone: what a word has in common with its other forms, and what
denies. The catalogue's own words for a value stand for the quote's.
"""

import re
from collections.abc import Iterator, Sequence

from tom_swe.extract.catalogue import Choice, catalogue, match
from tom_swe.model.belief import Observation, Polarity, Source

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
STEM = 5
# Words that a statement may add, and that do not make two halves the same.
_MAY_ADD = """
a an the this that these those it its they them their there here you your yours i me my we us
our is are was be been being am do does did done has have had having to of in on at by for
from with into onto about as and or but if then than so when whenever before after until
while without never not no nor none don't dont doesn't isn't aren't can't won't shouldn't
always only just every each all any some more most less other also too very really again
please pls want wants wanted need needs like likes prefer prefers should must would could can
will shall let lets let's use uses used using make makes making made keep keeps keeping kept
avoid stop write writes work works working get gets go give gives put way thing things
stuff anything everything what which who how why where up out over own new sure one
"""
_COMMON = frozenset(_MAY_ADD.split())


def _words(text: str) -> dict[str, str]:
    """The words that carry a text, by the beginning that their forms have in common."""
    words = (found.replace("’", "'") for found in _LETTERS.findall(text))
    telling = (each for each in words if each.casefold() not in _COMMON)
    return {_stem(each): each for each in telling}


def _stem(word: str) -> str:
    plain = word.casefold().removesuffix("'s")
    return plain[:STEM] if len(plain) >= STEM else plain.removesuffix("s") or plain


def _says(stem: str, stems: Sequence[str]) -> bool:
    """Whether a word is among others, in whatever form."""
    return any(
        stem == other or (min(len(stem), len(other)) > 2 and _begins(stem, other))
        for other in stems
    )


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _choice(said: Observation) -> Choice | None:
    """The catalogue's value that an observation names."""
    values = (d.values for d in catalogue() if d.id == said.dimension)
    return next((each for each in next(values, ()) if each.id == said.value), None)


def added(said: Observation) -> tuple[str, ...]:
    """The words of the statement that neither the quote nor the catalogue's value has."""
    choice = _choice(said)
    named = said.value.replace("_", " ").replace("-", " ")
    granted = f"{named} {choice.statement} {choice.against}" if choice else named
    known = tuple(_words(f"{said.quote.text} {granted}"))
    joined = re.sub(r"\W|_", "", said.quote.text.casefold())
    return tuple(
        word
        for stem, word in _words(said.statement).items()
        if not _says(stem, known) and word.casefold() not in joined
    )


# A denial, and what it denies: up to where the clause ends.
_DENIES = (
    r"never|avoid(?:ing)?|stop|without|instead of|rather than|nor"
    r"|(?:do|should|must|please) not|(?:do|should|must)n['’]?t"
    r"|no(?! (?:need|problem|longer|more|idea|matter)\b)"
)
_ALTERNATIVES = frozenset({"instead of", "rather than", "nor"})
# What stands behind these is wanted, or may run on into what is.
_WANTED = _ALTERNATIVES | {"always", "without"}
_HALF = re.compile(
    rf"(?:(?<=\A)|(?<=[\s(,;:]))(?P<mark>{_DENIES}|always)\s+(?P<what>[^,.;:!?()\n]+)",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"\s(?:and|or|but|because|since|so|unless|if|when|instead|rather|without|never|always)\b",
    re.IGNORECASE,
)
# What stands behind these is why, not what.
_REASON = re.compile(
    r"\b(?:because|since|so that|otherwise|if|when|why|it|that|which|they)\b[^,.;:!?()\n]*\Z",
    re.IGNORECASE,
)
DENIAL = re.compile(
    rf"(?:\A|(?<=\W))(?:{_DENIES}|not|no|none|nothing|cannot|\w+n['’]t|drop|quit|skip|hate|remove"
    r"|less|fewer|rid|forbid\w*|prevent\w*|block\w*|ban(?:ned)?|enough|only|too|forget|leave|away"
    r"|ignor\w*|myself|ourselves)"
    r"(?:\Z|(?=\W))",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?|\A\W*(?:why|how come|what)\b", re.IGNORECASE)
FORBIDS = re.compile(r"\A(?:never|do not|don['’]t|stop|avoid)\b(?! forget\b)", re.IGNORECASE)


def opposed(said: Observation) -> str:
    """How the quote says the opposite of the statement, in words; empty where it does not."""
    quote = said.quote.text
    if _choice(said):
        for found in match(quote):
            if found.dimension.id != said.dimension:
                continue
            against = said.polarity is Polarity.AGAINST
            if found.choice.id == said.value and found.negated != against:
                return f"the quote says “{found.statement}”"
            if found.choice.id != said.value and found.negated == against:
                return f"the quote says “{found.statement}”"
        return ""
    # Whoever objects need not say "not".
    objects = said.source is Source.CORRECTION or _ASKS.search(quote)
    forbids = said.polarity is Polarity.AGAINST or FORBIDS.match(said.statement)
    denials = DENIAL.findall(quote)
    if forbids and not denials and not objects:
        return "the quote forbids nothing"
    # Two denials, as in "never without", may come to a wish.
    if not forbids and len(denials) == 1 and not DENIAL.search(said.statement):
        held = tuple(_words(said.statement))
        for half, what in _halves(quote):
            mark = half["mark"].casefold()
            if mark not in _WANTED and any(_says(stem, held) for stem in _words(what)):
                return f"the quote says “{half['mark']} {what}”"
    return ""


def dropped(said: Observation) -> str:
    """The half of the quote that the statement leaves out."""
    quote, held = said.quote.text, tuple(_words(said.statement))
    for half, what in _halves(quote):
        stems = _words(what)
        if not any(_says(stem, held) for stem in stems) and not _is_known(said, half):
            return f"{half['mark']} {what}"
    return ""


def _halves(quote: str) -> Iterator[tuple[re.Match[str], str]]:
    """What a quote forbids or always wants, each with its words; not what it only reasons with."""
    for half in _HALF.finditer(quote):
        what = _NEXT.split(half["what"])[0].strip()
        if _words(what) and not _REASON.search(quote[: half.start()]):
            yield half, what


def _is_known(said: Observation, half: re.Match[str]) -> bool:
    """Whether the catalogue's value says it: by its own words, or as the choice it excludes."""
    if _choice(said) is None:
        return False
    if any(found.dimension.id == said.dimension for found in match(half["what"])):
        return True
    if half["mark"].casefold() in _ALTERNATIVES:
        return False
    spans = (m for m in match(said.quote.text) if m.dimension.id == said.dimension)
    return any(m.start < half.end("what") and half.start() < m.end for m in spans)


def cut_span(said: Observation) -> str:
    """Which code span of the quote the statement holds a part of, in words."""
    statement = " ".join(said.statement.replace("`", " ").split()).casefold()
    for code in re.findall(r"`([^`\n]+)(?:`|\Z)", said.quote.text):
        whole = " ".join(code.split()).casefold()
        if f" {whole.split(' ')[0]}" in f" {statement}" and whole not in statement:
            return f"the statement cuts “{code}”"
    return ""
