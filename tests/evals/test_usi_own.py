"""Our own simulated users against developers: dialogues, rates, gaps, report, and the note."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tom_evals.ambig_swe.data import Issue
from tom_evals.ambig_swe.proxy import NO_INFORMATION, Held, proxy
from tom_evals.ambig_swe.quoting import Quoting
from tom_evals.common.harness.toys import toys
from tom_evals.people import Manner, Said
from tom_evals.people.asking import questions
from tom_evals.people.speech import RATES, Wording
from tom_evals.people.words import count
from tom_evals.stateful_swe.profile import Style, Timing, catalogue, profiles
from tom_evals.stateful_swe.user import Character
from tom_evals.stateful_swe.user_by_rules import rule_user
from tom_evals.usi.developers import (
    CHECKED,
    FITTED,
    MOST,
    developers,
    dialogues,
    kept,
    means,
    measured,
)
from tom_evals.usi.dialogues import (
    FEW,
    LONGEST,
    TIMES,
    Matter,
    Simulator,
    chosen,
    lengths_for,
    matters,
    played,
    script,
    simulated,
)
from tom_evals.usi.features import Dimension, Feature
from tom_evals.usi.fitting import rates, turns
from tom_evals.usi.gaps import Gap, gaps, unpaired
from tom_evals.usi.note import likeness_note, own_note
from tom_evals.usi.own import report, run
from tom_evals.usi.score import People, Study, dimensions
from tom_evals.usi.sessions import ORDER, SCALE, Floats, bins, row, sessions
from tom_evals.usi.transcripts import Conversation, Missing, Patterns, Unreadable, lexicons
from tom_swe.embed.minilm import MiniLM
from tom_swe.model.session import Role, Session, Turn

PATTERNS = Patterns.model_validate(
    {
        "politeness": r"\b(?:please|thanks)\b",
        "emotion": r"\bugh\b",
        "formality": "[\u2014\u2013]",
        "ack_only": r"^(?:yes|ok)[\s!.]*$",
        "identifier": r"\w*\d{3,}\w*",
        "uncertainty": r"\bmaybe\b",
        "certainty": r"\bnever\b",
        "pushback_q": r"\bi already\b",
        "clarify_q": r"\bwhat do you mean\b",
        "info_q": r"\bhow much\b",
        "accusation": r"\bfault\b",
        "pivot": r"\binstead\b",
        "identity_confusion": r"\bhow can i help\b",
    }
)
ISSUE = "The last line is lost.\n\nIt was saved with Ctrl-S. The file is on Windows."
HELD = Held("The last line is lost. It was saved with Ctrl-S.")
MATTER = Matter(
    Issue("a__b-1", ISSUE, "Something is lost.", "Seen since May.", ("app/io.py",), 1, "", False),
    "How was the file saved? Which line is lost?",
)
SESSION_ROWS = st.lists(
    st.lists(st.floats(0, 5), min_size=len(ORDER), max_size=len(ORDER)), min_size=1, max_size=6
).map(lambda rows: np.array(rows, dtype=np.float64))


class Words:
    """An embedder by the letters of words: the more words two texts share, the nearer."""

    name, dimension = "words", 64

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for place, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                found[place, sum(word.encode()) % self.dimension] += 1
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def session(*said: tuple[Role, str]) -> Session:
    return Session(
        host="claude-code",
        host_id="s",
        turns=tuple(Turn(ordinal=n, role=r, text=t) for n, (r, t) in enumerate(said)),
    )


def wrote(*texts: str) -> Session:
    return session(*((Role.USER, each) for each in texts))


@pytest.fixture
def real(shared_data: Path) -> Path:
    """The data, where they have the developers' sessions, the lexicons and the issues."""
    for each in ("sessions/claude-code-real.tar.xz", "usi/lexicons.json", "ambig-swe"):
        if not (shared_data / each).exists():
            pytest.skip(f"no {each} in {shared_data}")
    return shared_data


# Users that are worded


