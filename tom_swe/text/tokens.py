"""About how many tokens a text is, for no model in particular. Pure."""

import math
import re

_WORDLIKE = re.compile(r"[A-Za-z]+|[^A-Za-z\s]")


def count_tokens(text: str) -> int:
    """About how many tokens a text is, estimated on the high side for no model in particular.

    A word counts one for every four letters or less, any other sign counts one.
    """
    return sum(math.ceil(len(piece) / 4) for piece in _WORDLIKE.findall(text))
