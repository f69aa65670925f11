"""The catalogue of preferences: dimensions, their values and the words that show them."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, cast

_NEGATORS = re.compile(
    r"(?:\b(?:no|not|never|don'?t|do not|dont|doesn'?t|isn'?t|stop|without|avoid|nor|drop|"
    r"instead of|rather than|over(?!\s+to\b)|no more|no longer|than|quit|ban(?:ned)?|hate|ditch|"
    r"away from|switch(?:ed)? from|moved? from|mov(?:ed|ing) off|done with|through with|"
    r"kein(?:e|en)?|nicht|pas de|plus de|sin|sem|nada de)|不要(?:用)?|别用?)"
    r"(?:\s+(?:using|use|any|the|a|an|more|to|with|more of|in|utiliser|usar|verwenden)){0,2}\s*\Z",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:no|not|never|n'?t|don'?t|stop|without|drop|skip|ignore|fewer|less|leave|forget|hate|avoid|"
    r"only|just|plain|enough|remove)\b",
    re.IGNORECASE,
)
_GONE = re.compile(r"\s+(?:is|are) (?:now |all )?(?:gone|out|history|banned|dead)\b", re.IGNORECASE)
_OF_SOMETHING = re.compile(
    r"\s+(?:in|for|on|inside|within)\s+(?:(?:the|your|our|all|any|every|my)\s+)*"
    r"(?!(?:now|general|future|this|here|chat|me|us|answers?|repl(?:y|ies)|everything|principle|"
    r"sessions?|questions?)\b)\w",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_REACH = 24  # how far before a cue a negation may stand


@dataclass(frozen=True)
class Choice:
    """One value of a dimension; each of ``worded`` is a cue, of parts that ``&`` joins."""

    id: str
    statement: str
    against: str
    worded: tuple[str, ...]

    @cached_property
    def cues(self) -> tuple[tuple[re.Pattern[str], ...], ...]:
        """The cues, compiled when first asked for: all of them take a tenth of a second."""
        return tuple(tuple(_pattern(part) for part in cue.split(" & ")) for cue in self.worded)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing on which people differ, with the values that contradict each other."""

    id: str
    group: str
    about: str
    values: tuple[Choice, ...]
    everywhere: bool
    pick: bool
    topic: re.Pattern[str] | None
    joined: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Match:
    """That a sentence's words, at ``start:end``, show a value, or speak against it."""

    dimension: Dimension
    choice: Choice
    start: int
    end: int
    negated: bool = False

    @property
    def statement(self) -> str:
        """The canonical statement."""
        return self.choice.against if self.negated else self.choice.statement


@cache
def catalogue() -> tuple[Dimension, ...]:
    """Every dimension, in the order of the data file."""
    return tuple(_dimension(entry) for entry in _raw())


@cache
def named_values() -> dict[str, tuple[str, ...]]:
    """The names of values, by the dimensions that are a choice of names; compiles nothing."""
    return {
        str(entry["id"]): tuple(str(value["id"]) for value in entry["values"])
        for entry in _raw()
        if entry.get("pick")
    }


