"""Whose words a text holds, and small tools on text."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.text.attribution import Passage, passages
    from tom_swe.text.host_tags import without_injections
    from tom_swe.text.language import language_of
    from tom_swe.text.prose import Sentence, own_words, shorten
    from tom_swe.text.tokens import count_tokens

__all__ = [
    "Passage",
    "Sentence",
    "count_tokens",
    "language_of",
    "own_words",
    "passages",
    "shorten",
    "without_injections",
]

__getattr__ = loading(
    __name__,
    {
        "Passage": "attribution",
        "Sentence": "prose",
        "count_tokens": "tokens",
        "language_of": "language",
        "own_words": "prose",
        "passages": "attribution",
        "shorten": "prose",
        "without_injections": "host_tags",
    },
)