@pytest.mark.parametrize("number", range(15))
def test_a_worded_user_does_what_the_plain_one_does(number: int) -> None:
    """The same manners, within the same limits; preferences by their exact words, always alike."""
    profile = profiles()[number]
    character = Character(profile, "Lines are lost.", ISSUE, "Seen since May.", ("app/io.py",))
    users = [
        rule_user(character, wording=each)
        for each in (Wording.PLAIN, Wording.LIKE_DEVELOPERS, Wording.LIKE_DEVELOPERS)
    ]
    asked = [*script(MATTER.question), *(f"Do you prefer {p}?" for p in ("tests", "docs"))]
    statements = [catalogue()[each].statement for each in profile.preferences]
    for place, message in enumerate(asked):
        plain, one, again = (user.answer(Said(message, 1 + place)) for user in users)
        assert one == again
        assert (plain.manner, plain.over) == (one.manner, one.over)
        assert [s for s in statements if s in plain.text] == [
            s for s in statements if s in one.text
        ]
        if profile.style is Style.SHORT:
            assert count(one.text) < 15
        if plain.manner == Manner.ANSWERED and "app/io.py" in plain.text:
            assert "app/io.py" in one.text


def test_a_worded_reporter_says_when_something_is_said_again() -> None:
    """What is told stays the same; the plain one repeats it as if it were new."""
    worded = Wording.LIKE_DEVELOPERS
    users = [
        proxy("Mend it.", HELD, Quoting(HELD, Words()), 3, each) for each in (worded, Wording.PLAIN)
    ]
    for number in range(3):
        said, plain = (user.answer(Said("Which last line is lost?", 1)) for user in users)
        assert plain.text == "The last line is lost."
        again = re.match(
            "(?:as i said|again|same as before|i already (?:told you|said)), ", said.text
        )
        assert bool(again) == (number > 0)
        assert "last line is lost" in said.text
        assert said.manner == plain.manner


def test_a_worded_reporter_who_knows_nothing_tells_nothing_of_how_near_it_was() -> None:
    """The words depend on whether something was asked; the manner is as in plain words."""
    nobody = Held("")

    def said(message: str) -> tuple[str, str]:
        user = proxy("Mend it.", nobody, Quoting(nobody, Words()), 3, Wording.LIKE_DEVELOPERS)
        answer = user.answer(Said(message, 1))
        return answer.text, answer.manner

    assert said("Which line?") == said("Do zebras sleep?")
    assert said("Which line?")[1] == said("I begin.")[1] == Manner.UNKNOWN
    assert NO_INFORMATION not in said("Which line?")[0]
    assert re.search(r"go|continue|keep|ok|try", said("I begin.")[0])


@pytest.mark.parametrize("number", range(len(toys())))
def test_a_worded_reporter_still_tells_the_detail_that_a_toy_is_about(number: int) -> None:
    """What the small runs measure does not hang on the wording."""
    toy = toys()[number]
    worded = Wording.LIKE_DEVELOPERS
    held = Held(toy.issue, toy.hints)
    user = proxy("Mend it.", held, Quoting(held, MiniLM()), 3, worded)
    assert re.search(toy.detail, user.answer(Said(toy.question, 1)).text)


# Dialogues


def test_half_of_what_the_scripted_agent_says_asks_and_the_first_comes_again() -> None:
    """So that a user is asked, told and asked again."""
    said = script("Which line?")
    assert [bool(questions(each)) for each in said] == [True, False, True, False, True, False, True]
    assert said[0] == said[-1]


@pytest.mark.parametrize("simulator", Simulator)
@pytest.mark.parametrize("wording", Wording)
def test_a_dialogue_is_as_long_as_it_should_be(simulator: Simulator, wording: Wording) -> None:
    """Up to the simulator's most; who leaves says no more; the same arguments give the same."""
    lengths = [2, 3, 4, 8, 20]
    found = simulated(simulator, wording, [MATTER], lengths, Words())
    assert found == simulated(simulator, wording, [MATTER], lengths, Words())
    most = 8 if simulator is Simulator.STATEFUL else 4
    assert all(len(one) <= min(length, most) for one, length in zip(found, lengths, strict=True))
    assert len(found[0]) == 2
    assert all(all(each.strip() for each in one) for one in found)


def test_who_leaves_says_no_more() -> None:
    """A person who is to be asked upfront refuses twice and goes at the third late question."""
    profile = next(each for each in profiles() if each.timing is Timing.UPFRONT)
    user = rule_user(Character(profile, "Lines are lost.", ISSUE))
    assert len(played(user, ["Go.", *["Which line is lost?"] * 6])) == 5


