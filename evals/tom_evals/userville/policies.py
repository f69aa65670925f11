"""Who acts in UserVille: agents that never ask, that always do, tom, and one that knows all."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Protocol

from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.index import Index
from tom_evals.userville.preferences import NO_PREFERENCE, Preference
from tom_swe import LOCAL_USER, Query, Role, Session, Settings, Suggestion, Tom, Turn, open_tom
from tom_swe.advise.ask_preferences.preference import AskPreferences, ask_preferences_of
from tom_swe.advise.ask_preferences.wording import worded
from tom_swe.model.advice import Missing
from tom_swe.ports import Embedder

MORE = "Can you tell me more: what exactly happens, and what should happen instead?"
PLACE = "Which file and which function should I change?"
# Ways of wanting to be asked in which each question is a message of its own.
_APART = frozenset({"one_question", "answer_more"})


class Policy(Protocol):
    """An agent's way of working."""

    @property
    def name(self) -> str:
        """As it stands in a table."""
        ...

    def play(self, episode: Episode, index: Index) -> Record:
        """A whole session."""
        ...


def located(index: Index, known: Sequence[str]) -> str:
    """The place that fits best what is known of the task; how all agents without a model find."""
    return "\n".join(each.entry for each in index.ranked("\n".join(known), 1))


class Never:
    """Asks nothing."""

    name = "never asks"

    def play(self, episode: Episode, index: Index) -> Record:
        """Finds by the request alone."""
        return episode.finish(located(index, [episode.opening]))


class Always(NamedTuple):
    """Asks the same in every session, whatever the request and the person."""

    name: str
    query: str

    def play(self, episode: Episode, index: Index) -> Record:
        """Asks at once, then finds."""
        reply = episode.ask(self.query)
        return episode.finish(located(index, [episode.opening, reply]))


class Oracle:
    """Knows the person, whether the request is vague, and the right answer: what can be had."""

    name = "oracle"

    def play(self, episode: Episode, index: Index) -> Record:
        """Asks what costs little, in the wanted form and time, where there is need."""
        del index
        task, wish = episode.task, episode.preference.id
        if episode.opening == task.vague and wish != "no_ask":
            if wish == "first_try":
                episode.worked()
            place = task.files[0] if task.files else ""
            wanted = (Missing.BEHAVIOUR,)
            for message in worded((MORE,), wanted, frozenset((wish,)), task.vague, place=place):
                episode.ask(message)
        return episode.finish("\n".join(sorted(task.wanted)))


class Remembered(NamedTuple):
    """A tom that worked with a person before, and how it takes them to be."""

    tom: Tom
    ask_preferences: AskPreferences

    def advice(self, text: str, repository: str) -> Suggestion:
        """What it says on a request."""
        return self.tom.consult(LOCAL_USER, Query(text=text, repository=repository))

    def briefing(self) -> str:
        """What it tells an agent of the person when a session starts."""
        return self.tom.brief(LOCAL_USER).text


type Toms = Mapping[str, Remembered]
"""By the id of the preference of the person that each worked with."""


class Embedded(NamedTuple):
    """Asks what tom advises, when it advises it; tom has no language model."""

    toms: Toms
    name: str = "tom embedded"

    def play(self, episode: Episode, index: Index) -> Record:
        """One consult; its questions in one message, unless the person wants them apart."""
        known = [episode.opening]
        tom = self.toms[episode.preference.id]
        advice = tom.advice(episode.opening, episode.task.repository)
        if advice.when_stuck:
            # That is where an agent tries first, and finds that it is not sure.
            episode.worked()
        asked = advice.questions or advice.when_stuck
        messages = (
            asked if _APART & tom.ask_preferences.wishes else ("\n".join(asked),) if asked else ()
        )
        known += [episode.ask(each) for each in messages]
        return episode.finish(located(index, known))


@contextmanager
def remembered(preferences: Sequence[Preference], embedder: Embedder) -> Generator[Toms]:
    """A tom for each kind of person, which learned from two earlier sessions what they want.

    In the second session the person says the same again, as people do.
    """
    with TemporaryDirectory(prefix="tom-userville-") as folder:
        found: dict[str, Remembered] = {}
        try:
            # Precise requests come from people without a preference.
            for each in dict.fromkeys((NO_PREFERENCE, *preferences)):
                home = Path(folder) / each.id
                tom = open_tom(Settings(home=home), embedder=embedder)
                for session in _earlier(each):
                    tom.add_session(LOCAL_USER, session)
                tom.read(LOCAL_USER)
                ask_preferences = ask_preferences_of(
                    tom.memory.beliefs.user_model(LOCAL_USER).beliefs
                )
                found[each.id] = Remembered(tom, ask_preferences)
            yield found
        finally:
            for each in found.values():
                each.tom.close()


def _earlier(preference: Preference) -> tuple[Session, ...]:
    said = (
        f"From now on: {preference.wish}",
        f"As I said before: {preference.wish} Then go on with the importer.",
    )
    if not preference.wish:
        said = ("Rename foo() to bar() in utils.py.", "Run the tests in tests/test_utils.py.")
    return tuple(
        Session(
            host="userville",
            host_id=f"{preference.id}-{number}",
            turns=(
                Turn(ordinal=0, role=Role.USER, text=text),
                Turn(ordinal=1, role=Role.AGENT, text="I will keep to that."),
            ),
        )
        for number, text in enumerate(said)
    )
