"""One session of Claude Code: what its records say, and whose words they hold."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from tom_swe.ingest.draft import GivenAnswer, SessionDraft
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    parse,
    texts,
)
from tom_swe.model.session import Provenance, Role, Session

# Who speaks in a record that says so, when it is the person.
_PERSON = (None, "human")
# The words of a button.
BUTTONS = {"Please commit all of my changes so we can make a PR."}
# Lines of a copied session come within this of the first; clocks go back by less.
_BACK = timedelta(seconds=1)
_REJECTED = "The user doesn't want to "
_SAID = re.compile(r"the user (?:said|provided the following[^:\n]*):\s*\n?", re.IGNORECASE)
# Newer hosts add advice to the model after the person's words.
_AFTER_SAID = re.compile(r"\n\s*\nNote: The user's next message.*\Z", re.DOTALL)
_PLAN = "Implement the following plan:"
_AFTER_PLAN = re.compile(
    r"^If you need specific details from before exiting plan mode.*\Z", re.DOTALL | re.MULTILINE
)
_INTERRUPTED = "[Request interrupted by user"


class ClaudeSession:
    """One session being read: which call a result answers, and what may yet be taken back."""

    def __init__(self, draft: SessionDraft) -> None:
        self._draft = draft
        self._tools: dict[str, str] = {}
        # Turns typed while the agent worked, by their text: they may stand again as a line.
        self._queue: dict[str, list[int]] = {}
        self._since_taken: list[int] = []
        self._parents: dict[str, str] = {}
        # Prompts by the line they follow, and the turns that each made.
        self._prompts: dict[str, list[str]] = {}
        self._turns: dict[str, list[int]] = {}
        self._of_programs = 0
        self._first: datetime | None = None

    def finish(self) -> Session | None:
        """The session; None where nobody spoke, or only a program did."""
        for number in self._rewound():
            self._draft.take_back(number)
        session = self._draft.finish()
        if session and self._of_programs and not any(t.text for t in session.by(Role.USER)):
            self._draft.by_program()
            return self._draft.finish()
        return session

    def take(self, kind: str, record: Record) -> None:
        """Read the next record of it."""
        if record.get("isSidechain") is True:
            return
        at = instant(record.get("timestamp"))
        if not self._draft.cwd:
            self._draft.cwd = as_str(record.get("cwd"))
        self._first = self._first or at
        # A file that begins later than it goes on begins with lines of its own.
        if "forkedFrom" in record or (at and self._first and at < self._first - _BACK):
            self._draft.provenance = Provenance.FORK
        identity, parent = as_str(record.get("uuid")), as_str(record.get("parentUuid"))
        if identity and parent:
            self._parents[identity] = parent
        if kind == "queue-operation":
            self._queued(as_str(record.get("operation")), as_str(record.get("content")), at)
        elif kind == "attachment":
            self._attached(as_dict(record.get("attachment")), at)
        elif kind == "assistant" and record.get("isApiErrorMessage") is not True:
            self._agent(as_dict(record.get("message")), at)
        elif kind == "user" and record.get("isCompactSummary") is not True:
            self._user(record, at)

    def _rewound(self) -> Iterator[int]:
        """The turns that the person took back: another prompt follows the same line later."""
        gone = {each for prompts in self._prompts.values() for each in prompts[:-1]}
        if not gone:
            return
        kept: set[str] = set()
        for identity, numbers in self._turns.items():
            # Up to what is known, or to a line that comes back to itself.
            place, passed = identity, set[str]()
            while place and place not in gone and place not in kept and place not in passed:
                passed.add(place)
                place = self._parents.get(place, "")
            if place in gone:
                gone |= passed
                yield from numbers
            else:
                kept |= passed

    def _queued(self, operation: str, content: str, at: datetime | None) -> None:
        """What the person typed while the agent worked.

        The queue holds marks of tasks too and is not first in, first out, so nothing is told by
        what is taken from it: what was typed counts where no line repeats it.
        """
        if operation == "popAll":
            # Back in the input line: it is sent again, or is not.
            for number in self._since_taken:
                self._draft.take_back(number)
        if operation != "enqueue":
            self._since_taken.clear()
        elif _is_typed(content) and parse(content) is None:
            number = self._draft.user(content, at)
            self._since_taken.append(number)
            self._queue.setdefault(" ".join(content.split()), []).append(number)

    def _attached(self, attached: Record, at: datetime | None) -> None:
        if attached.get("type") != "queued_command":
            return
        if attached.get("commandMode") not in (None, "prompt"):
            return
        if as_dict(attached.get("origin")).get("kind") in _PERSON:
            self._said(texts(attached.get("prompt")), at)

    def _said(
        self, parts: list[str], at: datetime | None, plan: str = "", message: str = ""
    ) -> int | None:
        text = "\n".join(part for part in parts if part.strip())
        if waiting := self._queue.get(" ".join(text.split())):
            self._draft.take_back(waiting.pop(0))
        return self._draft.user(text, at, plan, message) if text or plan else None

    def _agent(self, message: Record, at: datetime | None) -> None:
        content = message.get("content")
        if isinstance(content, str):
            self._draft.agent(content, at)
        for item in as_list(content):
            block = as_dict(item)
            if block.get("type") == "text":
                self._draft.agent(as_str(block.get("text")), at)
            elif block.get("type") == "tool_use":
                name = as_str(block.get("name"))
                self._tools[as_str(block.get("id"))] = name
                self._draft.tool(name, argument(as_dict(block.get("input"))), at)

    def _user(self, record: Record, at: datetime | None) -> None:
        content = as_dict(record.get("message")).get("content")
        for item in as_list(content):
            block = as_dict(item)
            if block.get("type") == "tool_result":
                self._result(block, record.get("toolUseResult"), at)
        parts = texts(content)
        text = "\n".join(part for part in parts if part.strip())
        if not text:
            return
        if record.get("isMeta") is True:
            # The text of a skill or command, or a warning to the agent.
            if "<local-command-caveat>" not in text:
                self._draft.user("", at, attachment=text)
            return
        speaker = as_dict(record.get("origin")).get("kind")
        by_program = speaker is None and record.get("promptSource") == "sdk"
        self._of_programs += by_program
        if by_program or speaker not in _PERSON or text.strip() in BUTTONS:
            self._draft.user("", at, attachment=text)
            return
        if text.lstrip().startswith(_INTERRUPTED):
            self._draft.interrupted()
        plan = ""
        if text.startswith(_PLAN):
            text, plan = _plan(text, as_str(record.get("planContent")))
        identity = as_str(record.get("uuid"))
        number = self._said([text], at, plan, "" if at else identity)
        if number is not None and identity:
            self._turns.setdefault(identity, []).append(number)
            if parent := as_str(record.get("parentUuid")):
                self._prompts.setdefault(parent, []).append(identity)

    def _result(self, block: Record, detail: object, at: datetime | None) -> None:
        name = self._tools.get(as_str(block.get("tool_use_id")), "")
        text = "\n".join(texts(block.get("content")))
        if text.startswith(_REJECTED):
            said = _SAID.search(text)
            self._draft.interrupted()
            self._draft.tool(name, text[: said.start()] if said else text, at)
            if said:
                self._draft.user(_AFTER_SAID.sub("", text[said.end() :]), at)
            return
        if answers := as_dict(as_dict(detail).get("answers")):
            self._answered(as_dict(detail), answers, at)
            return
        self._draft.tool(name, text, at)

    def _answered(self, detail: Record, answers: Record, at: datetime | None) -> None:
        """Answers to the agent's questions: those typed are words, those picked are not."""
        offered = {
            as_str(as_dict(option).get("label"))
            for question in as_list(detail.get("questions"))
            for option in as_list(as_dict(question).get("options"))
        }
        given = [(question, as_str(value)) for question, value in answers.items()]
        self._draft.answers(
            [
                GivenAnswer(question, text, text in offered or set(text.split(", ")) <= offered)
                for question, text in given
            ],
            at,
        )


def _is_typed(text: str) -> bool:
    return bool(text.strip()) and not text.startswith("/") and text.strip() not in BUTTONS


def _plan(text: str, plan: str) -> tuple[str, str]:
    """What the person added to the order to carry out a plan, and the rest."""
    rest = text.removeprefix(_PLAN)
    if plan and plan.strip() in rest:
        before, _, after = rest.partition(plan.strip())
        return f"{before}\n{_AFTER_PLAN.sub('', after)}".strip(), f"{_PLAN}\n\n{plan}"
    return "", text
