"""A session being put together: the one door through which text leaves an importer."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tom_swe.checkout import repository_from_url, repository_of
from tom_swe.ingest.base import Tally
from tom_swe.ingest.keys import keyed
from tom_swe.ingest.programs import speaks_program
from tom_swe.model.session import Provenance, Role, Session, Turn
from tom_swe.redact.redactor import Redactor
from tom_swe.text.host_tags import separate, without_injections
from tom_swe.text.safe import storable

USER_LIMIT = 32_000
AGENT_LIMIT = 8_000
TOOL_LIMIT = 400
ATTACHMENT_LIMIT = 2_000
PATH_LIMIT = 1_000
NAME_LIMIT = 100

# Redaction sees this much beyond what is kept, so that no cut leaves half a key.
MARGIN = 8_192
# Of tools' results, most of the text there is, little is kept.
TOOL_MARGIN = 2_048
# The person's words may follow a long paste.
USER_WINDOW = 256_000


class GivenAnswer(NamedTuple):
    """What came of a question of the agent's. What was picked of its options is no words."""

    question: str
    text: str
    picked: bool


class SessionDraft:
    """Collects the turns of one session; everything added is cleaned, redacted and bounded.

    ``started`` is the host's own start of the session; without it the first message's time is
    taken. ``timed`` is False where messages have no times of their own. ``family`` is the host
    whose messages these are, where that is another one: they have the same keys.
    """

    def __init__(
        self,
        host: str,
        host_id: str,
        source: str,
        tally: Tally,
        redactor: Redactor,
        *,
        timed: bool = True,
        family: str = "",
    ) -> None:
        self.cwd = ""
        self.remote = ""
        self.repository = ""
        self.started: datetime | None = None
        self.ended: datetime | None = None
        self.provenance = Provenance.OWN
        self._timed = timed
        self._family = family or host
        self._ids: dict[int, str] = {}
        self._opening = ""
        self._by_program = False
        self._host = host
        self._host_id = host_id
        self._source = source
        self._tally = tally
        self._redactor = redactor
        self._turns: list[Turn] = []
        self._last_words = ""
        self._interrupted = False

    def user(self, text: str, at: datetime | None, attachment: str = "", message: str = "") -> int:
        """Add what the person sent; what they did not write themselves is split off.

        ``message`` is the host's own id of it, where copies of the session keep that. The
        number of the turn, by which it can be taken back.
        """
        self._opening = self._opening or text[:PATH_LIMIT].strip()
        parts = separate(self._safe(text, USER_WINDOW))
        extra = self._safe(attachment, ATTACHMENT_LIMIT) if attachment else ""
        words = parts.words[:USER_LIMIT].rstrip()
        beside = "\n\n".join(part for part in (parts.attachment, extra) if part)
        # A message sent again after an interruption was written once.
        again = self._interrupted and words == self._last_words
        if words:
            self._last_words = words
            self._interrupted = False
        if again:
            words = ""
        if message:
            self._ids[len(self._turns)] = storable(message)
        self._add(Role.USER, words, at, attachment=beside[:ATTACHMENT_LIMIT].rstrip())
        return len(self._turns) - 1

    def take_back(self, number: int) -> None:
        """What was sent is no words after all: the host says so later in the session."""
        turn = self._turns[number]
        if turn.text:
            beside = "\n\n".join(part for part in (turn.text, turn.attachment) if part)
            kept = {"text": "", "attachment": beside[:ATTACHMENT_LIMIT].rstrip()}
            self._turns[number] = turn.model_copy(update=kept)

    def answers(self, given: Iterable[GivenAnswer], at: datetime | None) -> None:
        """Add answers to the agent's questions: those typed are words, those picked are not."""
        words: list[str] = []
        asked: list[str] = []
        for question, text, picked in given:
            asked.append(f"Asked: {question}" + (f"\nPicked: {text}" if picked else ""))
            if text and not picked:
                words.append(text)
        self.user("\n".join(words), at, attachment="\n".join(asked))

    def agent(self, text: str, at: datetime | None) -> None:
        """Add what the agent said."""
        self._add(Role.AGENT, self._safe(text, AGENT_LIMIT).strip(), at)

    def tool(self, name: str, text: str, at: datetime | None) -> None:
        """Add a call of a tool or an excerpt of its result."""
        kept = self._safe(text, TOOL_LIMIT, TOOL_MARGIN).strip()
        self._add(Role.TOOL, kept, at, tool=self._safe(name, NAME_LIMIT).strip() or "tool")

    def interrupted(self) -> None:
        """The person stopped the agent: the same words again are the same message."""
        self._interrupted = True

    def by_program(self) -> None:
        """A program, not a person, speaks in this session: it is counted and left out."""
        self._by_program = True

    def finish(self) -> Session | None:
        """The session as a value; None where neither the person nor the agent said a word.

        None also where a program spoke to the agent.
        """
        if all(turn.role is Role.TOOL for turn in self._turns):
            return None
        if self._by_program or speaks_program(self.cwd, self._opening):
            self._tally.by_programs += 1
            return None
        times = [turn.at for turn in self._turns if turn.at]
        cwd = storable(self.cwd[:PATH_LIMIT])
        repository = storable(self.repository[:PATH_LIMIT]).strip() or repository_of(cwd)
        if "/" not in repository:
            repository = repository_from_url(storable(self.remote)) or repository
        return Session(
            host=self._host,
            host_id=self._safe(self._host_id, NAME_LIMIT * 2),
            cwd=self._safe(cwd, PATH_LIMIT),
            repository=self._safe(repository, PATH_LIMIT),
            started=self.started or (times[0] if times else None),
            ended=times[-1] if times else self.ended,
            source=self._safe(self._source, PATH_LIMIT),
            provenance=self.provenance,
            turns=keyed(self._family, self._turns, self._ids, timed=self._timed),
        )

    def _safe(self, text: str, limit: int, margin: int = MARGIN) -> str:
        window = limit + margin
        whole = len(text) <= window
        text, found = self._redactor.redact(without_injections(storable(text[:window])))
        self._tally.redactions += found
        if not whole:
            # Its end may be the first half of a key.
            text = text[: max(0, len(text) - margin // 2)]
        return text[:limit]

    def _add(
        self,
        role: Role,
        text: str,
        at: datetime | None,
        attachment: str = "",
        tool: str = "",
    ) -> None:
        if text or attachment:
            self._turns.append(
                Turn(
                    ordinal=len(self._turns),
                    role=role,
                    text=text,
                    attachment=attachment,
                    at=at,
                    tool=tool,
                )
            )
