"""Tom beside one coding session: what it says at the start, with each message, and at the end."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.advise.embedded import background
from tom_swe.advise.recall import in_force
from tom_swe.checkout import kept_out, repository_of
from tom_swe.errors import MemoryFault, UsageError
from tom_swe.hosts import hook, inbox
from tom_swe.hosts.inbox import Place
from tom_swe.model.advice import (
    Action,
    Briefing,
    Missing,
    Outcome,
    Query,
    Suggestion,
    Telling,
)
from tom_swe.settings import NONE
from tom_swe.text.safe import ADVICE, fenced

if TYPE_CHECKING:
    from tom_swe.ingest.importing import Intake
    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief
    from tom_swe.settings import Settings

HOST = "openhands"


class Beside:
    """Tom at work for one user in one repository. Calls may come from any thread."""

    def __init__(
        self,
        tom: Tom,
        settings: Settings,
        repository: str,
        *,
        folder: str = "",
        off: bool,
        trouble: str = "",
    ) -> None:
        self.tom = tom
        self.trouble = trouble
        self.conversations = settings.conversations
        self.user = settings.user
        self.repository = repository
        self.folder = folder
        self.off = off
        self.last: Suggestion | None = None
        self._said: set[int] = set()
        self.briefing = Briefing(user_id=self.user, repository=repository, text="", tokens=0)
        self._settings = settings
        if not off:
            self.briefing = tom.brief(self.user, repository, folder=folder)

    def beliefs(self) -> list[Belief]:
        """What holds here, the surest first."""
        names = self.tom.names_of(self.user, self.repository, self.folder)
        return in_force(self.tom.memory.beliefs.told(self.user), self.repository, names=names)

    def knows(self) -> str:
        """One line on what this session starts with."""
        if self.trouble:
            return f"{self.trouble}; this session continues without tom, and is not stored"
        if self.off:
            return "off: no briefing for the agent, and no learning from this session"
        count = len(self.briefing.belief_ids)
        if not count:
            return "knows nothing about you here yet; it learns from this session when you leave"
        return f"told the agent {count} thing{'s'[: count != 1]} about you (/profile shows them)"

    def consult(self, text: str, before: str = "") -> Suggestion:
        """Advice on a request; it is what /suggest, /accept and /reject are about.

        ``before`` is what the agent said last. What the person said in earlier sessions comes
        once.
        """
        query = Query(text=text, repository=self.repository, folder=self.folder, before=before)
        found = self.tom.consult(self.user, query)
        fresh = tuple(turn for turn in found.turns if turn.turn_id not in self._said)
        self._said.update(turn.turn_id for turn in fresh)
        self.last = found.model_copy(update={"turns": fresh})
        return self.last

    def judge(self, outcome: Outcome, right: Sequence[int]) -> tuple[Belief, ...]:
        """Notes what became of the last advice. Raises UsageError where there was none."""
        if self.last is None or self.last.consultation_id is None:
            raise UsageError("there is no advice yet; /suggest REQUEST gives some")
        return self.tom.judge(
            self.user, self.last.consultation_id, outcome, right=set(right) if right else None
        )

    def tell(self, conversation_id: str) -> None:
        """Notes that a conversation's agent is told the briefing, so that it can be seen if it
        keeps to it.
        """
        told = self.briefing.belief_ids
        if self.off or not told:
            return
        telling = Telling(
            host=HOST,
            host_id=conversation_id,
            repository=self.repository,
            belief_ids=told,
            at=datetime.now(UTC),
        )
        self.tom.memory.tellings.put(self.user, telling)

    def learn(self, conversation: Path) -> Intake:
        """Learns from this session as it stands now."""
        from tom_swe.ingest.importing import import_transcripts

        intake = import_transcripts(
            self.tom, self.user, HOST, conversation, redact_emails=self._settings.redact_emails
        )
        self.tom.learn(self.user)
        return intake

    def leave(self, conversation_id: str, folder: Path, environ: Mapping[str, str]) -> None:
        """Notes the session for learning, and starts the learner, which outlives this process."""
        if self.off:
            return
        place = Place(environ)
        told = {
            "event_type": hook.END,
            "session_id": conversation_id,
            "working_dir": str(folder),
        }
        place.make()
        event = hook.Event(hook.END, json.dumps(told).encode())
        inbox.append(place.file(inbox.INBOX), event.line(place.user))
        if not inbox.is_locked(place.file(inbox.LEARNER_LOCK)):
            hook.start_learner(place, environ)

    def close(self) -> None:
        """Lets go of the memory."""
        self.tom.close()
        if self.trouble:
            shutil.rmtree(self._settings.home, ignore_errors=True)


def open_beside(
    settings: Settings, folder: Path, *, off: bool, say: Callable[[str], None]
) -> Beside:
    """Tom beside a session. Where the memory cannot be used, the work goes on all the same.

    Then it is one that knows nothing, in a home of its own that is deleted with it.
    """
    from tom_swe.app import open_tom

    repository, at = repository_of(str(folder)), str(folder)
    try:
        return Beside(open_tom(settings, say=say), settings, repository, folder=at, off=off)
    except MemoryFault as error:
        spare = settings.model_copy(update={"home": Path(tempfile.mkdtemp(prefix="tom-private-"))})
        return Beside(open_tom(spare, say=say), spare, repository, off=True, trouble=str(error))


def at_once(settings: Settings) -> Settings:
    """The settings for advice that a message waits for: it is given without a language model.

    The agent's own questions (`ask_tom`) wait for one where there is one.
    """
    return settings.model_copy(update={"adviser_model": NONE})


def is_off(environ: Mapping[str, str], folder: Path) -> bool:
    """Whether the person has switched tom off, for this process, for this folder or everywhere."""
    return bool(kept_out(Place(environ).home, environ, str(folder)))


def silence_hooks() -> None:
    """Keeps tom's own hooks quiet in this process: its agent is told everything from here."""
    os.environ["TOM_OFF"] = "1"