def _raw() -> list[dict[str, Any]]:
    file = resources.files(__package__).joinpath("catalogue.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return cast("list[dict[str, Any]]", raw["dimension"])


@lru_cache(maxsize=512)
def match(words: str) -> tuple[Match, ...]:
    """The values that a sentence shows, at most one a dimension, in the catalogue's order.

    A dimension on which the sentence shows two values says nothing.
    """
    return tuple(found for dimension in catalogue() if (found := _on(dimension, words)))


def ruled_out(dimension: Dimension, words: str) -> tuple[Match, ...]:
    """The names among a dimension's values that a sentence speaks against."""
    if not dimension.pick:
        return ()
    found = (_shows(dimension, choice, words) for choice in dimension.values)
    return tuple(each for each in found if each and each.negated)


def _on(dimension: Dimension, words: str) -> Match | None:
    if dimension.topic and not dimension.topic.search(words):
        return None
    found = [m for choice in dimension.values if (m := _shows(dimension, choice, words))]
    shown = [m for m in found if not m.negated]
    if len(shown) == 1:
        return shown[0]
    if len(shown) > 1:
        return _decided(words, shown)
    # "no X": a name can be spoken against, a habit spoken against is not yet its opposite.
    return found[0] if len(found) == 1 and dimension.pick else None


def _decided(words: str, shown: list[Match]) -> Match | None:
    """Of several values, the only one said by a denial: "no X" also holds the words of "X"."""
    denials = [m for m in shown if _DENIAL.match(words, m.start)]
    return denials[0] if len(denials) == 1 else None


def _shows(dimension: Dimension, choice: Choice, words: str) -> Match | None:
    against: Match | None = None
    for parts in choice.cues:
        spans: list[tuple[int, int]] = []
        for part in parts:
            hits = [m.span() for m in part.finditer(words)]
            if not hits:
                break
            spans.append(hits[0])
            if len(parts) == 1:
                for start, end in hits:
                    if (first := _joined_from(dimension, words, start, end)) is None:
                        continue
                    negated = _negated(words, first, end) or _negated(words, start, end)
                    hit = Match(dimension, choice, start, end, negated)
                    if not hit.negated:
                        return hit
                    against = against or hit
        if len(parts) > 1 and len(spans) == len(parts):
            start, end = min(s for s, _ in spans), max(e for _, e in spans)
            if not _negated(words, start, end):
                return Match(dimension, choice, start, end)
    return against


def _joined_from(dimension: Dimension, words: str, start: int, end: int) -> int | None:
    """From where a cue and the topic go together; None where the cue is of something else."""
    topic, joined = dimension.topic, dimension.joined
    if topic is None or joined is None:
        return start
    if _OF_SOMETHING.match(words, end):
        return None
    before = [m for m in topic.finditer(words) if m.end() <= start]
    if before and joined.fullmatch(words, before[-1].end(), start):
        return before[-1].start()
    # "In German, please answer": then nothing else stands before the cue in its clause.
    after = topic.search(words, end)
    opens = max(words.rfind(sign, 0, start) for sign in ",;:.!?，。") + 1
    fronted = (
        after
        and joined.fullmatch(words, end, after.start())
        and joined.fullmatch(words, opens, start)
    )
    return start if fronted else None


def _negated(words: str, start: int, end: int) -> bool:
    before, after = words[max(0, start - _REACH) : start], words[end : end + _REACH]
    return _NEGATORS.search(before) is not None or _GONE.match(after) is not None


def _dimension(raw: dict[str, Any]) -> Dimension:
    say = str(raw.get("say", "Use {}"))
    return Dimension(
        id=raw["id"],
        group=raw["group"],
        about=raw["about"],
        values=tuple(_choice(value, say) for value in raw["values"]),
        everywhere=raw.get("reach") == "everywhere",
        pick=bool(raw.get("pick")),
        topic=_pattern(raw["topic"]) if "topic" in raw else None,
        joined=_joined(raw["joined"]) if "joined" in raw else None,
    )


def _choice(raw: dict[str, Any], say: str) -> Choice:
    statement = str(raw.get("statement") or say.format(raw.get("label", raw["id"])))
    return Choice(
        id=raw["id"],
        statement=statement,
        against=f"Do not {statement[0].lower()}{statement[1:]}",
        worded=tuple(raw["cues"]),
    )


def _joined(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:\W|(?<![^\W\d_])(?:{words})(?![a-zß-ÿ]))*", re.IGNORECASE)


def _pattern(cue: str) -> re.Pattern[str]:
    if _CJK.search(cue) and not re.search(r"[a-z]", cue):
        return re.compile(cue)
    return re.compile(rf"(?<![\w-])(?:{cue})(?!\w)", re.IGNORECASE)
