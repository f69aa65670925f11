"""What keeps a quote from carrying what was made of it, on readings made by hand."""

import pytest

from tom_swe.extract.support import Lack, OwnMessage, all_supported, flaw_in, supported
from tom_swe.model.belief import Kind, Observation, Polarity, Quote, SessionModel, Source
from tom_swe.model.session import Role, Session, Template, Turn
from tom_swe.testing import session_of
from tom_swe.text.attribution import AgentWords
from tom_swe.text.lines import digests_of


def reading(statement: str, quote: str, **changed: object) -> Observation:
    """An instruction, read from a quote of the first turn."""
    fields: dict[str, object] = {
        "kind": Kind.PREFERENCE,
        "source": Source.INSTRUCTION,
        "statement": statement,
        "quote": Quote(ordinal=0, text=quote),
    }
    return Observation.model_validate(fields | changed)


def turn(text: str, role: Role = Role.USER) -> Turn:
    return Turn(ordinal=0, role=role, text=text)


def lack(statement: str, quote: str, text: str = "", **changed: object) -> Lack | None:
    """What a quote lacks in its message, by default the quote alone."""
    found = flaw_in(reading(statement, quote, **changed), OwnMessage(turn(text or quote)))
    return found.lack if found else None


TYPING = {"dimension": "typing", "value": "strict"}
PNPM = {"dimension": "package_manager", "value": "pnpm"}
NPM = {"dimension": "package_manager", "value": "npm"}
SHORT = {"dimension": "answer_length", "value": "short"}
AGAINST = {"polarity": Polarity.AGAINST}
OBJECTS = {"source": Source.CORRECTION, **AGAINST}
ON_THEM = {"kind": Kind.EXPERTISE}


@pytest.mark.parametrize(
    ("statement", "quote", "text", "changed"),
    [
        ("Use pnpm", "use pnpm here, not npm", "", PNPM),
        ("Never use var, always const", "never use var, always const", "", {}),
        ("Use `tox -e lint`", "use `tox -e lint", "from now on use `tox -e lint`", {}),
        ("Use spaces (never tabs", "use spaces (never tabs", "use spaces (never tabs)", {}),
        ("Keep answers short", "no more essays please", "", SHORT),
        ("Never log keys", "never log keys", "the parser (never log keys!) is slow", AGAINST),
        ("Use spaces", "use spaces", "use spaces because I never like the look of tabs", {}),
        ("Do not rename files", "why did you rename the files?", "", OBJECTS),
        ("Why rename so much", "why rename so much", "", AGAINST),
        ("Siempre usa pnpm", "siempre usa pnpm", "siempre usa pnpm, que es lo más rápido", {}),
        ("You have to ask first", "you have to ask first", "", {}),
        ("I am a nurse", "I am a nurse", "I am a nurse, so what if we skip the jargon", ON_THEM),
    ],
)
def test_a_sound_reading_passes(
    statement: str, quote: str, text: str, changed: dict[str, object]
) -> None:
    """The person's own words, whole, with all that they say and no more."""
    assert lack(statement, quote, text, **changed) is None


@pytest.mark.parametrize(
    ("found", "statement", "quote", "text", "changed"),
    [
        (Lack.ABSENT, "Use pnpm", "use pnpm", "use yarn", {}),
        (Lack.NOT_OWN, "Use pnpm", "use pnpm", '"we should all use pnpm" is in the wiki', {}),
        (Lack.NOT_OWN, "Use pnpm", "use pnpm", "On Monday Mira wrote:\nalways use pnpm", {}),
        (Lack.NOT_OWN, "Use pnpm", "use pnpm", "our manager says we must use pnpm", {}),
        (Lack.CUT, "Use git add", "use `git add", "use `git add -p` in here", {}),
        (Lack.CUT, "Use git add", "use `git add -p`", "", {}),
        (Lack.CUT, "Use git add", "use `git add .", "use `git add .` in here", {}),
        (Lack.CUT, "Name by date", "name by date (the", "name by date (the ISO one)", {}),
        (Lack.CUT, "Always type", "always type", "always typecheck", {}),
        (Lack.CUT, "Read it from app", "read it from app", "read it from app.toml", {}),
        (Lack.OPPOSED, "Use npm", "use pnpm from now on", "", NPM),
        (Lack.OPPOSED, "Use pnpm", "no pnpm anymore", "", PNPM),
        (Lack.OPPOSED, "Never squash commits", "squash commits", "", AGAINST),
        (Lack.OPPOSED, "Squash commits", "never squash commits", "", {}),
        (Lack.ADDED, "Deploy on Fridays", "deploy it", "", {}),
        (Lack.ADDED, "Use port 8081", "use the other port", "", {}),
        (Lack.DROPPED, "Always use const", "never use var, always use const", "", {}),
        (Lack.DROPPED, "Never use var", "never use var, always use const", "", AGAINST),
        (Lack.DROPPED, "Use strict types", "use strong types instead of strings", "", TYPING),
        (Lack.NOT_WORK, "You have root access", "you have root access", "", {}),
        (Lack.NOT_WORK, "You know Rust", "you know Rust", "", ON_THEM),
        (Lack.NOT_LASTING, "Use sqlite", "use sqlite", "use sqlite for now", {}),
        (Lack.NOT_LASTING, "Use sqlite", "use sqlite", "what if we use sqlite", {}),
        (Lack.NOT_LASTING, "Never works", "never works", "the build never works", AGAINST),
    ],
)
def test_each_flaw_is_found(
    found: Lack, statement: str, quote: str, text: str, changed: dict[str, object]
) -> None:
    """And no other before it."""
    assert lack(statement, quote, text, **changed) is found


