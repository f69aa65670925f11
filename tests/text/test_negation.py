"""What says that something is not to be, in several languages."""

import pytest

from tom_swe.text.negation import denies


@pytest.mark.parametrize(
    "text",
    [
        "Never rename the lanterns",
        "don't rename the lanterns",
        "No cambies los faroles",
        "Ne renomme pas les lanternes",
        "Die Laternen nicht umbenennen",
        "не переименовывай фонари",
        "不要改灯笼的名字",
        "ランタンの名前を変えないで",
    ],
)
def test_one_negation_denies(text: str) -> None:
    """A sentence with one negation says that something is not to be."""
    assert denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rename the lanterns",
        "Never rename the lanterns without a word to me",
        "No cambies los faroles sin avisarme",
        "Cambia el nombre de los faroles",
        "改灯笼的名字",
        "列出不同的灯笼",
    ],
)
def test_none_and_two_deny_nothing(text: str) -> None:
    """Two negations ask for what they name, and a syllable of another word is none."""
    assert not denies(text)
