import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.common.models import language
from tom_evals.common.whole import whole
from tom_evals.keeping.material import Utterance, dimensions
from tom_evals.stateful_swe.history import (
    TOLD_IN,
    history,
    read_history,
    read_plantings,
    size_of,
    write_history,
)
from tom_evals.stateful_swe.profile import (
    Profile,
    Style,
    Timing,
    Verbosity,
    described,
    manner_statements,
    profiles,
)
from tom_evals.stateful_swe.rewriting import ByModel
from tom_evals.stateful_swe.sources import cut, pieces_of, real_pieces
from tom_evals.stateful_swe.washing import (
    ByHand,
    Deck,
    Planting,
    Voice,
    Way,
    replaced,
    written_utterances,
)
from tom_swe.errors import ModelUnavailable
from tom_swe.model.session import Role, Session
from tom_swe.testing import session_of
from tom_swe.testing.scripted import ScriptedModel

PERSON = Profile(
    "p00", Verbosity.CONCISE, Timing.UPFRONT, Style.VERBOSE, ("git06", "qual05", "doc10")
)


def utterances(*preferences: str) -> tuple[Utterance, ...]:
    """Two of each kind of words for the preferences; a correction answers the agent."""
    found: list[Utterance] = []
    for preference in preferences or (*PERSON.preferences, *PERSON.manner, "arch09", "stack10"):
        for how in ("explicit", "implicit", "correction", "reversal", "distractor"):
            for n in range(2):
                words = f"{preference} as {how} number {n}"
                found.append(
                    Utterance(
                        id=f"u-{preference}-{how}-{n}",
                        preference=preference,
                        how=how,
                        text=f"well, {words}, if you will",
                        before="Done as I like it." if how == "correction" else "",
                        quote="" if how == "distractor" else words,
                        personal=True,
                        trap="question" if how == "distractor" else "",
                    )
                )
    return tuple(found)


def pieces(folder: Path, count: int = 6) -> tuple[Path, ...]:
    """Small sessions, kept as the real ones are."""
    folder.mkdir()
    for number in range(count):
        turns: list[str | tuple[Role, str]] = []
        for turn in range(8):
            turns += [f"look into case {number}.{turn}. it fails.", (Role.AGENT, "I see.")]
        session = session_of(*turns, host_id=f"real-{number}", repository="someones/cli")
        (folder / f"{number:05d}.json").write_text(session.model_dump_json())
    return tuple(sorted(folder.glob("*.json")))


# Real sessions


def test_a_long_session_is_cut_before_words_of_the_person() -> None:
    """Each piece begins with the person, none is over twice the limit, and no turn is altered."""
    said: list[str | tuple[Role, str]] = [(Role.AGENT, "hello")]
    for number in range(10):
        said += [f"message {number}", *([(Role.TOOL, "ls")] * (number % 4))]
    whole_session = session_of(*said)
    found = list(cut(whole_session, most=5))
    assert len(found) > 2
    assert all(each.turns[0].role is Role.USER for each in found)
    assert all(len(each.turns) <= 10 for each in found)
    assert [t.ordinal for t in found[1].turns] == list(range(len(found[1].turns)))
    texts = [turn.text for each in found for turn in each.turns]
    assert texts == [turn.text for turn in whole_session.turns[1:]]
    assert len({each.host_id for each in found}) == len(found)


def test_a_session_without_the_person_gives_no_piece() -> None:
    """There is nothing to wash in it."""
    assert list(cut(session_of((Role.AGENT, "hello"), (Role.TOOL, "ls")))) == []


def test_a_session_without_end_is_cut_off_at_twice_the_limit() -> None:
    """An agent that goes on by itself cannot make a piece of any size."""
    (piece,) = cut(session_of("go on", *([(Role.TOOL, "ls")] * 50)), most=5)
    assert len(piece.turns) == 10


def test_transcripts_in_an_archive_are_imported_once(tmp_path: Path) -> None:
    """The second time the pieces are read from where they are kept, without the archive."""
    line = {"session": "one", "role": "user", "text": "fix it", "cwd": "/home/me/shop"}
    data = json.dumps(line).encode()
    archive = tmp_path / "sessions.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        entry = tarfile.TarInfo("me/one.jsonl")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    found = pieces_of(archive, "jsonl", tmp_path / "work" / "pieces")
    assert [each.name for each in found] == ["00000.json"]
    archive.unlink()
    assert pieces_of(archive, "jsonl", tmp_path / "work" / "pieces") == found
    assert [each.name for each in (tmp_path / "work").iterdir()] == ["pieces"]