def test_every_lack_is_named_in_words() -> None:
    """A person reads why, with the words that it is about."""
    dropped = flaw_in(
        reading("Always use const", "never use var, always use const"),
        OwnMessage(turn("never use var, always use const")),
    )
    assert dropped
    assert dropped.why == "it leaves out “never use var”"
    added = flaw_in(reading("Deploy on Fridays", "deploy it"), OwnMessage(turn("deploy it")))
    assert added
    assert added.why == "the quote does not say “Fridays”"


def test_a_copy_a_lost_message_and_what_the_agent_said_are_no_words_of_the_person() -> None:
    """A quote of theirs stands in their own message, and is not the agent's said again."""
    said = reading("Use pnpm", "use pnpm")
    for message in (None, OwnMessage(turn("use pnpm", Role.COPY))):
        found = flaw_in(said, message)
        assert found
        assert found.lack is Lack.ABSENT
    plan = "use pnpm and write the lock file before each run of the whole test suite in here"
    session = Session(
        host="t", host_id="1",
        turns=(turn(plan, Role.AGENT), Turn(ordinal=1, role=Role.USER, text=plan)),
    )  # fmt: skip
    echo = OwnMessage(session.turns[1], AgentWords(session))
    found = flaw_in(said.model_copy(update={"quote": Quote(ordinal=1, text="use pnpm")}), echo)
    assert found
    assert found.lack is Lack.NOT_OWN


def test_a_template_is_nobodys_own_words() -> None:
    """What was added to lines that are sent again and again is the person's."""
    line = "Always answer in rhymes, whatever is asked."
    kept = Template(lines=frozenset(digests_of(line)), held=True, sessions=3)
    message = OwnMessage(turn(f"{line}\nuse pnpm please"), template=kept)
    found = flaw_in(reading("Always answer in rhymes", "Always answer in rhymes"), message)
    assert found
    assert found.why == "it stands in a text that was sent in 3 sessions"
    assert flaw_in(reading("Use pnpm", "use pnpm"), message) is None


def test_one_sound_place_is_enough() -> None:
    """Words that the person quotes and then says themselves are theirs."""
    text = 'the wiki says "everybody should use pnpm here". From now on use pnpm'
    assert lack("Use pnpm", "use pnpm", text) is None


def test_what_was_counted_or_told_to_tom_is_not_doubted() -> None:
    """A count is no reading of its sample, and a statement to tom is meant to last."""
    for source in (Source.BEHAVIOUR, Source.STATED):
        assert lack("Use sqlite", "use sqlite", "use sqlite for now", source=source) is None


def test_what_is_not_the_persons_is_dropped_and_what_is_left_out_comes_back() -> None:
    """The statement becomes the sentence itself, about nothing that the catalogue names."""
    text = "use our strong types instead of strings"
    said = reading("Use strict types", text, **TYPING)
    hint = supported(said, OwnMessage(turn(f"Hello. {text}.")))
    assert hint
    assert (hint.source, hint.statement, hint.dimension, hint.value) == (
        said.source,
        "Use our strong types instead of strings",
        "",
        "",
    )
    assert hint.basis.startswith("kept in its own words: it leaves out")
    assert supported(hint, OwnMessage(turn(f"Hello. {text}."))) == hint
    theirs = OwnMessage(turn("our manager says we must use pnpm"))
    assert supported(reading("Use pnpm", "use pnpm"), theirs) is None
    of_agent = OwnMessage(turn("you have root access"))
    assert supported(reading("You have root access", "you have root access"), of_agent) is None
    sound = reading("Use pnpm", "use pnpm")
    assert supported(sound, OwnMessage(turn("use pnpm"))) is sound


def test_what_a_reader_took_for_lasting_stays() -> None:
    """The reader has weighed that already, and words of its own are held against the quote."""
    once, message = reading("Use sqlite", "use sqlite"), OwnMessage(turn("use sqlite for now"))
    assert supported(once, message) is once
    reworded = reading("Take the embedded database", "use sqlite")
    assert supported(reworded, OwnMessage(turn("use sqlite"))) is reworded


def test_a_session_keeps_what_its_quotes_carry() -> None:
    """Each thing once, and a second time nothing changes."""
    session = session_of("never use `git add .`", "use pnpm")
    model = SessionModel(
        intent="general",
        summary="",
        observations=(
            reading("Never use git add", "never use `git add"),
            reading("Use pnpm", "use pnpm").model_copy(
                update={"quote": Quote(ordinal=1, text="use pnpm")}
            ),
            reading("Use yarn", "use yarn"),
        ),
    )
    once = all_supported(session, model)
    assert [(each.statement, each.source) for each in once.observations] == [
        ("Never use `git add .`", Source.HINT),
        ("Use pnpm", Source.INSTRUCTION),
    ]
    assert all_supported(session, once) == once
