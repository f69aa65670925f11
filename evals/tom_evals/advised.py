"""``python -m tom_evals.advised PERSON...``: real requests with advice, for a reader to judge.

Each history is lived through again: at a request tom knows the sessions before it, read by scores
that saw nothing of their author. The requests are drawn at random from those that readers labelled
as requests. What the sheet prints is real words, so it goes nowhere but to whoever reads it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tom_evals.clarity.data import messages
from tom_evals.common.real_data import REAL_HOST, shared_data
from tom_evals.earlier.replay import ScoredOutOfFold, histories, opened
from tom_swe import LOCAL_USER, Query, Role, Suggestion
from tom_swe.checkout import located
from tom_swe.embed import Multilingual, Remembering
from tom_swe.extract.lasting import LastingSentences

_LABELS = frozenset({"clear", "underspecified"})
_SHOWN, _BEFORE = 600, 160  # characters


class Advised(NamedTuple):
    """A request of a person, the end of what the agent said before it, and tom's advice."""

    person: str
    turn: str
    text: str
    before: str
    advice: Suggestion

    @property
    def is_silent(self) -> bool:
        """Whether the advice has nothing to say but to proceed."""
        return not (self.advice.questions or self.advice.beliefs or self.advice.turns)


def advised(data: Path) -> Iterator[Advised]:
    """Every labelled request in the histories, with the advice at its time."""
    requests = {
        " ".join(each.text.split())
        for each in messages(data)
        if each.source == "Claude Code" and each.label in _LABELS
    }
    with tempfile.TemporaryDirectory() as folder:
        scorer = ScoredOutOfFold(data, LastingSentences(encoder := Remembering(Multilingual())))
        for person, sessions in histories(data, Path(folder) / "read"):
            tom = opened(Path(folder) / person, scorer, encoder)
            try:
                for session in sessions:
                    repository, _ = located(session.cwd)
                    before = ""
                    for turn in session.turns:
                        if turn.role is Role.AGENT and turn.text.strip():
                            before = turn.text
                        if turn.role is not Role.USER or not turn.text.strip():
                            continue
                        if " ".join(turn.text.split()) in requests:
                            query = Query(
                                text=turn.text,
                                before=before,
                                repository=repository,
                                folder=session.cwd,
                            )
                            place = f"{session.host_id[:8]}.{turn.ordinal}"
                            advice = tom.consult(LOCAL_USER, query)
                            yield Advised(person, place, turn.text, before, advice)
                        before = ""
                    tom.add_session(LOCAL_USER, session)
                    tom.read(LOCAL_USER)
            finally:
                tom.close()


def sheet(number: int, one: Advised) -> str:
    """One request as the reader sees it."""
    lines = [f"### {number}. {one.person} {one.turn}", "", f"> {_flat(one.text)[:_SHOWN]}"]
    if one.before:
        lines += ["", f"(the agent said before: …{_flat(one.before)[-_BEFORE:]})"]
    lines += ["", *(["silent"] if one.is_silent else [])]
    lines += [f"- ask: {each}" for each in one.advice.questions]
    lines += [f"- wants: {each.statement} (“{each.said}”)" for each in one.advice.beliefs]
    lines += [f"- said before: “{_flat(each.text)}”" for each in one.advice.turns]
    return "\n".join([*lines, ""])


def _flat(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """Prints a sheet of so many requests of each person, and how many are silent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="+", help="as the data calls them, such as dev1")
    parser.add_argument("--each", type=int, default=30, help="requests of each person")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    found = [each for each in advised(shared_data()) if each.person in options.people]
    chance = random.Random(options.seed)
    number, silent, asked = 0, 0, 0
    for person in options.people:
        theirs = [each for each in found if each.person == person]
        if not theirs:
            sys.exit(f"no requests of {person} with {REAL_HOST}")
        for one in sorted(chance.sample(theirs, options.each), key=theirs.index):
            number, silent, asked = (
                number + 1, silent + one.is_silent, asked + bool(one.advice.questions)
            )  # fmt: skip
            print(sheet(number, one))
    print(f"{number} requests: {silent} silent, {asked} asked about")


if __name__ == "__main__":
    main()
