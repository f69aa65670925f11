"""How developers word what they say to a coding agent, put on a simulated user's replies. Pure.

What `worded` is for: a simulated user finds what to say in whatever words, and says
``worded(reply, nth_question=3, random=Random(f"{seed}/{person}/3"))``. The same arguments and
the same state of ``random`` give the same words. What the reply says stays: code, quoted words,
names, numbers and every word that carries meaning; only courtesies and the look of it change.

The rates are those of two of three real developers (`RATES`), never of the third, on whom they
are checked: ``python -m tom_evals usi --own``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple


class Wording(StrEnum):
    """How a simulated user's replies are worded."""

    PLAIN = "plain"  # as they were found
    LIKE_DEVELOPERS = "like-developers"


class Rates(NamedTuple):
    """Shares of a developer's turns: the mean over the sessions that have such turns.

    ``lower_case``: begin in lower case, of those that begin with a letter. ``unstopped``: end
    without a mark. ``polite``, ``emotion``: by the lexicons of the User-Sim Index. ``musing``:
    begin with one of `MUSING`, openings aside. ``short_going_on`` and ``pivot_going_on`` are of the
    turns before which the agent had asked nothing: three words at most, and changes of mind by the
    lexicon.
    """

    lower_case: float
    unstopped: float
    polite: float
    emotion: float
    musing: float
    short_going_on: float
    pivot_going_on: float


# Of 92 sessions of two developers; of the third's 15 nothing is in it.
RATES = Rates(
    lower_case=0.77,
    unstopped=0.59,
    polite=0.102,
    emotion=0.0027,
    musing=0.055,
    short_going_on=0.18,
    pivot_going_on=0.043,
)

MUSING = ("hmm", "hm", "mmm", "oh", "ah", "uh", "uhh", "so", "well")
# Asked so often, a developer begins to show that they are tired of it.
_PATIENT = 2
_IMPATIENT = ("ugh",)
_AGAIN = ("as i said", "again", "same as before")
_TOLD = ("i already told you", "i already said")
_COURTESY = ("thanks", "please")

_SHORT = ("go on", "continue", "ok", "go ahead", "ok, continue", "yes, go on")
_LONG = (
    "ok, go on with that until it works",
    "fine, just keep going until this is fixed",
    "yeah just go on with what you have there",
    "that's ok so far, keep going until it's all done",
    "go on, i'll have a look when you are done with all of it",
)
_PIVOT = ("ok let's go with that then", "yeah let's try it like that and see")
_UNKNOWN = ("don't know", "no idea", "not sure, i don't know that", "i don't know that one")
_WHAT = ("what exactly?", "what do you mean?", "more details on what exactly?")
_CAPPED = (
    "just go on with what you have, no more questions",
    "enough questions, just go on with what you have",
)

_FENCE = re.compile(r"\s*(?:```|~~~)")
_CODE = re.compile(r"^(?:\s|>>>|\$ |#|@|File )|[={}\[\];<>|\\]|\w\(|::")
_QUOTED = re.compile('[`"\u201c\u201d]')
_RANGE = re.compile("(?<=\\d)\\s*[\u2014\u2013]\\s*(?=\\d)")
_DASH = re.compile("\\s*[\u2014\u2013]\\s*")
_GREETING = re.compile(r"^(?:hi|hello|hey|dear)(?: there| all| everyone)?[,!.]\s+", re.IGNORECASE)
_THANKS = re.compile(
    r"(?:(?<=[.!?] )|^)(?:many )?thank(?:s| you)(?! to\b)(?: [\w']+){0,5}(?:[.!]+(?:\s+|$)|$)",
    re.IGNORECASE,
)
_PLEASE = re.compile(
    r"(?<!you )(?<!I )\b(?:please|kindly)\b,?\s+|,?\s+please(?=[.!?]|$)", re.IGNORECASE
)
_COURTEOUS = re.compile(r"\b(?:thank(?:s| you)(?: very much| so much| a lot)?|please|kindly)\b")
_SHORTER = (
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|would|should|could) not\b"), r"\1n't"),
    (re.compile(r"\b(Do|Does|Did|Is|Are) not\b"), r"\1n't"),
    (re.compile(r"\bcannot\b"), "can't"),
    (re.compile(r"(?:(?<=[.!?] )|^)It is(?= \w)"), "It's"),
    (re.compile(r"(?:(?<=[.!?] )|^)I am(?= \w)"), "I'm"),
)
# Any other word may be a name, which its case is part of.
_OPENERS = frozenset(
    re.findall(
        r"\S+",
        """
        a after all also an and any are as at because before but by can do does for from has have
        here how if in is it it's its let my no not nothing now of on only or our please same
        should since so some sometimes that that's the then there there's these they this those to
        use we what when where which while why with without would yes you your
        """,
    )
)
_FIRST = re.compile(r"(?:(?<=[.!?] )|^)([A-Z][a-z']*)(?=[ ,]|[.!?]*$)")
_STOP = re.compile(r"(?<![.\s])\.$")


