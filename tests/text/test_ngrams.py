import numpy as np
import pytest

from tom_swe.text.ngrams import ngrams, words_of


def test_indices_are_the_same_on_every_machine() -> None:
    """Shipped weights stand at these places, so these numbers may never change."""
    assert ngrams("No, undo that.", characters=(2, 2)).tolist() == [
        207661,
        74572,
        115614,
        35708,
        106397,
        252982,
        183326,
        83471,
        39394,
        115614,
        77608,
        114222,
        57914,
        261333,
        40968,
        260515,
        258432,
        72711,
        99384,
        256521,
        241129,
        259728,
        261077,
        167292,
        256633,
        120830,
        38318,
        230425,
        149747,
    ]


def test_a_word_has_its_pieces_and_a_run_of_words_its_own_place() -> None:
    """Two words give two single words, one pair, and the pieces of each with its edges."""
    assert len(ngrams("ab cd", words=(1, 2), characters=(2, 2))) == 2 + 1 + 3 + 3
    assert len(ngrams("ab cd", words=(2, 2), characters=(9, 9))) == 1


def test_the_order_of_words_counts() -> None:
    """A pair is not the pair the other way round."""
    one, other = (ngrams(text, words=(2, 2), characters=(9, 9)) for text in ("a b", "b a"))
    assert one.tolist() != other.tolist()


def test_case_and_numbers_do_not_count() -> None:
    """The model may not learn a number, nor that somebody shouts."""
    assert ngrams("Port 8080 AGAIN").tolist() == ngrams("port 1234 again").tolist()


def test_every_character_is_a_word_where_no_spaces_are_written() -> None:
    """Chinese and Japanese have words of one character; Korean and Latin words stay whole."""
    assert words_of("不要用var 하지 마") == ["不", "要", "用", "var", "하지", "마"]


def test_a_field_moves_the_same_words_elsewhere() -> None:
    """What the agent said is told from what the person said."""
    mine, theirs = (set(ngrams("it still fails", field=at).tolist()) for at in (0, 1))
    assert len(mine & theirs) <= 1


@pytest.mark.parametrize("bits", [10, 18])
def test_all_indices_are_below_the_size(bits: int) -> None:
    """A table of 2 ** bits weights holds each, and different words are spread over it."""
    text = " ".join(f"{chr(97 + n % 26)}word{chr(97 + n // 26)}" for n in range(600))
    found = ngrams(text, bits=bits)
    assert found.dtype == np.uint32
    assert int(found.max()) < 1 << bits
    different = len(set(ngrams(text, bits=32).tolist()))
    assert len(set(found.tolist())) > 0.6 * min(1 << bits, different)


def test_nothing_has_no_ngrams() -> None:
    """An empty turn gives an empty array."""
    assert ngrams(" \n").tolist() == []
