"""The twenty ways in which people want to be asked, and which of them beliefs hold. Pure.

From UserVille (Sun et al., arXiv 2511.02208), which has a judge read some of the questions where
a check by code stands in here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tom_swe.advise.ask_preferences import checks
from tom_swe.extract.catalogue import match
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Polarity

_ON_ASKING = re.compile(r"\b(?:ask|question)", re.IGNORECASE)


class Ask(NamedTuple):
    """One message of questions to the person. ``after`` counts what the agent did before it,
    its earlier questions included. ``is_costly`` says that answering took more of them than to
    say what they meant.
    """

    text: str
    after: int = 0
    is_costly: bool = False


def _never(_asks: Sequence[Ask]) -> int:
    return 0


class Preference(NamedTuple):
    """One way of wanting to be asked.

    ``wish`` is how the person says it. ``held_as`` is the dimension and the value of the belief
    that tom holds it as. ``broken`` counts how often the asks of a session go against it.
    """

    id: str
    wish: str
    held_as: tuple[str, str]
    broken: Callable[[Sequence[Ask]], int] = _never

    @property
    def can_be_broken(self) -> bool:
        """Whether there is anything to keep to."""
        return self.broken is not _never


def _texts(keeps: Callable[[str], bool]) -> Callable[[Sequence[Ask]], int]:
    """Counts the messages that are not in a form."""
    return lambda asks: sum(not keeps(ask.text) for ask in asks)


def _fewer_than_three(asks: Sequence[Ask]) -> int:
    return max(3 - len(asks), 0)


def _any_later(asks: Sequence[Ask]) -> int:
    return int(any(ask.after for ask in asks))


def _more_than(most: int) -> Callable[[Sequence[Ask]], int]:
    return lambda asks: int(len(asks) > most)


def _before_work(asks: Sequence[Ask]) -> int:
    return sum(not ask.after for ask in asks)


def _is_italian(text: str) -> bool:
    return checks.language(text) == "it"


def _is_manifold(text: str) -> bool:
    return checks.languages(text) >= checks.LANGUAGES


def _is_english_capitals(text: str) -> bool:
    # Few words are too few to tell a language by.
    return checks.is_capitals(text) and checks.language(text.lower()) in {"en", ""}


def _has_three_sentences(text: str) -> bool:
    return checks.sentences(text) == checks.SENTENCES


PREFERENCES: tuple[Preference, ...] = (
    Preference("no_preference", "", ("", "")),
    Preference(
        "concise_question",
        "Keep your questions very short.",
        ("question_length", "short"),
        _texts(checks.is_short),
    ),
    Preference(
        "detail_question",
        "Ask detailed questions, with the context that I need to answer them.",
        ("question_length", "detailed"),
        _texts(checks.is_detailed),
    ),
    Preference(
        "answer_more",
        "Ask me at least three questions about a task.",
        ("questions_at_once", "several"),
        _fewer_than_three,
    ),
    Preference(
        "only_begin",
        "Ask questions only at the start, before you do anything.",
        ("question_timing", "upfront"),
        _any_later,
    ),
    Preference("no_ask", "Never ask me questions.", ("question_timing", "never"), _more_than(0)),
    Preference(
        "do_selection",
        "When you ask a question, give me options A, B and C to pick from.",
        ("question_form", "options"),
        _texts(checks.has_options),
    ),
    Preference(
        "professional",
        "Your questions may be technical, I know this code base.",
        ("question_form", "expert"),
    ),
    Preference(
        "amateur",
        "Ask questions in plain words, I am not a programmer.",
        ("question_form", "plain"),
        _texts(checks.is_plain),
    ),
    Preference(
        "ask_many",
        "Put all your questions in one message.",
        ("questions_at_once", "batch"),
        _more_than(1),
    ),
    Preference(
        "one_question",
        "Ask one question at a time.",
        ("questions_at_once", "one"),
        _texts(checks.is_one_question),
    ),
    Preference(
        "first_try",
        "Try it first, and ask questions only when you are stuck.",
        ("question_timing", "after_trying"),
        _before_work,
    ),
    Preference(
        "lang_ita",
        "Ask your questions in Italian.",
        ("question_language", "italian"),
        _texts(_is_italian),
    ),
    Preference(
        "lang_multi",
        "Write each question in at least five languages.",
        ("question_form", "languages"),
        _texts(_is_manifold),
    ),
    Preference(
        "capital",
        "Write your questions in English and all in capital letters.",
        ("question_form", "capitals"),
        _texts(_is_english_capitals),
    ),
    Preference(
        "commas",
        "Use no commas in your questions.",
        ("question_form", "no_commas"),
        _texts(checks.has_no_comma),
    ),
    Preference(
        "json",
        "Send me questions as valid JSON and nothing else.",
        ("question_form", "json"),
        _texts(checks.is_json),
    ),
    Preference(
        "joke",
        "Put a joke into every question.",
        ("question_form", "joke"),
        _texts(checks.has_joke),
    ),
    Preference(
        "snippet",
        "Quote a snippet and name its file or link in every question.",
        ("question_form", "snippet"),
        _texts(checks.has_snippet),
    ),
    Preference(
        "length",
        "Every question message has to have exactly three sentences.",
        ("question_form", "three_sentences"),
        _texts(_has_three_sentences),
    ),
)
"""The twenty, in the order of UserVille."""

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


class AskPreferences(Value):
    """``questions_at_once`` is how many questions one interruption may hold.

    ``wishes`` are the ids of how they want to be asked, of `interaction.preference`.
    """

    short: bool = False
    dislikes_questions: bool = False
    welcomes_questions: bool = False
    questions_at_once: int = 3
    wishes: frozenset[str] = frozenset()

    def may_ask(self, *, at_first: bool, destructive: bool) -> bool:
        """Whether now is a time to ask: ``at_first`` is before the agent has done anything.

        Whatever was said on questions, what cannot be taken back is asked about.
        """
        if destructive:
            return True
        if "no_ask" in self.wishes:
            return False
        return "first_try" not in self.wishes if at_first else "only_begin" not in self.wishes


def ask_preferences_of(beliefs: Iterable[Belief]) -> AskPreferences:
    """The manner that these beliefs describe; where they say nothing, full questions, at most 3."""
    beliefs = list(beliefs)
    said = {
        (belief.dimension, belief.value) for belief in beliefs if belief.polarity is Polarity.FOR
    }
    dislikes = bool(said & {("question_timing", "never"), ("habit.questions", "waves_off")})
    welcomes = bool(said & {("question_timing", "anytime"), ("question_timing", "upfront")})
    wishes = frozenset(each.id for each in wanted_by(beliefs))
    one = "one_question" in wishes
    several = "answer_more" in wishes
    short = bool(said & {("answer_length", "short"), ("habit.message_length", "short")})
    short = "detail_question" not in wishes and (short or "concise_question" in wishes)
    return AskPreferences(
        short=short,
        dislikes_questions=dislikes,
        welcomes_questions=welcomes and not dislikes,
        questions_at_once=1 if one or dislikes else 2 if short and not several else 3,
        wishes=wishes,
    )