# Rates


def test_rates_are_means_over_sessions_of_shares_of_turns() -> None:
    """By hand: openings are no musing; going on is where the agent had asked nothing."""
    one = session(
        (Role.USER, "Well, mend it."),
        (Role.AGENT, "Which line?"),
        (Role.USER, "hmm, the last, thanks"),
        (Role.AGENT, "I begin."),
        (Role.USER, "go on"),
        (Role.AGENT, "Done."),
        (Role.USER, "do it like that instead"),
    )
    assert [(each.asked, each.opening) for each in turns(one)] == [
        (False, True),
        (True, False),
        (False, False),
        (False, False),
    ]
    found = rates([one, wrote("Ugh, 1.")], PATTERNS)
    assert found == pytest.approx((3 / 8, 3 / 8, 1 / 8, 1 / 2, 1 / 3, 1 / 2, 1 / 2))


# Gaps


@settings(max_examples=25)
@given(SESSION_ROWS, SESSION_ROWS)
def test_unpaired_sessions_are_compared_by_their_rows(ours: Floats, theirs: Floats) -> None:
    """As the index does; the intervals hold shares of 100 and are the same for the same seed."""
    found = unpaired(ours, theirs, resamples=20)
    assert found == unpaired(ours, theirs, resamples=20)
    wanted = dimensions(row(ours), row(theirs))
    for dimension, interval in found.dimensions.items():
        assert interval.value == pytest.approx(wanted[dimension])
        assert -1e-9 <= interval.low <= interval.high <= 100 + 1e-9
    assert found.total.value == pytest.approx(np.mean(list(wanted.values())))
    for gap in found.gaps:
        assert 100 * (1 - abs(gap.gap)) == pytest.approx(gap.likeness.value, abs=1e-6)


def test_the_same_sessions_are_wholly_alike() -> None:
    """And of two that share nothing only what neither has is."""
    some = np.ones((3, len(ORDER)))
    assert unpaired(some, some, resamples=5).total == pytest.approx((100, 100, 100))
    found = unpaired(some, np.zeros((2, len(ORDER))), resamples=5)
    assert found.total.value == 0
    assert {each.gap for each in found.gaps} == {1.0}


def test_gaps_of_a_study_are_means_over_batches() -> None:
    """By hand: words a turn of 2 against 2 and 6."""

    def talk(words: int) -> list[Conversation]:
        return [Conversation("airline_1", 1, True, (" ".join(["a"] * words),), ())]

    tasks = ["airline_1"]
    study = Study(
        People.HUMAN,
        bins(tasks, {"airline_1": 0.5}),
        sessions([talk(2)], tasks, PATTERNS),
        sessions([talk(2), talk(6)], tasks, PATTERNS),
    )
    found = {each.feature: each for each in gaps(study, resamples=5)}
    words = found[Feature.WORDS]
    assert (words.people, words.simulator) == (4, 2)
    assert words.likeness.value == pytest.approx(100 * (1 + 0.5) / 2)
    assert words.gap == pytest.approx(-1 / 3)
    assert Gap(Feature.REPEAT, 0, 0, words.likeness).gap == 0


# The report


def test_all_simulators_are_reported_before_and_after() -> None:
    """Against all developers, those fitted on and the one held out; never called an index."""
    mine = wrote("mend it", "the last, thanks", "commit")
    found = {**{name: [mine, wrote("alone")] for name in FITTED}, CHECKED: [mine]}
    made, gap = report(found, [MATTER], PATTERNS, Words(), resamples=5)
    assert "no User-Sim Index" in made.name
    titles = [each.title for each in made.tables]
    assert [t.partition(":")[0] for t in titles[:3]] == list(Simulator)
    totals = made.tables[3].rows
    assert [each[1] for each in totals[:3]] == [
        "all",
        "dev1 and dev2, fitted on",
        "dev3, held out",
    ]
    assert [each.feature for each in gap] == list(Feature)
    assert "1 of dev1, 1 of dev2, 1 of dev3" in made.notes[0]
    means_of = [float(str(each[1])) for each in made.tables[0].rows]
    assert means_of[-1] == pytest.approx(np.mean(means_of[:-1]))


