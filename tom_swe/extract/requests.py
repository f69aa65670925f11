"""Requests in a session that are about the agent's way of working, by what they ask for. Pure.

What is asked for is a key without the task's own content, so that the same request has the same
key in each session. `beliefs.recurring` says which of them recur.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from tom_swe.extract.templates import without_templates
from tom_swe.extract.vocabulary import Token, done_with, tokens, vocabulary
from tom_swe.model.recurring import Request, RequestKind
from tom_swe.model.session import OWN_HOST, Role, Session, Template, Turn
from tom_swe.text.attribution import AgentWords, own_sentences
from tom_swe.text.prose import Sentence

# A longer sentence describes the task.
MOST_WORDS = 30
LONGEST = 400  # characters, so that long ones need not be counted
# A longer one is not said beside a task, but is one.
LONGEST_RIDER = 12
# How far the verb may stand before what it is about, and the twist after it.
BEFORE = 6
AFTER = 9
# A sentence of so few words needs no verb to be a request.
FRAGMENT = 5
# How far from a check the word stands that says that it fails.
NEAR = 3

_QUESTION = re.compile(
    r"\W*(?:(?:q:?|so|and|but|also|ok(?:ay)?|hmm+|um+|oh)\b[\s,]*)*"
    r"(?:(?:do|have)(?=\s+(?:i|you|we|they|all|any|these|those)\b)|(?:does|did|is|are|was|were|has|had|should|why|what|"
    r"how|when|where|who|which|if|isn|aren|didn|doesn|wasn)\b)",
    re.IGNORECASE,
)
_OWN_ACT = re.compile(
    r"\W*(?:i|we)(?:['’](?:ve|ll|m)| have| had| will| did| just| was| am| tried)\b", re.IGNORECASE
)
# What stands before a sentence that is one of a list: a list specifies something.
_LISTED = re.compile(r"(?:^|\n|[.;:,][ \t])[ \t]*(?:[-*•+>#|]+|\(?\w{1,2}[.)])[ \t]+$")
_COMPLAINT = re.compile(r"\W*(?:q:?\s*)?why (?:do|does|did|are|is)(?:n['’]?t)?\b", re.IGNORECASE)
_SUBJECT = frozenset({"i", "we", "you", "they", "it", "that", "which"})


class _Found(NamedTuple):
    """A request at ``start:end`` of a sentence."""

    kind: RequestKind
    key: str
    start: int
    end: int


def requests_of_session(session: Session, templates: Mapping[int, Template]) -> tuple[Request, ...]:
    """What a session asks for in the person's own words, none of them a template's."""
    if session.host == OWN_HOST:
        return ()
    kept = {place: each.model_copy(update={"held": False}) for place, each in templates.items()}
    return requests_in(without_templates(session, kept))


def requests_in(session: Session) -> tuple[Request, ...]:
    """The requests in a session's own sentences: each once, where it was made first."""
    agent = AgentWords(session)
    found: dict[tuple[RequestKind, str], Request] = {}
    for turn in session.by(Role.USER):
        for each in requests_in_turn(turn, own_sentences(turn, agent)):
            found.setdefault((each.kind, each.key), each)
    return tuple(found.values())


def requests_in_turn(turn: Turn, sentences: Sequence[Sentence]) -> Iterator[Request]:
    """The requests in these sentences of a turn, in order."""
    told = [(each, tokens(each.words)) for each in sentences if len(each.words) <= LONGEST]
    about = ""
    for place, (sentence, words) in enumerate(told):
        others = [each for at, (_, each) in enumerate(told) if at != place]
        listed = bool(_LISTED.search(turn.text[: sentence.start]))
        found = list(_in_sentence(sentence, words, about, () if listed else others))
        about = next((each.key for each in found if each.kind is RequestKind.HEAD), "")
        for each in found:
            yield Request(
                kind=each.kind,
                key=each.key,
                ordinal=turn.ordinal,
                quote=turn.text[sentence.start : sentence.end],
                start=each.start,
                end=each.end,
            )


def directs(words: str) -> bool:
    """Whether a sentence asks for something about the way of working, beside the task's own."""
    if len(words) > LONGEST or _QUESTION.match(words) or _OWN_ACT.match(words):
        return False
    told = tokens(words)
    if len(told) > MOST_WORDS:
        return False
    kinds = (_nevers(told), _twists(told, ""), _tools(told), _orders(told), _opinions(told))
    return any(each.kind is not RequestKind.HEAD for found in kinds for each in found)


def is_question(words: str) -> bool:
    """Whether a sentence opens as a question does, with or without its mark."""
    return _QUESTION.match(words) is not None


def _in_sentence(
    sentence: Sentence, words: Sequence[Token], about: str, others: Sequence[Sequence[Token]]
) -> Iterator[_Found]:
    """``about`` is what the sentence before asked for.

    ``others`` are the rest of the message, if the sentence is not a line of a list.
    """
    if not words or len(words) > MOST_WORDS:
        return
    yield from _checks(words)
    yield from _opinions(words)
    is_request = not (_QUESTION.match(sentence.words) or _OWN_ACT.match(sentence.words))
    if is_request or _COMPLAINT.match(sentence.words):
        yield from _orders(words)
    if is_request:
        left = list(_nevers(words))
        yield from left or _twists(words, about)
        yield from () if left else _tools(words)
        if not sentence.is_question:
            yield from _riders(sentence, words, others)


