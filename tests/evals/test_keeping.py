from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tom_evals.keeping import score
from tom_evals.keeping.fit import errors
from tom_evals.keeping.generate import histories
from tom_evals.keeping.keep import kept
from tom_evals.keeping.long import lengthened
from tom_evals.keeping.material import (
    Material,
    Message,
    Side,
    Utterance,
    dimensions,
    material,
    meanings,
    side_of_author,
)
from tom_evals.keeping.oracle import Noise, Oracle
from tom_evals.keeping.planted import LASTING, SAID_BY_THE_PERSON, History, Kind, Planting, Wish
from tom_evals.keeping.score import Judgement, Sought, Told, Trap
from tom_evals.keeping.train import is_planted
from tom_evals.reading.data import cases
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Evidence,
    Polarity,
    Reach,
    Scope,
    Source,
    Stance,
    Status,
)
from tom_swe.model.belief import Kind as BeliefKind
from tom_swe.model.session import Role
from tom_swe.testing import START, HashEmbedder, session_of

PRODUCT = Path(__file__).parents[2] / "tom_swe"
HERE = Scope(reach=Reach.REPOSITORY, name="acme/shop")


def invented() -> Material:
    """Material like the real one: a few preferences, one author's messages."""
    said: list[Utterance] = []
    for preference in ("git06", "qual05", "arch13", "doc10", "i_options", "i_concise"):
        for how, personal, count in (
            ("explicit", True, 2),
            ("explicit", False, 2),
            ("reversal", True, 1),
            ("distractor", False, 2),
        ):
            for n in range(count):
                words = f"{preference} {how} {personal} {n}"
                trap = ("oneoff", "question")[n] if how == "distractor" else ""
                quote = "" if trap else words
                said.append(
                    Utterance(
                        id=f"u-{len(said)}",
                        preference=preference,
                        how=how,
                        text=f"well, {words}, please",
                        before="done" if how == "explicit" else "",
                        quote=quote,
                        personal=personal,
                        trap=trap,
                    )
                )
    messages = tuple(Message("m1", f"message {n}", "and now?" * (n % 2)) for n in range(12))
    return Material(tuple(said), {"m1": messages})


# Histories and their log


def test_the_same_seed_gives_the_same_histories() -> None:
    """Generating is deterministic, and another seed gives something else."""
    assert histories(invented(), (20, 30)) == histories(invented(), (20, 30))
    assert histories(invented(), (20,)) != histories(invented(), (20,), seed=1)


def test_the_log_agrees_with_the_sessions() -> None:
    """Each quote stands in the turn that the log names, said by whom the log says."""
    for history in histories(invented(), (20, 60)):
        sessions = {session.host_id: session for session in history.sessions}
        assert len(sessions) == len(history.sessions)
        for each in history.log:
            turn = sessions[each.session].turns[each.turn]
            assert each.quote in turn.text
            assert (turn.role is Role.USER) == (each.kind in SAID_BY_THE_PERSON)


def test_wishes_agree_with_the_log() -> None:
    """The last lasting word on a preference is the wish, said in as many sessions as counted."""
    for history in histories(invented(), (20, 60)):
        order = {session.host_id: n for n, session in enumerate(history.sessions)}
        for wish in history.wishes:
            said = [p for p in history.log if p.kind in LASTING and p.preference == wish.preference]
            last = max(said, key=lambda p: order[p.session])
            assert last.held is wish.held
            assert wish.sessions == len({p.session for p in said if p.held is wish.held})
            assert wish.reversed == any(p.held is not wish.held for p in said)


def test_no_two_wishes_of_a_person_are_on_one_dimension() -> None:
    """What a person wants never contradicts itself but for their reversals."""
    for history in histories(invented(), (60,)):
        held = [dimensions(wish.preference) for wish in history.wishes]
        assert sum(map(len, held)) == len(frozenset().union(*held))


