"""Whose words a text holds, and small tools on text."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.text.host_tags import without_injections
    from tom_swe.text.language import language_of
    from tom_swe.text.prose import Sentence, own_words, shorten
    from tom_swe.text.quoted import is_others
    from tom_swe.text.tokens import count_tokens

__all__ = [
    "Sentence",
    "count_tokens",
    "is_others",
    "language_of",
    "own_words",
    "shorten",
    "without_injections",
]

__getattr__ = loading(
    __name__,
    {
        "Sentence": "prose",
        "count_tokens": "tokens",
        "is_others": "quoted",
        "language_of": "language",
        "own_words": "prose",
        "shorten": "prose",
        "without_injections": "host_tags",
    },
)
