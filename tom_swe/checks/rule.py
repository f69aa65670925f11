"""What a rule mentions, where, and whether it wants or forbids it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tom_swe.checks.vocabulary import CheckedWord, Mention, vocabulary
from tom_swe.model.belief import Polarity
from tom_swe.text.negation import denies

# A rule that begins so is against all that it names, until it says what it is for.
_AGAINST = re.compile(
    r"\s*(?:please |always |you (?:must|should|may) )*(?:do not|don[’']t|never|no|not|avoid|stop|"
    r"without|skip|drop|ban|forbid|refrain from|不要|别|禁止|勿)\b ?",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"[;.:!?](?=\s|$)|,?\s(?:but|instead,?(?! of))\s|,\s(?:always|only|use|prefer|just)\s",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.!?](?=\s|$)|，|；|\s(?:but|and)\s", re.IGNORECASE)
_CONTRAST = re.compile(
    r"\b(?:instead of|rather than|over|in place of|as opposed to|than)\b[^,;.]*\Z", re.IGNORECASE
)
# What is forbidden only until the person asks for it.
UNASKED = re.compile(
    r"\b(?:without (?:being |my )?(?:ask(?:ed|ing)?(?: me| first)?|permission|approval|"
    r"consent|ok(?:ay)?)"
    r"|(?:unless|until|(?:only )?(?:when|if)|except when)(?: \w+){0,4} "
    r"(?:ask(?:ed|s)?|sa(?:y|id|ys)(?: so)?|told|tell you to|requested|approved?|"
    r"approves|want(?:s|ed)?)"
    r"(?: for)?(?: it| to| you to)?)\b",
    re.IGNORECASE,
)
# What is forbidden only where the agent does it of itself.
OF_ITSELF = re.compile(
    r"\b(?:on your own(?! \w)|unasked|by yourself|automatically|autonomously)\b", re.IGNORECASE
)
ASK_FIRST = re.compile(
    r"\b(?:ask(?: me| us| first)?|check with me|get (?:my )?(?:permission|approval|ok)|wait for "
    r"(?:my )?(?:approval|ok|permission))\b[^.;]*?\bbefore\b|\bonly (?=\w+ (?:when|if))",
    re.IGNORECASE,
)
_TICKED = re.compile(r"`([^`\n]{1,120})`")
_FOLDER = re.compile(
    r"\b(?:in|under|below|into|inside|within|to) (?:the )?`?"
    r"(\./[\w.-]+(?:/[\w.-]+)*|(?:[\w.-]+/)+)",
    re.IGNORECASE,
)


# A case that stands first, or last.
_FIRST_CASE = re.compile(r"(?:in|for|when|whenever|if|while|during|with)\b[^,.;]*,", re.IGNORECASE)
_LAST_CASE = re.compile(r"\b(?:when|whenever|if|unless|while|except)\b", re.IGNORECASE)
# The end of the work is a case that shows.
_ENDS = re.compile(r"\b(?:done|finish\w*|complet\w*|change\w*|edit\w*)\b", re.IGNORECASE)


class Why(str):
    """Why a rule is not checked."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's statement with what it speaks of.

    ``unasked`` says that it forbids only what the person did not ask for. ``ticked`` are the
    pieces in backticks, each with where it starts and ends.
    """

    statement: str
    dimension: str = ""
    mentions: tuple[Mention, ...] = ()
    ticked: tuple[tuple[str, int, int], ...] = ()
    unasked: bool = False
    folders: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    against: bool = False

    def of(self, table: str) -> list[Mention]:
        """What it speaks of, of one table of the vocabulary."""
        return [each for each in self.mentions if each.entry.table == table]

    @property
    def subjects(self) -> list[CheckedWord]:
        """What it is about, each once."""
        return list({each.entry.id: each.entry for each in self.of("subject")}.values())

    @property
    def is_conditional(self) -> bool:
        """Whether it holds only in cases that no step shows."""
        held = UNASKED.sub("", self.statement)
        case = _FIRST_CASE.match(held)
        if case and not any(
            each.start < case.end() and each.entry.table in {"subject", "language", "action"}
            for each in self.mentions
        ):
            return _ENDS.search(case[0]) is None
        return _LAST_CASE.search(held) is not None

    def negated(self, start: int) -> bool:
        """Whether it speaks against what stands there."""
        return _negated(self.statement, start, against=self.against)

    def in_language(self, language: str) -> RuleText:
        """The rule for the files of a programming language alone."""
        ends = [
            end
            for entry in vocabulary().entries
            if entry.table == "language" and entry.words.fullmatch(language)
            for end in entry.texts("ends")
        ]
        return replace(self, ends=tuple(dict.fromkeys((*self.ends, *ends))))


def read(statement: str, dimension: str = "", polarity: Polarity = Polarity.FOR) -> RuleText:
    """A rule from the statement of a belief."""
    text = re.sub(r"\s+", " ", statement).strip()
    against = _AGAINST.match(text) is not None
    if polarity is Polarity.AGAINST and not against and not denies(text):
        against = True
    unasked = UNASKED.search(text) is not None or ASK_FIRST.search(text) is not None
    unasked = unasked or (against and OF_ITSELF.search(text) is not None)
    spans = [found.span() for found in UNASKED.finditer(text)]
    found = [
        replace(each, negated=_negated(text, each.start, against=against))
        for each in vocabulary().mentions(text)
        if not any(start <= each.start < end for start, end in spans)
    ]
    ends = [
        end for each in found if each.entry.table == "language" for end in each.entry.texts("ends")
    ]
    return RuleText(
        statement=text,
        dimension=dimension,
        mentions=tuple(found),
        ticked=tuple((each[1].strip(), *each.span()) for each in _TICKED.finditer(text)),
        unasked=unasked,
        folders=tuple(
            dict.fromkeys(
                each.removeprefix("./").strip("/").lower() for each in _FOLDER.findall(text)
            )
        ),
        ends=tuple(dict.fromkeys(ends)),
        against=against,
    )


def number_before(rule: RuleText, at: int) -> int:
    """The number that is said right before a place in a rule; 0 where none is."""
    before = max((each.end for each in rule.mentions if each.end <= at), default=0)
    words = rule.statement[before:at].lower().replace("-", " ").split()[-3:]
    numbers = vocabulary().numbers
    for word in reversed(words):
        if word.isdecimal() and len(word) < 5:
            return int(word)
        if word.strip("`") in numbers:
            return numbers[word.strip("`")]
    return 0


def listed(labels: Iterable[str], joint: str = "or") -> str:
    """Labels in a sentence: "a, b or c"."""
    *all_but_last, last = list(dict.fromkeys(labels)) or [""]
    return f"{', '.join(all_but_last)} {joint} {last}" if all_but_last else last


def _negated(text: str, start: int, *, against: bool) -> bool:
    before = text[:start]
    if against:
        turns = list(_TURNS.finditer(before))
        if not turns:
            return not _CONTRAST.search(before)
        before = before[turns[-1].end() :]
    if _CONTRAST.search(before):
        return True
    bounds = [found.end() for found in _CLAUSE.finditer(before)]
    return denies(before[bounds[-1] if bounds else 0 :])