def test_nothing_is_on_both_sides(shared_data: Path) -> None:
    """What is reported shares no utterance, dimension or author with what is tuned on."""
    tuning, reported = (material(shared_data, side) for side in Side)
    assert not {u.id for u in tuning.utterances} & {u.id for u in reported.utterances}
    on = [{d for p in side.preferences for d in dimensions(p)} for side in (tuning, reported)]
    assert not on[0] & on[1]
    assert not set(tuning.messages) & set(reported.messages)
    assert {side_of_author(author) for author in reported.messages} == {Side.REPORTED}
    assert len(tuning.preferences) + len(reported.preferences) == len(meanings()) / 2


def test_the_held_out_reader_sees_none_of_what_is_planted(shared_data: Path) -> None:
    """No utterance and no author of a reported history is trained on, and all others are."""
    authors = material(shared_data, Side.REPORTED).messages
    given = cases(shared_data)
    kept = [each for each in given if not is_planted(each)]
    assert {each.source for each in kept} == {"aider", "claude-code"}
    assert {each.group for each in kept} & set(authors) == set()
    assert {each.group for each in given if each.source != "written"} - set(authors) == {
        each.group for each in kept
    }


@pytest.mark.slow
def test_the_product_holds_no_text_of_the_evaluation(shared_data: Path) -> None:
    """No reported utterance of more than a few words is in the product's code or data."""
    product = "\n".join(
        " ".join(file.read_text(encoding="utf-8").casefold().split())
        for file in PRODUCT.rglob("*")
        if file.suffix in {".py", ".toml", ".md", ".json", ".jinja"}
    )
    said = material(shared_data, Side.REPORTED).utterances
    told = {" ".join(text.casefold().split()) for u in said for text in (u.text, u.quote)}
    assert [text for text in told if len(text.split()) >= 5 and text in product] == []


# The oracle


def test_an_oracle_without_noise_reads_what_was_planted_and_nothing_else() -> None:
    """One observation a lasting planting, with its quote, value and scope."""
    (history,) = histories(invented(), (30,))
    oracle = Oracle(history.log, Noise(), 0)
    read = [(s.host_id, o) for s in history.sessions for o in oracle.read(s).observations]
    lasting = [p for p in history.log if p.kind in LASTING]
    assert sorted((s, o.quote.ordinal, o.quote.text) for s, o in read) == sorted(
        (p.session, p.turn, p.quote) for p in lasting
    )
    assert {o.scope for _, o in read} == {p.said_of for p in lasting}


def test_a_noisy_oracle_never_reads_agents_or_tools() -> None:
    """It misses and misreads the person's words, and theirs alone."""
    (history,) = histories(invented(), (60,))
    oracle = Oracle(history.log, Noise(misses=1.0, false=1.0), 0)
    read = {
        (s.host_id, o.quote.ordinal) for s in history.sessions for o in oracle.read(s).observations
    }
    passing = SAID_BY_THE_PERSON - LASTING
    assert read == {(p.session, p.turn) for p in history.log if p.kind in passing}


@pytest.mark.slow
def test_tom_keeps_what_an_oracle_reads() -> None:
    """The whole way: every due wish is told, reversals hold, nothing false is believed."""
    (history,) = histories(invented(), (20,))
    judged = [kept(history, HashEmbedder(), Oracle(history.log, Noise(), 0))]
    assert score.recall(judged, confirmed=True) == 1.0
    assert score.false_per_hundred(judged, confirmed=False) == 0.0
    assert score.now_right(judged, read=False) in (1.0, pytest.approx(float("nan"), nan_ok=True))


# Scores, by hand


def belief(number: int, session: int, **fields: Any) -> Belief:
    at = START + timedelta(days=session)
    evidence = Evidence(
        observation_id=number,
        session_id=session,
        host="jsonl",
        repository="",
        ordinal=0,
        quote="q",
        stance=Stance.SUPPORTS,
        source=Source.INSTRUCTION,
        at=at,
    )
    given: dict[str, Any] = {
        "kind": BeliefKind.PREFERENCE,
        "statement": "s",
        "status": Status.CONFIRMED,
        "confidence": 0.8,
        "first_seen": at,
        "last_seen": at,
        "evidence": (evidence,),
    }
    return Belief(id=number, **(given | fields))


