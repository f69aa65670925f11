"""Whether a quote, in its message, carries what was made of it. Pure.

A quote carries a statement where the person wrote it themselves, about how an agent is to work,
where it is whole, and where the statement says all of it and no more. `flaw_in` names the first
thing that is wrong, in words for the person. Of words in another language than English it asks
only whose they are and whether they are whole.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from tom_swe.extract.cues import is_hypothetical, is_one_off, is_report
from tom_swe.extract.templates import stands_in
from tom_swe.extract.wording import DENIAL, FORBIDS, added, cut_span, dropped, opposed
from tom_swe.model.base import Value
from tom_swe.model.belief import Kind, Observation, Polarity, Quote, SessionModel, Source
from tom_swe.model.session import Role, Session, Template, Turn
from tom_swe.text.attribution import SURE, AgentWords, own_sentences, passages, sure_of
from tom_swe.text.language import language_of
from tom_swe.text.line_kinds import UNSPACED
from tom_swe.text.prose import Sentence, Span, tidy
from tom_swe.text.quoted import is_hearsay

# Of a quote so much has to be the person's prose, and no quotation, code or paste.
OWN_SHARE = 0.5


class Lack(StrEnum):
    """What a quote lacks to carry a statement."""

    ABSENT = "absent"  # it does not stand in the message
    NOT_OWN = "not_own"  # the person passes on somebody else's words
    NOT_WORK = "not_work"  # it says nothing on how an agent is to work
    NOT_LASTING = "not_lasting"  # it ends with the task, or is no wish
    CUT = "cut"  # it begins or ends inside a code span, a bracket or a word
    ADDED = "added"  # the statement says more
    OPPOSED = "opposed"  # the statement says the opposite
    DROPPED = "dropped"  # the statement leaves a half out


class Flaw(Value):
    """What is wrong, and why in words."""

    lack: Lack
    why: str


class OwnMessage:
    """One of the person's messages, and whose words its parts are."""

    def __init__(
        self, turn: Turn, agent: AgentWords | None = None, template: Template | None = None
    ) -> None:
        self.turn = turn
        self.template = template
        self.parts = passages(turn, agent)
        self.sentences = own_sentences(turn, agent)

    def around(self, start: int, end: int) -> tuple[Sentence, ...]:
        """The person's own sentences that a part of the message stands in."""
        return tuple(s for s in self.sentences if s.start < end and start < s.end)


def flaw_in(said: Observation, message: OwnMessage | None) -> Flaw | None:
    """The first thing that keeps a quote from carrying what was made of it; None for nothing.

    What was counted is no reading of its sample. What the person told tom itself is meant to
    last.
    """
    if said.source is Source.BEHAVIOUR:
        return None
    if message is None or message.turn.role is not Role.USER:
        return Flaw(lack=Lack.ABSENT, why="its message is gone, or is a copy of another one")
    text, quote = message.turn.text, said.quote.text
    places = [found.start() for found in re.finditer(re.escape(quote), text)] if quote else []
    if not places:
        return Flaw(lack=Lack.ABSENT, why="the quote does not stand in its message")
    flaws = [_flaw_at(said, message, place, place + len(quote)) for place in places]
    return None if None in flaws else flaws[0]


def _flaw_at(said: Observation, message: OwnMessage, start: int, end: int) -> Flaw | None:
    text = message.turn.text
    if said.source is not Source.STATED and (why := _not_own(message, start, end)):
        return Flaw(lack=Lack.NOT_OWN, why=why)
    if why := _cut(text, start, end):
        return Flaw(lack=Lack.CUT, why=why)
    if said.kind is Kind.TAKEN_BACK:
        # Its quote says that the statement holds no longer.
        return None
    if said.source is not Source.STATED:
        sentence = " ".join(each.words for each in message.around(start, end))
        if why := _not_work(said):
            return Flaw(lack=Lack.NOT_WORK, why=why)
        if why := _not_lasting(said, sentence):
            return Flaw(lack=Lack.NOT_LASTING, why=why)
    if language_of(text) in {"en", ""}:
        for lack, check in ((Lack.CUT, cut_span), (Lack.OPPOSED, opposed)):
            if why := check(said):
                return Flaw(lack=lack, why=why)
        if words := added(said):
            return Flaw(lack=Lack.ADDED, why=f"the quote does not say “{'”, “'.join(words)}”")
        if words := dropped(said):
            return Flaw(lack=Lack.DROPPED, why=f"it leaves out “{words}”")
    return None


# Whose words


def _not_own(message: OwnMessage, start: int, end: int) -> str:
    if message.template and stands_in(message.template, message.turn.text, start, end):
        return f"it stands in a text that was sent in {message.template.sessions} sessions"
    if sure_of(message.parts, start, end) < SURE:
        within = [part for part in message.parts if part.start < end and start < part.end]
        return f"it is not in your own words: {min(within, key=lambda part: part.sure).why}"
    around = message.around(start, end)
    letters = sum(sign.isalnum() for sign in message.turn.text[start:end])
    read = sum(
        sign.isalnum()
        for each in around
        for place, sign in enumerate(each.words, each.start)
        if start <= place < end
    )
    if read < OWN_SHARE * letters:
        return "it stands in a quotation, in code or in pasted text"
    if any(is_hearsay(each.words) for each in around):
        return "it passes on what somebody else says"
    return ""


# Whether it is whole

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_JOINERS = "'’._/-"