def test_what_was_half_made_is_made_anew(tmp_path: Path) -> None:
    """A folder is in place only once all of it is there."""
    place = tmp_path / "folder"

    def broken() -> None:
        with whole(place) as making:
            (making / "half").write_text("")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert not place.exists()
    with whole(place) as making:
        (making / "all").write_text("")
    assert [each.name for each in place.iterdir()] == ["all"]


# Washing


@given(st.text(st.characters(exclude_characters="\0"), max_size=200), st.integers(0, 3))
def test_a_replaced_sentence_leaves_the_others(message: str, seed: int) -> None:
    """The quote stands in the new text, and what stood around the sentence still does."""
    text = replaced(message, "\0use tabs", Random(seed))
    before, after = text.split("\0use tabs.")
    assert message.startswith(before)
    assert message.endswith(after)
    assert len(before) + len(after) <= len(message)


def test_one_sentence_of_three_is_replaced() -> None:
    """Dots inside of names end no sentence."""
    texts = {replaced("a b.py c. d e\nf?", "Q!", Random(seed)) for seed in range(20)}
    assert texts == {"Q! d e\nf?", "a b.py c. Q!\nf?", "a b.py c. d e\nQ!"}


def test_a_correction_answers_the_agent_first() -> None:
    """Its words stand before the message, others after it, and a trap stays whole."""
    said = {each.how: each for each in utterances("git06")}
    by_hand, random = ByHand(), Random(0)
    fixed = by_hand.write("now this", said["correction"], Way.APPEND, random)
    assert fixed.text == "well, git06 as correction number 1, if you will\n\nnow this"
    added = by_hand.write("now this", said["explicit"], Way.APPEND, random)
    assert added.text == "now this\n\nwell, git06 as explicit number 1, if you will"
    trap = by_hand.write("now this", said["distractor"], Way.REPLACE, random)
    assert trap.quote == "well, git06 as distractor number 1, if you will"
    assert trap.quote in trap.text


def test_no_words_come_twice_before_all_have_come() -> None:
    """Every preference is dealt as often as the others, in words of its voice."""
    deck = Deck(PERSON, [u for u in utterances() if u.how != "distractor"], Random(3))
    wanted = len(PERSON.preferences) + len(PERSON.manner)
    dealt = [deck.deal() for _ in range(4 * wanted)]
    assert set(Counter(each.preference for each in dealt).values()) == {4}
    for preference, voice in deck.voices.items():
        own = [each for each in dealt if each.preference == preference]
        assert len({each.id for each in own}) == (2 if voice is not Voice.ALL else 4)
        assert {each.how for each in own} <= {"explicit", "implicit", "correction"}
        assert voice is Voice.ALL or {each.how for each in own} == {voice.value}


def test_a_trap_is_about_nothing_in_the_profile() -> None:
    """Its dimensions are none of the profile's, so that believing it is wrong in any case."""
    about = {d for each in (*PERSON.preferences, *PERSON.manner) for d in dimensions(each)}
    deck = Deck(PERSON, utterances(), Random(1))
    traps = [each for each in (deck.deal() for _ in range(100)) if each.how == "distractor"]
    assert 10 < len(traps) < 50
    assert not {d for each in traps for d in dimensions(each.preference)} & about


def test_words_that_gainsay_another_preference_are_left_out() -> None:
    """Asking in one batch is asking early; of one who wants one question a time it is no word."""
    person = PERSON._replace(style=Style.SHORT)
    batch, *rest = (each for each in utterances(*person.preferences, *person.manner))
    against = batch._replace(
        id="batch",
        preference="i_ask_upfront",
        text="I prefer all questions in one batch at the beginning.",
        quote="all questions in one batch",
    )
    deck = Deck(person, [against, *rest], Random(0))
    assert "batch" not in {deck.deal().id for _ in range(200)}
    deck = Deck(PERSON, [against, *rest], Random(0))
    assert "batch" in {deck.deal().id for _ in range(200)}


def test_a_preference_that_nothing_tells_is_said() -> None:
    """No history can be made that never shows it."""
    with pytest.raises(ValueError, match="git06"):
        Deck(PERSON, utterances("qual05", "doc10", *PERSON.manner), Random(0))


# Histories


