"""A profile's history: real sessions, washed, until it holds so many tokens; streamed, written.

The real sessions are few and nearly all of one repository. So they come in a drawn order, and
again with other words planted once all have come; each is given a new id, a new time and one
of a few repositories, without which nothing could be shown to hold for the person everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from tom_evals.common.whole import whole
from tom_evals.keeping.generate import REPOSITORIES
from tom_evals.keeping.material import Utterance
from tom_evals.stateful_swe.profile import SEED, Profile
from tom_evals.stateful_swe.sources import read_piece
from tom_evals.stateful_swe.washing import ByHand, Deck, Planting, Way, Writer, Written
from tom_swe import Role, Session, Turn
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.ingest.draft import TOOL_LIMIT
from tom_swe.text import count_tokens

TOKENS = 1_500_000
WASHED = 0.4
# A preference is told in at least so many sessions, whatever the budget.
TOLD_IN = 2
BEGAN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
# Two sittings a day.
APART = timedelta(hours=12)

_SESSIONS, _LOG = "sessions.jsonl", "plantings.jsonl"


class Washed(NamedTuple):
    """A session of a history and what was done in it."""

    session: Session
    log: tuple[Planting, ...]


def size_of(session: Session) -> int:
    """About how many tokens all its turns hold, tools' output included."""
    return sum(count_tokens(turn.text) for turn in session.turns)


def history(
    profile: Profile,
    pieces: Sequence[Path],
    utterances: Sequence[Utterance],
    *,
    tokens: int = TOKENS,
    seed: int = SEED,
    writer: Writer | None = None,
) -> Iterator[Washed]:
    """Sessions that hold at least ``tokens`` in all, one at a time, oldest first.

    The same arguments give the same history. It goes on where a preference has not been told
    in two sessions yet. Raises ValueError without pieces or without a preference's utterances.
    """
    if not pieces:
        raise ValueError("there are no real sessions to make a history from")
    random = Random(f"history/{seed}/{profile.id}")
    washer = _Washer(Deck(profile, utterances, random), writer or ByHand(), random)
    told: dict[str, set[str]] = {p: set() for p in (*profile.preferences, *profile.manner)}
    held = number = 0
    while True:
        for file in random.sample(pieces, len(pieces)):
            session = _moved(read_piece(file), profile, number, random.choice(REPOSITORIES))
            washed = washer.washed(session)
            yield washed
            number += 1
            held += size_of(washed.session)
            for planting in washed.log:
                if planting.preference in told:
                    told[planting.preference].add(session.host_id)
            if held >= tokens and all(len(sessions) >= TOLD_IN for sessions in told.values()):
                return


def _moved(session: Session, profile: Profile, number: int, repository: str) -> Session:
    """The session as one of this person's, begun at its number's time."""
    starts = BEGAN + number * APART
    began = session.started or starts
    turns = tuple(
        turn.model_copy(update={"at": starts + min(turn.at - began, APART) if turn.at else None})
        for turn in session.turns
    )
    times = [turn.at for turn in turns if turn.at]
    return session.model_copy(
        update={
            "host_id": f"{profile.id}-{number:05d}",
            "repository": repository,
            "cwd": f"/home/{profile.id}/{repository}",
            "started": times[0] if times else starts,
            "ended": times[-1] if times else starts,
            "turns": turns,
        }
    )


class _Washer:
    def __init__(self, deck: Deck, writer: Writer, random: Random) -> None:
        self._deck = deck
        self._writer = writer
        self._random = random

    def washed(self, session: Session) -> Washed:
        turns: list[Turn] = []
        log: list[Planting] = []

        def add(turn: Turn, **changed: object) -> None:
            turns.append(turn.model_copy(update={"ordinal": len(turns), **changed}))

        for turn in session.turns:
            if turn.attachment:
                # Not the person's words, which is all that a user's line of the format holds.
                add(
                    turn,
                    role=Role.TOOL,
                    tool="attachment",
                    text=turn.attachment[:TOOL_LIMIT],
                    attachment="",
                )
            if not turn.text:
                continue
            if turn.role is not Role.USER or self._random.random() >= WASHED:
                add(turn, attachment="")
                continue
            way = self._random.choice(list(Way))
            # What a session begins with is what it is about.
            if way is Way.KEEP or (way is Way.DELETE and turn.ordinal == 0):
                log.append(Planting(session.host_id, len(turns), Way.KEEP))
                add(turn, attachment="")
            elif way is Way.DELETE:
                log.append(Planting(session.host_id, len(turns), way))
            else:
                said = self._deck.deal()
                if said.before:
                    add(turn, role=Role.AGENT, text=said.before, attachment="")
                written = self._writer.write(turn.text, said, way, self._random)
                log.append(self._planting(session, len(turns), way, said, written))
                add(turn, text=written.text, attachment="")
        return Washed(session.model_copy(update={"turns": tuple(turns)}), tuple(log))

    def _planting(
        self, session: Session, turn: int, way: Way, said: Utterance, written: Written
    ) -> Planting:
        return Planting(
            session=session.host_id,
            turn=turn,
            way=way,
            preference=said.preference,
            explicitness=said.how,
            quote=written.quote,
            utterance=said.id,
            voice=self._deck.voices.get(said.preference, ""),
            by=written.by,
        )


# Kept on disk, in tom's own transcript format


def write_history(folder: Path, washed: Iterable[Washed]) -> None:
    """Writes sessions and log as they come, where the folder is not there yet."""
    if folder.is_dir():
        return
    with (
        whole(folder) as place,
        (place / _SESSIONS).open("w", encoding="utf-8") as sessions,
        (place / _LOG).open("w", encoding="utf-8") as log,
    ):
        for each in washed:
            sessions.writelines(f"{json.dumps(line)}\n" for line in _lines(each.session))
            log.writelines(f"{json.dumps(planting._asdict())}\n" for planting in each.log)


def read_history(folder: Path) -> Iterator[Session]:
    """The sessions of a history that was written, one at a time, as tom imports them."""
    file = folder / _SESSIONS
    return read_sessions(IMPORTERS["jsonl"], file, Tally(), Redactor(emails=False))


def read_plantings(folder: Path) -> tuple[Planting, ...]:
    """The log of a history that was written."""
    with (folder / _LOG).open(encoding="utf-8") as lines:
        found = [Planting(**json.loads(line)) for line in lines]
    return tuple(each._replace(way=Way(each.way)) for each in found)


def _lines(session: Session) -> Iterator[dict[str, object]]:
    for turn in session.turns:
        yield {
            "session": session.host_id,
            "role": turn.role.value,
            "text": turn.text,
            "at": turn.at.isoformat() if turn.at else None,
            "cwd": session.cwd,
            "repository": session.repository,
            "tool": turn.tool,
        }
