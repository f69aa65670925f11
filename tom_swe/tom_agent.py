"""What ``openhands-tools`` imports of tom-swe: its ``tom_consult`` tools, thin over Tom.

    agent = create_tom_agent(file_store=store)
    advice = agent.give_suggestions(user_id="", query="add a login page")

Nothing heavy is loaded until a method is called, and nothing of OpenHands ever.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Protocol, cast

from pydantic import SecretStr

from tom_swe.checkout import kept_out
from tom_swe.errors import MemoryFault, UsageError
from tom_swe.ingest import Redactor, Tally
from tom_swe.ingest.reference import HOST, conversation, draft_of, from_messages
from tom_swe.model.advice import Action, Query, Suggestion
from tom_swe.model.base import Value
from tom_swe.model.session import Session
from tom_swe.settings import Settings, load_settings
from tom_swe.text.safe import ADVICE, fenced

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

# Where OpenHands' tools keep conversations in their store.
CONVERSATIONS = "conversations"

# How the tool wraps what it asks. The first group is there where the person's own message
# follows, else it is a question of the agent's; before both stands the agent's reason.
_WRAPPED = re.compile(
    r"\AI am SWE agent\..*?I need to consult ToM agent( about the user's message)?:(.*)\Z",
    re.DOTALL,
)
_PLACEHOLDER = "[USER MESSAGE PLACEHOLDER]"

_log = logging.getLogger(__name__)


class FileStore(Protocol):
    """What is used of OpenHands' store: where on this machine a path of it lies."""

    def get_absolute_path(self, path: str) -> str:
        """The place of a path that is relative to the store."""
        ...


class Advice(Value):
    """An answer, as the tool reads it. ``suggestions`` is fenced: importers drop it."""

    suggestions: str
    confidence: float
    reasoning: str = ""

    @property
    def confidence_score(self) -> float:
        """``confidence``, under the name that it had in tom-swe 1.x."""
        return self.confidence


