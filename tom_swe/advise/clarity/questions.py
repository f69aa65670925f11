"""What to ask about that which a request leaves open. Pure.

A question is made of the request's own words and of what memory knows, or it is not asked: an
agent that has the repository open finds out most things sooner than a person answers.
"""

import re
from collections.abc import Iterable, Sequence

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.answered import chosen_elsewhere
from tom_swe.advise.clarity.assess import open_choices
from tom_swe.advise.clarity.wording import is_report
from tom_swe.advise.irreversible.reading import Irreversible
from tom_swe.extract import asking
from tom_swe.model.advice import Clarity, Missing
from tom_swe.model.belief import Belief
from tom_swe.text.prose import sentences, shorten

QUOTED = 60
_MOST_OPTIONS = 3
_NO_ALTERNATIVE = frozenset(("something", "similar", "whatever", "so", "not", "else", "more"))
# How good something is to look at or to read: only the person knows what they miss.
_LOOKS = re.compile(
    r"\b(?:better|nicer|cleaner|prettier|nice|pretty|beautiful|cool(?:er)?|modern|sleek|professional|"
    r"elegant|polish\w*|user[- ]friendly|intuitive)\b",
    re.IGNORECASE,
)
_SPEED = re.compile(r"\b(?:fast(?:er)?|perform\w*|slow|speed|respons\w+)\b", re.IGNORECASE)
# With a purpose or a way the request says what good is.
_PURPOSE = re.compile(
    r"\b(?:so|to|by|because|since|like|as|for|with|where|which|that)\b", re.IGNORECASE
)
# "fix the errors in the parser": trouble that the person has seen and does not name.
_COUNTED = re.compile(
    r"(?:\A\W*(?:(?:now|and|still|ok|there (?:is|are)|i have|we have) )*|"
    r"\b(?:fix|solve|resolve|repair) )"
    r"(?:(?:an?|the|some|any|another|few|more|all|other|several|remaining) )*"
    r"(?P<noun>problems?|issues?|errors?|bugs?|exceptions?|warnings?|failures?)\b"
    r"(?P<where>(?: (?:in|with|on|at|from) (?:the |my |our |your )?[\w-]+(?: [\w-]+)?)?)"
    r"(?=\W*(?:$|[.,;]|\b(?:and|please|pls|fix)\b))",
    re.IGNORECASE,
)
# What happened to oneself is a case.
_OWN_CASE = re.compile(r"\b(?:i|i'm|i've|my|me)\b|\bfix\W*\Z", re.IGNORECASE)
# Whoever shows it has said it.
_SHOWN = re.compile(
    r"\b(?:see|here|image|screenshot|attached|attachment|pasted|above|below)\b|[@\[]\S",
    re.IGNORECASE,
)
# Trouble without a word of what it is.
_BARE_TROUBLE = re.compile(
    r"\b(?:broken|broke|crash\w*|fails?|failing|off|weird|flaky|wrong|slow|"
    r"(?:not|n't|doesnt|isnt|never) (?:\w+ )?work\w*)\b(?! \w+(?<!again)(?<!sometimes)(?<!now))",
    re.IGNORECASE,
)
_BARE_POINTER = re.compile(
    r"\b(?:it|this|that|these|those|them)\b"
    r"(?=\W*(?:$|[,.;!?]|(?:up|down|out|better|nicer|faster|cleaner|work|again|now|please|pls|so|and|"
    r"more|less|for me|asap|properly|first|too|then)\b))|\b(?:it|this|that)(?='s\b| (?:is|does)\b)",
    re.IGNORECASE,
)
_MOST_CONTENT = 3
# Longer texts are plans and specifications.
_LONGEST_REPORT = 200
# In more words than these "or" joins what is no choice for the person to make.
_SHORT = 12


def questions(
    clarity: Clarity,
    text: str,
    *,
    short: bool,
    limit: int,
    chosen: frozenset[str] = frozenset(),
    act: Irreversible | None = None,
    beliefs: Iterable[Belief] = (),
) -> tuple[str, ...]:
    """What to ask, lowest effort for the person first; at most ``limit``.

    Never more than is missing: what points and what tells of one trouble is one question.
    ``chosen`` are the dimensions on which memory knows the person's choice here, and ``beliefs``
    all of theirs. What cannot be taken back is confirmed, and nothing else asked with it.
    """
    if not clarity.is_request:
        return ()
    open_ = set(clarity.missing)
    if Missing.CONFIRMATION in open_:
        return (_confirmation(act, text, short=short),)[: max(0, limit)]
    asked: list[str] = []
    if Missing.CHOICE in open_:
        asked.append(_choice(text, chosen, list(beliefs), short=short))
    if Missing.REFERENCE in open_:
        asked.append(_reference(text, short=short, trouble=Missing.BEHAVIOUR in open_))
        open_ -= {Missing.BEHAVIOUR, Missing.ACCEPTANCE}
    if Missing.BEHAVIOUR in open_:
        asked.append(_behaviour(text, short=short))
    if Missing.ACCEPTANCE in open_:
        asked.append(_acceptance(text, short=short))
    return tuple([each for each in asked if each][: max(0, limit)])


