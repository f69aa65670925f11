"""Whose words the parts of a turn are, and how sure that is. Pure.

What a person sends may repeat what the agent said, quote a mail, or be a document of somebody
else's. A passage carries how sure it is that these are the person's own words, so that each
reader may weigh it. The numbers are in the order of trust; they were not measured.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from tom_swe.model.session import Role, Session, Turn
from tom_swe.text.line_kinds import UNSPACED
from tom_swe.text.prose import Sentence, Span, body_of, sentences
from tom_swe.text.quoted import others

# Below this a reader takes nothing for the person's.
SURE = 0.5

OWN = "nothing shows that it is somebody else's"
BODY = "the body of a long text, or of one laid out like a document"
ECHO = "the agent said it before, word for word"
_BODY_SURE = 0.5
_ECHO_SURE = 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a turn: ``text`` is what stands at ``start:end``.

    ``sure`` says from 0 to 1 how sure it is that these are the person's own words, ``why``
    what that rests on.
    """

    start: int
    end: int
    text: str
    sure: float
    why: str


class AgentWords:
    """Where each turn of a session repeats what its agent said before.

    Words that the person said first stay theirs, however often the agent repeats them.
    """

    def __init__(self, session: Session) -> None:
        self._echoes: dict[int, tuple[Span, ...]] = {}
        users = {turn.ordinal: _Words(turn.text) for turn in session.by(Role.USER)}
        wanted = {gram for words in users.values() for gram in words.grams}
        if not wanted:
            return
        persons: set[int] = set()
        agents: set[int] = set()
        for turn in session.turns:
            if turn.role is Role.AGENT:
                agents |= wanted.intersection(_Words(turn.text).grams) - persons
            elif turn.role is Role.COPY:
                persons |= wanted.intersection(_Words(turn.text).grams) - agents
            elif turn.role is Role.USER:
                words = users[turn.ordinal]
                if echoes := tuple(words.runs(agents)):
                    self._echoes[turn.ordinal] = echoes
                persons |= set(words.grams) - agents

    def echoes(self, turn: Turn) -> tuple[Span, ...]:
        """The parts of one of the person's turns that the agent had said, in order."""
        return self._echoes.get(turn.ordinal, ())


# Shorter runs of words recur by chance: names of files, questions, a subject in full.
FEWEST_WORDS = 10
FEWEST_SIGNS = 60
# Runs are found by so many words that follow one another.
GRAM = 8
_SIGN = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+")


class _Words:
    """The words of a text, without marks."""

    def __init__(self, text: str) -> None:
        self._text = text
        words = list(map(str.casefold, _WORD.findall(text)))
        following = (words[first:] for first in range(GRAM))
        # A number for each run of so many words.
        self.grams = list(map(hash, zip(*following, strict=False)))

    def runs(self, known: set[int]) -> Iterator[Span]:
        """The parts of the text of which every run of words is known, if they are long enough."""
        places = [place for place, gram in enumerate(self.grams) if gram in known]
        if not places:
            return
        spans = [each.span() for each in _WORD.finditer(self._text)]
        first = before = places[0]
        for place in (*places[1:], len(spans) + GRAM):
            if place >= before + GRAM:
                yield from self._long(spans[first : before + GRAM])
                first = place
            before = place

    def _long(self, spans: Sequence[Span]) -> Iterator[Span]:
        start, end = spans[0][0], spans[-1][1]
        # Of scripts without blanks each sign is a word here, and two make one.
        single = len(_SIGN.findall(self._text, start, end))
        if end - start >= FEWEST_SIGNS or len(spans) - single / 2 >= FEWEST_WORDS:
            yield start, end


def passages(turn: Turn, agent: AgentWords | None = None) -> tuple[Passage, ...]:
    """A turn of the person's in parts, each with how sure it is that it is theirs.

    The parts follow one another and make up the whole text. ``agent`` knows what the session's
    agent said before the turn.
    """
    text = turn.text
    found: list[tuple[int, int, float, str]] = [
        (start, end, _BODY_SURE, BODY) for start, end in body_of(text)
    ]
    found += sorted(others(turn), key=lambda each: -each.sure)
    found += [
        (start, end, _ECHO_SURE, ECHO) for start, end in (agent.echoes(turn) if agent else ())
    ]
    kinds: list[tuple[float, str]] = [(1.0, OWN)]
    levels = bytearray(len(text))
    for start, end, sure, why in found:
        if (sure, why) not in kinds:
            kinds.append((sure, why))
        levels[start:end] = bytes([kinds.index((sure, why))]) * (end - start)
    return tuple(_parts(text, levels, kinds))


def _parts(text: str, levels: bytearray, kinds: Sequence[tuple[float, str]]) -> Iterator[Passage]:
    start = 0
    for level, run in groupby(levels):
        end = start + sum(1 for _ in run)
        yield Passage(start, end, text[start:end], *kinds[level])
        start = end


def sure_of(parts: Sequence[Passage], start: int, end: int) -> float:
    """How sure it is that all of ``start:end`` is the person's: as its least sure part."""
    first = max(0, bisect_right(parts, start, key=lambda part: part.start) - 1)
    least = 1.0
    for part in parts[first:]:
        if part.start >= end:
            break
        if part.end > start:
            least = min(least, part.sure)
    return least


def own_sentences(turn: Turn, agent: AgentWords | None = None) -> tuple[Sentence, ...]:
    """The sentences of a turn that a reader may take for the person's, in order.

    What the agent said before is cut out of them; what stands in a quotation is left out.
    """
    parts = passages(turn, agent)
    return tuple(
        each
        for each in sentences(turn.text, without=_echoed(parts))
        if sure_of(parts, each.start, each.end) >= SURE
    )


def _echoed(parts: Iterable[Passage]) -> list[Span]:
    return [(part.start, part.end) for part in parts if part.why == ECHO]
