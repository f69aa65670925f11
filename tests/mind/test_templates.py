"""A text that comes again in several sessions is a template, not something said each time."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Source, Status
from tom_swe.model.session import Session
from tom_swe.testing import START, session_of

type MakeTom = Callable[..., Tom]

PROMPT = """Carry out task {n} of the plan.
Read the whole plan before you change anything in the code.
From now on always use pnpm, never npm, for whatever is installed.
Keep every change as small as the task allows it to be.
Report what you did and what is left when the task is done.
Leave the list of tasks in the order in which you found it."""


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    """A tom of its own for each test."""
    return make_tom()


def session(number: int, text: str) -> Session:
    """A session in which this was sent."""
    started = START + timedelta(days=number)
    return session_of(text, host_id=str(number), repository="acme/shop", started=started)


def believed(tom: Tom, sessions: Sequence[Session]) -> list[tuple[str, Status, int, set[Source]]]:
    """What is believed of these sessions: status, in how many sessions it was said, and how."""
    for each in sessions:
        tom.add_session("ada", each)
        assert tom.learn("ada").failed == ()
    assert tom.learn("ada").failed == ()
    return [
        (
            b.statement,
            b.status,
            len({e.session_id for e in b.supporting}),
            {e.source for e in b.supporting},
        )
        for b in tom.memory.beliefs.all("ada")
        if "pnpm" in b.statement
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_template_is_one_saying_of_low_weight(tom: Tom, order: tuple[int, ...]) -> None:
    """However often it is sent, and whichever session is read first."""
    sent = [session(n, PROMPT.format(n=n)) for n in range(3)]
    assert believed(tom, [sent[n] for n in order]) == [
        ("Use pnpm, never npm", Status.CANDIDATE, 1, {Source.HINT})
    ]


def test_what_is_added_to_a_template_is_said(tom: Tom) -> None:
    """It stands between the lines that come again."""
    sent = [session(n, PROMPT.format(n=n)) for n in range(2)]
    sent.append(session(3, PROMPT.format(n=3) + "\nAnd always use pnpm here, please."))
    ((_, _, count, sources),) = believed(tom, sent)
    assert (count, Source.HINT in sources, len(sources)) == (2, True, 2)


def test_a_short_text_that_comes_again_is_said_again(tom: Tom) -> None:
    """People say the same thing in the same words."""
    sent = [session(n, "from now on always use pnpm, never npm") for n in range(2)]
    assert believed(tom, sent)[0][2] == 2


def test_a_long_text_in_one_session_is_said(tom: Tom) -> None:
    """Once is no template; when the other session is forgotten it is none again."""
    first, second = (session(n, PROMPT.format(n=n)) for n in range(2))
    (once,) = believed(tom, [first])
    believed(tom, [second])
    gone = next(s for s in tom.memory.sessions.summaries("ada") if s.started == second.started)
    tom.forget_session("ada", gone.id)
    assert believed(tom, []) == [once]
    assert once[3] != {Source.HINT}


HOUSE = """These are the house rules for the front end of the shop.
From now on always use pnpm, never npm, for whatever is installed.
Keep the functions below forty lines, please do so each time.
Explain what you changed when the task has come to its end.
Do not touch the files that the generator has written."""


def test_a_message_of_two_templates_makes_both_known(make_tom: MakeTom) -> None:
    """Each stood alone until then, and the two sessions are read again."""
    plan = PROMPT.format(n=1).replace(
        "From now on always use pnpm", "Install what is needed by pnpm"
    )
    sent = [session(0, HOUSE), session(1, plan), session(2, f"{HOUSE}\n{plan}")]
    one_by_one = believed(make_tom(), sent)
    at_once = make_tom()
    for each in sent:
        at_once.add_session("ada", each)
    assert one_by_one == believed(at_once, []) != []
    assert one_by_one[0][3] == {Source.HINT}


def test_what_the_holder_lost_is_the_next_ones(make_tom: MakeTom) -> None:
    """The host took the text back there, and the other session is read again."""
    tom = make_tom()
    believed(tom, [session(0, HOUSE), session(1, HOUSE)])
    less = session(0, "please look at the page")
    assert believed(tom, [less]) == believed(make_tom(), [session(1, HOUSE)]) != []