def _quoted(text: str, *triggers: re.Pattern[str]) -> str:
    """The whole of a short text, else the first of its sentences that a trigger is in."""
    whole = " ".join(text.split()).rstrip(".!? ")
    if len(whole) <= QUOTED:
        return whole
    told = [" ".join(text[s.start : s.end].split()) for s in sentences(text)] or [whole]
    hit = next((s for s in told if any(t.search(s) for t in triggers)), told[0])
    return shorten(hit.rstrip(".!? "), QUOTED)


def _confirmation(act: Irreversible | None, text: str, *, short: bool) -> str:
    whole = " ".join(text.split()).rstrip(".!? ")
    named = whole if act is None or len(whole) <= QUOTED else act.words
    named = shorten(named.rstrip(".!? "), QUOTED)
    if act is not None and act.is_open:
        return "What exactly may go?" if short else f"“{named}”: what exactly may go?"
    if short or act is None:
        return f"“{named}” cannot be taken back. Shall I go ahead?"
    return f"“{named}” cannot be taken back: {act.because}. Shall I go ahead?"


def _choice(text: str, chosen: frozenset[str], beliefs: Sequence[Belief], *, short: bool) -> str:
    for choice in open_choices(text):
        if choice.dimension in chosen:
            continue
        elsewhere = chosen_elsewhere(choice.dimension, beliefs)[:_MOST_OPTIONS]
        if short and not elsewhere:
            return f"Which {choice.noun}?"
        options = [f"{each.value} as in {each.scope.name}" for each in elsewhere]
        listed = ", ".join(options or choice.options)
        return f"Which one for “{choice.fragment}”: {listed}, or another?"
    either = wording.EITHER.search(text)
    if (
        either is None
        or wording.seen(text).words > _SHORT
        or _NO_ALTERNATIVE & set(either[2].lower().split())
    ):
        return ""
    one, other = either[1], either[2]
    if " " in one and (asking.IMPERATIVE.match(one) or one.lower().startswith("either ")):
        one = one.partition(" ")[2]
    return f"Which: “{one}”, “{other}”, or both?"


def _reference(text: str, *, short: bool, trouble: bool) -> str:
    if (found := _BARE_POINTER.search(text)) is None:
        return ""  # "this bug" is one that both have before them
    pointer = found.group().lower()
    wrong = ", and what goes wrong" if trouble else ""
    if short:
        return f"What is “{pointer}”{wrong}?"
    named = _quoted(text, asking.POINTER)
    return f"What is “{pointer}” in “{named}”{wrong}?"


def _behaviour(text: str, *, short: bool) -> str:
    if text.rstrip().endswith(":"):
        return f"Nothing follows “{_last(text)}”. Can you paste it?"
    if is_report(text):
        words = len(wording.WORD.findall(text))
        if not asking.ABSTRACT.search(text) or _OWN_CASE.search(text) or words > _LONGEST_REPORT:
            return ""  # it tells of one case already
        # Where in the code that is, the agent can find out from such a case by itself.
        if short:
            return "What do you run, what comes out, and what should?"
        named = _quoted(text, wording.TROUBLE, asking.ABSTRACT)
        return f"Can you show one case of “{named}”: what you run, what comes out, what should?"
    it = wording.seen(text)
    if it.named or it.result or it.content > _MOST_CONTENT or _SHOWN.search(text):
        return ""
    if (counted := _COUNTED.search(text)) and not wording.TELLS.search(text):
        noun, where = counted["noun"].lower(), counted["where"]
        return f"Which {noun}{where} do you mean?"
    if _BARE_TROUBLE.search(text) and not wording.TELLS.search(text):
        if short:
            return "What do you do when it happens, and what do you see?"
        named = _quoted(text, wording.TROUBLE, wording.FIX)
        return f"“{named}”: what do you do when it happens, and what do you see?"
    return ""


def _acceptance(text: str, *, short: bool) -> str:
    it = wording.seen(text)
    if it.named or it.content > _MOST_CONTENT or _PURPOSE.search(text):
        return ""
    named = _quoted(text, asking.TASTE, wording.MAKE)
    if _SPEED.search(text):
        return "What is too slow now?" if short else f"“{named}”: what is too slow now?"
    if _LOOKS.search(text) and it.content:
        if short:
            return "What do you not like about it now?"
        return f"“{named}”: what do you not like about it now?"
    if asking.TASTE.search(text) or not (wording.MAKE.search(text) and wording.SWEEP.search(text)):
        return ""
    return "What must it do at least?" if short else f"“{named}”: what must it do at least?"


def _last(text: str) -> str:
    """The end of the last line."""
    line = " ".join(text.strip().splitlines()[-1].split())
    return line if len(line) <= QUOTED else f"…{line[-QUOTED:].partition(' ')[2]}"
