import pytest

from tom_swe.memory import search
from tom_swe.memory.store import Store
from tom_swe.model.session import Role
from tom_swe.testing import session_of


def test_user_turns_are_found_apart_from_agent_turns(store: Store) -> None:
    """A word only the agent said is not found among what the person said."""
    store.sessions.put("ada", session_of("fix the parser", (Role.AGENT, "I fixed the tokenizer")))
    assert [turn for turn, _ in store.search.turns("ada", "parser", 5)] == [1]
    assert store.search.turns("ada", "tokenizer", 5) == []
    found = store.search.turns("ada", "tokenizer", 5, role=Role.AGENT)
    assert [turn for turn, _ in found] == [2]


def test_the_index_follows_every_change(store: Store) -> None:
    """Turns that are gone are not found, and full-text is in step with the rows."""
    store.sessions.put("ada", session_of("fix the parser", "and the lexer"))
    store.sessions.put("ada", session_of("fix the parser", "and the scanner"))
    assert store.search.turns("ada", "lexer", 5) == []
    assert len(store.search.turns("ada", "scanner", 5)) == 1
    assert store.check() == []


def test_short_sessions_and_short_messages_are_found(store: Store) -> None:
    """A session of one short message is found by its word."""
    store.sessions.put("ada", session_of("fix it"))
    assert len(store.search.turns("ada", "fix", 5)) == 1


def test_words_that_everyone_says_are_dropped_from_queries(store: Store) -> None:
    """A term in more documents than is telling brings nothing; the rare one beside it does."""
    said = [f"please change number {n} now" for n in range(400)]
    store.sessions.put("ada", session_of(*said, "please change the zebra"))
    assert store.search.turns("ada", "please", 5) == []
    found = store.search.turns("ada", "please change the zebra", 5)
    assert [turn for turn, _ in found] == [401]


def test_a_query_is_never_read_as_an_expression(store: Store) -> None:
    """Quotes, operators and stars in a query are words or nothing."""
    store.sessions.put("ada", session_of('use "near" here'))
    for query in ('near" OR *', "NEAR(", "text:near AND", '"', "^near*", "a-b", "\x00"):
        store.search.turns("ada", query, 5)
    assert len(store.search.turns("ada", 'near" OR *', 5)) == 1


def test_users_do_not_find_each_others_words(store: Store) -> None:
    """Search sees one user only."""
    store.sessions.put("ada", session_of("the parser"))
    assert store.search.turns("bob", "parser", 5) == []


def test_words_that_only_hold_a_sentence_together_are_not_searched_for(store: Store) -> None:
    """They bring no turn beside telling words, but are searched where there is nothing else."""
    store.sessions.put("ada", session_of("what did you do to the lexer", "fix the parser"))
    assert [turn for turn, _ in store.search.turns("ada", "what did the parser do", 5)] == [2]
    assert [turn for turn, _ in store.search.turns("ada", "what did you do", 5)] == [1]


def test_a_query_scores_no_more_turns_than_it_has_time_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rarest words are searched for, until what they match is enough."""
    monkeypatch.setattr(search, "MAX_MATCHES", 3)
    store.sessions.put("ada", session_of("zebra", "lion", "lion lion", "parser", "parser now"))
    assert {turn for turn, _ in store.search.turns("ada", "parser lion zebra", 9)} == {1, 2, 3}


def test_the_limit_counts_one_users_turns(store: Store) -> None:
    """Better matches of somebody else's do not take the places of one's own."""
    store.sessions.put("bob", session_of(*(f"parser {n}" for n in range(9))))
    store.sessions.put("ada", session_of("the parser is slow when the file is long"))
    assert len(store.search.turns("ada", "parser", 1)) == 1