def worded(
    reply: str,
    *,
    nth_question: int,
    random: Random,
    repeated: bool = False,
    keep: Collection[str] = (),
    most: int | None = None,
) -> str:
    """A reply as a developer would type it.

    ``nth_question`` counts the agent's questions so far, from 1 for the first; 0 is for the
    request that a session opens with. ``repeated``: the same was asked before. A reply that
    has any of ``keep`` in it is only added to. Nothing is added beyond ``most`` words. An empty
    reply stays empty.
    """
    if not reply.strip():
        return reply
    lower, bare = random.random() < RATES.lower_case, random.random() < RATES.unstopped
    before, after = _before(nth_question, repeated, random), _after(random)
    kept = any(each in reply for each in keep)
    body = reply if kept else _casual(reply, lower=lower, bare=bare)
    words = len(body.split())
    if before and (most is None or words + len(before.split()) <= most):
        words += len(before.split())
        body = f"{before}, {body}" if kept else _begun(before, body, needed=repeated)
    if after and (most is None or words < most) and _is_prose(body):
        end = body if kept else _STOP.sub("", body)
        body = f"{end}, {after}" if end[-1].isalnum() else f"{body} {after}"
    return body


def going_on(random: Random) -> str:
    """What a developer says where nothing was asked: to go on. At most 14 words."""
    chance = random.random()
    if chance < RATES.short_going_on:
        return random.choice(_SHORT)
    is_pivot = chance < RATES.short_going_on + RATES.pivot_going_on
    return _polite(random.choice(_PIVOT if is_pivot else _LONG), random)


def not_known(random: Random) -> str:
    """That they do not know; chosen apart from what was asked, so that it tells nothing of it."""
    return random.choice(_UNKNOWN)


def what(random: Random) -> str:
    """What a developer says to a question that could be about anything."""
    return random.choice(_WHAT)


def no_more(random: Random) -> str:
    """That the agent is to go on and to ask nothing any more."""
    return _polite(random.choice(_CAPPED), random)


def told_before(text: str, told: Collection[str]) -> bool:
    """Whether a reply so far says this already, however it was worded."""
    return any(_flat(text) in _flat(reply) for reply in told)


def one_at_a_time(found: Sequence[str], told: Collection[str]) -> Sequence[str]:
    """Of what could be said, best first, the first that was not told before; else the best again.

    ``told`` are the replies so far. Of nothing it is nothing. For simulators of whose replies each
    answers by itself: a quoted sentence that is nearest to a question need not be its answer, so
    that whoever quotes has to tell the next ones, too.
    """
    return [*(each for each in found if not told_before(each, told)), *found][:1]


def _flat(text: str) -> str:
    """A text for comparing what is said: the same before and after `worded`."""
    plain = _COURTEOUS.sub(" ", _casual(text, lower=True, bare=True).lower())
    return re.sub(r"[\W_]+", " ", plain).strip()


def _before(nth_question: int, repeated: bool, random: Random) -> str:
    chance, tired = random.random(), random.random()
    if repeated:
        # The more was asked, the sooner a question that comes again is held against the agent.
        return random.choice(_TOLD if tired < (nth_question - 1) / 10 else _AGAIN)
    if nth_question > _PATIENT and tired < RATES.emotion:
        return random.choice(_IMPATIENT)
    return random.choice(MUSING) if nth_question and chance < RATES.musing else ""


def _polite(text: str, random: Random) -> str:
    courtesy = _after(random)
    return f"{text}, {courtesy}" if courtesy else text


def _after(random: Random) -> str:
    return random.choice(_COURTESY) if random.random() < RATES.polite else ""


def _casual(reply: str, *, lower: bool, bare: bool) -> str:
    lines: list[str] = []
    fenced = False
    for line in reply.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        lines.append(_clipped(line, lower) if not fenced and _is_prose(line) else line)
    kept = "\n".join(lines).strip("\n")
    if not kept.strip():
        return reply
    last = kept.splitlines()[-1]
    return _STOP.sub("", kept) if bare and not fenced and _is_prose(last) else kept


def _begun(before: str, body: str, *, needed: bool) -> str:
    """A body with words before it; none before code, unless they are needed."""
    first, newline, rest = body.partition("\n")
    if _is_prose(first):
        return f"{before}, {_lowered(first)}{newline}{rest}"
    return f"{before}:\n{body}" if needed else body


def _is_prose(line: str) -> bool:
    last = line.splitlines()[-1] if line else ""
    return bool(last) and not _FENCE.match(last) and not _CODE.search(last)


def _clipped(line: str, lower: bool) -> str:
    text = _DASH.sub(" - ", _RANGE.sub("-", line))
    if not _QUOTED.search(text):
        for courtesy in (_GREETING, _THANKS, _PLEASE):
            text = courtesy.sub("", text) if courtesy.sub("", text).strip() else text
        for long, short in _SHORTER:
            text = long.sub(short, text)
    text = text.strip() or line
    return _lowered(text) if lower else text[:1].upper() + text[1:] if _cut(line, text) else text


def _cut(line: str, text: str) -> bool:
    """Whether words before the first were taken away, so that a sentence begins anew."""
    return (
        line[:1].isupper()
        and not line.startswith(text[:3])
        and text.split(maxsplit=1)[0] in _OPENERS
    )


def _lowered(text: str) -> str:
    """A text whose sentences begin in lower case, where they begin with a common word."""

    def small(match: re.Match[str]) -> str:
        word = match[1]
        return word.lower() if word.lower() in _OPENERS else word

    return _FIRST.sub(small, text)
