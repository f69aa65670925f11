"""Whether a statement says what its quote says, as far as that can be told without a model. Pure.

A language model that obeys a text in a transcript may put a false statement on true words of
the person. Most such statements have nothing in common with the words.
"""

import re
from collections.abc import Callable

from tom_swe.text.language import language_of

# Of the written utterances that the rules read, 5 in 100 English quotes are less like the
# canonical statement made of them; of real messages 97 in 100 are less like a statement drawn
# by chance.
LIKE = 0.2
_WORD = re.compile(r"[^\W\d_]{4,}")
STEM = 5
# Words that any statement may have.
_COMMON = frozenset(
    {
        *("avoid", "always", "before", "after", "code", "does", "each", "every", "from", "have"),
        *("keep", "make", "more", "most", "never", "only", "other", "prefer", "should", "that"),
        *("them", "they", "this", "when", "with", "without", "write", "your"),
    }
)
# Addresses, names of files and packages, numbers: nothing that a statement may add.
_SPECIFIC = re.compile(r"(?<![\w.])(?:[\w@-]*[./:@\\_][\w./:@\\-]*\w|\w*\d\w*)")


def is_borne_out(statement: str, quote: str, said: str, similarity: Callable[[str, str], float]) -> bool:
    """Whether the words of a turn may mean the statement.

    ``quote`` is a part of ``said``, the turn. Whatever is specific in the statement has to
    stand in the turn. Beyond that it has to share a word with the quote or be like it; of
    words in another language than English that cannot be asked.
    """
    turn = said.casefold()
    if any(each.casefold() not in turn for each in _SPECIFIC.findall(statement)):
        return False
    if _stems(statement) & _stems(quote) or language_of(said) not in {"en", ""}:
        return True
    return similarity(statement, quote) >= LIKE


def _stems(text: str) -> set[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return {word[:STEM] for word in words if word not in _COMMON}