def _cut(text: str, start: int, end: int) -> str:
    if _inside_word(text, start) or _inside_word(text, end):
        return "the quote begins or ends inside a word"
    for first, last in _pairs(text):
        code = text[first] == "`"
        inside = first < start and end <= last
        if inside and code and text[first + 1 : last].strip() != text[start:end].strip():
            return "the quote begins or ends inside a code span"
        opens, closes = start <= first < end, start <= last < end
        if opens is closes:
            continue
        left_out = text[end:last] if opens else text[first + 1 : start]
        # A mark that closes is often left out; that loses nothing.
        if left_out.strip() if code else any(map(str.isalnum, left_out)):
            return f"the quote begins or ends inside a {'code span' if code else 'bracket'}"
    return ""


def _inside_word(text: str, place: int) -> bool:
    if not 0 < place < len(text) or re.match(f"[{UNSPACED}]", text[place]):
        return False
    before, after = text[place - 1], text[place]
    if before in _JOINERS and place > 1:
        before = text[place - 2]
    elif after in _JOINERS and place + 1 < len(text):
        after = text[place + 1]
    return before.isalnum() and after.isalnum()


def _pairs(text: str) -> Iterator[Span]:
    """Code spans, and brackets outside of them that belong together, each on one line."""
    spans = [found.span() for found in re.finditer(r"`[^`\n]+`", text)]
    yield from ((start, end - 1) for start, end in spans)
    bare = re.sub(r"`[^`\n]+`", lambda found: " " * len(found[0]), text)
    waiting: list[int] = []
    for place, sign in enumerate(bare):
        if sign == "\n":
            waiting.clear()
        elif sign in _PAIRS:
            waiting.append(place)
        elif sign in _PAIRS.values() and waiting and _PAIRS[bare[waiting[-1]]] == sign:
            yield waiting.pop(), place


# Whether it is about the work, and meant to last

_OF_THE_AGENT = re.compile(
    r"\Ayou(?:['’]re| are| (?:now |also |already )?have)(?! (?:not |only |never |always |been )?"
    r"(?:to\b|got to\b|been\b|allowed|free\b|supposed|expected|meant|required|\w+ing\b|\w+ed\b))",
    re.IGNORECASE,
)
_ABOUT_THEM = frozenset({Kind.EXPERTISE, Kind.GOAL})


def _not_work(said: Observation) -> str:
    if said.source is Source.CORRECTION:
        return ""
    of_agent = said.kind in _ABOUT_THEM and said.statement.casefold().startswith(("you ", "your "))
    if of_agent or _OF_THE_AGENT.match(said.statement):
        return "it says what the agent is or has, not how it is to work"
    return ""


def _not_lasting(said: Observation, sentence: str) -> str:
    if said.kind in _ABOUT_THEM:
        return ""
    if is_hypothetical(sentence):
        return "it supposes something, or is undecided"
    if is_one_off(sentence):
        return "it ends with the task at hand"
    if is_report(sentence):
        return "it tells what happens, not what is wanted"
    return ""


# What of a reading is kept


def supported(said: Observation, message: OwnMessage | None) -> Observation | None:
    """An observation as far as its quote carries it.

    What is somebody else's, or no wish, is none: further hints would confirm it. A statement that
    leaves a half out gives way to the sentence itself. Where it does not fit otherwise, the
    sentence stays as a hint in its own words.
    """
    flaw = _grave(said, message)
    if flaw is None or said.source is Source.STATED:
        return said
    if message is None or flaw.lack not in {Lack.CUT, Lack.OPPOSED, Lack.DROPPED}:
        return None
    start = message.turn.text.index(said.quote.text)
    start, end = _sentence(message, start, start + len(said.quote.text))
    words = message.turn.text[start:end].strip()
    quote = Quote(ordinal=said.quote.ordinal, text=words)
    against = FORBIDS.match(tidy(words)) or (
        DENIAL.search(words) if flaw.lack is Lack.OPPOSED else said.polarity is Polarity.AGAINST
    )
    kept = said.model_copy(
        update={
            "source": said.source if flaw.lack is Lack.DROPPED else Source.HINT,
            "statement": tidy(words),
            "quote": quote,
            "dimension": "",
            "value": "",
            "polarity": Polarity.AGAINST if against else Polarity.FOR,
            "basis": f"kept in its own words: {flaw.why}",
        }
    )
    return None if _grave(kept, message) else kept


def _grave(said: Observation, message: OwnMessage | None) -> Flaw | None:
    """What keeps it from being learned.

    A reader that words a statement itself holds it against the quote by more than its words,
    and has weighed whether a sentence is meant to last.
    """
    flaw = flaw_in(said, message)
    return None if flaw and flaw.lack in {Lack.ADDED, Lack.NOT_LASTING} else flaw


def _sentence(message: OwnMessage, start: int, end: int) -> Span:
    """The sentences that a quote stands in, with the whole of each span and bracket in them."""
    first, last = start, end
    for each in message.around(start, end):
        first, last = min(first, each.start), max(last, each.end)
    for opens, closes in _pairs(message.turn.text):
        if (first <= opens < last) is not (first <= closes < last):
            first, last = min(first, opens), max(last, closes + 1)
    return (first, last) if (first, last) == (start, end) else _sentence(message, first, last)


def all_supported(session: Session, model: SessionModel) -> SessionModel:
    """What a session showed, as far as its quotes carry it; each thing once."""
    agent = AgentWords(session)
    wanted = {each.quote.ordinal for each in model.observations}
    messages = {
        turn.ordinal: OwnMessage(turn, agent)
        for turn in session.by(Role.USER)
        if turn.ordinal in wanted
    }
    kept = (supported(each, messages.get(each.quote.ordinal)) for each in model.observations)
    return model.model_copy(update={"observations": tuple(dict.fromkeys(filter(None, kept)))})