def planting(session: str, preference: str, kind: Kind = Kind.WISH, **fields: Any) -> Planting:
    given: dict[str, Any] = {
        "user": "ada",
        "session": session,
        "turn": 0,
        "kind": kind,
        "preference": preference,
        "held": True,
        "how": "explicit",
        "quote": "q",
        "said_of": EVERYWHERE,
        "utterance": "u-1",
    }
    return Planting(**(given | fields))


def wish(preference: str, **fields: Any) -> Wish:
    given: dict[str, Any] = {
        "user": "ada",
        "preference": preference,
        "held": True,
        "scope": EVERYWHERE,
        "sessions": 2,
        "last_said": START,
        "reversed": False,
    }
    return Wish(**(given | fields))


def judged(log: list[Planting], wishes: list[Wish], beliefs: list[Belief]) -> Judgement:
    sessions = tuple(session_of("q", host_id=name) for name in ("s1", "s2"))
    history = History("ada", sessions, tuple(log), tuple(wishes))
    return score.judge(history, beliefs, beliefs, {1: "s1", 2: "s2"})


def test_a_belief_means_what_its_value_says() -> None:
    """A value of the catalogue is the preference or its opposite; speaking against one flips it."""
    says = {"dimension": "comments", "value": "minimal"}
    assert score.meaning(belief(1, 1, **says), {}, {1: "s1"}) == {("doc10", True)}
    against = belief(1, 1, polarity=Polarity.AGAINST, **says)
    assert score.meaning(against, {}, {1: "s1"}) == {("doc10", False)}
    unknown = belief(1, 1, dimension="comments", value="haiku")
    assert score.meaning(unknown, {}, {1: "s1"}) == set()


def test_a_belief_without_a_value_means_what_its_turns_were_planted_with() -> None:
    """Words of the person's own are judged by where they were said; a trap means nothing."""
    open_belief = belief(1, 1)
    log = {("s1", 0): [planting("s1", "git06")]}
    assert score.meaning(open_belief, log, {1: "s1"}) == {("git06", True)}
    trap = {("s1", 0): [planting("s1", "git06", Kind.ONE_OFF)]}
    assert score.meaning(open_belief, trap, {1: "s1"}) == set()


def test_a_preference_told_twice_is_wrong_once() -> None:
    """The second belief on one choice is one too many; two choices of one preference are not."""
    pnpm = {"dimension": "package_manager", "value": "pnpm"}
    poetry = {"dimension": "python_packages", "value": "poetry"}
    told = [belief(1, 1, **pnpm), belief(2, 1, **poetry), belief(3, 2, **pnpm)]
    result = judged([], [wish("stack01")], told)
    assert [(b.right, b.again) for b in result.beliefs] == [
        (True, False),
        (True, False),
        (True, True),
    ]
    assert score.precision([result], confirmed=True) == pytest.approx(2 / 3)
    assert score.recall([result], confirmed=True) == 1.0
    assert score.f1([result], confirmed=True) == pytest.approx(0.8)


def test_a_reversal_is_right_where_only_the_new_is_told() -> None:
    """The old belief beside the new one makes it wrong, and so does the old one alone."""
    new = belief(1, 1, dimension="comments", value="thorough")
    old = belief(2, 1, dimension="comments", value="minimal")
    wants = [wish("doc10", held=False, reversed=True)]
    for told, right in (([new], 1.0), ([new, old], 0.0), ([old], 0.0)):
        assert score.now_right([judged([], wants, told)], read=False) == right


def test_scope_is_judged_where_a_wish_is_told() -> None:
    """A belief held too widely is right and out of place; what is not told has no place."""
    wants = [wish("doc10", scope=HERE), wish("git06")]
    here = belief(1, 1, dimension="comments", value="minimal", scope=HERE)
    wide = belief(1, 1, dimension="comments", value="minimal")
    assert score.in_place([judged([], wants, [here])]) == 1.0
    assert score.in_place([judged([], wants, [wide])]) == 0.0


