"""What words of a sentence count for a standing wish, by patterns with a weight each."""

import re
from collections.abc import Mapping

MOST_WORDS = 40  # a longer sentence counts as this long
SHORT = 3  # words
# What is counted of a sentence besides its patterns.
COUNTED = ("question", "words", "words2", "short")

_AFTER_A_QUESTION = " \t\"')*]!😂😅🤔:|"
_WIDE_QUESTION_MARK = "\uff1f"


class Cues:
    """Regular expressions, compiled, with what each of them counts."""

    def __init__(self, cues: Mapping[str, float], counted: Mapping[str, float]) -> None:
        self._patterns = [re.compile(pattern) for pattern in cues]
        self._weights = [*cues.values(), *(counted[name] for name in COUNTED)]

    def __call__(self, sentence: str) -> float:
        """The sum of the weights of what a sentence has."""
        found = self.present(sentence)
        return sum(weight * each for weight, each in zip(self._weights, found, strict=True))

    def present(self, sentence: str) -> list[float]:
        """Which patterns a sentence has, 1 or 0 each, then what is COUNTED of it."""
        words = min(len(sentence.split()), MOST_WORDS) / 10
        end = sentence.rstrip()
        asks = "?" in sentence.rstrip(_AFTER_A_QUESTION)[-2:] or end.endswith(_WIDE_QUESTION_MARK)
        return [
            *(float(pattern.search(sentence) is not None) for pattern in self._patterns),
            float(asks),
            words,
            words**2,
            float(words <= SHORT / 10),
        ]