class ToMAgent:
    """Answers and learns for the tools of OpenHands. Thread-safe.

    Agents with the same settings share one memory, in this process and in others. The
    memory is opened, or made, when first needed.
    """

    def __init__(self, settings: Settings, file_store: FileStore | None = None) -> None:
        self._settings = settings
        self._file_store = file_store
        self._lock = RLock()
        self._opened: Tom | None = None
        self._patterns: Redactor | None = None

    def give_suggestions(
        self,
        user_id: str | None = "",
        query: str | None = None,
        formatted_messages: object = None,
    ) -> Advice | None:
        """What the person would want on a request, or what to ask them first.

        The request is the person's message where ``query`` quotes one, else ``query``, else
        the last message of theirs. None where there is none, or where it asks for nothing
        and nothing is known that bears on it. Raises MemoryFault.
        """
        request = self._words(_asked(query or "")) or self._words(_last_said(formatted_messages))
        if not request or self._is_off():
            return None
        asked = Query(text=request, before=_said_before(formatted_messages))
        suggestion = self._tom().consult(self._user(user_id), asked)
        return None if _says_nothing(suggestion) else _advice(suggestion)

    def _is_off(self) -> bool:
        return bool(kept_out(str(self._settings.home), os.environ, str(Path.cwd())))

    def sleeptime_compute(self, sessions_data: object = None, user_id: str | None = "") -> None:
        """Keeps and learns from sessions; one that cannot be used leaves the others as they are.

        A session whose conversation lies in the file store is read from there, where it is
        whole; any other from its messages. What was learned before is not read again.
        Raises MemoryFault.
        """
        if self._is_off():
            return
        tom, user = self._tom(), self._user(user_id)
        unusable = 0
        for data in _items(sessions_data):
            try:
                if session := self._session(_fields(data)):
                    tom.add_session(user, session)
            except MemoryFault:
                raise
            except Exception as error:
                # The tool keeps no note of any session if one raises. The error may quote
                # the session, so only its kind is told.
                unusable += 1
                _log.warning("a session could not be stored: %s", type(error).__name__)
        if unusable:
            _log.warning("sessions that could not be stored: %d", unusable)
        if tom.memory.queue.pending(user):
            learned = tom.learn(user)
            _log.info("sessions learned from: %d", learned.sessions)
            if learned.failed:
                _log.warning("sessions that failed, `tom learn` says why: %d", len(learned.failed))

    def close(self) -> None:
        """Lets go of the memory; the next call opens it again."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened:
            opened.close()

    def _user(self, user_id: str | None) -> str:
        return user_id if user_id and user_id.strip() else self._settings.user

    def _tom(self) -> Tom:
        from tom_swe.app import open_tom

        with self._lock:
            if self._opened is None:
                self._opened = open_tom(self._settings, say=_log.warning)
            return self._opened

    def _redactor(self) -> Redactor:
        with self._lock:
            if self._patterns is None:
                self._patterns = Redactor(emails=self._settings.redact_emails)
            return self._patterns

    def _words(self, text: str) -> str:
        """What a text says once cleaned as the words in a transcript are."""
        if not text.strip():
            return ""
        draft = draft_of("", HOST, "", Tally(), self._redactor())
        draft.user(text, None)
        session = draft.finish()
        return session.turns[0].text if session else ""

    def _session(self, data: Mapping[str, object]) -> Session | None:
        name = data.get("session_id")
        if not isinstance(name, str) or not name.strip():
            raise UsageError("a session needs its session_id")
        tally, redactor = Tally(), self._redactor()
        if (kept := self._kept()) and (whole := conversation(kept, name, tally, redactor)):
            return whole
        if not (messages := _items(data.get("conversation_messages"))):
            raise UsageError("a session needs its conversation_messages")
        draft = draft_of(name, "openhands", "", tally, redactor)
        return from_messages(draft, messages, data.get("start_time"), data.get("end_time"))

    def _kept(self) -> Path | None:
        """Where the file store keeps conversations; None without a store on disk."""
        if self._file_store is None:
            return None
        try:
            return Path(self._file_store.get_absolute_path(CONVERSATIONS))
        except Exception as error:
            # Any object may be the store; without one there are still the messages.
            _log.debug("the file store has no place on disk: %s", type(error).__name__)
            return None


def create_tom_agent(
    file_store: FileStore | None = None,
    enable_rag: bool = True,
    llm_model: str | None = None,
    api_key: str | None = None,
    api_base: str | None = None,
    **options: object,
) -> ToMAgent:
    """An agent on the memory that this process's settings name. Raises SettingsError.

    ``file_store`` is where the conversations lie. ``llm_model`` reads and advises, with its
    key and its endpoint, unless tom's own settings name a model; the key is kept nowhere. The
    rest is taken because OpenHands gives it, and is not used.
    """
    del enable_rag, options
    settings = load_settings()
    if llm_model and not settings.model:
        key = SecretStr(api_key) if api_key else None
        given = {"model": llm_model, "base_url": api_base or "", "api_key": key}
        settings = settings.model_copy(update=given)
    return ToMAgent(settings, file_store)


def _asked(query: str) -> str:
    """What a query asks, without what the tool wraps round it."""
    wrapped = _WRAPPED.match(query)
    asked = wrapped[2] if wrapped else query
    return "" if asked.strip() == _PLACEHOLDER else asked


def _last_said(messages: object) -> str:
    """The newest message of the person's in a list of messages for a model."""
    return next((said for role, said in _newest_first(messages) if role == "user"), "")


def _said_before(messages: object) -> str:
    """What the agent said before the newest message of the person's."""
    turns = _newest_first(messages)
    asked = any(role == "user" for role, _ in turns)  # goes up to it, and past it
    return next((said for role, said in turns if role == "assistant"), "") if asked else ""


def _newest_first(messages: object) -> Iterator[tuple[object, str]]:
    """Who said what in a list of messages for a model, where something was said.

    Of a message's blocks the first that has text: those after it were added by the host.
    """
    for message in reversed(_items(messages)):
        fields = _fields(message)
        content = fields.get("content")
        blocks = [content] if isinstance(content, str) else map(_text, _items(content))
        if said := next((block for block in blocks if block.strip()), ""):
            yield fields.get("role"), said


def _text(block: object) -> str:
    text = _fields(block).get("text")
    return text if isinstance(text, str) else ""


def _items(value: object) -> list[object]:
    return list(cast("Sequence[object]", value)) if isinstance(value, list | tuple) else []


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _says_nothing(suggestion: Suggestion) -> bool:
    known = suggestion.beliefs or suggestion.turns
    proceed = suggestion.action is Action.PROCEED
    return proceed and not known and not suggestion.clarity.is_request


def _advice(suggestion: Suggestion) -> Advice:
    # Questions quote the request, which could hold the fence's own tags.
    return Advice(
        suggestions=fenced(ADVICE, suggestion.text.splitlines()),
        confidence=suggestion.confidence,
        reasoning=suggestion.reasoning,
    )
