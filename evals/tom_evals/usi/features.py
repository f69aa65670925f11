"""The index's 19 features of one conversation, all over the user's turns. Pure.

Definitions: Zhou, Sun et al., "Mind the Sim2Real Gap in User Simulation for Agentic Tasks",
arXiv 2026. Rates and shares are between 0 and 1 here; words are parted by white space.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import chain

from tom_evals.usi.transcripts import Patterns

SHORT = 3  # words, at most
REPEATED = 10  # times that three words in a row may recur
OPENING = 2  # turns that information up front is in


class Feature(StrEnum):
    """A feature by the name that it was released under."""

    POLITENESS = "politeness_rate"
    SHORT = "short_msg_rate"
    FORMALITY = "formality_rate"
    ACKNOWLEDGEMENT = "ack_only_rate"
    VARIATION = "verbosity_cv"
    REPEAT = "repeat_rate"
    IDENTITY_CONFUSION = "id_confuse_rate"
    FRONT_LOAD = "info_frontload"
    IDENTIFIERS = "id_density"
    WORDS = "user_words_per_turn"
    OPENING = "opening_words"
    UNCERTAINTY = "uncertainty_rate"
    CERTAINTY = "certainty_rate"
    PUSH_BACK = "pushback_q_rate"
    CLARIFY = "clarify_q_rate"
    INFO_QUESTION = "info_q_rate"
    EMOTION = "emotion_rate"
    ACCUSATION = "accusation_rate"
    PIVOT = "pivot_rate"


class Dimension(StrEnum):
    """A group of features that are scored as one."""

    COMMUNICATION = "D1"
    INFORMATION = "D2"
    CLARIFICATION = "D3"
    REACTION = "D4"


DIMENSIONS: Mapping[Dimension, tuple[Feature, ...]] = {
    Dimension.COMMUNICATION: (
        Feature.POLITENESS,
        Feature.SHORT,
        Feature.FORMALITY,
        Feature.ACKNOWLEDGEMENT,
        Feature.VARIATION,
        Feature.REPEAT,
        Feature.IDENTITY_CONFUSION,
    ),
    Dimension.INFORMATION: (
        Feature.FRONT_LOAD,
        Feature.IDENTIFIERS,
        Feature.WORDS,
        Feature.OPENING,
    ),
    Dimension.CLARIFICATION: (
        Feature.UNCERTAINTY,
        Feature.CERTAINTY,
        Feature.PUSH_BACK,
        Feature.CLARIFY,
        Feature.INFO_QUESTION,
    ),
    Dimension.REACTION: (Feature.EMOTION, Feature.ACCUSATION, Feature.PIVOT),
}

PLAIN = frozenset({Feature.VARIATION, Feature.IDENTIFIERS, Feature.WORDS, Feature.OPENING})
"""The features that are no shares: a row gives these as they are, and all others in percent."""


def features(turns: Sequence[str], patterns: Patterns) -> Mapping[Feature, float]:
    """All features of a user's cleaned turns, of which there has to be at least one."""
    lowered = [turn.lower() for turn in turns]
    words = [len(turn.split()) for turn in turns]
    mean = statistics.fmean(words)
    kinds = Counter(_kind(turn, patterns) for turn in lowered)

    def rate(pattern: re.Pattern[str]) -> float:
        return statistics.fmean(map(bool, map(pattern.search, lowered)))

    return {
        Feature.POLITENESS: rate(patterns.politeness),
        Feature.SHORT: statistics.fmean(count <= SHORT for count in words),
        Feature.FORMALITY: rate(patterns.formality),
        Feature.ACKNOWLEDGEMENT: statistics.fmean(
            bool(patterns.ack_only.search(turn.strip())) for turn in lowered
        ),
        Feature.VARIATION: statistics.pstdev(words) / mean if mean else 0.0,
        Feature.REPEAT: float(repeats(lowered)),
        Feature.IDENTITY_CONFUSION: float(any(map(patterns.identity_confusion.search, lowered))),
        Feature.FRONT_LOAD: sum(words[:OPENING]) / sum(words) if mean else 0.0,
        Feature.IDENTIFIERS: statistics.fmean(
            len(list(patterns.identifier.finditer(turn))) for turn in lowered
        ),
        Feature.WORDS: mean,
        Feature.OPENING: float(words[0]),
        Feature.UNCERTAINTY: rate(patterns.uncertainty),
        Feature.CERTAINTY: rate(patterns.certainty),
        Feature.PUSH_BACK: kinds[Feature.PUSH_BACK] / len(turns),
        Feature.CLARIFY: kinds[Feature.CLARIFY] / len(turns),
        Feature.INFO_QUESTION: kinds[Feature.INFO_QUESTION] / len(turns),
        Feature.EMOTION: rate(patterns.emotion),
        Feature.ACCUSATION: rate(patterns.accusation),
        Feature.PIVOT: rate(patterns.pivot),
    }


def repeats(turns: Sequence[str]) -> bool:
    """Whether some three words in a row within a turn recur more than `REPEATED` times in all."""
    each = (turn.split() for turn in turns)
    trigrams = Counter(
        chain.from_iterable(zip(words, words[1:], words[2:], strict=False) for words in each)
    )
    return any(times > REPEATED for times in trigrams.values())


def _kind(turn: str, patterns: Patterns) -> Feature | None:
    """The first kind of question that a turn is, as which alone it counts."""
    if patterns.pushback_q.search(turn):
        return Feature.PUSH_BACK
    if patterns.clarify_q.search(turn):
        return Feature.CLARIFY
    return Feature.INFO_QUESTION if patterns.info_q.search(turn) else None
