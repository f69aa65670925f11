"""The n-grams of a text as hashed indices: what small models trained on words read.

The same text gives the same indices on every machine. A change here makes every shipped model
that was trained on these indices useless: train them again.
"""

import re
import zlib
from functools import lru_cache

import numpy as np

type Indices = np.ndarray[tuple[int], np.dtype[np.uint32]]

# Languages that put no space between words: each character is a word of its own.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")
_DIGIT = re.compile(r"\d")
LONGEST = 24  # characters of a word that count; paths and keys are longer
REMEMBERED = 50_000  # words

_STEP = np.uint32(0x9E3779B1)


def ngrams(
    text: str,
    words: tuple[int, int] = (1, 3),
    characters: tuple[int, int] = (2, 5),
    bits: int = 18,
    field: int = 0,
) -> Indices:
    """The indices, below ``2 ** bits``, of the n-grams of these lengths; repeats are kept.

    Case does not count and every digit is like another. Characters are taken within a word and
    its two edges. ``field`` tells the same words of another part of a message apart.
    """
    read = [_read(word, *characters) for word in words_of(text)]
    if not read:
        return np.empty(0, np.uint32)
    single = np.array([whole for whole, _ in read], np.uint32)
    found = [np.frombuffer(b"".join([pieces for _, pieces in read]), "<u4")]
    grams = single
    for length in range(1, words[1] + 1):
        if length > 1:
            grams = _mixed(grams[:-1] * _STEP + single[length - 1 :])
        if length >= words[0]:
            found.append(grams)
    salted = np.concatenate(found) + np.uint32(field * 0x85EBCA77 & 0xFFFFFFFF)
    return _mixed(salted) & np.uint32((1 << bits) - 1)


def words_of(text: str) -> list[str]:
    """The words and marks of a text as they are hashed."""
    return [each[:LONGEST] for each in _WORD.findall(_DIGIT.sub("0", text.casefold()))]


@lru_cache(maxsize=REMEMBERED)
def _read(word: str, shortest: int, longest: int) -> tuple[int, bytes]:
    """The hash of a word, and those of its pieces as bytes: they are joined faster than arrays."""
    edged = f" {word} "
    pieces = [
        zlib.crc32(f"{length}:{edged[at : at + length]}".encode())
        for length in range(shortest, longest + 1)
        for at in range(len(edged) - length + 1)
    ]
    return zlib.crc32(word.encode()), np.array(pieces, "<u4").tobytes()


def _mixed(hashes: Indices) -> Indices:
    """Spreads hashes over all bits: the low ones of a checksum alone are too regular."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed = mixed * np.uint32(0x85EBCA6B)
    mixed = mixed ^ (mixed >> np.uint32(13))
    mixed = mixed * np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))
