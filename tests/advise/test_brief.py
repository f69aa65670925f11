from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tom_swe.advise.brief import MOMENTS, brief, briefings
from tom_swe.model.belief import (
    Belief,
    Decision,
    DecisionKind,
    Evidence,
    Kind,
    Reach,
    Scope,
    Source,
    Stance,
    Status,
)
from tom_swe.model.user import UserModel
from tom_swe.testing import START
from tom_swe.text.tokens import count_tokens

text = st.text(max_size=60)


def belief(
    number: int, statement: str = "Use pnpm", quote: str = "use pnpm", **fields: object
) -> Belief:
    held = Evidence(
        observation_id=number,
        session_id=1,
        host="jsonl",
        repository="",
        ordinal=0,
        quote=quote,
        stance=Stance.SUPPORTS,
        source=Source.INSTRUCTION,
        at=START,
    )
    values = {
        "id": number,
        "kind": Kind.PREFERENCE,
        "statement": statement,
        "confidence": 0.5,
        "first_seen": START,
        "last_seen": START,
        "evidence": (held,),
    }
    return Belief.model_validate(values | fields)


def user(*beliefs: Belief) -> UserModel:
    return UserModel(user_id="ada", beliefs=beliefs)


many = st.lists(
    st.builds(
        belief,
        number=st.integers(1, 99),
        statement=text,
        quote=text,
        kind=st.sampled_from(list(Kind)),
        status=st.sampled_from(list(Status)),
        confidence=st.floats(0, 1),
        scope=st.builds(Scope, reach=st.sampled_from(list(Reach)), name=text),
    ),
    max_size=30,
    unique_by=lambda each: each.id,
)


@given(many, st.integers(50, 800))
def test_it_never_goes_over_its_budget(beliefs: list[Belief], budget: int) -> None:
    """However many beliefs there are and whatever they say, the text fits its budget."""
    made = brief(user(*beliefs), "", budget)
    assert made.tokens <= budget
    assert made.tokens == count_tokens(made.text)


@given(many)
def test_it_is_the_same_bytes_for_the_same_beliefs(beliefs: list[Belief]) -> None:
    """The order in which memory returns beliefs changes nothing."""
    one, other = brief(user(*beliefs), "", 800), brief(user(*reversed(beliefs)), "", 800)
    assert one.text == other.text


@given(many)
def test_stored_text_cannot_leave_the_fence(beliefs: list[Belief]) -> None:
    """Nothing a person or a transcript said can close the fence or start a line of its own."""
    made = brief(user(*beliefs), "", 800).text
    if made:
        assert made.startswith("<tom-briefing>\n")
        assert made.endswith("\n</tom-briefing>")
        assert made.count("<") == made.count(">") == 2


def test_it_names_the_moments_at_which_tom_is_to_be_asked() -> None:
    """The last line says when to ask, once; a small briefing has room for beliefs only."""
    assert brief(user(belief(1)), "", 800).text.count(MOMENTS) == 1
    assert MOMENTS not in brief(user(belief(1)), "", 100).text
    assert brief(user(), "", 800).text == ""


def test_nothing_known_is_nothing_said() -> None:
    """No beliefs make an empty briefing, which costs no tokens."""
    made = brief(user(), "", 800)
    assert (made.text, made.tokens) == ("", 0)


def test_only_what_holds_here_is_said() -> None:
    """Another repository's rules and beliefs given up are left out."""
    there = Scope(reach=Reach.REPOSITORY, name="acme/shop")
    beliefs = (
        belief(1, "Use pnpm"),
        belief(2, "Write migrations by hand", scope=there),
        belief(3, "Use npm", status=Status.RETIRED),
    )
    here, shop = brief(user(*beliefs), "other", 800), brief(user(*beliefs), "shop", 800)
    assert here.belief_ids == (1,)
    assert shop.belief_ids == (1, 2)
    assert {each.repository for each in briefings(user(*beliefs), 800, {})} == {"", "acme/shop"}


