"""How two statements that are alike differ: in no word that matters, in one that turns it, or else.

Vectors of sentences tell little of this: "first" and "last" are as near to each other as "begin"
and "start". So the words are compared: what is the same frame with something else in one slot
says something else, and often the opposite. Pure.
"""

import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple


class Contrast(Enum):
    """How one statement goes with another that is alike."""

    NONE = "none"  # both may say the same
    OPPOSITE = "opposite"  # both cannot hold
    OTHER = "other"  # each says something of its own


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[^\W_]+(?:[._/+#'’-]+[^\W_]+)*[+#]*")
_EMPTY = _listed(
    "a an the this that these those it its my our your their his her i we you they me us them "
    "please always ever just also so then and or as at by for from in into of on to with is "
    "are be was were been am do does did have has had will would should must shall can could "
    "may might need needs want wants like likes make sure makes made put puts keep keeps use "
    "uses used using write writes writing written having get gets every each all any some "
    "time times very really now mode style way kind there here when whenever where which "
    "who what if own one ones such"
)
_NOT = _listed(
    "not no never without don't dont cannot can't nor none neither avoid stop doesn't won't "
    "shouldn't mustn't n't isn't aren't nothing"
)
# Words with which two things change places.
_FOR_AND_AGAINST = frozenset({"over", "instead", "rather", "not", "never"})
_EARLIER, _LATER = frozenset({"before", "then"}), frozenset({"after"})
_PLACES = _FOR_AND_AGAINST | _EARLIER | _LATER | {"than"}
_IDLE = _EMPTY | _NOT | _PLACES
# These say how something is: it is so or otherwise, whatever the other word is.
_CHOOSING = _listed("use prefer choose pick want like favour favor stick default go")
_SETTING = _listed(
    "keep write put place name call format indent sort order make answer reply respond spell "
    "set log store return show start begin end leave base have be quote wrap align draw paint "
    "round"
)
_OPPOSITES = (
    "first last",
    "short long",
    "brief detailed",
    "small large",
    "small big",
    "light dark",
    "early late",
    "few many",
    "fewer more",
    "less more",
    "least most",
    "top bottom",
    "left right",
    "high low",
    "old new",
    "single double",
    "single multiple",
    "singular plural",
    "upper lower",
    "uppercase lowercase",
    "ascending descending",
    "public private",
    "relative absolute",
    "local global",
    "local remote",
    "internal external",
    "on off",
    "with without",
    "before after",
    "over under",
    "above below",
    "inside outside",
    "open closed",
    "strict loose",
    "explicit implicit",
    "static dynamic",
    "mutable immutable",
    "manual automatic",
    "often rarely",
    "sync async",
    "formal informal",
    "start end",
    "add remove",
    "enable disable",
    "allow forbid",
    "include exclude",
    "show hide",
    "up down",
    "verbose quiet",
    "verbose terse",
)
# What stands before the verb of a wish.
_BEFORE_THE_VERB = _listed(
    "always please i we you they should must shall will do to only just also let's"
)
_SAME_THING = {
    "repository": "repo",
    "documentation": "doc",
    "document": "doc",
    "configuration": "config",
    "database": "db",
    "message": "msg",
    "reply": "answer",
    "response": "answer",
    "brief": "short",
    "concise": "short",
    "terse": "short",
    "tiny": "small",
    "folder": "directory",
    "remove": "delete",
    "begin": "start",
    "picture": "image",
}


class _Telling(NamedTuple):
    stems: tuple[str, ...]  # of the words that matter, in order
    raw: tuple[str, ...]  # every word
    negations: int
    verb: str


def contrast(one: str, other: str) -> Contrast:
    """How two statements go together that ask for something, or both forbid something."""
    a, b = _words(one), _words(other)
    only_a, only_b = _only(a.stems, b.stems), _only(b.stems, a.stems)
    if only_a and only_b:
        return _of_fillers(a, b, only_a, only_b)
    if only_a or only_b:
        return Contrast.NONE
    if _swapped(a.raw, b.raw):
        return Contrast.OPPOSITE
    # "With examples", "without examples".
    return Contrast.OPPOSITE if (a.negations - b.negations) % 2 else Contrast.NONE


def differ(one: str, other: str) -> bool:
    """Whether each of two statements has a word that matters and that the other has not."""
    a, b = _words(one).stems, _words(other).stems
    return bool(_only(a, b) and _only(b, a))


def forbids(statement: str) -> bool:
    """Whether a prohibition forbids; "never without" asks for what it names."""
    negations = _words(statement).negations
    return negations % 2 == 1 or negations == 0


def covers(text: str, subject: str) -> bool:
    """Whether a text is about a subject: it has all its words that matter, and few others."""
    words, wanted = set(_words(text).stems), set(_words(subject).stems)
    return bool(wanted) and wanted <= words and len(words) <= 2 * len(wanted) + 1


def _of_fillers(a: _Telling, b: _Telling, mine: Sequence[str], theirs: Sequence[str]) -> Contrast:
    """Different things in the one slot of one frame exclude each other where it is a choice."""
    if any(_are_opposites(x, y) for x in mine for y in theirs):
        return Contrast.OPPOSITE if len(mine) == len(theirs) == 1 else Contrast.OTHER
    frame = [stem for stem in a.stems if stem not in mine]
    if frame != [stem for stem in b.stems if stem not in theirs]:
        return Contrast.OTHER
    if not _in_one_slot(a.stems, mine) or not _in_one_slot(b.stems, theirs):
        return Contrast.OTHER
    if all(each.isdigit() for each in (*mine, *theirs)):
        return Contrast.OPPOSITE
    if a.verb in _CHOICES and b.verb in _CHOICES:
        return Contrast.OPPOSITE
    # "Write unit tests", "write end-to-end tests": what is written may be both.
    is_object = a.stems[: len(mine)] == tuple(mine) and b.stems[: len(theirs)] == tuple(theirs)
    setting = a.verb in _SETTINGS and b.verb in _SETTINGS and not is_object
    return Contrast.OPPOSITE if setting else Contrast.OTHER


def _in_one_slot(stems: Sequence[str], fillers: Sequence[str]) -> bool:
    places = [place for place, stem in enumerate(stems) if stem in fillers]
    return places == list(range(places[0], places[-1] + 1))


def _swapped(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether what stands before a word such as "over" stands behind it in the other."""
    sides_a, sides_b = _sides(a), _sides(b)
    return any(
        kind == other and before & behind_b and behind & before_b
        for kind, before, behind in sides_a
        for other, before_b, behind_b in sides_b
    )


@lru_cache(maxsize=4096)
def _sides(words: tuple[str, ...]) -> list[tuple[bool, set[str], set[str]]]:
    found: list[tuple[bool, set[str], set[str]]] = []
    for place, word in enumerate(words):
        before, behind = _stems(words[:place]), _stems(words[place + 1 :])
        if word in _FOR_AND_AGAINST:
            found.append((True, before, behind))
        elif word in _EARLIER:
            found.append((False, before, behind))
        elif word in _LATER:
            found.append((False, behind, before))
    return found


def _stems(words: Sequence[str]) -> set[str]:
    return {stem(word) for word in words if word not in _IDLE}


def _only(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    left = Counter(mine) - Counter(theirs)
    return [each for each in dict.fromkeys(mine) if left[each]]


@lru_cache(maxsize=4096)
def _words(statement: str) -> _Telling:
    text = _REQUESTS.sub("pr", statement.casefold().replace("’", "'"))
    raw = tuple(_WORD.findall(text))
    matter = [word for word in raw if word not in _IDLE]
    verb = next((word for word in raw if word not in _NOT | _BEFORE_THE_VERB), "")
    return _Telling(
        stems=tuple(map(stem, matter)),
        raw=raw,
        negations=sum(word in _NOT for word in raw),
        verb=stem(verb),
    )


_REQUESTS = re.compile(r"\b(?:pull|merge) requests?\b|\bprs\b|\bmrs?\b")
_ENDING = re.compile(r"(?:ies|ing|ed|es|s|ly|er)$")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its ending, so that "commits" and "committing" are one."""
    if not word.isalpha():
        return word
    cut = _ENDING.sub("", word)
    if len(cut) < 3:
        cut = word
    if len(cut) > 3 and cut[-1] == cut[-2] and cut != word:
        cut = cut[:-1]
    cut = _SAME_THING.get(cut, _SAME_THING.get(cut + "e", _SAME_THING.get(cut + "y", cut)))
    return cut.removesuffix("e") if len(cut) > 3 else cut


_PAIRS = frozenset(frozenset(map(stem, pair.split())) for pair in _OPPOSITES)
_CHOICES = frozenset(map(stem, _CHOOSING))
_SETTINGS = frozenset(map(stem, _SETTING))


def _are_opposites(one: str, other: str) -> bool:
    if frozenset((one, other)) in _PAIRS:
        return True
    long, short = sorted((one, other), key=len, reverse=True)
    return any(long == prefix + short for prefix in ("un", "non-", "non", "in", "im", "dis", "de"))
