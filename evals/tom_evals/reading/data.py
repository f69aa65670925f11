"""Real messages labelled by hand, and written utterances, as cases of one shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tom_swe import Role, Session, Turn
from tom_swe.errors import UsageError
from tom_swe.text.host_tags import separate

WILD = Path("reading") / "wild.jsonl"
# Kept prompts: edited, denser, and without an agent's turn before them.
KEPT_PROMPTS = "prompts-md"
SURE = 2
# Enough of these words make a text English; the few texts in other languages have hardly any.
_ENGLISH = re.compile(
    r"\b(?:the|a|an|to|of|is|are|it|this|that|and|in|on|for|you|i|we|with|not|do|don'?t|can|"
    r"be|use|my|please|if|as|but|so|what|why|how|no|just|all|from|add|make|should|have)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
ENGLISH_SHARE = 0.12


class Case(NamedTuple):
    """A message, the agent's turn before it, and what it states."""

    id: str
    group: str  # the user, for written utterances their author
    source: str  # aider, claude-code, written or extra
    text: str
    before: str
    label: str  # explicit, correction, implicit, reversal, distractor or none
    dimension: str
    quote: str
    # Each part that states something lasting, with how sure its label is, of 3.
    quotes: tuple[tuple[str, int], ...] = ()

    @property
    def states(self) -> bool:
        """Whether something durable is stated."""
        return self.label not in {"none", "distractor"}

    @property
    def language(self) -> str:
        """English or other, by its small words; a text of one or two words counts as English."""
        words = _WORD.findall(self.text)
        if len(words) < 3:
            return "english" if self.text.isascii() else "other"
        share = len(_ENGLISH.findall(self.text)) / len(words)
        return "english" if share >= ENGLISH_SHARE else "other"

    @property
    def register(self) -> str:
        """How much was written: up to 8 words, up to 40, or more."""
        count = len(self.text.split())
        return "terse" if count <= 8 else "usual" if count <= 40 else "long"


def session_of(case: Case) -> Session:
    """The message after the agent's turn before it."""
    before = [Turn(ordinal=0, role=Role.AGENT, text=case.before)] if case.before else []
    turn = Turn(ordinal=len(before), role=Role.USER, text=case.text)
    return Session(host="jsonl", host_id=case.id, turns=(*before, turn))


def cases(data: Path) -> list[Case]:
    """All labelled cases of ``data/reading``."""
    folder = data / "reading"
    return [
        *_real(folder / "messages.jsonl", folder / "message_labels.jsonl", "aider"),
        *_real(folder / "claude_code.jsonl", folder / "claude_code_labels.jsonl", "claude-code"),
        *_written(folder / "utterances.jsonl", "written"),
    ]


def extras() -> list[Case]:
    """Utterances written to train with, by another hand than those that are measured on."""
    written = ("written.jsonl", "written_languages.jsonl")
    return [each for name in written for each in _written(Path(__file__).with_name(name), "extra")]


def wild_cases(data: Path) -> Iterator[Case]:
    """The messages said to agents, in the file's order. Raises UsageError without the file."""
    return (each for each in all_of_wild(data) if each.source == "wild")


def all_of_wild(data: Path) -> Iterator[Case]:
    """All messages with their labels, kept prompts too. Raises UsageError without the file."""
    file = data / WILD
    if not file.is_file():
        raise UsageError(f"{data} has no {WILD}: name a folder of the shared data's shape")
    with file.open(encoding="utf-8") as lines:
        for each in map(json.loads, lines):
            sure = [label for label in each["standing"] if label["sure"] >= SURE]
            first: dict[str, Any] = sure[0] if sure else {}
            yield Case(
                id=each["id"],
                group=each["user"],
                source="kept" if each["host"] == KEPT_PROMPTS else "wild",
                text=separate(each["text"]).words,
                before=each["prev_agent"] or "",
                label=first.get("standing", "none"),
                dimension=first.get("dimension", ""),
                quote=first.get("quote", ""),
                quotes=tuple((label["quote"], label["sure"]) for label in each["standing"]),
            )


def _sure(label: str, quote: str) -> tuple[tuple[str, int], ...]:
    """What the older sets label at all is sure."""
    return ((quote, 3),) if quote and label not in {"none", "distractor"} else ()


def _real(messages: Path, labels: Path, source: str) -> Iterator[Case]:
    labelled = {each["id"]: each for each in _lines(labels)}
    for each in _lines(messages):
        label = labelled.get(each["id"])
        if each["kind"] != "message" or label is None:
            continue
        yield Case(
            id=each["id"],
            group=each["user"],
            source=source,
            text=each["text"],
            before=each["prev_agent"] or "",
            label=label["standing"],
            dimension=label["dimension"] or "",
            quote=(quote := label["quote"] or ""),
            quotes=_sure(label["standing"], quote),
        )


def _written(utterances: Path, source: str) -> Iterator[Case]:
    for each in _lines(utterances):
        yield Case(
            id=each["id"],
            group=each["id"].split("-")[0],
            source=source,
            text=each["text"],
            before=each["prev_agent"] or "",
            label=each["label"],
            dimension=each["pref"] or "",
            quote=(quote := each["quote"] or ""),
            quotes=_sure(each["label"], quote),
        )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
