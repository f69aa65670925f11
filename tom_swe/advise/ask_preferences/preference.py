"""The twenty ways in which people want to be asked, as objects. Pure.

From UserVille (Sun et al., arXiv 2511.02208): what each person wants and what breaking it costs
are its released tables'; the checks by code are ours. Where it has a judge read the question, a
check stands in, and `Preference.judged` says so.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from tom_swe.advise.ask_preferences import checks
from tom_swe.advise.ask_preferences.effort import Level
from tom_swe.extract.catalogue import match
from tom_swe.model.belief import Belief, Polarity

_ON_ASKING = re.compile(r"\b(?:ask|question)", re.IGNORECASE)


class Ask(NamedTuple):
    """One message of questions to the person. ``after`` counts what the agent did before it,
    its earlier questions included. ``level`` is what the reply gave away, None where not known;
    ``broke`` is a judge's word on whether it broke the preference, None without one.
    """

    text: str
    after: int = 0
    level: Level | None = None
    broke: bool | None = None


class Judged(StrEnum):
    """How it is known whether a preference was kept to."""

    NEVER = "never"  # there is nothing to break
    COUNTED = "counted"  # from how often and when was asked
    CHECKED = "checked"  # code sees it for sure, or nearly
    GUESSED = "guessed"  # code sees marks of it only; a judge is wanted


class Answering(StrEnum):
    """What is special about how such a person answers."""

    ALL = "all"
    OPTION_ONLY = "option-only"  # names an option, and knows nothing where there is none
    NO_PLACES = "no-places"  # does not know files or functions


class Preference(NamedTuple):
    """One way of wanting to be asked.

    ``wish`` is how the person says it. ``charge`` is what a session's asks cost, 0 or less.
    ``held_as`` is the dimension and the value of the belief that tom holds it as.
    """

    id: str
    wish: str
    is_seen: bool
    judged: Judged
    charge: Callable[[Sequence[Ask]], float]
    held_as: tuple[str, str]
    answering: Answering = Answering.ALL

    def penalty(self, asks: Sequence[Ask]) -> float:
        """What breaking it costs over a session, 0 or less."""
        return self.charge(asks)

    @property
    def can_be_broken(self) -> bool:
        """Whether there is anything to keep to."""
        return self.judged is not Judged.NEVER


def _free(_asks: Sequence[Ask]) -> float:
    return 0.0


def _each(cost: float, keeps: Callable[[Ask], bool], asks: Sequence[Ask]) -> float:
    broken = sum(not keeps(ask) if ask.broke is None else ask.broke for ask in asks)
    return -cost * broken if broken else 0.0


def _text(keeps: Callable[[str], bool]) -> Callable[[Ask], bool]:
    return lambda ask: keeps(ask.text)


def _at_least_three(asks: Sequence[Ask]) -> float:
    return float(min(len(asks) - 3, 0))


def _only_at_first(asks: Sequence[Ask]) -> float:
    return -1.0 if any(ask.after for ask in asks) else 0.0


def _at_most(most: int, asks: Sequence[Ask]) -> float:
    return -1.0 if len(asks) > most else 0.0


def _after_work(ask: Ask) -> bool:
    return ask.after > 0


def _by_text(cost: float, keeps: Callable[[str], bool]) -> Callable[[Sequence[Ask]], float]:
    return partial(_each, cost, _text(keeps))


def _is_italian(text: str) -> bool:
    return checks.language(text) == "it"


def _is_manifold(text: str) -> bool:
    return checks.languages(text) >= checks.LANGUAGES


def _is_english_capitals(text: str) -> bool:
    # Few words are too few to tell a language by.
    return checks.is_capitals(text) and checks.language(text.lower()) in {"en", ""}


def _has_three_sentences(text: str) -> bool:
    return checks.sentences(text) == checks.SENTENCES


_SEEN = (
    Preference("no_preference", "", True, Judged.NEVER, _free, ("", "")),
    Preference(
        "concise_question",
        "Keep your questions very short.",
        True,
        Judged.CHECKED,
        _by_text(0.1, checks.is_short),
        ("question_length", "short"),
    ),
    Preference(
        "detail_question",
        "Ask detailed questions, with the context that I need to answer them.",
        True,
        Judged.CHECKED,
        _by_text(0.1, checks.is_detailed),
        ("question_length", "detailed"),
    ),
    Preference(
        "answer_more",
        "Ask me at least three questions about a task.",
        True,
        Judged.COUNTED,
        _at_least_three,
        ("questions_at_once", "several"),
    ),
    Preference(
        "only_begin",
        "Ask questions only at the start, before you do anything.",
        True,
        Judged.COUNTED,
        _only_at_first,
        ("question_timing", "upfront"),
    ),
    Preference(
        "no_ask",
        "Never ask me questions.",
        True,
        Judged.COUNTED,
        partial(_at_most, 0),
        ("question_timing", "never"),
    ),
    Preference(
        "do_selection",
        "When you ask a question, give me options A, B and C to pick from.",
        True,
        Judged.CHECKED,
        _by_text(0.5, checks.has_options),
        ("question_form", "options"),
        Answering.OPTION_ONLY,
    ),
    Preference(
        "professional",
        "Your questions may be technical, I know this code base.",
        True,
        Judged.NEVER,
        _free,
        ("question_form", "expert"),
    ),
    Preference(
        "amateur",
        "Ask questions in plain words, I am not a programmer.",
        True,
        Judged.GUESSED,
        _by_text(0.1, checks.is_plain),
        ("question_form", "plain"),
        Answering.NO_PLACES,
    ),
    Preference(
        "ask_many",
        "Put all your questions in one message.",
        True,
        Judged.COUNTED,
        partial(_at_most, 1),
        ("questions_at_once", "batch"),
    ),
    Preference(
        "one_question",
        "Ask one question at a time.",
        True,
        Judged.CHECKED,
        _by_text(0.5, checks.is_one_question),
        ("questions_at_once", "one"),
    ),
    Preference(
        "first_try",
        "Try it first, and ask questions only when you are stuck.",
        True,
        Judged.GUESSED,
        partial(_each, 0.1, _after_work),
        ("question_timing", "after_trying"),
    ),
)


def _form(
    name: str,
    wish: str,
    keeps: Callable[[str], bool],
    value: str,
    judged: Judged = Judged.CHECKED,
    dimension: str = "question_form",
) -> Preference:
    return Preference(name, wish, False, judged, _by_text(0.5, keeps), (dimension, value))


_UNSEEN = (
    _form(
        "lang_ita",
        "Ask your questions in Italian.",
        _is_italian,
        "italian",
        dimension="question_language",
    ),
    _form(
        "lang_multi",
        "Write each question in at least five languages.",
        _is_manifold,
        "languages",
    ),
    _form(
        "capital",
        "Write your questions in English and all in capital letters.",
        _is_english_capitals,
        "capitals",
    ),
    _form("commas", "Use no commas in your questions.", checks.has_no_comma, "no_commas"),
    _form("json", "Send me questions as valid JSON and nothing else.", checks.is_json, "json"),
    _form("joke", "Put a joke into every question.", checks.has_joke, "joke", Judged.GUESSED),
    _form(
        "snippet",
        "Quote a snippet and name its file or link in every question.",
        checks.has_snippet,
        "snippet",
    ),
    _form(
        "length",
        "Every question message has to have exactly three sentences.",
        _has_three_sentences,
        "three_sentences",
    ),
)

PREFERENCES: tuple[Preference, ...] = (*_SEEN, *_UNSEEN)
"""All twenty in the order of the release: twelve seen in training, eight not."""

NO_PREFERENCE = PREFERENCES[0]
BY_ID = {each.id: each for each in PREFERENCES}


def wanted_by(beliefs: Iterable[Belief]) -> tuple[Preference, ...]:
    """The preferences that beliefs hold, in the order of the twenty."""
    held = {pair for each in beliefs if each.polarity is Polarity.FOR for pair in _held(each)}
    return tuple(each for each in PREFERENCES if each.held_as in held)


def _held(belief: Belief) -> set[tuple[str, str]]:
    """The values that a belief is of; in the person's own words it may be of several."""
    if belief.dimension:
        return {(belief.dimension, belief.value)}
    # Reading a statement takes milliseconds, and few are about asking.
    if not _ON_ASKING.search(belief.statement):
        return set()
    shown = match(belief.statement)
    return {(each.dimension.id, each.choice.id) for each in shown if not each.negated}
