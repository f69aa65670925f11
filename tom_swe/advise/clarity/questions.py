"""What memory answers of that which a request leaves open, and what to ask about the rest. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.assess import OpenChoice, open_choices
from tom_swe.advise.clarity.wording import is_report
from tom_swe.extract import asking
from tom_swe.extract.catalogue import match
from tom_swe.model.advice import Clarity, Missing, PastTurn
from tom_swe.model.belief import Belief, Polarity
from tom_swe.text.prose import sentences, shorten

# So much of a taste word is its stem: "cleaner", "clean up" and "cleaning" share it.
STEM = 5


class Answered(NamedTuple):
    """What is still open, which choices memory made, and the beliefs that say so."""

    missing: tuple[Missing, ...]
    dimensions: frozenset[str]
    beliefs: tuple[Belief, ...]


def answered_by_memory(
    missing: Sequence[Missing],
    text: str,
    beliefs: Sequence[Belief],
    turns: Iterable[PastTurn] = (),
) -> Answered:
    """Takes out what the beliefs in force, or past turns on the same, already say.

    A choice is made by a belief for a value of its dimension; what good is, by a belief that
    speaks of the same taste in more words than the request; where, by a belief or a past turn
    that names a place and says all the request's own words.
    """
    choices = open_choices(text)
    made = {c.dimension: b for c in choices if (b := _choosing(c, beliefs)) is not None}
    by: list[Belief] = list(made.values())
    left: list[Missing] = []
    for what in missing:
        if what is Missing.CHOICE and choices and len(made) == len(choices):
            continue
        if what is Missing.ACCEPTANCE and (meant := _meaning(text, beliefs)):
            by.append(meant)
            continue
        if what is Missing.TARGET:
            if place := next((b for b in beliefs if _places(text, _words(b))), None):
                by.append(place)
                continue
            if any(_places(text, turn.text) for turn in turns):
                continue
        left.append(what)
    return Answered(tuple(left), frozenset(made), tuple(dict.fromkeys(by)))


def _choosing(choice: OpenChoice, beliefs: Sequence[Belief]) -> Belief | None:
    chosen = (
        b for b in beliefs if b.polarity is Polarity.FOR and choice.dimension in _chosen_by(b)
    )
    return max(chosen, key=lambda b: b.confidence, default=None)


def _chosen_by(belief: Belief) -> set[str]:
    """The dimensions on which a belief names a value, whichever of them it is filed under."""
    if belief.dimension and belief.value:
        return {belief.dimension}
    return {found.dimension.id for found in match(belief.statement) if not found.negated}


def _meaning(text: str, beliefs: Sequence[Belief]) -> Belief | None:
    taste = asking.TASTE.search(text)
    if taste is None:
        return None
    stem = taste.group().lower()[:STEM]
    longer = max(4, len(wording.WORD.findall(taste.group())) + 3)
    for belief in beliefs:
        said = [w.lower() for w in wording.WORD.findall(belief.statement)]
        if len(said) >= longer and any(word.startswith(stem) for word in said):
            return belief
    return None


def _places(text: str, said: str) -> bool:
    own = {w for w in wording.WORD.findall(text.lower()) if len(w) > 2} - asking.SMALL
    place = wording.FILE.search(said) or wording.IDENTIFIER.search(said)
    return bool(own) and place is not None and own <= set(wording.WORD.findall(said.lower()))


def _words(belief: Belief) -> str:
    return " ".join((belief.statement, *belief.quotes))


# What is asked: few questions, in the person's own words, none that covers another

QUOTED = 60
# A wish for better, and what it could mean: picking one of three is less work than telling.
_TASTES = (
    (
        re.compile(r"fast|perform|efficien|optimi|scalab|respons", re.IGNORECASE),
        "start-up, loading, or one slow operation",
    ),
    (
        re.compile(
            r"nice|pretti|modern|sleek|professional|beautiful|cool|polish|elegant", re.IGNORECASE
        ),
        "the layout, the colours, or the wording",
    ),
    (
        re.compile(r"clean|tidy|refactor|readab|maintain|best practice", re.IGNORECASE),
        "dead code, long functions, or naming",
    ),
    (
        re.compile(r"robust|production|proper", re.IGNORECASE),
        "error handling, tests, or security",
    ),
    (
        re.compile(r"user|intuitive", re.IGNORECASE),
        "fewer steps, clearer wording, or the looks",
    ),
)
_ANY_TASTE = "speed, looks, or the code itself"
_NO_ALTERNATIVE = frozenset(("something", "similar", "whatever", "so", "not", "else", "more"))


def questions(
    clarity: Clarity,
    text: str,
    *,
    short: bool,
    limit: int,
    chosen: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """What to ask, lowest effort for the person first; at most ``limit``.

    Never more than is missing: what points and what tells of one trouble is one question.
    ``chosen`` are the dimensions on which memory knows the person's choice.
    """
    if not clarity.is_request:
        return ()
    open_ = set(clarity.missing)
    asked: list[str] = []
    if Missing.CHOICE in open_:
        asked.append(_choice(text, short, chosen))
    if Missing.REFERENCE in open_:
        asked.append(_reference(text, short, trouble=Missing.BEHAVIOUR in open_))
        open_ -= {Missing.BEHAVIOUR, Missing.TARGET}
    if Missing.BEHAVIOUR in open_:
        asked.append(_behaviour(text, short, anywhere=Missing.TARGET in open_))
        open_ -= {Missing.TARGET}
    if Missing.TARGET in open_:
        asked.append(_target(text, short))
    if Missing.ACCEPTANCE in open_:
        asked.append(_acceptance(text, short))
    return tuple(asked[: max(0, limit)])


def _quoted(text: str, *triggers: re.Pattern[str]) -> str:
    """The whole of a short text, else the first of its sentences that a trigger is in."""
    whole = " ".join(text.split()).rstrip(".!? ")
    if len(whole) <= QUOTED:
        return whole
    told = [" ".join(text[s.start : s.end].split()) for s in sentences(text)] or [whole]
    hit = next((s for s in told if any(t.search(s) for t in triggers)), told[0])
    return shorten(hit.rstrip(".!? "), QUOTED)


def _choice(text: str, short: bool, chosen: frozenset[str]) -> str:
    for choice in open_choices(text):
        if choice.dimension not in chosen:
            options = ", ".join(choice.options)
            if short:
                return f"Which {choice.noun}?"
            return f"Which one for “{choice.fragment}”: {options}, or another?"
    if (either := wording.EITHER.search(text)) and not _NO_ALTERNATIVE & set(
        either[2].lower().split()
    ):
        one, other = either[1], either[2]
        if " " in one and (asking.IMPERATIVE.match(one) or one.lower().startswith("either ")):
            one = one.partition(" ")[2]
        return f"Which: “{one}”, “{other}”, or both?"
    if short:
        return "Do you have one in mind, or may I choose?"
    named = _quoted(text, asking.CHOOSE)
    return f"“{named}” leaves a choice open. Do you have one in mind, or may I choose?"


def _reference(text: str, short: bool, *, trouble: bool) -> str:
    found = asking.POINTER.search(text)
    pointer = found.group().lower() if found else "it"
    if short:
        return f"What is “{pointer}”, and what goes wrong?" if trouble else f"What is “{pointer}”?"
    named = _quoted(text, asking.POINTER)
    more = ", and what goes wrong there" if trouble else ""
    return f"What is “{pointer}” in “{named}”: which file, page or function{more}?"


def _behaviour(text: str, short: bool, *, anywhere: bool) -> str:
    if text.rstrip().endswith(":"):
        return f"Nothing follows “{_last(text)}”. Can you paste it?"
    if is_report(text):
        # Where in the code that is, the agent can find out from such a case by itself.
        if short:
            return "What do you run, what comes out, and what should?"
        named = _quoted(text, wording.TROUBLE, asking.ABSTRACT)
        return f"Can you show one case of “{named}”: what you run, what comes out, what should?"
    if wording.TROUBLE.search(text) is None and asking.BROKEN.search(text) is None:
        if short:
            return "What is wrong, and how should it be?"
        return f"“{_quoted(text, wording.FIX)}”: what is wrong there, and how should it be?"
    if short:
        where = "Where, and what" if anywhere else "What"
        return f"{where} do you see: an error, a wrong result, or nothing?"
    where = "where is that, and what" if anywhere else "what"
    named = _quoted(text, wording.TROUBLE, wording.FIX)
    return f"“{named}”: {where} do you see, an error message, a wrong result, or nothing at all?"


def _target(text: str, short: bool) -> str:
    if wording.DESTRUCTIVE.search(text):
        named = _quoted(text, wording.DESTRUCTIVE)
        return "What exactly may go?" if short else f"“{named}”: what exactly may go?"
    if short:
        return "Which file or page?"
    return f"Which file, page or function is “{_quoted(text, asking.TASTE)}” about?"


def _acceptance(text: str, short: bool) -> str:
    if taste := asking.TASTE.search(text):
        named = _quoted(text, asking.TASTE)
        kinds = (o for said in (taste.group(), named) for kind, o in _TASTES if kind.search(said))
        options = next(kinds, _ANY_TASTE)
        if short:
            return f"What matters most: {options}?"
        return f"What matters most to you in “{named}”: {options}?"
    if short:
        return "What must it do at least?"
    return f"What must “{_quoted(text, wording.MAKE, wording.SWEEP)}” do at least, in a few words?"


def _last(text: str) -> str:
    """The end of the last line."""
    line = " ".join(text.strip().splitlines()[-1].split())
    return line if len(line) <= QUOTED else f"…{line[-QUOTED:].partition(' ')[2]}"
