"""What was believed and noticed against what is known. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tom_evals.common.stats import Interval, bootstraps, ratio
from tom_evals.corrections.data import HUMAN, WELL_TAUGHT, Message, Taught, overlaps, plain

RIGHT, PARTLY, WRONG, BESIDES = "right", "partly", "wrong", "besides"
# Read off pairs of rules and statements by MiniLM: the same said otherwise, and a part of it.
SAME = 0.6
PART = 0.4

type Place = tuple[str, int]
type Likeness = Callable[[str, str], float]


class Believed(NamedTuple):
    """A belief as it is judged: habits, which no words carry, are left out before."""

    statement: str
    status: str
    quotes: tuple[str, ...]


class Verdict(NamedTuple):
    """What a belief is worth, and the rule that it is nearest to of those its quotes teach."""

    belief: Believed
    worth: str
    rule: str
    likeness: float


def judged(belief: Believed, history: Taught, like: Likeness) -> Verdict:
    """An automatic judgement: on a quote of a rule's teaching, near the rule's text, on no trap.

    It takes a statement with too much or too little in it for right where the two texts are
    alike enough, so figures that matter are to be judged by reading.
    """
    near = max((like(belief.statement, text) for text in history.besides), default=0.0)
    touched = [
        rule
        for rule in history.rules
        if any(overlaps(quote, taught) for quote in belief.quotes for taught in rule.quotes)
    ]
    best = max(touched, key=lambda rule: like(belief.statement, rule.text), default=None)
    if best is not None and (likeness := like(belief.statement, best.text)) >= PART:
        trapped = any(overlaps(quote, trap) for quote in belief.quotes for trap in history.traps)
        worth = WRONG if trapped else RIGHT if likeness >= SAME else PARTLY
        return Verdict(belief, worth, best.id, likeness)
    if near >= SAME:
        return Verdict(belief, BESIDES, "", near)
    return Verdict(belief, WRONG, "", 0.0)


def rules_known(history: Taught, verdicts: Iterable[Verdict]) -> dict[str, str]:
    """What of each well-taught rule is believed: right, partly or nothing."""
    worth = {RIGHT: 2, PARTLY: 1}
    best: dict[str, str] = {r.id: "" for r in history.rules if r.grade == WELL_TAUGHT}
    for each in verdicts:
        if each.rule in best and worth.get(each.worth, 0) > worth.get(best[each.rule], 0):
            best[each.rule] = each.worth
    return best


class Weighed(NamedTuple):
    """A message with how much it counts and whether it corrects."""

    message: Message
    weight: float
    corrects: bool


def by_labels(messages: Iterable[Message]) -> list[Weighed]:
    """The person's messages by the public labels."""
    return [Weighed(m, 1.0, m.label) for m in messages if m.kind == HUMAN and m.in_labelled_session]


def by_reading(messages: Iterable[Message], *, sure: bool = False) -> list[Weighed]:
    """The messages of the second reading; a drawn one stands for as many as were left out."""
    human = [m for m in messages if m.kind == HUMAN]
    others = [m for m in human if m.in_labelled_session and not m.label]
    drawn = [m for m in others if m.read is not None and m.read_as.startswith("random")]
    weight = len(others) / max(1, len(drawn))
    read = [
        Weighed(m, 1.0, bool(m.read))
        for m in human
        if m.read is not None and m.read_as.startswith(("labelled", "session"))
    ]
    all_read = [*read, *(Weighed(m, weight, bool(m.read)) for m in drawn)]
    return [each for each in all_read if each.message.is_sure or not sure]


def noticed(weighed: Sequence[Weighed], found: Collection[Place]) -> Sequence[Interval]:
    """Precision and recall of the messages found, with intervals over sessions.

    Sessions and not developers: one of the nine wrote most messages.
    """
    return bootstraps(
        weighed, lambda each: each.message.session, lambda drawn: _precise(drawn, found)
    )


def _precise(weighed: Iterable[Weighed], found: Collection[Place]) -> tuple[float, float]:
    counts: defaultdict[tuple[bool, bool], float] = defaultdict(float)
    for each in weighed:
        counts[each.message.place in found, each.corrects] += each.weight
    hits = counts[True, True]
    return ratio(hits, hits + counts[True, False]), ratio(hits, hits + counts[False, True])


def kinds_of(quote: str, messages: Iterable[Message]) -> Iterator[str]:
    """The kinds of the messages that hold a quote: a person's own words, a template, a plan."""
    wanted = plain(quote)
    return (message.kind for message in messages if wanted in plain(message.text))


def from_templates_only(belief: Believed, messages: Sequence[Message]) -> bool:
    """Whether every quote stands only in what was not written for that message."""
    found = [set(kinds_of(quote, messages)) for quote in belief.quotes]
    return all(kinds and HUMAN not in kinds for kinds in found)
