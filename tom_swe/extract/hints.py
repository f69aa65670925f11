"""Sentences that read like a standing wish though no rule knows their wording: weak evidence."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tom_swe.extract import asking, vetoes
from tom_swe.extract.catalogue import catalogue
from tom_swe.extract.cues import heard
from tom_swe.extract.scope import scope_of
from tom_swe.extract.stated import plainly
from tom_swe.extract.statements import Nearest
from tom_swe.model.belief import Observation, Polarity, Quote, Source
from tom_swe.model.session import Session, Turn
from tom_swe.ports import Scorer
from tom_swe.text.sentences import Sentence

FEWEST_WORDS = 3


class Unread(NamedTuple):
    """A sentence of which the rules made nothing, and where it was said."""

    turn: Turn
    sentence: Sentence


def worth_scoring(sentence: Sentence) -> bool:
    """Whether a sentence may be a hint at all: what the rules would not believe is none.

    Approvals, fragments and questions that object to nothing are not worth a model's time.
    """
    words = sentence.words
    if len(words.split()) < FEWEST_WORDS or asking.APPROVAL.match(words):
        return False
    if sentence.is_question and not heard(words, question=True):
        return False
    return not (
        vetoes.is_hypothetical(words)
        or vetoes.is_one_off(words)
        or vetoes.is_report(words)
        or vetoes.is_task(words)
        or vetoes.is_asked(words)
    )


def hints(
    unread: Iterable[Unread], session: Session, scorer: Scorer, nearest: Nearest
) -> Iterator[Observation]:
    """An observation of each of these sentences that reaches the scorer's threshold.

    Raises EmbedderUnavailable.
    """
    given = [each for each in unread if worth_scoring(each.sentence)]
    scores = scorer.score([each.sentence.words for each in given])
    for each, score in zip(given, scores, strict=True):
        if score >= scorer.threshold:
            yield _hint(each, session, nearest, score)


def _hint(unread: Unread, session: Session, nearest: Nearest, score: float) -> Observation:
    turn, sentence = unread
    plain = plainly(sentence.words, turn)
    cues = heard(sentence.words, question=sentence.is_question)
    forbids = any(each.cue.polarity is Polarity.AGAINST for each in cues)
    known = {each.id: each for each in catalogue()}.get(plain.dimension)
    about_person = known is not None and known.everywhere
    changed = {
        "source": Source.HINT,
        "kind": cues[0].cue.kind if cues else plain.kind,
        "quote": Quote(ordinal=turn.ordinal, text=turn.text[sentence.start : sentence.end]),
        "dimension": plain.dimension or nearest(plain.statement),
        "scope": scope_of(sentence.words, session, about_person=about_person),
        "basis": f"reads like a lasting wish ({score:.2f})",
    }
    if not plain.dimension and forbids:
        changed["polarity"] = Polarity.AGAINST
    return plain.model_copy(update=changed)
