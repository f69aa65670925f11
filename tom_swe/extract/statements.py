"""One turn's sentences to what they say about the person."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tom_swe.extract.catalogue import Match, match
from tom_swe.extract.cues import (
    OBJECTING,
    FoundCue,
    heard,
    is_asked,
    is_hypothetical,
    is_one_off,
    is_report,
    is_task,
)
from tom_swe.extract.facts import facts
from tom_swe.extract.scope import scope_of
from tom_swe.model.belief import EVERYWHERE, Observation, Polarity, Quote, Source
from tom_swe.model.session import Session, Turn
from tom_swe.text.attribution import AgentWords, own_sentences
from tom_swe.text.cuts import whole
from tom_swe.text.prose import Sentence, both_halves, covering, tidy
from tom_swe.text.quoted import is_hearsay

type Nearest = Callable[[str], str]

LONGEST = 500  # characters; with the words below, the bound on what the patterns see
MOST_WORDS = 60  # a longer sentence is a specification, not a rule
SPECIFICATION = 120  # words; in a longer turn only plainly standing rules on known subjects count
LONGEST_RULE = 30
_HERE = re.compile(r"\A.{0,12}\bin this (?:repo\w*|project|code ?base)\b", re.IGNORECASE)
OPENING = 12  # characters before an imperative that opens its sentence
MOST_MATCHES = 2  # a sentence that shows more lists things rather than wants them

# Wording too weak to carry a subject the sentence only mentions.
_LIKINGS = frozenset(
    {
        "liking",
        "convention",
        "quantified",
        "gatekeeping",
        "no_more",
        "ab_jetzt",
        "prohibition",
        "contrast",
    }
)
_AS = {
    Source.CORRECTION: "a correction",
    Source.INSTRUCTION: "a rule",
    Source.PREFERENCE: "a preference",
}
NEAR = 40  # characters between a weak cue and its subject


@dataclass(frozen=True, slots=True)
class _Said:
    turn: Turn
    session: Session
    sentence: Sentence


def said(
    turn: Turn, session: Session, nearest: Nearest, agent: AgentWords
) -> Iterator[tuple[Sentence, tuple[Observation, ...]]]:
    """What each sentence of one of the person's turns says about them, by the rules.

    Sentences that are too long to read, tell what others say or are not surely the person's
    are left out.
    """
    for sentence in own_sentences(turn, agent):
        one = _Said(turn, session, sentence)
        if not _readable(sentence) or is_hearsay(sentence.words):
            continue
        facts_told = () if sentence.is_question else _facts(one)
        yield sentence, (*facts_told, *_rules(one, nearest))


def _readable(sentence: Sentence) -> bool:
    return len(sentence.words) <= LONGEST and len(sentence.words.split()) <= MOST_WORDS


def _facts(said: _Said) -> Iterator[Observation]:
    words = said.sentence.words
    if is_hypothetical(words):
        return
    for fact in facts(words):
        quote = _quote(said, ((fact.start, fact.end),))
        statement = fact.statement or tidy(quote.text)
        yield Observation(
            kind=fact.kind,
            source=Source.FACT,
            statement=statement,
            quote=quote,
            dimension=fact.dimension,
            value=fact.value,
            scope=EVERYWHERE,
            basis=f"a fact about you: “{_cut(words, fact.start, fact.end)}”",
        )


def _rules(said: _Said, nearest: Nearest) -> Iterator[Observation]:
    words = said.sentence.words
    cues = heard(words, question=said.sentence.is_question or is_asked(words))
    if not cues or is_hypothetical(words) or is_one_off(words):
        return
    strong = [h for h in cues if h.cue.strong]
    if is_report(words):
        return
    specified = len(said.turn.text.split()) > SPECIFICATION or is_task(words)
    if not strong and specified:
        return
    matches = match(words)
    if len(matches) > MOST_MATCHES and not strong:
        return
    if matches:
        chosen = strong or [h for h in cues if _carries(h, matches)]
        if chosen:
            for found in matches[:MOST_MATCHES]:
                yield _catalogued(said, chosen[0], found)
    elif (direct := [h for h in strong if _is_direct(h, words)]) and _speaks_for_itself(said):
        yield _plain(said, direct[0], nearest)


def _is_direct(cue: FoundCue, words: str) -> bool:
    """Whether the wording is meant for the agent, whatever it is about.

    'Always' and 'never' further in, and what 'we' do, as often tell what a program does.
    """
    if cue.cue.name in {"always", "never"}:
        return cue.start <= OPENING or _HERE.match(words) is not None
    return cue.cue.name != "habit"


def _speaks_for_itself(said: _Said) -> bool:
    """Whether a rule on a subject the catalogue lacks is short and direct enough to be believed."""
    rule, turn = len(said.sentence.words.split()), len(said.turn.text.split())
    return 4 <= rule <= LONGEST_RULE and turn <= SPECIFICATION


def _carries(cue: FoundCue, matches: tuple[Match, ...]) -> bool:
    """Whether a weak cue is enough for what the catalogue found."""
    near = [m for m in matches if cue.start - m.end <= NEAR and m.start - cue.end <= NEAR]
    if cue.cue.name == "first":
        return any(m.dimension.group in {"interaction", "git"} for m in near)
    if cue.cue.name in _LIKINGS:
        return bool(near)
    # A plain imperative is a task, unless its subject is lasting by nature.
    return any(m.dimension.group in {"interaction", "style"} for m in near)


def _catalogued(said: _Said, cue: FoundCue, found: Match) -> Observation:
    words = said.sentence.words
    return Observation(
        kind=cue.cue.kind,
        source=_source(said, cue),
        statement=found.statement,
        quote=_quote(said, ((cue.start, cue.end), (found.start, found.end))),
        dimension=found.dimension.id,
        value=found.choice.id,
        polarity=Polarity.AGAINST if found.negated else Polarity.FOR,
        scope=scope_of(words, said.session, about_person=found.dimension.everywhere),
        basis=f"{_wording(words, cue)}, and its subject: “{_cut(words, found.start, found.end)}”",
    )


def _plain(said: _Said, cue: FoundCue, nearest: Nearest) -> Observation:
    quote = _quote(said, ((cue.start, cue.end),))
    statement = tidy(quote.text)
    return Observation(
        kind=cue.cue.kind,
        source=_source(said, cue),
        statement=statement,
        quote=quote,
        dimension=nearest(statement),
        polarity=cue.cue.polarity,
        scope=scope_of(said.sentence.words, said.session, about_person=False),
        basis=_wording(said.sentence.words, cue),
    )


def _wording(words: str, cue: FoundCue) -> str:
    return f"worded as {_AS[cue.cue.source]}: “{_cut(words, cue.start, cue.end)}”"


def _cut(words: str, start: int, end: int) -> str:
    return " ".join(words[start:end].split())


def _source(said: _Said, cue: FoundCue) -> Source:
    return Source.CORRECTION if OBJECTING.match(said.turn.text) else cue.cue.source


def _quote(said: _Said, marks: tuple[tuple[int, int], ...]) -> Quote:
    sentence, text = said.sentence, said.turn.text
    start, end = both_halves(sentence.words, *covering(sentence.words, marks))
    start, end = whole(
        text, sentence.start + start, sentence.start + end, (sentence.start, sentence.end)
    )
    return Quote(ordinal=said.turn.ordinal, text=text[start:end])