def test_developers_without_a_dialogue_cannot_be_compared() -> None:
    """One turn is none."""
    with pytest.raises(Unreadable, match="two turns"):
        report({"dev1": [wrote("alone")]}, [MATTER], PATTERNS, Words())


@given(st.lists(st.integers(2, 50), min_size=1, max_size=30), st.integers(1, 40))
def test_dialogues_are_as_long_as_the_sessions(lengths: list[int], issues: int) -> None:
    """Each length as often; with few issues one each, from the shortest up."""
    about = [MATTER] * issues
    every = lengths_for(Simulator.STATEFUL, lengths, about)
    assert Counter(every) == Counter({k: n * TIMES for k, n in Counter(lengths).items()})
    found = lengths_for(Simulator.AMBIG, lengths, about)
    assert len(found) == min(len(lengths), issues)
    assert found == sorted(found)
    assert set(found) <= set(lengths)
    assert found[0] == min(lengths)


def test_only_short_issues_are_embedded() -> None:
    """Some of them; where nothing is embedded all are used."""
    long = MATTER._replace(issue=MATTER.issue._replace(full="a " * LONGEST))
    about = [long, *[MATTER] * (FEW + 5)]
    assert chosen(Simulator.STATEFUL, about) == about
    assert chosen(Simulator.AMBIG, about) == [MATTER] * FEW


# The note, and what is kept


def test_the_kept_means_are_of_all_features() -> None:
    """At each length that simulators have, from as many sessions as it says."""
    people = kept()
    assert set(people.features) == set(MOST)
    assert all(set(each) == set(Feature) for each in people.features.values())
    assert len(people.lengths) == people.sessions > 50
    assert min(people.lengths) >= 2


def test_a_note_without_data_says_why() -> None:
    """It never ends a run."""
    nowhere = Path("/nonexistent")
    assert re.search("skipped.*TOM_SHARED_DATA", own_note(Simulator.STATEFUL, nowhere))
    assert re.search("skipped.*TOM_SHARED_DATA", likeness_note([("a", "b")], nowhere))
    with pytest.raises(Missing, match="TOM_SHARED_DATA"):
        developers(nowhere)
    with pytest.raises(Missing, match="TOM_SHARED_DATA"):
        matters(nowhere)


def test_a_note_is_computed_from_what_was_said(real: Path) -> None:
    """Other words, another figure; its mean is that of its parts."""
    short = likeness_note([("mend it", "the last line of it", "commit")], real)
    odd = likeness_note([("Would you be so kind \N{EM DASH} please?", "I thank you.")], real)
    assert short != odd
    shown = re.search(r"talk (\d+) % .*D1 (\d+), D2 (\d+), D3 (\d+), D4 (\d+); 1 dialogues", short)
    assert shown
    total, *parts = map(int, shown.groups())
    assert len(parts) == len(Dimension)
    assert total == pytest.approx(np.mean(parts), abs=1)
    assert "unknown" in likeness_note([], real)


@pytest.mark.slow
def test_what_is_kept_is_what_comes_out(real: Path) -> None:
    """The means and the rates as they are now; the figures of the report hang on them."""
    found, patterns = developers(real), lexicons(real).patterns
    now = means(found, patterns)
    assert now.lengths == kept().lengths
    for most in MOST:
        assert now.features[most] == pytest.approx(kept().features[most])
    fitted = rates([each for name in FITTED for each in found[name]], patterns)
    assert fitted == pytest.approx(RATES, rel=0.03)
    assert sum(len(each) for each in found.values()) == 107
    held_out = dialogues(found[CHECKED])
    assert measured(held_out, 8, patterns).shape == (len(held_out), len(SCALE))


@pytest.mark.slow
def test_wording_brings_users_nearer_to_developers(real: Path) -> None:
    """Each simulator, to all three and to the two whose rates it has; of the third it is told."""
    made, _ = run(real)
    rows = made.tables[len(Simulator)].rows
    assert len(rows) == 3 * len(Simulator)
    for _, whom, before, _, _, after, *_ in rows:
        if CHECKED not in str(whom):
            assert float(str(after)) > float(str(before))
