"""A session's title, from what the person opens it with. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tom_swe.text.prose import sentences, shorten

LENGTH = 70
# A first sentence that is shorter says too little alone.
ENOUGH = 30
FEWEST_WORDS = 3
# Where words are written without spaces, this many characters are as much.
FEWEST_SIGNS = 6
_HEADING = re.compile(r"\s*#[ \t]+(?:plan:[ \t]*)?(\S[^\n]*)", re.IGNORECASE)
_HANDED_OVER = re.compile(rf"\s*[^\n]{{1,80}}:[ \t]*\n{_HEADING.pattern}", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+")
_LINK_NEXT = re.compile(rf"[ \t]*{_LINK.pattern}")
_LAST = re.compile(r"[^/?#]+(?:/[^/?#]+)?(?=/?(?:[?#]|\Z))")
# What people say before they come to the point, and the number of an answer.
_ADDRESS = re.compile(
    r"(?:\d+[.)]|[-*•]|(?:hi|hey|hello|hallo|hola|salut|ol[aá]|morning|good (?:morning|evening)|"
    r"ok(?:ay)?|yes|yeah|yep|no|sure|right|great|cool|nice|thanks?(?: you)?|thx|sorry|please|"
    r"alright|now|so|well|and|but|also|um+|uh+|hm+|gah|ugh|oh)\b)[\s,.!:–—-]*",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<=[^\s.,;:!?-])[ \t]*\n+\s*(?:[-*•]\s+)?")
_WORD = re.compile(r"\w[\w'’./-]*")


class Opening(NamedTuple):
    """A message near the start of a session: the person's own words, and what came with them."""

    words: str
    attachment: str = ""


def title_of(openings: Iterable[Opening]) -> str:
    """The heading of what was handed over to work on, else the first request; "" for none.

    A command counts where there is nothing else. At most `LENGTH` characters, cut at a word.
    """
    short = command = ""
    for each in openings:
        if heading := _HEADING.match(each.words):
            return _cut(heading[1].rstrip(" #"))
        # A program hands over context, too: its headings are names, such as "claudeMd".
        handed = _HANDED_OVER.match(each.attachment)
        if handed and _says_enough(handed[1]):
            return _cut(handed[1].rstrip(" #"))
        if request := _request(each.words):
            return _cut(request)
        short = short or " ".join(each.words.split())
        if not command and each.attachment.lstrip().startswith("/"):
            first, *_ = each.attachment.split("\n")
            command = f"{first.strip()} {' '.join(each.words.split())}".strip()
    return _cut(command or short)


def _request(words: str) -> str:
    """The first sentence that asks for something or tells it, with those after it if it is short.

    What the person pasted is none.
    """
    found = [
        each for each in sentences(words) if _says_enough(_pointed(words[each.start : each.end]))
    ]
    if not found:
        return ""
    start = found[0].start
    end = next((each.end for each in found if each.end - start >= ENOUGH), found[-1].end)
    # A link that ends a sentence is no prose, and says what it is about.
    link = _LINK_NEXT.match(words, end)
    return _pointed(words[start : link.end() if link else end])


def _pointed(text: str) -> str:
    """A text from its point on: without greetings, numbers of lists and the like."""
    text = " ".join(_BREAK.sub("; ", text).split())
    while (address := _ADDRESS.match(text)) and address.end() < len(text):
        text = text[address.end() :]
    return text


def _says_enough(text: str) -> bool:
    words = _WORD.findall(_LINK.sub("", text))
    return len(words) >= FEWEST_WORDS or (
        not text.isascii() and sum(map(len, words)) >= FEWEST_SIGNS
    )


def _cut(text: str) -> str:
    """A text on one line, links by their ends, cut at a word."""
    named = _LINK.sub(lambda link: _last(link[0]), " ".join(text.split()))
    return shorten(named, LENGTH).rstrip(" ,;:.-")


def _last(link: str) -> str:
    rest = link.partition("://")[2].partition("/")[2]
    found = _LAST.search(rest)
    return f"…/{found[0]}" if found else link
