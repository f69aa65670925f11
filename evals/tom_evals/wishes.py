"""What people say in session after session in other words, and that tom believes by itself.

``python -m tom_evals.wishes`` shows it for the people of ``wild.jsonl`` with four sessions or
more, whose sentences are scored by a model that saw nothing of theirs. ``--data DIR`` takes
another folder of the same shape. Whether it is a wish is for a reader to say: each has quotes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tom_evals.common.real_data import shared_data
from tom_evals.reading.data import wild_cases
from tom_evals.reading.examples import MOST_CHARACTERS
from tom_evals.reading.held_out import HeldOut
from tom_evals.recurring import sessions_of_people
from tom_swe import Belief, Session, Settings, Tom, open_tom
from tom_swe.advise import EmbeddedAdviser
from tom_swe.embed import Multilingual, Remembering
from tom_swe.extract import EmbeddedReader
from tom_swe.mind import Parts
from tom_swe.mind.wishes import BASIS
from tom_swe.model.belief import Status
from tom_swe.model.session import SaidSentence
from tom_swe.testing import HashEmbedder
from tom_swe.text.prose import sentences

QUOTES = 4
WIDTH = 90  # of a quote, in characters


class ScoredBefore:
    """Gives the sentences of one person the scores that they got out of fold."""

    name = "scored-before"

    def __init__(self, scores: Mapping[str, float], held_out: HeldOut) -> None:
        self._scores = scores
        self.threshold, self.sure = held_out.threshold, held_out.sure

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """0 for a sentence that was not scored."""
        return [self._scores.get(each.words, 0.0) for each in said]


def scores_of_people(data: Path, held_out: HeldOut) -> dict[str, dict[str, float]]:
    """The scores out of fold of each person's sentences."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for case in wild_cases(data):
        held_out.turn_to(case)
        words = [SaidSentence(each.words) for each in sentences(case.text[:MOST_CHARACTERS])]
        for each, score in zip(words, held_out.score(words), strict=True):
            known = found[case.group].get(each.words, 0.0)
            found[case.group][each.words] = max(known, score)
    return found


def believed(sessions: Sequence[Session], scorer: ScoredBefore) -> list[Belief]:
    """What the product believes of these because it is said in other words."""
    encoder = Remembering(Multilingual())
    with tempfile.TemporaryDirectory() as home:
        own = open_tom(Settings(home=Path(home)), embedder=HashEmbedder(), say=lambda _: None)
        parts = Parts(
            embedder=own.embedder,
            index=own.index,
            reader=EmbeddedReader(scorer=scorer),
            adviser=EmbeddedAdviser(),
            encoder=encoder,
        )
        tom = Tom(own.memory, lambda: parts, redact=str, say=lambda _: None, briefing_tokens=800)
        for each in sessions:
            tom.add_session("person", each)
        tom.read("person")
        found = [
            belief
            for belief in tom.memory.beliefs.all("person")
            if belief.status is Status.CONFIRMED
            and any(each.basis == BASIS for each in belief.supporting)
        ]
        tom.close()
    return found


def everyone(data: Path) -> Iterator[tuple[str, list[Belief]]]:
    """Each person, and what is believed of them."""
    held_out = HeldOut()
    scores = scores_of_people(data, held_out)
    for person, sessions in sessions_of_people(data):
        yield person, believed(sessions, ScoredBefore(scores[person], held_out))


def main() -> None:
    """Prints each wish with quotes, and how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder of the shared data's shape")
    given = parser.parse_args()
    count = people = 0
    for person, found in everyone(given.data or shared_data()):
        people += 1
        count += len(found)
        for each in found:
            sys.stdout.write(f"{person}: {each.statement[:WIDTH]}\n")
            for quote in each.quotes[:QUOTES]:
                sys.stdout.write(f"    “{' '.join(quote.split())[:WIDTH]}”\n")
    sys.stdout.write(f"\n{count} wishes of {people} people\n")


if __name__ == "__main__":
    main()
