"""What the person takes back: from then on it need not be so, which forbids nothing."""

import re
from typing import NamedTuple

from tom_swe.text.prose import clauses


class TakenBack(NamedTuple):
    """That the words at ``start:end`` take something back.

    ``what`` is the wish that holds no longer, or where ``is_topic`` says so what it was about.
    ``is_open`` says that the words may be a wish of their own as well: "no need to explain".
    """

    start: int
    end: int
    what: str
    is_topic: bool = False
    is_open: bool = False


_STILL = r"(?:really |actually |also |just |strictly |always |necessarily )*"
_REST = r"(?P<what>[^,;:.!?()\n]{2,120})"
_NAMED = r"(?P<what>[^,;:.!?()\n]{2,80}?)"
_RULE = (
    r"(?:rules?|wish(?:es)?|preferences?|instructions?|requirements?|conventions?|requests?|"
    r"demands?|constraints?|polic(?:y|ies)|habits?)"
)
_ABOUT = r"(?:about|on|regarding|concerning|for|with|of|that|to|against|where)"
_WHO = r"(?:\b(?:you|we|it|they|one|that)\s+|(?:\A|[,;:.!?(]|\b(?:and|but|so|then|please))\s*)"
_NEEDED = (
    r"(?:necessary|needed|required|mandatory|compulsory|obligatory|a (?:must|rule|requirement))"
)
_GONE = (
    r"(?:no longer (?:appl(?:ies|y)|holds?|counts?)|do(?:es)?(?:n'?t| not) (?:apply|hold|count)|"
    r"(?:is|are) (?:now )?(?:off|gone|history|dropped|lifted|cancell?ed|obsolete|void|over))"
)
_DROP = (
    r"\b(?:forget|ignore|disregard|drop|scrap|scratch|cancel|lift|revoke|withdraw|strike|retire|"
    r"abandon|never mind|take back|undo)(?: about)? "
)
_ANY_MORE = r"any ?(?:more|longer)"