def _twists(words: Sequence[Token], about: str) -> Iterator[_Found]:
    """What is asked for, and each word that comes with it."""
    known = vocabulary()
    # Of several in a row the last one is meant: "the PR review comments".
    of_next = [bool(each.head and other.head) for each, other in pairwise(words)]
    heads = [at for at, each in enumerate(words) if each.head and not any(of_next[at : at + 1])]
    for place in heads:
        head = words[place].head
        asked = [
            at
            for at in range(max(0, place - BEFORE), place)
            if words[at].word in known.asking and not of_next[at]
        ]
        if head not in known.articles or not (asked or len(words) <= FRAGMENT):
            continue
        first = asked[-1] if asked else 0
        yield _Found(RequestKind.HEAD, head, words[first].start, words[place].end)
        stop = min(len(words), place + 1 + AFTER)
        ends = (at for at in range(place + 1, stop) if words[at].word in known.making)
        last = next(ends, stop)
        for at in (*range(first, place), *range(place + 1, last)):
            if words[at].may_twist:
                end = words[max(at, place)].end
                yield _Found(RequestKind.TWIST, f"{head} {words[at].word}", words[first].start, end)
    if about and not heads and len(words) <= LONGEST_RIDER:
        for each in words:
            if each.may_twist:
                key = f"{about} {each.word}"
                yield _Found(RequestKind.TWIST, key, words[0].start, words[-1].end)


def _orders(words: Sequence[Token]) -> Iterator[_Found]:
    """One thing first, or before a step that ends the work; of a check it asks for the check."""
    known = vocabulary()
    for place, each in enumerate(words):
        near = range(max(0, place - BEFORE), place)
        verbs = [at for at in near if words[at].word in known.making]
        said = {words[at].word for at in verbs}
        # What is broken is repaired first this once.
        if not each.head or "fix" in said:
            continue
        check = known.checks.get(each.word, "")
        # Tests are run, or written.
        if each.head == "test" and not said & {"run", "check"}:
            check = ""
        start = words[verbs[-1] if verbs else place].start
        for order, end in _order(words, place):
            if check:
                yield _Found(RequestKind.CHECK, check, start, end)
            else:
                yield _Found(RequestKind.ORDER, f"{each.head} {order}", start, end)


def _order(words: Sequence[Token], place: int) -> Iterator[tuple[str, int]]:
    """What a word is put before, and where that ends."""
    after = words[place + 1 : place + 1 + NEAR]
    if after and after[0].word == "first":
        yield "first", after[0].end
    for at, each in enumerate(after, start=place + 1):
        if each.word == "before":
            for step in words[at + 1 : at + 1 + NEAR]:
                if (done := done_with(step.word)) and done != words[place].head:
                    yield f"before {done}", step.end


def _checks(words: Sequence[Token]) -> Iterator[_Found]:
    """Complaints that a check fails."""
    known = vocabulary()
    for place, each in enumerate(words):
        near = words[max(0, place - NEAR) : place + NEAR + 1]
        if (check := known.checks.get(each.word)) and any(t.word in known.failing for t in near):
            yield _Found(RequestKind.CHECK, check, words[0].start, words[-1].end)


def _nevers(words: Sequence[Token]) -> Iterator[_Found]:
    """What is not to be done: a verb and what it is done to."""
    known = vocabulary()
    for place, each in enumerate(words):
        negated = each.word == "not" and place > 0 and words[place - 1].word == "do"
        first = place - negated
        if not (negated or each.word in known.never):
            continue
        if first and words[first - 1].word in _SUBJECT:
            continue
        rest = [at for at in range(place + 1, len(words)) if words[at].word not in known.stop]
        if len(rest) < 2 or rest[0] > place + 2 or words[rest[0]].word in known.states:
            continue
        key = " ".join(words[at].word for at in rest[:2])
        last = rest[1] + (words[rest[1] + 1 : rest[1] + 2] or [each])[0].word.count("yet")
        yield _Found(RequestKind.NEVER, key, words[first].start, words[last].end)


def _tools(words: Sequence[Token]) -> Iterator[_Found]:
    """A faculty of the agent's that is to be used."""
    known = vocabulary()
    for place, each in enumerate(words):
        if each.word in known.using:
            for tool in words[place + 1 : place + 1 + NEAR]:
                if tool.word in known.tools:
                    key = tool.word.replace("-", "")
                    yield _Found(RequestKind.TOOL, key, each.start, tool.end)


def _opinions(words: Sequence[Token]) -> Iterator[_Found]:
    """What the agent would do or thinks; what the person thinks is no question to it."""
    known = vocabulary()
    if len(words) > LONGEST_RIDER:
        return
    for place, each in enumerate(words):
        before = words[place - 1].word if place else ""
        asked = {other.word for other in words[:place]} & {"what", "how", "can", "could", "would"}
        gives = each.word in known.giving and before == "you" and asked
        if gives or (each.word in known.talking and before in {"let's", "lets"}):
            yield _Found(RequestKind.OPINION, "", words[0].start, words[-1].end)


def _riders(
    sentence: Sentence, words: Sequence[Token], others: Sequence[Sequence[Token]]
) -> Iterator[_Found]:
    """A short sentence beside others, without names: it may come with any task."""
    if not 3 <= len(words) <= LONGEST_RIDER or any(each.is_name for each in words):
        return
    known = vocabulary()
    if any(each.word in known.failing | known.faults for each in words):
        return
    if sentence.words.rstrip().endswith((":", "：")):
        return
    content = _content(words)
    if len(content) >= 2 and sum(len(_content(each)) for each in others) >= len(content):
        end = len(sentence.words.rstrip(" .!;:,。！；"))
        yield _Found(RequestKind.RIDER, " ".join(content), words[0].start, end)


def _content(words: Sequence[Token]) -> list[str]:
    stop = vocabulary().stop
    return [each.word for each in words if each.word not in stop]
