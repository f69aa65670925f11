"""What differs between then and now."""

from collections.abc import Callable
from datetime import timedelta

from tom_swe.explain.history import Difference, Sign, differences
from tom_swe.mind.tom import Tom
from tom_swe.testing import START, session_of


def test_a_belief_that_was_widened_shows_where_it_held(make_tom: Callable[..., Tom]) -> None:
    """Said in a second repository it holds everywhere; the diff names the place it had before."""
    tom = make_tom()
    for day, repository in enumerate(("acme/shop", "acme/web")):
        at = START + timedelta(days=day)
        words = "from now on use pnpm"
        tom.add_session(
            "ada", session_of(words, host_id=str(day), started=at, repository=repository)
        )
    tom.learn("ada")
    (found,) = differences(tom.memory, "ada", START + timedelta(hours=1))
    assert isinstance(found, Difference)
    assert (found.sign, found.statement) == (Sign.CHANGED, "Use pnpm")
    assert found.old.startswith("repository:acme/shop, candidate")
    assert found.new.startswith("everywhere, confirmed")