# Obligations that end, or never were one.
_WISHES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"{_WHO}{_STILL}(?:no longer|do(?:es)? not|do(?:es)?n'?t|won'?t|will not|"
            rf"(?:is|are) not|(?:is|are)n'?t) {_STILL}(?:needs?|ha(?:ve|s)|obliged|required|"
            rf"expected|bound) {_STILL}to {_STILL}{_REST}"
        ),
        rf"\b(?:you|we|i|it|they|one|that|there) {_STILL}need(?:s? not|n'?t) {_STILL}{_REST}",
        (
            rf"\b(?:no longer|not) {_STILL}{_NEEDED} "
            rf"(?:for \w+ )?to {_REST}"
        ),
        (
            r"\b(?:we|i|you) (?:no longer|(?:do not|don'?t) "
            rf"(?=[^,;.!?\n]{{1,80}} {_ANY_MORE}\b)) ?(?:insist on|require|"
            rf"care (?:about|for|whether|if)|need|expect|demand)(?! to) {_REST}"
        ),
        (
            r"\b(?:you|we) (?:can|may|could) (?:now |also )*"
            rf"(?:stop|quit|skip|drop|omit|leave out) {_REST}"
        ),
        (
            r"\b(?:ok(?:ay)?|fine|all right) (?:(?:with|for|by) me )?(?:now |again )?"
            rf"(?:not to|to not|if you (?:don'?t|do not)) {_REST}"
        ),
        (
            rf"\A\W*{_NAMED} (?:(?:(?:is|are) (?:now |{_STILL}no longer |{_STILL}not )|"
            rf"(?:is|are)n'?t ){_NEEDED}|(?:is|are|becomes?) (?:now |from now on )*(?:optional|"
            r"voluntary|up to you|your (?:choice|call))|no longer (?:matters?|needs? to be))\b"
        ),
        (
            r"\b(?:du|ihr|man|wir) (?:musst|m[uü]sst|muss|m[uü]ssen|brauchst|braucht|brauchen) "
            rf"(?:das )?nicht (?:mehr|l[aä]nger) {_REST}"
        ),
        (
            r"\b(?:ya no (?:hace falta|es necesario|necesitas|tienes que|hay que)|"
            r"n[aã]o (?:precisas?|[eé] preciso) mais|(?:n'as|n'avez|n'a) plus besoin (?:de |d')|"
            rf"n'est plus n[eé]cessaire (?:de |d')) ?{_REST}"
        ),
        r"(?:不再需要|不用再|不必再|不需要再)(?P<what>[^，。；！？\n]{1,40})",
    )
)
_OPEN = (
    re.compile(
        rf"\bi {_STILL}(?:do not|don'?t|no longer) {_STILL}(?:need|have) to {_REST}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:there(?:'s| is) )?no (?:more |further |longer (?:a |any )?)?need (?:to|for|of) "
        rf"{_REST}",
        re.IGNORECASE,
    ),
)
# Rules that are named and go.
_TOPICS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"{_DROP}(?:what|whatever|everything|all(?: that)?|"
            rf"anything) (?:i|we) (?:\w+ )?(?:said|told you|wrote|asked(?: you)?|wanted)"
            rf"(?: \w+)?? {_ABOUT} {_REST}"
        ),
        (
            rf"{_DROP}(?:(?:my|our|the|that|this|any|all|your) )?"
            rf"(?:\w+ )??{_RULE}(?: (?:i|we) (?:\w+ )?(?:gave|had|told|made|set)(?: you)?)? "
            rf"{_ABOUT} {_REST}"
        ),
        rf"{_DROP}(?:my|our|the|that) {_NAMED} {_RULE}\b",
        (rf"\b{_RULE} {_ABOUT} {_NAMED} {_GONE}\b"),
        (rf"\b(?:the|my|our|that) {_NAMED} {_RULE} {_GONE}\b"),
        r"\bvergiss,? was ich (?:dir )?(?:[uü]ber|zu|von) (?P<what>[^,;:.!?()\n]{2,80}?) gesagt",
        (
            r"\b(?:olvida|oublie|esque[cç]e) (?:lo que|ce que|o que) (?:te |j'ai |eu )?(?:dije|dit|"
            rf"disse) (?:sobre|de|[aà] propos de|sur) {_REST}"
        ),
    )
)
# What is not so for a purpose, or may not be so.
_IN_PASSING = re.compile(
    r"\b(?:so|that|if|when|because|since|where|which|who|unless|until|whether|why|how|sure|than)"
    r"\s*\Z",
    re.IGNORECASE,
)
# What is said of when it ends is no part of what does.
_ENDS = re.compile(
    rf"(?:[\s,]*\b(?:{_ANY_MORE}|now|from now on|going forward|at all|though|either|as well|again|"
    r"today|for me|please|mehr|m[aá]s)\b)+\W*\Z",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\A(?:that|to|you|always|it|be|(?:is|it's) |the|my|our)\b\s*", re.IGNORECASE)
_USING = re.compile(r"\Ausing\b", re.IGNORECASE)


def taken_back(words: str) -> TakenBack | None:
    """What a sentence takes back, if it does."""
    for patterns, is_topic, is_open in (
        (_TOPICS, True, False),
        (_WISHES, False, False),
        (_OPEN, False, True),
    ):
        for pattern in patterns:
            found = pattern.search(words)
            if found and not _IN_PASSING.search(words, 0, found.start()):
                what = _ENDS.sub("", found["what"]).strip()
                ended = is_open and _ENDS.search(found["what"]) is not None
                start, end = _clause(words, *found.span())
                return TakenBack(start, end, _bare(what), is_topic, is_open and not ended)
    return None


def _bare(what: str) -> str:
    while (begins := _BEGINS.match(what)) and begins.end() < len(what):
        what = what[begins.end() :]
    return _USING.sub("use", what)


def _clause(words: str, start: int, end: int) -> tuple[int, int]:
    spans = clauses(words)
    first = max((s for s, _ in spans if s <= start), default=start)
    last = min((e for _, e in spans if e >= end), default=end)
    return min(first, start), max(last, end)
