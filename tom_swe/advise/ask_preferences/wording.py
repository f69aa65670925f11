"""Questions in the form in which a person wants them. Pure, no language model."""

import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources

from tom_swe.model.advice import Missing
from tom_swe.text.prose import shorten

# The order in which more is asked of who wants to be asked more.
_FURTHER = (Missing.BEHAVIOUR, Missing.ACCEPTANCE, Missing.CHOICE, Missing.TARGET)
_LANGUAGES = ("en", "it", "de", "fr", "es")
_SEVERAL = 3
_QUOTED = 50
_ONE_MESSAGE = frozenset({"ask_many", "json", "length", "lang_multi", "joke", "snippet"})
_DETAIL = (
    "So that I do not guess or change more than you want: you asked for {}, and what I know "
    "so far can be read in more than one way. {}"
)
_JOKE = "A small joke, because you like them: I would guess, but my crystal ball failed its tests."
_FIRST, _LAST = "I want to get this right.", "A short answer is enough."
_ENDER = re.compile(r"[.!?]+(?=\s)")


def worded(
    questions: Sequence[str],
    missing: Sequence[Missing],
    wishes: Collection[str],
    request: str,
    *,
    place: str = "",
) -> tuple[str, ...]:
    """What to send, a message each, of ``questions`` about what is ``missing``.

    ``wishes`` are ids of preferences. ``place`` is the file or address that a quote of the
    request is said to bear on; without one a person who wants that named gets the quote alone.
    Where nothing is asked nothing is sent.
    """
    if not questions:
        return ()
    asked = _in_other_words(questions, missing, wishes, request)
    if "answer_more" in wishes:
        asked = _more(asked, missing, wishes, request)
    if "detail_question" in wishes:
        asked = [_DETAIL.format(_quoted(request), each) for each in asked]
    if _ONE_MESSAGE & set(wishes) and not {"one_question", "answer_more"} & set(wishes):
        asked = ["\n".join(asked)]
    return tuple(_formed(each, wishes, request, place) for each in asked)


def _in_other_words(
    questions: Sequence[str], missing: Sequence[Missing], wishes: Collection[str], request: str
) -> list[str]:
    if "lang_multi" in wishes:
        return [
            "\n".join(_texts()[each][what].format(_quoted(request)) for each in _LANGUAGES)
            for what in missing[:1]
        ]
    if "lang_ita" in wishes:
        return [_texts()["it"][what].format(_quoted(request)) for what in missing]
    if "amateur" in wishes:
        return [_texts()["plain"][what] for what in missing]
    if "do_selection" in wishes:
        return [f"{_texts()['plain'][what]} {_texts()['options'][what]}" for what in missing]
    return list(questions)


def _more(
    asked: Sequence[str], missing: Sequence[Missing], wishes: Collection[str], request: str
) -> list[str]:
    further = [what for what in _FURTHER if what not in missing]
    left = _in_other_words(
        [_texts()["en"][what].format(_quoted(request)) for what in further],
        further,
        wishes,
        request,
    )
    return [*asked, *left[: max(0, _SEVERAL - len(asked))]]


def _formed(message: str, wishes: Collection[str], request: str, place: str) -> str:
    if "joke" in wishes:
        message = f"{message}\n{_JOKE}"
    if "snippet" in wishes:
        where = f" ({place})" if place else ""
        message = f"`{_own(request)}`{where}\n{message}"
    if "length" in wishes:
        first, *_ = message.splitlines()
        message = f"{_FIRST} {_one_sentence(first)} {_LAST}"
    if "commas" in wishes:
        message = re.sub(r"\s*[,\uff0c\u3001\u060c]", "", message)
    if "capital" in wishes:
        message = message.upper()
    if "json" in wishes:
        message = json.dumps({"questions": message.splitlines()}, ensure_ascii=False)
    return message


def _one_sentence(text: str) -> str:
    """A question as one sentence: what ends one before its end becomes a dash."""
    return _ENDER.sub(" -", text).rstrip(".!? ") + "?"


def _own(request: str) -> str:
    return shorten(" ".join(request.replace("`", "'").split()), _QUOTED)


def _quoted(request: str) -> str:
    """The request's start, in quotation marks, without what would end a sentence in it."""
    return f"“{_ENDER.sub(' -', _own(request)).rstrip('.!? ')}”"


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    file = resources.files(__package__).joinpath("wordings.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