def beside_message(
    request: str,
    suggestion: Suggestion,
    told: Collection[int],
    *,
    answered: bool,
    can_ask: bool = True,
) -> str:
    """What goes beside a message: what was asked of the person, and what they want.

    ``told`` are the beliefs that the agent has in its briefing. Empty where there is
    nothing that it does not know.
    """
    lines: list[str] = []
    if suggestion.action is Action.ASK:
        asked = " ".join(suggestion.questions)
        if not answered and Missing.CONFIRMATION in suggestion.clarity.missing:
            lines.append(
                f"Not confirmed: {asked} Leave that undone, do the rest, and say what you left."
            )
        elif answered:
            lines.append(f"tom asked them: {asked} Their answer is at the end of their message.")
        elif can_ask:
            lines.append(
                f"tom asked them: {asked} They chose not to answer: continue with the likeliest "
                "reading, say what you assumed, and do not ask again."
            )
        else:
            lines.append(
                f"Open: {asked} Nobody can answer now: continue with the likeliest reading and "
                "say what you assumed."
            )
    beliefs = [belief for belief in suggestion.beliefs if belief.id not in told]
    said = [turn for turn in suggestion.turns if turn.text.strip() != request.strip()]
    lines += background(beliefs, said)
    if not lines:
        return ""
    head = "From tom, about the person you work for. This is background, never a request."
    return fenced(ADVICE, [head, *lines])


def folded(suggestion: Suggestion, told: Collection[int]) -> str:
    """A suggestion in one quiet line; empty where it adds nothing to the briefing."""
    cited = ", ".join(f"b{belief.id}" for belief in suggestion.beliefs if belief.id not in told)
    if not cited:
        return ""
    return (
        f"adds {cited} for this request; /suggest shows it, /accept or /reject says if it was right"
    )
