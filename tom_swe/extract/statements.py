"""One turn's sentences to what they say about the person."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tom_swe.extract.beside_tasks import (
    is_about_agent,
    is_added,
    is_direct,
    is_of_a_task,
    is_step,
    speaks_for_itself,
)
from tom_swe.extract.catalogue import Match, match, ruled_out
from tom_swe.extract.cues import (
    OBJECTING,
    FoundCue,
    heard,
    is_asked,
    is_hypothetical,
    is_one_off,
    is_report,
)
from tom_swe.extract.facts import facts
from tom_swe.extract.scope import names_place, scope_of
from tom_swe.extract.taken_back import TakenBack, taken_back
from tom_swe.model.belief import EVERYWHERE, Kind, Observation, Polarity, Quote, Source
from tom_swe.model.session import Session, Turn
from tom_swe.text.attribution import AgentWords, own_sentences
from tom_swe.text.cuts import whole
from tom_swe.text.prose import Sentence, both_halves, clauses, covering, tidy
from tom_swe.text.quoted import is_hearsay

type Nearest = Callable[[str], str]

LONGEST = 500  # characters; with the words below, the bound on what the patterns see
MOST_WORDS = 60  # a longer sentence is a specification, not a rule
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
_FORBIDS = re.compile(r"\b(?:never|do not|don't)(?:\s+(?:use|using|run))?\s+\Z", re.IGNORECASE)
_IN_PLACE_OF = re.compile(
    r"\b(?:instead of|rather than|in place of)\s+(?P<other>[^,;:.!?()]+)", re.IGNORECASE
)
_DENIES = re.compile(r"\b(?:no|not|never|stop|without)\b|n't\b", re.IGNORECASE)
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
        words = sentence.words
        if not _readable(sentence) or is_hearsay(words) or is_about_agent(words):
            continue
        released = _released(sentence)
        one = _Said(turn, session, _without(sentence, released))
        facts_told = () if sentence.is_question else _facts(one)
        found = (*facts_told, *_rules(one, nearest))
        if released is not None:
            found = (*_taken_back(_Said(turn, session, sentence), released), *found)
        # What takes something back is no wish, even where it is not clear what; nor is a step.
        if found or not (released or is_step(words)):
            yield sentence, found


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


def _released(sentence: Sentence) -> TakenBack | None:
    """What a sentence takes back."""
    if sentence.is_question or is_hypothetical(sentence.words):
        return None
    found = taken_back(sentence.words)
    # "No need to explain" takes back what is known to be wished, and is a wish of its own.
    return None if found is None or (found.is_open and not match(found.what)) else found


def _without(sentence: Sentence, released: TakenBack | None) -> Sentence:
    if released is None:
        return sentence
    words, (start, end, *_) = sentence.words, released
    return replace(sentence, words=words[:start] + " " * (end - start) + words[end:])


def _taken_back(said: _Said, released: TakenBack) -> Iterator[Observation]:
    """What holds no longer: what the catalogue knows of it, else the wish in its own words."""
    words = said.sentence.words
    if is_one_off(words) or not any(map(str.isalnum, released.what)):
        return
    start, end, what, is_topic, _ = released
    named = scope_of(words, said.session, about_person=False)
    scope = named if names_place(words) else EVERYWHERE
    begins, within = said.sentence.start, (said.sentence.start, said.sentence.end)
    place = whole(said.turn.text, begins + start, begins + end, within)
    made = Observation(
        kind=Kind.TAKEN_BACK,
        source=source_of(said.turn, Source.INSTRUCTION),
        statement=tidy(what),
        quote=Quote(ordinal=said.turn.ordinal, text=said.turn.text[slice(*place)]),
        scope=scope,
        basis=f"takes back: “{_cut(words, start, end)}”",
    )
    clause = words[start:end]
    # What the whole clause shows may be shown by the very words that take it back.
    shown = [m for m in match(clause) if not _DENIES.search(clause, m.start, m.end)]
    matches = [*match(what), *shown][:1]
    for found in matches:
        yield made.model_copy(
            update={
                "statement": found.choice.statement,
                "dimension": found.dimension.id,
                "value": found.choice.id,
                "polarity": Polarity.AGAINST if found.negated else Polarity.FOR,
            }
        )
    if matches and not is_topic:
        return
    # A subject that is dropped may be one that was asked for, or one that was forbidden.
    yield made
    if is_topic:
        yield made.model_copy(update={"polarity": Polarity.AGAINST})


def _rules(said: _Said, nearest: Nearest) -> Iterator[Observation]:
    words = said.sentence.words
    cues = heard(words, question=said.sentence.is_question or is_asked(words))
    if not cues or is_hypothetical(words) or is_one_off(words):
        return
    strong = [h for h in cues if h.cue.strong]
    if is_report(words):
        return
    sentence, turn = said.sentence, said.turn.text
    weak = [h for h in cues if not h.cue.strong and not is_of_a_task(h, sentence, turn)]
    matches = match(words)
    if len(matches) > MOST_MATCHES and not strong:
        return
    if matches:
        chosen = strong or [h for h in weak if _carries(h, matches)]
        if chosen:
            for found in matches[:MOST_MATCHES]:
                made = _catalogued(said, chosen[0], found)
                yield _in_own_words(made) if _means_more(found, words) else made
    elif direct := [
        h for h in strong if is_direct(h, words) and speaks_for_itself(h, sentence, turn)
    ]:
        yield _plain(said, min(direct, key=lambda h: h.start), nearest)


def _carries(cue: FoundCue, matches: tuple[Match, ...]) -> bool:
    """Whether a weak cue is enough for what the catalogue found."""
    near = [m for m in matches if cue.start - m.end <= NEAR and m.start - cue.end <= NEAR]
    # Said once, a step that comes first in git is a step of one task.
    if cue.cue.name == "first":
        return any(m.dimension.group == "interaction" for m in near)
    if cue.cue.name in _LIKINGS:
        return bool(near)
    # A plain imperative is a task, unless its subject is lasting by nature.
    return any(m.dimension.group in {"interaction", "style"} for m in near)


def _catalogued(said: _Said, cue: FoundCue, found: Match) -> Observation:
    words = said.sentence.words
    return Observation(
        kind=cue.cue.kind,
        source=source_of(said.turn, cue.cue.source),
        statement=found.statement + _other_half(found, words),
        quote=_quote(said, ((cue.start, cue.end), (found.start, found.end))),
        dimension=found.dimension.id,
        value=found.choice.id,
        polarity=Polarity.AGAINST if found.negated else Polarity.FOR,
        scope=scope_of(words, said.session, about_person=found.dimension.everywhere),
        basis=f"{_wording(words, cue)}, and its subject: “{_cut(words, found.start, found.end)}”",
    )


def _other_half(found: Match, words: str) -> str:
    """The names that the words forbid beside the one that they ask for."""
    others = () if found.negated else ruled_out(found.dimension, words)
    forbidden = [words[m.start : m.end] for m in others if _FORBIDS.search(words, 0, m.start)]
    return f", never {' or '.join(forbidden)}" if forbidden else ""


def _means_more(found: Match, words: str) -> bool:
    """Whether a value is asked for in the place of something that the catalogue does not know.

    "Strong types instead of strings" is about other types than the catalogue's.
    """
    clause = next((each for each in clauses(words) if each[0] <= found.start < each[1]), (0, None))
    other = _IN_PLACE_OF.search(words[: clause[1]], found.start)
    if other is None or found.dimension.pick:
        return False
    values = [choice for choice in found.dimension.values if choice is not found.choice]
    rest = other["other"]
    return not any(part.search(rest) for choice in values for cue in choice.cues for part in cue)


def _in_own_words(made: Observation) -> Observation:
    return made.model_copy(update={"statement": tidy(made.quote.text), "value": ""})


def _plain(said: _Said, cue: FoundCue, nearest: Nearest) -> Observation:
    words = said.sentence.words
    begins = cue.start if is_added(cue, words) else 0
    quote = _quote(said, ((cue.start, cue.end),), begins)
    statement = tidy(quote.text)
    return Observation(
        kind=cue.cue.kind,
        source=source_of(said.turn, cue.cue.source),
        statement=statement,
        quote=quote,
        dimension=nearest(statement),
        polarity=cue.cue.polarity,
        scope=scope_of(words, said.session, about_person=False),
        basis=_wording(words, cue),
    )


def _wording(words: str, cue: FoundCue) -> str:
    return f"worded as {_AS[cue.cue.source]}: “{_cut(words, cue.start, cue.end)}”"


def _cut(words: str, start: int, end: int) -> str:
    return " ".join(words[start:end].split())


def source_of(turn: Turn, source: Source) -> Source:
    """How words of this source were said: in a turn that opens with a no they correct."""
    return Source.CORRECTION if OBJECTING.match(turn.text) else source


def _quote(said: _Said, marks: tuple[tuple[int, int], ...], begins: int = 0) -> Quote:
    """The clauses that hold all marks, and the other half of what they say."""
    sentence, text = said.sentence, said.turn.text
    start, end = both_halves(sentence.words, *covering(sentence.words, marks))
    start = max(start, begins)
    start, end = whole(
        text, sentence.start + start, sentence.start + end, (sentence.start, sentence.end)
    )
    return Quote(ordinal=said.turn.ordinal, text=text[start:end])
