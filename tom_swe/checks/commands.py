"""Rules on commands that are not to be run."""

from __future__ import annotations

import re

from tom_swe.checks.rule import OF_ITSELF, UNASKED, RuleText, Why, listed
from tom_swe.checks.vocabulary import Mention, vocabulary
from tom_swe.extract.catalogue import Dimension, match
from tom_swe.model.checks import Compiled

# What may stand between "never" and what is never to be done, and after it, without saying that
# only some of it is meant.
_BETWEEN = re.compile(
    r"(?:\W|\b(?:do not|don[’']?t|never|no|not|avoid|stop|ever|use|using|run|running|do|doing|make|"
    r"making|start|starting|with|perform|any|a|an|the|git|or|and|nor|automatically|directly|"
    r"just|again|please|always|"
    r"you|must|should|my|our|ask|asking|me|first|before|only|commands?|changes|anything)\b)*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"`?(?:\s*\b(?:changes|anything|code|commits?|branches|commands?|it|them|again|at all|ever|"
    r"directly|history|yourself|any ?more|to (?:the )?(?:remote|github|gitlab|origin)|"
    r"in this repo\w*|for me|here|in (?:my|any|all) \w+)\b)*"
    r"\s*(?:$|[.,;:!)(—–]|/|\b(?:or|and|nor|unless|until|without|but|instead|because|since)\b)",
    re.IGNORECASE,
)
_COMMON = re.compile(
    r"(?:to|for|in|instead|when|unless|and|or|on|at|as|if|with|without|because|since|but|the|a|an|"
    r"is|are|be|before|after|directly|ever|commands?|files?|rather|from|by|of|it|this|here)\Z",
    re.IGNORECASE,
)
# A program alone, without its words.
_PROGRAM = re.compile(
    r"(?<![\w`/.-])([a-z][a-z0-9-]+)( commands?)?(?=[.,;)]|$| (?:for|in|on|at|and|or|ever)\b)"
)
_ENGLISH = frozenset(
    {"make", "just", "task", "go", "find", "cat", "black", "fly", "kill", "mix", "eval", "node"}
)
_CHOSEN = re.compile(
    r"(?:\b(?:use|using|prefer|with|via|not|no|never|instead of|rather than|over|to|want|only|"
    r"avoid|than)\s+(?:only |just |using )?`?)\Z",
    re.IGNORECASE,
)
_PART = ("-", "/", "@")
_SIGNS = re.compile(r"\s[|>&;]|&&")


def forbidden(rule: RuleText) -> Compiled | Why | None:
    """The check of a rule that forbids commands; None if it is about no command."""
    runs: list[str] = []
    asked: list[str] = []
    shown: list[str] = []
    why: Why | None = None
    for each in rule.of("action"):
        wanted = bool(each.entry.given.get("wanted"))
        if wanted is each.negated if wanted else not (each.negated or rule.unasked):
            continue
        if _is_object(rule, each):
            continue
        if not wanted and not _is_all_of_it(rule, each.start, each.end):
            why = Why(f"it means only some of {each.entry.label}, and which does not show")
            continue
        runs += each.entry.texts("runs")
        asked += each.entry.texts("asked")
        shown.append(each.entry.label)
    for pattern in _written(rule):
        if pattern not in runs:
            runs.append(pattern)
            asked.append(" ".join(_spoken(pattern)))
            shown.append(f"`{pattern}`")
    patterns, names = _rivals(rule)
    if patterns and not runs:
        runs, shown = patterns, [f"`{each}`" for each in names]
        asked = names
    if not runs:
        return why
    spec = {
        "kind": "command",
        "of": ["command"],
        "runs": runs,
        "near": near(runs),
        "asked": [each for each in dict.fromkeys(asked) if each],
    }
    says = f"a command that runs {listed(shown)}"
    if patterns and runs is patterns:
        says += ", or installs with it"
    return Compiled(spec=spec, says=f"{says}, where you did not ask for it")


def near(patterns: list[str]) -> list[str]:
    """Literals of which every command that matches one of these patterns contains one."""
    found: list[str] = []
    for pattern in patterns:
        words = [each for each in pattern.split() if not each.startswith(("-", "!", "@"))]
        first = words[0].lstrip("+")
        found += [each.rstrip("*?").lower() for each in first.split("|")]
    return list(dict.fromkeys(filter(None, found)))