def test_a_history_is_drawn_by_its_seed(tmp_path: Path) -> None:
    """The same seed gives the same sessions and log, another one others."""
    real = pieces(tmp_path / "pieces")
    one = list(history(PERSON, real, utterances(), tokens=2000))
    assert one == list(history(PERSON, real, utterances(), tokens=2000))
    assert one != list(history(PERSON, real, utterances(), tokens=2000, seed=1))


def test_a_history_goes_on_over_the_real_sessions(tmp_path: Path) -> None:
    """It holds the tokens asked for and no session more; ids are new, times rise, places vary."""
    real = pieces(tmp_path / "pieces", count=2)
    found = [each.session for each in history(PERSON, real, utterances(), tokens=5000)]
    sizes = [size_of(each) for each in found]
    assert sum(sizes[:-1]) < 5000 <= sum(sizes)
    assert len({each.host_id for each in found}) == len(found) > 2 * len(real)
    starts = [each.started for each in found if each.started]
    assert all(later - one >= timedelta(hours=11) for one, later in pairwise(starts))
    assert len({each.repository for each in found}) > 3
    for each in found:
        assert [turn.ordinal for turn in each.turns] == list(range(len(each.turns)))


def test_every_preference_is_told_in_two_sessions(tmp_path: Path) -> None:
    """However few tokens are asked for."""
    told: dict[str, set[str]] = {}
    for each in history(PERSON, pieces(tmp_path / "pieces"), utterances(), tokens=1):
        for planting in each.log:
            if planting.voice:
                told.setdefault(planting.preference, set()).add(planting.session)
    assert told.keys() == {*PERSON.preferences, *PERSON.manner}
    assert all(len(sessions) >= TOLD_IN for sessions in told.values())


def test_the_log_says_what_was_done_to_which_turn(tmp_path: Path) -> None:
    """Quotes stand where the log says; about four in ten messages were washed, each way alike."""
    washed = list(history(PERSON, pieces(tmp_path / "pieces"), utterances(), tokens=40_000))
    messages = 0
    for each in washed:
        turns = each.session.turns
        messages += len(each.session.by(Role.USER))
        for planting in each.log:
            assert planting.session == each.session.host_id
            assert (planting.quote == "") == (planting.way in (Way.KEEP, Way.DELETE))
            assert planting.quote in (turns[planting.turn].text if planting.quote else "")
            if planting.explicitness == "correction":
                assert turns[planting.turn - 1].text == "Done as I like it."
    ways = Counter(planting.way for each in washed for planting in each.log)
    asked = messages + ways[Way.DELETE]
    assert sum(ways.values()) / asked == pytest.approx(0.4, abs=0.05)
    assert ways[Way.REPLACE] / sum(ways.values()) == pytest.approx(0.25, abs=0.05)


def test_a_session_keeps_the_message_that_it_begins_with(tmp_path: Path) -> None:
    """It is what the session is about: it may be added to, and is never deleted."""
    real = pieces(tmp_path / "pieces")
    for each in history(PERSON, real, utterances(), tokens=20_000):
        first = each.session.by(Role.USER)[0]
        assert first.ordinal <= 1
        assert not any(p.way is Way.DELETE and p.turn <= first.ordinal for p in each.log)


def test_what_came_along_with_a_message_is_not_told_as_said(tmp_path: Path) -> None:
    """A paste is a tool's turn in the history: the format has no other place for it."""
    folder = tmp_path / "pieces"
    real = pieces(folder, count=1)
    session = Session.model_validate_json(real[0].read_text())
    first = session.turns[0].model_copy(update={"attachment": "I always prefer pasted things"})
    pasted = session.model_copy(update={"turns": (first, *session.turns[1:])})
    real[0].write_text(pasted.model_dump_json())
    found = next(iter(history(PERSON, real, utterances(), tokens=1))).session
    (kept,) = (turn for turn in found.turns if "pasted things" in turn.text)
    assert (kept.role, kept.tool, kept.ordinal) == (Role.TOOL, "attachment", 0)


def test_a_written_history_is_read_again(tmp_path: Path) -> None:
    """Through tom's own importer: the same words, places and times, and the same log."""
    made = list(history(PERSON, pieces(tmp_path / "pieces"), utterances(), tokens=3000))
    write_history(tmp_path / "history", made)
    for one, other in zip(made, read_history(tmp_path / "history"), strict=True):
        assert other.host_id == one.session.host_id
        assert other.repository == one.session.repository
        assert other.started == one.session.started
        assert [(t.role, t.text) for t in other.turns] == [
            (t.role, t.text) for t in one.session.turns
        ]
    assert read_plantings(tmp_path / "history") == tuple(p for each in made for p in each.log)
    write_history(tmp_path / "history", iter(()))
    assert len(list(read_history(tmp_path / "history"))) == len(made)