def test_two_repositories_of_one_last_name_are_told_their_own() -> None:
    """Where they are used in other folders; in one folder they are one, whatever their names."""
    names = ("acme/shop", "newco/shop", "shop", "web")
    beliefs = [
        belief(number, f"Rule {number}", scope=Scope(reach=Reach.REPOSITORY, name=name))
        for number, name in enumerate(names)
    ]

    def told(folders: dict[str, list[str]]) -> dict[str, tuple[int, ...]]:
        made = briefings(user(*beliefs), 800, folders)
        return {each.repository: each.belief_ids for each in made if each.repository}

    apart = {"acme/shop": ["/a"], "newco/shop": ["/b"], "shop": ["/z/shop"]}
    assert told(apart) == {"acme/shop": (0,), "newco/shop": (1,), "shop": (2,), "web": (3,)}
    moved = {"acme/shop": ["/a"], "newco/shop": ["/c", "/a"], "shop": ["/z/shop"]}
    assert told(moved)["newco/shop"] == told(moved)["acme/shop"] == (0, 1)
    assert told({})["shop"] == (0, 1, 2)


def test_a_narrower_rule_goes_before_a_wider_one() -> None:
    """In a repository with a rule of its own the general one is not told as well."""
    there = Scope(reach=Reach.REPOSITORY, name="shop")
    tool = {"dimension": "package_manager"}
    beliefs = user(
        belief(1, "Use npm", value="npm", **tool),
        belief(2, "Use pnpm", value="pnpm", scope=there, **tool),
    )
    assert brief(beliefs, "shop", 800).belief_ids == (2,)
    assert brief(beliefs, "other", 800).belief_ids == (1,)


def test_what_the_person_said_to_tom_since_goes_before_a_narrower_rule() -> None:
    """They would look for it in the next briefing; what they decided for one place stays."""
    there = Scope(reach=Reach.REPOSITORY, name="shop")
    tool = {"dimension": "package_manager"}
    (held,) = belief(1).evidence
    said = held.model_copy(update={"source": Source.STATED})
    later = START + timedelta(days=3)
    stated = belief(1, "Use yarn", value="yarn", evidence=(said,), last_seen=later, **tool)
    narrow = belief(2, "Use pnpm", value="pnpm", scope=there, **tool)
    assert brief(user(stated, narrow), "shop", 800).belief_ids == (1,)
    pin = Decision(kind=DecisionKind.PIN, at=START)
    decided = narrow.model_copy(update={"decisions": (pin,)})
    assert brief(user(stated, decided), "shop", 800).belief_ids == (2,)


def test_confirmed_beliefs_come_first_when_room_is_short() -> None:
    """Where not all fits, what was confirmed is kept and what was said once goes."""
    candidates = [belief(n, f"Candidate number {n}") for n in range(1, 20)]
    sure = belief(50, "A confirmed rule", status=Status.CONFIRMED, confidence=0.6)
    made = brief(user(*candidates, sure), "", 90)
    assert 50 in made.belief_ids
    assert len(made.belief_ids) < 20


def test_said_once_is_marked_and_quoted() -> None:
    """The agent sees what rests on one session only, and the person's own words."""
    made = brief(user(belief(1, "Use pnpm everywhere")), "", 800).text
    assert '- Use pnpm everywhere (seen once) "use pnpm"' in made


def test_the_same_words_stand_once() -> None:
    """A statement that is what the person said, but for case and marks, is their quote alone."""
    assert '- "use pnpm" (seen once)' in brief(user(belief(1, "Use pnpm.")), "", 800).text


def habit(number: int, dimension: str, value: str, **fields: object) -> Belief:
    return belief(
        number,
        f"{dimension} {value}",
        kind=Kind.HABIT,
        dimension=f"habit.{dimension}",
        value=value,
        status=Status.CONFIRMED,
        **fields,
    )


def test_habits_that_change_nothing_are_left_out() -> None:
    """Hours, length and English are; another language, and what the person pinned, are not."""
    pin = Decision(kind=DecisionKind.PIN, at=START)
    idle = (
        habit(1, "hours", "night"),
        habit(2, "message_length", "short"),
        habit(3, "written_language", "en"),
    )
    held = (
        habit(4, "written_language", "es"),
        habit(5, "questions", "waves_off"),
        habit(6, "hours", "night", decisions=(pin,)),
    )
    assert brief(user(*idle), "", 800).text == ""
    assert brief(user(*idle, *held), "", 800) == brief(user(*held), "", 800)
    assert brief(user(*held), "", 800).belief_ids == (4, 5, 6)


def test_who_says_what_to_answer_in_is_not_answered_in_what_they_write() -> None:
    """The habit would say otherwise."""
    said = belief(2, "Answer in English", dimension="answer_language", value="english")
    made = brief(user(habit(1, "written_language", "es"), said), "", 800)
    assert made.belief_ids == (2,)
