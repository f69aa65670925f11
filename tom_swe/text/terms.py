"""The words of a text as search knows them, and how much each says of what a text is about.

Standard library only, and of that nothing that starts slowly: each prompt's hook reads these.
"""

# pathlib and re would each cost a hook a quarter of its time.
# ruff: noqa: PTH118, PTH120, PTH123

import os

# Longer texts are mostly material; what is asked for stands at their ends.
HEAD, TAIL = 2000, 500
LONGEST = 40  # characters of a term
FILE = os.path.join(os.path.dirname(__file__), "topics.txt")
# A word that few people say is mostly about something.
UNKNOWN = 0.9
# Scripts without blanks between words: kana and Chinese characters. Their terms are pairs.
_FIRST, _LAST = "\u3040", "\u9fff"
# Whatever is neither letter nor digit, in a text of plain signs.
_BLANKS = {place: " " for place in range(128) if not chr(place).isalnum()}


_topics: dict[str, float] = {}


def terms(text: str) -> list[str]:
    """The words of a text in order, folded, without most endings; numbers alone are none."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]} {text[-TAIL:]}"
    text = text.casefold().replace("\u2019", "'").replace("n't", "nt")
    if text.isascii():
        plain = text.translate(_BLANKS)
    else:
        plain = "".join(sign if sign.isalnum() else " " for sign in text)
    found: list[str] = []
    for word in plain.split():
        if word.isascii():
            if len(word) > 1 and not word.isdigit():
                found.append(_stem(word[:LONGEST]))
        elif any(_FIRST <= sign <= _LAST for sign in word):
            pairs = [word[at : at + 2] for at in range(min(len(word), LONGEST) - 1)]
            found += pairs or [word]
        elif len(word) > 1:
            found.append(word[:LONGEST])
    return found


def topics() -> dict[str, float]:
    """How much each common word says of what a text is about: 0 for nothing, about 1 for much.

    The weights were learned from what many people said to agents (``python -m
    tom_evals.earlier.train``): two messages of one person that share a word are the more alike
    in meaning the more the word says.
    """
    if not _topics:
        with open(FILE, encoding="utf-8") as file:
            fields = file.read().split()
        _topics.update(zip(fields[::2], map(float, fields[1::2]), strict=True))
    return _topics


def _stem(word: str) -> str:
    """A word without the endings of English verbs and plurals."""
    size = len(word)
    if size > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if size > 5 and word.endswith("ing"):
        word = _single(word[:-3])
    elif size > 4 and word.endswith("ed"):
        word = _single(word[:-2])
    elif size > 3 and word.endswith("es") and word[-3] in "sxzh":
        word = word[:-2]
    elif size > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _single(word: str) -> str:
    """A word without the letter that an ending doubled: committ, but not pass or call."""
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl"
    return word[:-1] if doubled else word