def test_no_sessions_make_no_history() -> None:
    """It would go on for ever."""
    with pytest.raises(ValueError, match="no real sessions"):
        next(history(PERSON, (), utterances()))


# By a model


def rewritten(
    server: ScriptedModel, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> Sequence[Planting]:
    """The log of a history that a scripted model has worded."""
    monkeypatch.setenv("TOM_MODEL", "openai/scripted")
    monkeypatch.setenv("TOM_BASE_URL", server.base_url)
    monkeypatch.setenv("TOM_API_KEY", "sk-none")
    real = pieces(folder)
    with language("openai/scripted") as model:
        made = history(PERSON, real, utterances(), tokens=1, writer=ByModel(model))
        return [p for each in made for p in each.log if p.voice]


def test_a_model_words_the_preferences(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is given the message, the preference and the manner; its checked quote is in the log."""

    def answer(request: dict[str, object]) -> str:
        asked = json.loads(re.search(r"\{.*\}", str(request["messages"][-1]["content"]))[0])  # type: ignore[index]
        words = f"as ever, {asked['manner']}"
        return json.dumps({"text": f"{asked['message']} {words}", "quote": words})

    with ScriptedModel(answer=answer) as server:
        log = rewritten(server, monkeypatch, tmp_path / "pieces")
    assert {each.by for each in log} == {"openai/scripted"}
    assert all(each.quote == f"as ever, {each.explicitness}" for each in log)


def test_a_quote_that_is_not_in_the_text_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nor is a reply without form: the written utterance goes in, and the log says why."""
    turns = iter(range(1000))

    def answer(request: dict[str, object]) -> str:
        del request
        wrong = json.dumps({"text": "some text", "quote": "other words"})
        return wrong if next(turns) % 3 else "no form at all"

    with ScriptedModel(answer=answer) as server:
        log = rewritten(server, monkeypatch, tmp_path / "pieces")
    assert all(each.by.startswith("hand: ") for each in log)
    assert "hand: the model's quote is not in its text" in {each.by for each in log}
    assert all(" as " in each.quote for each in log)


def test_a_model_that_is_not_there_stops_the_history(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A history worded by hand where a model was asked for would pass for what it is not."""
    with ScriptedModel() as server:
        gone = server.base_url
    monkeypatch.setenv("TOM_BASE_URL", gone)
    monkeypatch.setenv("TOM_MODEL", "openai/scripted")
    monkeypatch.setenv("TOM_API_KEY", "sk-none")
    real = pieces(tmp_path / "pieces")
    with language("openai/scripted") as model, pytest.raises(ModelUnavailable):
        list(history(PERSON, real, utterances(), tokens=1, writer=ByModel(model)))


# Profiles in words


def test_a_verbose_person_is_described_in_both_dimensions() -> None:
    """How much they read and how they answer are told apart, though both are "verbose"."""
    person = Profile("p", Verbosity.VERBOSE, Timing.ONGOING, Style.VERBOSE, ())
    assert described(person).splitlines() == [
        "- Wants explanations in detail.",
        "- Answers questions at any time, as they come up.",
        "- Answers at length, and all questions.",
    ]
    assert set(person.manner) <= manner_statements().keys()


# On the real data


@pytest.mark.slow
def test_every_profile_can_be_told(shared_data: Path) -> None:
    """The written utterances tell each preference of all profiles in some voice."""
    said = written_utterances(shared_data)
    for person in profiles():
        deck = Deck(person, said, Random(0))
        assert deck.voices.keys() == {*person.preferences, *person.manner}


@pytest.mark.slow
def test_the_real_sessions_are_washed(shared_data: Path, tmp_path: Path) -> None:
    """What is written is what was planted, but for pastes, which tom keeps beside the words."""
    real = real_pieces(shared_data, tmp_path / "pieces")
    assert len(real) > 150
    person = profiles()[0]
    said = written_utterances(shared_data)
    write_history(tmp_path / "history", history(person, real, said, tokens=100_000))
    sessions = {each.host_id: each for each in read_history(tmp_path / "history")}
    assert sum(map(size_of, sessions.values())) > 95_000
    for each in read_plantings(tmp_path / "history"):
        if each.voice:
            assert each.quote in sessions[each.session].turns[each.turn].text