def test_a_trap_is_let_in_by_a_wrong_belief_only() -> None:
    """One-off words under a belief that is right anyway did no harm."""
    log = [planting("s1", "doc10", Kind.ONE_OFF), planting("s2", "git06", Kind.ONE_OFF)]
    told = [
        belief(1, 1, dimension="comments", value="minimal"),
        belief(2, 2, dimension="merged_branches", value="keep", status=Status.CANDIDATE),
    ]
    result = [judged(log, [wish("doc10")], told)]
    assert score.kept_out(result, Kind.ONE_OFF, confirmed=False) == 0.5
    assert score.kept_out(result, Kind.ONE_OFF, confirmed=True) == 1.0
    assert score.false_per_hundred(result, confirmed=False) == 50.0
    assert score.false_per_hundred(result, confirmed=True) == 0.0


def test_habits_are_not_judged() -> None:
    """What is counted off behaviour was not planted, and is neither right nor wrong."""
    habit = belief(1, 1, kind=BeliefKind.HABIT, dimension="habit.hours", value="night")
    assert judged([], [], [habit]).beliefs == ()


def test_what_was_said_once_long_ago_is_not_due() -> None:
    """Recall of all that is told asks for what was said twice, or once of late."""
    old = wish("doc10", sessions=1, last_said=START - timedelta(days=181))
    late = wish("git06", sessions=1, last_said=START)
    assert score.recall([judged([], [old, late], [])], confirmed=False) == 0.0
    told = [belief(1, 1, dimension="merged_branches", value="prune", status=Status.CANDIDATE)]
    assert score.recall([judged([], [old, late], told)], confirmed=False) == 1.0


def test_the_brier_score_and_the_reliability_by_hand() -> None:
    """(0.2^2 + 0.8^2 + 0.4^2) / 3 for confidences 0.8 right, 0.8 wrong and 0.6 right."""
    told = tuple(
        Told(user="ada", right=right, again=False, confirmed=True, confidence=sure)
        for right, sure in ((True, 0.8), (False, 0.8), (True, 0.6))
    )
    people = [Judgement("ada", 10, told, (), ())]
    assert score.squared_error(people) == pytest.approx(0.28)
    assert score.reliable(people) == [
        (pytest.approx(0.6), 1.0, 1),
        (pytest.approx(0.8), 0.5, 2),
    ]


def test_figures_pool_people() -> None:
    """Shares are taken over all people's beliefs and wishes together."""
    sought = Sought("ada", 2, False, True, True, True, True, False, True)
    missed = sought._replace(user="bob", told=False, confirmed=False, scope_right=None)
    people = [
        Judgement("ada", 50, (Told("ada", True, False, True, 0.9),), (sought,), ()),
        Judgement("bob", 150, (), (missed,), (Trap("bob", Kind.ASIDE, True, False),)),
    ]
    assert score.recall(people, confirmed=True) == 0.5
    assert score.precision(people, confirmed=True) == 1.0
    assert score.kept_out(people, Kind.ASIDE, confirmed=False) == 0.0


def test_a_lengthened_history_keeps_its_log_right() -> None:
    """Real turns come before the woven ones, and the log still names the right turns."""
    (short,) = histories(invented(), (20,))
    real = [session_of("a real message", (Role.AGENT, "x" * 400), host_id="real")]
    long = lengthened(short, real, 20 * 300)
    sessions = {session.host_id: session for session in long.sessions}
    assert all(p.quote in sessions[p.session].turns[p.turn].text for p in long.log)
    assert all([t.ordinal for t in s.turns] == list(range(len(s.turns))) for s in long.sessions)
    assert all(sum(len(t.text) for t in s.turns) >= 1200 for s in long.sessions)


def test_the_fitted_error_by_hand() -> None:
    """One belief of weight 1, right: the error of a doubt of 1 is (1 - 1/2)^2."""
    found = errors([(1.0, 0.0, True)])
    assert found[1.0] == pytest.approx(0.25)
    assert found[0.5] == pytest.approx((1 / 3) ** 2)
