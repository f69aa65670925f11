"""Words that an agent says the person said: believed only where the person said them.

An agent can be talked into pointing at anything, so a pointer decides nothing but which of
the person's own sentences is looked at again. It is read as the whole sentence, for a part
of it can say the opposite, and only where it is prose of theirs that is meant.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tom_swe.checkout import same_repository
from tom_swe.errors import UsageError
from tom_swe.extract.cues import is_hypothetical, is_one_off
from tom_swe.extract.scope import scope_of
from tom_swe.extract.stated import plainly
from tom_swe.model.belief import Belief, Observation, Quote, Source
from tom_swe.model.pointers import Pointer
from tom_swe.model.session import OWN_HOST, Role, Session, Turn
from tom_swe.text.attribution import AgentWords, own_sentences
from tom_swe.text.prose import Sentence
from tom_swe.text.quoted import is_hearsay

SHORTEST, LONGEST = 8, 400  # characters
# A quote that reaches into a sentence by less does not point at it.
LEAST_OVERLAP = 8
POINTED = "an agent pointed to these words of yours"


class Pointed(NamedTuple):
    """What pointers add to a session: observations, and the pointers found in it, by id."""

    observations: tuple[Observation, ...] = ()
    found: tuple[int, ...] = ()


def quote_of(text: str) -> str:
    """The words of a pointer on one line. Raises UsageError."""
    quote = " ".join(text.split())
    if not SHORTEST <= len(quote) <= LONGEST:
        raise UsageError(
            f"a quote has {SHORTEST} to {LONGEST} characters, but this one has {len(quote)}: "
            "give one or two sentences of the person, word for word"
        )
    return quote


def add_pointed(
    session: Session, made: Iterable[Observation], pointers: Iterable[Pointer]
) -> Pointed:
    """What these pointers add to what a reader made of a session.

    A sentence of which an observation was made already gives no second one; a hint is not
    enough to count as one.
    """
    said = [each for each in made if each.source not in {Source.BEHAVIOUR, Source.HINT}]
    added: list[Observation] = []
    found: list[int] = []
    for pointer in pointers:
        places = places_of(pointer, session)
        if places:
            found.append(pointer.id)
        for turn, sentence in places:
            words = turn.text[sentence.start : sentence.end]
            if not any(on_words(each.quote, turn, words) for each in (*said, *added)):
                scope = scope_of(sentence.words, session, about_person=False)
                added.append(
                    plainly(words, turn).model_copy(update={"scope": scope, "basis": POINTED})
                )
    return Pointed(tuple(added), tuple(found))


def places_of(pointer: Pointer, session: Session) -> list[tuple[Turn, Sentence]]:
    """The person's sentences that a pointer points at, in the first turn that has its words."""
    if session.host == OWN_HOST or _elsewhere(pointer, session):
        return []
    words = re.compile(r"\s+".join(map(re.escape, pointer.quote.split())))
    agent: AgentWords | None = None
    for turn in session.by(Role.USER):
        for hit in words.finditer(turn.text):
            agent = agent or AgentWords(session)
            meant = [
                each
                for each in own_sentences(turn, agent)
                if _is_pointed_at(each, turn.text, *hit.span()) and _is_meant(each)
            ]
            if meant:
                return [(turn, each) for each in meant]
    return []


def on_words(quote: Quote, turn: Turn, words: str) -> bool:
    """Whether a quote is of these words of a turn, or of some of them."""
    return quote.ordinal == turn.ordinal and (quote.text in words or words in quote.text)


def beliefs_on(
    pointer: Pointer, session_id: int, session: Session, beliefs: Iterable[Belief]
) -> tuple[int, ...]:
    """The ids of the beliefs that rest on the words which a pointer points at in a session."""
    places = [(turn, turn.text[s.start : s.end]) for turn, s in places_of(pointer, session)]
    return tuple(
        belief.id
        for belief in beliefs
        if any(
            each.session_id == session_id
            and each.source is not Source.BEHAVIOUR
            and on_words(Quote(ordinal=each.ordinal, text=each.quote), turn, words)
            for each in belief.supporting
            for turn, words in places
        )
    )


def shares_words(pointer: Pointer, texts: Iterable[str]) -> bool:
    """Whether a pointer's words are in one of these texts, or one of these texts is in it."""
    quote = pointer.quote.casefold()
    return any(
        quote in words or (len(words) >= SHORTEST and words in quote)
        for words in (" ".join(text.casefold().split()) for text in texts)
    )


def _elsewhere(pointer: Pointer, session: Session) -> bool:
    one, other = pointer.repository, session.repository
    return bool(one and other) and not same_repository(one, other)


def _is_pointed_at(sentence: Sentence, text: str, start: int, end: int) -> bool:
    """Whether enough of a sentence lies between two places, all of it prose of the person."""
    start, end = max(start, sentence.start), min(end, sentence.end)
    words = sentence.words[start - sentence.start : end - sentence.start]
    return end - start >= LEAST_OVERLAP and not any(
        sign.isspace() and written.isalnum()
        for sign, written in zip(words, text[start:end], strict=True)
    )


def _is_meant(sentence: Sentence) -> bool:
    words = sentence.words
    return not (
        sentence.is_question or is_hypothetical(words) or is_hearsay(words) or is_one_off(words)
    )
