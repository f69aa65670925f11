"""What an arm tells of a person, against their profile and what was planted. Pure.

A told meaning is right if it says the same as a wanted one: if tom's catalogue has a value for
both. Two meanings with the same values are one: what is told is counted by its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tom_evals.common.stats import Counts
from tom_evals.keeping.material import dimensions, meanings
from tom_evals.keeping.score import Meaning
from tom_evals.stateful_swe.profile import Profile
from tom_evals.stateful_swe.washing import Planting

TRAP = "distractor"

type Values = frozenset[str]


class Recovery(NamedTuple):
    """What was told of one person.

    ``coding`` and ``manner`` count preferences: hits are wanted and told, misses are wanted and
    not told, false alarms are told and not wanted. ``contradicted`` are the wanted preferences
    on whose dimensions something else is told. ``own`` of the false alarms are on what the
    writers of the real sessions say themselves. ``traps`` are the preferences that some
    distractor is about and no writer tells; ``believed`` of them are told. ``voices`` have
    (told, wanted) by the kind of words that a preference was planted in.
    """

    coding: Counts
    manner: Counts
    contradicted: int
    own: int
    believed: int
    traps: int
    voices: Mapping[str, tuple[int, int]]


def recovery(
    profile: Profile,
    told: Iterable[Meaning],
    log: Iterable[Planting],
    writers: Iterable[Meaning] = (),
) -> Recovery:
    """What was told against the profile and the log of its history.

    ``writers`` is what is told of the same sessions where nothing was washed.
    """
    said = {_values(each): each for each in sorted(told)}
    coding, manner = set(profile.preferences), set(profile.manner)
    wanted = coding | manner
    hits = {each for each in wanted if _is_told(each, said)}
    wrong = [said[values] for values in said if not any(_asks(each, values) for each in wanted)]
    plantings = list(log)
    theirs = {_subject(each) for each in writers}
    traps = {_subject((p.preference, True)) for p in plantings if p.explicitness == TRAP} - theirs
    on_trap = {_subject(each) for each in wrong}
    voice = {p.preference: p.voice for p in plantings if p.voice}
    return Recovery(
        coding=_counts(coding, hits, sum(not _is_manner(each) for each, _ in wrong)),
        manner=_counts(manner, hits, sum(_is_manner(each) for each, _ in wrong)),
        contradicted=sum(_is_contradicted(each, said) for each in wanted),
        own=sum(_subject(each) in theirs for each in wrong),
        believed=len(traps & on_trap),
        traps=len(traps),
        voices={
            name: (sum(p in hits for p in own), len(own))
            for name in sorted(set(voice.values()))
            if (own := [p for p, planted in voice.items() if planted == name])
        },
    )


def adherence(profile: Profile, told: Iterable[Meaning]) -> float:
    """The share of the profile's preferences that are told and on which nothing else is."""
    said = {_values(each) for each in told}
    wanted = (*profile.preferences, *profile.manner)
    kept = [_is_told(each, said) and not _is_contradicted(each, said) for each in wanted]
    return sum(kept) / len(kept)


def _counts(wanted: set[str], hits: set[str], wrong: int) -> Counts:
    return Counts(len(wanted & hits), wrong, len(wanted - hits), 0)


def _values(meaning: Meaning) -> Values:
    return frozenset(meanings()[meaning])


def _subject(meaning: Meaning) -> Values:
    """What a meaning is about, whichever side it takes."""
    return _values((meaning[0], True))


def _asks(preference: str, values: Values) -> bool:
    """Whether these values are what the preference asks for."""
    return bool(values & _values((preference, True)))


def _is_told(preference: str, said: Iterable[Values]) -> bool:
    return any(_asks(preference, values) for values in said)


def _is_contradicted(preference: str, said: Iterable[Values]) -> bool:
    """Whether another value is told on one of the preference's dimensions."""
    on = dimensions(preference)
    return any(
        not _asks(preference, values) and on & {value.partition("=")[0] for value in values}
        for values in said
    )


def _is_manner(preference: str) -> bool:
    return preference.startswith("i_")
