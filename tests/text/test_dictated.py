"""Words that order a text for others are no wishes of the person who orders it."""

import pytest

from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.belief import Observation, Source
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import FixedScorer
from tom_swe.text.dictated import dictated


def read(text: str) -> tuple[Observation, ...]:
    """What is read from one turn, with hints."""
    turn = Turn(ordinal=0, role=Role.USER, text=text)
    session = Session(host="t", host_id="1", repository="acme/shop", turns=(turn,))
    return EmbeddedReader(scorer=FixedScorer()).read(session).observations


@pytest.mark.parametrize(
    "text",
    [
        "Draft a reply to the landlord: I prefer e-mail, never call me.",
        "Write the greeting for our booking bot: always answer in Dutch, keep answers short.",
        "Change the banner to: never use your old password again.",
        "Add a line to the wiki page saying you should always rebase before you merge.",
        "We need a tooltip that tells people to always use tabs.",
        "The hint should read: always use double quotes.",
        "In the newsletter, say we never use emojis.",
        "Our Slack bot must never apologise and always answer in English.",
        "Have the chatbot in the shop keep its answers short, always.",
        "Tell the team that from now on we use pnpm.",
        "Remind users to never commit their keys.",
        "Translate this: from now on always use pnpm.",
        "Write a poem about a baker who says she always uses tabs: I prefer tabs over spaces.",
        "Here is the prompt for our assistant:\n\nAlways answer in French.\nNever use emojis.",
        "Draft a mail to the interns:\n- always use pnpm\n- never commit to main",
    ],
)
def test_what_a_text_for_others_says_is_no_wish(text: str) -> None:
    """Neither a rule nor a hint comes of it, in whatever order the words stand."""
    assert read(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Always write commit messages that say why.",
        "Error messages must always say what to do next.",
        "Every pull request should say what was tested, always.",
        "Update the changelog with every change.",
        "Add to CLAUDE.md: always use pnpm.",
        "Make a note for yourself: never commit to main.",
        "My rule for this repo: never use npm.",
        "I want you to always answer in French.",
        "Never use a bot to merge pull requests.",
        "Tell me before you install anything, always.",
        "Always ask the users before you delete their files.",
    ],
)
def test_how_texts_of_a_kind_are_written_is_a_wish(text: str) -> None:
    """A standing order, and what is said to the agent itself, stay the person's."""
    assert list(dictated(text)) == []


def test_a_line_below_the_text_is_the_persons_again() -> None:
    """What stands behind a blank line, or turns back to the agent, is no part of the text."""
    found = read("Draft a mail to the team:\nalways use pnpm\n\nFrom now on keep answers short.")
    assert [each.value for each in found if each.source is not Source.HINT] == ["short"]
    (span,) = dictated("Set the label to: never share it. In this repo always use yarn.")
    assert span[1] == len("Set the label to: never share it")