def command_pattern(piece: str) -> str:
    """The pattern of a command that a rule writes out; "" where it is none."""
    words = piece.split()
    if not words or words[0] not in vocabulary().programs or _SIGNS.search(piece):
        return ""
    if any(sign in piece for sign in "<>{}[]$"):
        return ""
    return " ".join("*" if each in {"...", "…"} else each for each in words)


def _is_object(rule: RuleText, mention: Mention) -> bool:
    """Whether it is the object of another action: "amend commits"."""
    return any(
        re.fullmatch(r"\s+(?:(?:the|any|your|my) )?", rule.statement[each.end : mention.start])
        for each in rule.of("action")
        if each.end < mention.start
    )


def _is_all_of_it(rule: RuleText, start: int, end: int) -> bool:
    """Whether a rule forbids all uses of what stands there."""
    text = rule.statement
    others = [each for each in rule.mentions if each.end <= start]
    before = text[:start]
    for each in others:
        before = before[: each.start] + " " * (each.end - each.start) + before[each.end :]
    turns = re.finditer(r"[.;:]\s|,? but |\b(?:instead of|rather than|over)\b", before)
    before = before[max((each.end() for each in turns), default=0) :]
    after = OF_ITSELF.sub("", UNASKED.sub("", text[end:]))
    same = any(each.start >= end and each.start - end < 8 for each in rule.of("action"))
    return _BETWEEN.fullmatch(before) is not None and (same or bool(_AFTER.match(after)))


def _written(rule: RuleText) -> list[str]:
    """The patterns of the commands that a rule writes out and forbids."""
    found: list[str] = []
    for piece, start, end in rule.ticked:
        if (rule.negated(start) or rule.unasked) and _is_all_of_it(rule, start, end):
            found.append(command_pattern(piece))
    for single in _PROGRAM.finditer(rule.statement):
        word = single[1]
        told = word in vocabulary().programs and (single[2] or word not in _ENGLISH)
        if told and rule.negated(single.start(1)) and _is_all_of_it(rule, *single.span()):
            found.append(word)
    for match_ in re.finditer(
        r"(?<![\w`/.-])[a-z][a-z0-9-]+(?: +[^\s,;:`()]+){1,3}", rule.statement
    ):
        if not rule.negated(match_.start()):
            continue
        words = match_[0].split()
        while len(words) > 1 and (
            _COMMON.match(words[-1]) or (words[-1].endswith((".", "!")) and words[-1] != ".")
        ):
            words.pop()
        cut = next((at for at, each in enumerate(words) if at and _COMMON.match(each)), len(words))
        words = words[:cut]
        if len(words) > 1 and any(each.startswith("-") or each == "." for each in words[1:]):
            found.append(command_pattern(" ".join(words)))
    return [each for each in dict.fromkeys(found) if each]


def _spoken(pattern: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", pattern.lower())


def _rivals(rule: RuleText) -> tuple[list[str], list[str]]:
    """The patterns and names of the tools that a rule does not want, by the catalogue."""
    held = vocabulary()
    patterns: list[str] = []
    names: list[str] = []
    for dimension, value, negated in _picked(rule):
        for each in dimension.values:
            if each.id == value if negated else held.in_its_place(each.id, value):
                own = held.named_otherwise.get(each.id, [each.id])
                patterns += [*own, f"+{each.id}"]
                names.append(each.id)
    return list(dict.fromkeys(patterns)), list(dict.fromkeys(names))


def _picked(rule: RuleText) -> list[tuple[Dimension, str, bool]]:
    """The tools that a rule wants or forbids, with their dimension and value."""
    rivals = vocabulary().rivals
    text = rule.statement
    found: list[tuple[Dimension, str, bool]] = []
    for each in match(text):
        chosen = each.dimension.id == rule.dimension or _CHOSEN.search(text[: each.start])
        # "bun-promptx" is no bun.
        if each.dimension.id not in rivals or not chosen or text[each.end : each.end + 1] in _PART:
            continue
        negated = each.negated or rule.negated(each.start)
        if not negated or _is_all_of_it(rule, each.start, each.end):
            found.append((each.dimension, each.choice.id, negated))
    return found
