"""Which part of a request asks for what cannot be taken back. Pure; words alone.

A request is read clause by clause: a verb where an order has one, or a passive, and the object
that it is done to. The lexicon says which pairs of these cannot be taken back.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tom_swe.advise.irreversible.lexicon import Act, Verb, lexicon, term_of
from tom_swe.extract import asking
from tom_swe.text.prose import sentences

# What a word is here: names, options and paths stay whole.
_WORD = re.compile(r"(?:--?)?[\w@~$][\w./@~$*+'-]*|\.(?=\s|\Z)|[,;:()]")
_SOURCE = re.compile(r"\w\.[a-zA-Z][a-z]{0,4}\Z|\(\)\Z|\A[a-z]+[A-Z]\w*\Z")
# In the passive people report most acts of programs; these they ask for.
_PASSIVE = frozenset({"lost", "rewritten", "published"})
_BREAK = frozenset(",;:()")
# "... How do I do that?": what stands before it is asked about, and not asked for.
_HOW = re.compile(r"\bhow (?:to|do|does|can|could|should|would)\b[^.!?\n]*(?:\?|\Z)", re.IGNORECASE)
# What is to be built, and not to be done: "when a user leaves, delete their rows".
_PROGRAMMED = re.compile(
    r"\b(?:when(?:ever)?|if|every time|each time) (?:an?|any|each|some|the users?|users?|someone|"
    r"somebody|one)\b",
    re.IGNORECASE,
)
# What is asked for in a longer text stands at its ends; between them is what was pasted.
_LONG, _HEAD, _TAIL = 400, 200, 200
# Who lists so much says what a program is to do.
_ITEM, _MANY = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE), 3
# Words behind a verb among which its options and its object are looked for.
_NEAR = 24


class Irreversible(NamedTuple):
    """An act that a request asks for and that cannot be taken back.

    ``words`` are the request's own. ``because`` says why. ``is_open`` says that they leave open
    what it is done to.
    """

    act: str
    words: str
    because: str
    is_open: bool


class _Word(NamedTuple):
    said: str  # lower case
    term: str  # without its ending
    start: int
    end: int


def irreversible(text: str, before: str = "") -> Irreversible | None:
    """The first act in a request that cannot be taken back, None where it asks for none.

    One that the agent asked about just before, and that is asked for again, was confirmed.
    """
    if _HOW.search(text[-200:]):
        return None
    is_specification = len(_ITEM.findall(text)) >= _MANY
    for found in _acts(text):
        if found.act == "sent" and is_specification:
            continue
        asked = before.rstrip()[-400:]
        if asked.endswith("?") and any(act.act == found.act for act in _acts(asked, asked=True)):
            continue
        return found
    return None


def _acts(text: str, *, asked: bool = False) -> Iterator[Irreversible]:
    """The acts in a text, in its order; those that somebody asks whether to do, where ``asked``."""
    for said in sentences(text):
        whole = text[said.start : said.end]
        is_inside = said.start > _HEAD and said.end < len(text) - _TAIL
        if (len(text) > _LONG and is_inside) or _PROGRAMMED.search(whole):
            continue
        words = [
            _Word(found[0].lower(), term_of(found[0]), found.start(), found.end())
            for found in _WORD.finditer(whole)
        ]
        for clause in _clauses(words, whole, asked=asked):
            if (found := _act(clause, whole)) is not None:
                yield found


def _is_question(clause: Sequence[_Word], whole: str) -> bool:
    words = whole[clause[0].start :]
    return bool(asking.QUESTION.match(words)) and not asking.WANTS_CHANGE.match(words)


def _clauses(words: Sequence[_Word], whole: str, *, asked: bool) -> Iterator[Sequence[_Word]]:
    """The clauses of a sentence that may hold an order.

    What "and" joins to a statement is part of it: "it can match too much and drop a table".
    """
    start, told = 0, False
    is_question = whole.rstrip().endswith("?") and not asked
    for at, word in enumerate([*words, _Word(";", ";", len(whole), len(whole))]):
        if word.said not in _BREAK and word.said not in {"and", "then", "but"}:
            continue
        clause = words[start:at]
        if clause and not told and not (is_question and _is_question(clause, whole)):
            yield clause
        told = word.said == "and" and (told or _is_told(clause, whole))
        start = at + 1


def _is_told(clause: Sequence[_Word], whole: str) -> bool:
    """Whether a clause is a statement, and no order."""
    leads = lexicon().words["leads"]
    if all(each.said in leads for each in clause):
        return False
    if asking.IMPERATIVE.match(whole[clause[0].start :]) is not None:
        return False
    verbs = lexicon().verbs.keys() - leads
    return not any(each.said in verbs for each in clause[:3])


def _act(clause: Sequence[_Word], whole: str) -> Irreversible | None:
    held = lexicon()
    at = 0
    while at < len(clause) and clause[at].said in held.words["leads"]:
        if (found := _ordered(clause, at, whole)) is not None:
            return found
        at += 1
    if at < len(clause) and (found := _ordered(clause, at, whole)) is not None:
        return found
    return _passive(clause, whole) or _live(clause, at, whole)


def _ordered(clause: Sequence[_Word], at: int, whole: str) -> Irreversible | None:
    """The act of an order whose verb stands here."""
    for verb in lexicon().verbs.get(clause[at].said, ()):
        if (after := _behind(verb, clause, at)) is None:
            continue
        behind = clause[after : after + _NEAR]
        if _hinders(clause, at, behind, verb):
            return None
        if (is_open := _lasting(verb, behind)) is not None:
            return _made(verb.act, clause[at:], whole, is_open=is_open)
        return None
    return None


def _behind(verb: Verb, clause: Sequence[_Word], at: int) -> int | None:
    """Where the words behind a verb begin, None where it does not stand here."""
    end = at
    for part in verb.words:
        if part.startswith("-"):
            if not any(_is_option(part, each.said) for each in clause[end : end + _NEAR]):
                return None
            continue
        while end > at and end < len(clause) and clause[end].said in lexicon().words["articles"]:
            end += 1
        if end >= len(clause) or clause[end].said != part:
            return None
        end += 1
    return end


def _is_option(option: str, word: str) -> bool:
    if option.startswith("--"):
        return word == option or word.startswith((f"{option}-", f"{option}="))
    return word[:1] == "-" and word[1:2] != "-" and option[1] in word[1:]


def _hinders(clause: Sequence[_Word], at: int, behind: Sequence[_Word], verb: Verb) -> bool:
    """Whether something says that the act is not asked for, now."""
    words = lexicon().words
    if any(each.said in words["negations"] for each in clause[:at]):
        return True
    if any(each.said in words["harmless_options"] for each in behind):
        return True
    return verb.act.id == "sent" and any(each.said in words["programmed"] for each in behind)


def _lasting(verb: Verb, behind: Sequence[_Word]) -> bool | None:
    """Whether what it is done to is left open; None where it can be taken back."""
    held = lexicon()
    phrases = _phrases(behind)
    if any(each.said in held.words["finite"] for each in behind[:1]) or any(
        each.said in held.words["finite"] - {"of"} for each in phrases[0]
    ):
        return None
    heads = [each[-1] for each in phrases if each]
    if any(_is_live(each) for each in phrases[1:]) and (
        not verb.is_mild or (phrases[0] and phrases[0][-1].term in verb.possible)
    ):
        return False
    if any(_is_code(each) for each in phrases):
        return None
    own = phrases[0]
    if not own:
        alone = verb.is_strong and (verb.act.id != "lost" or len(verb.words) > 1)
        found = alone or any(head.term in verb.objects for head in heads)
        return False if found else None
    while len(own) > 1 and "/" in own[-1].said:  # the name of what stands before it
        own = own[:-1]
    head = own[-1]
    if head.term in verb.possible and any(each.term in verb.objects for each in own):
        return False
    if head.term in held.generic:
        others = [*own[:-1], *(word for each in phrases[1:] for word in each)]
        if any(word.term in verb.objects for word in others):
            return False
        if head.term in held.bare and verb.act.id == "lost" and not verb.is_mild:
            return len(own) == len(behind)
        return False if verb.is_strong else None
    if any(each.term in verb.objects for each in heads[1:]):
        return False
    return False if verb.is_strong else None


def _phrases(behind: Sequence[_Word]) -> list[list[_Word]]:
    """The object, then what stands behind each preposition."""
    held = lexicon().words
    found: list[list[_Word]] = [[]]
    for word in behind:
        if word.said in held["ends"] or word.said in _BREAK:
            break
        if word.said in held["prepositions"]:
            found.append([])
        elif word.said[0] != "-" and not word.said[0].isdigit():
            found[-1].append(word)
    return found


def _is_code(phrase: Sequence[_Word]) -> bool:
    held = lexicon()
    if not phrase:
        return False
    head = phrase[-1]
    if head.term in held.code or any(word.term in held.kinds for word in phrase):
        return True
    return _SOURCE.search(head.said) is not None


def _is_live(phrase: Sequence[_Word]) -> bool:
    held = lexicon()
    ends = held.live_ends
    after = [*phrase[1:], None]
    return not _is_code(phrase) and any(
        (word.said in held.words["live"] or word.said.endswith(ends))
        and (behind is None or behind.term not in held.code)
        for word, behind in zip(phrase, after, strict=False)
    )


def _passive(clause: Sequence[_Word], whole: str) -> Irreversible | None:
    """The act of "the old table should be dropped", "can go" or "I want it deleted"."""
    held = lexicon()
    for at, word in enumerate(clause):
        verb = held.participles.get(word.said)
        modal = next((n for n in range(at) if clause[n].said in held.words["modals"]), None)
        if verb is None or modal is None or verb.act.id not in _PASSIVE:
            continue
        if word.said == "go" and clause[at - 1].said not in {"can", "may", "must", "should", "to"}:
            continue
        if any(each.said in held.words["negations"] for each in clause[:at]):
            return None
        first = 0 if clause[0].said not in held.words["leads"] or modal > 1 else modal + 1
        own = [each for each in clause[first:at] if each.said not in held.words["modals"]]
        while own and own[0].said in held.words["leads"]:
            own = own[1:]
        if own and (is_open := _lasting(verb, own)) is not None:
            return _made(verb.act, clause, whole, is_open=is_open)
    return None


def _live(clause: Sequence[_Word], at: int, whole: str) -> Irreversible | None:
    """Any change that is made where others feel it at once."""
    held = lexicon()
    if at >= len(clause) or clause[at].said in held.words["looking"]:
        return None
    if asking.IMPERATIVE.match(whole[clause[0].start :]) is None:
        return None
    if any(each.said in held.words["negations"] for each in clause[: at + 1]):
        return None
    verb = next((n for n in range(at) if clause[n].said in held.words["orders"]), at)
    found = _made(held.acts["live"], clause[verb:], whole, is_open=False)
    own = _phrases(clause[at + 1 :])[0]
    if _is_code(own):
        return None
    if _is_live(own) and own[-1].term in held.words["live_things"]:
        return found
    for n, word in enumerate(clause[at + 1 : at + _NEAR], at + 1):
        if word.said in held.words["ends"]:
            return None
        if word.said.endswith(held.live_ends) and clause[n - 1].said[0] == "-":
            return found
        if word.said in held.words["live_at"]:
            behind = _phrases(clause[n + 1 :])[0]
            if _is_live(behind) and not (word.said == "to" and behind[0].said == "live"):
                return found
    return None


def _made(act: Act, clause: Sequence[_Word], whole: str, *, is_open: bool) -> Irreversible:
    words = " ".join(whole[clause[0].start : clause[-1].end].split())
    return Irreversible(act.id, words, act.because, is_open)
