from hypothesis import given
from hypothesis import strategies as st

from tom_swe.text.terms import HEAD, LONGEST, TAIL, UNKNOWN, terms, topics


def test_forms_of_a_word_are_one_term() -> None:
    """Letter case, plurals and the endings of verbs make no other term."""
    assert terms("Commits, committed COMMITTING") == ["commit"] * 3
    assert terms("branches' boxes") == ["branch", "box"]
    assert terms("passed calls classes") == ["pass", "call", "class"]


def test_numbers_and_single_letters_are_no_terms() -> None:
    """A choice from a list says nothing of what it is about."""
    assert terms("1") == terms("b, 2.") == []


def test_a_script_without_blanks_gives_pairs() -> None:
    """Two signs that follow one another make a term, so that words are found in a sentence."""
    assert terms("提交代码") == ["提交", "交代", "代码"]
    assert terms("prüfe") == ["prüfe"]


def test_of_a_long_text_the_ends_count() -> None:
    """What is asked for stands before or behind what was pasted."""
    text = "lint first " + "x" * 9 * HEAD + " and then push"
    assert terms(text)[:2] == ["lint", "first"]
    assert terms(text)[-1] == "push"
    assert max(map(len, terms(text))) <= LONGEST
    assert sum(map(len, terms(text))) < HEAD + TAIL


def test_small_words_and_answers_are_about_nothing() -> None:
    """Words that hold a sentence together weigh nothing, names of work do."""
    about = topics()
    assert not any(about[each] for each in ("the", "continu", "yes", "no", "ok"))
    assert all(about[each] > UNKNOWN for each in ("commit", "push", "merg"))
    assert about is topics()


@given(st.text(max_size=300))
def test_any_text_has_terms(text: str) -> None:
    """Terms hold letters or digits only, and none is empty."""
    assert all(each.isalnum() for each in terms(text))
