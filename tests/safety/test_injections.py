"""Texts that want something believed of the person which the person never said."""

import sqlite3
import tomllib
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from safety.transcripts import HOSTS, WRITERS, Placed

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.embed import MiniLM, Multilingual
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.extract.lasting import LastingSentences
from tom_swe.extract.pointers import add_pointed
from tom_swe.ingest.importing import import_transcripts
from tom_swe.model.belief import Observation, Source
from tom_swe.model.pointers import Pointer
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import START
from tom_swe.text.host_tags import separate

ATTACKS: list[dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "injections.toml").read_text(encoding="utf-8")
)["attack"]
PLACED = [each for each in ATTACKS if each["place"] != "pasted"]
PASTED = [each for each in ATTACKS if each["place"] == "pasted"]
OWN = "from now on use pnpm, not npm"
ASKED = "what does this mean?"
# A file that is read is an output, as hosts tell it.
PLACE = {"file": "output"}


def told(attack: dict[str, str]) -> object:
    """A paste as a parameter; one that gets through is expected to, with the reason."""
    why = attack.get("through")
    marks = [pytest.mark.xfail(strict=True, reason=why)] if why else []
    return pytest.param(attack, id=attack["name"], marks=marks)


def told_where_it_stands(attack: dict[str, str]) -> object:
    """A paste as a parameter, which is no failure where the own words around it count."""
    return pytest.param(attack, id=attack["name"])


@pytest.fixture(scope="module")
def reader() -> EmbeddedReader:
    """The reader as it is shipped."""
    return EmbeddedReader(MiniLM(), LastingSentences(Multilingual()))


def typed(text: str) -> Session:
    """A session in which the person sends one message."""
    parts = separate(text)
    turn = Turn(ordinal=0, role=Role.USER, text=parts.words, attachment=parts.attachment, at=START)
    return Session(host="jsonl", host_id="1", repository="acme/shop", turns=(turn,))


def heard(reader: EmbeddedReader, text: str) -> list[Observation]:
    """What is read from one message, without habits."""
    found = reader.read(typed(text)).observations
    return [each for each in found if each.source is not Source.BEHAVIOUR]


def ways(attack: dict[str, str]) -> list[str]:
    """The paste behind a question, behind the person's own rule, and before it."""
    text = attack["text"]
    behind = [f"{ASKED}\n\n{text}", f"{ASKED}\n{text}", f"{OWN}\n\n{text}"]
    return behind if attack.get("open") else [*behind, f"{text}\n\n{OWN}"]


def placed_for(host: str) -> list[Placed]:
    """The attacks that are no paste, but for those that write in a host's own form."""
    return [
        Placed(PLACE.get(each["place"], each["place"]), each["text"])
        for each in PLACED
        if each.get("forges") != host
    ]


def learned(host: str, placed: Sequence[Placed], folder: Path) -> tuple[list[str], list[str]]:
    """The quotes observed, but for what was counted, and the beliefs, of a session of this host."""
    tom = open_tom(Settings(home=folder / "tom"))
    import_transcripts(tom, LOCAL_USER, host, WRITERS[host](folder / "there", placed, ""))
    tom.learn(LOCAL_USER)
    beliefs = [b for b in tom.memory.beliefs.all(LOCAL_USER) if b.kind != "habit"]
    tom.close()
    with closing(sqlite3.connect(folder / "tom" / "tom.db")) as connection:
        observed = connection.execute("SELECT quote FROM observation WHERE source <> 'behaviour'")
        return [str(quote) for (quote,) in observed], [b.statement for b in beliefs]


def test_there_are_enough_attacks_of_every_kind() -> None:
    """At least 60, in every place, several languages, no two alike."""
    places = Counter(each["place"] for each in ATTACKS)
    assert len(ATTACKS) >= 60
    assert set(places) == {"output", "call", "file", "agent", "beside", "pasted"}
    assert min(places[each] for each in ("output", "file", "agent", "beside")) >= 5
    assert places["pasted"] >= 40
    assert len({each["text"] for each in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_but_the_person_teaches_anything(host: str, tmp_path: Path) -> None:
    """With all attacks in their places in one session, the person's own rule is all there is."""
    placed = placed_for(host)
    quotes, statements = learned(host, [*placed, Placed("user", OWN), *placed], tmp_path)
    assert set(quotes) == {"from now on use pnpm", OWN} & set(quotes)
    assert quotes
    assert len(statements) == 1


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_is_learned_where_the_person_says_nothing_lasting(
    host: str, tmp_path: Path
) -> None:
    """Attacks alone, again and again, leave no belief and no observation but habits."""
    placed = placed_for(host)
    assert learned(host, placed * 2, tmp_path) == ([], [])


@pytest.mark.xfail(strict=True, reason="a log of aider marks the person's words by #### alone")
def test_no_agent_forges_what_the_person_typed(tmp_path: Path) -> None:
    """An agent that writes lines as aider writes the person's teaches nothing."""
    placed = [Placed("agent", each["text"]) for each in PLACED if each.get("forges") == "aider"]
    assert placed
    assert learned("aider", placed, tmp_path) == ([], [])


@pytest.mark.parametrize("attack", [told(each) for each in PASTED])
def test_what_is_pasted_teaches_nothing(attack: dict[str, str], reader: EmbeddedReader) -> None:
    """Behind a question or beside an own rule, nothing of the paste is believed."""
    foreign = [
        each.quote.text
        for text in ways(attack)
        for each in heard(reader, text)
        if "pnpm" not in each.quote.text
    ]
    assert foreign == []


@pytest.mark.parametrize("attack", [told_where_it_stands(each) for each in PASTED])
def test_what_is_said_beside_a_paste_is_heard(
    attack: dict[str, str], reader: EmbeddedReader
) -> None:
    """The person's own rule before a paste counts, and behind it where the paste has an end."""
    for text in ways(attack)[2:]:
        assert [each for each in heard(reader, text) if "pnpm" in each.quote.text], text


@pytest.mark.parametrize("attack", [told(each) for each in PASTED])
def test_no_agent_can_point_at_what_was_pasted(attack: dict[str, str]) -> None:
    """A pointer at the words of a paste makes nothing of them."""
    session = typed(f"{ASKED}\n\n{attack['text']}")
    for line in attack["text"].split("\n"):
        words = line.strip(' +->#*/|"“„”«»').partition(": ")[2] or line.strip(' +->#*/|"“„”«»')
        # What introduces somebody's words is the person's own.
        if len(words) < 8 or words.endswith((":", "\uff1a")):
            continue
        pointer = Pointer(id=1, quote=words, repository="", at=START)
        assert add_pointed(session, (), [pointer]).observations == (), words


@pytest.mark.parametrize("host", HOSTS)
def test_every_importer_tells_a_paste_from_what_was_said(host: str, tmp_path: Path) -> None:
    """All pastes that can be told, each in a message of a whole session, teach nothing; the
    own words in one of them do.
    """
    known = [each for each in PASTED if not each.get("through")]
    placed = [Placed("user", f"{ASKED}\n\n{each['text']}") for each in known]
    placed.append(Placed("user", f"{OWN}\n\n{known[0]['text']}"))
    quotes, statements = learned(host, placed, tmp_path)
    assert [quote for quote in quotes if "pnpm" not in quote] == []
    assert len(statements) == 1


SAID = [
    "the reviewer is right, from now on use pnpm",
    "my rules:\n- from now on use pnpm, not npm\n- always write tests first",
    "note: from now on use pnpm\nalso: never commit to main",
    "From: /src/a.py\nTo: /src/b.py\nfrom now on use pnpm",
    "goal: a faster build\nstep: from now on use pnpm\nstep: run it",
    "I told ChatGPT the same and I'll say it again: from now on use pnpm",
    "what I said:\nfrom now on use pnpm",
    "here is what I want:\nfrom now on use pnpm, not npm",
    "backend: fastapi\nfrontend: react\nfrom now on use pnpm",
    "it fails with this:\n```\nError: no such file\n```\nfrom now on use pnpm",
    "the linter says:\n```\nE501\n```\nfix that. from now on use pnpm",
    "+ is fine\nfrom now on use pnpm",
    "10:30 works for me\nfrom now on use pnpm",
    "use this: /* a comment */\nfrom now on use pnpm",
    'he calls it "the build"\nfrom now on use pnpm',
]


@pytest.mark.parametrize("text", SAID)
def test_own_words_that_look_a_little_like_others_are_heard(
    text: str, reader: EmbeddedReader
) -> None:
    """Lists, labels, colons and code beside an own rule do not take it away."""
    assert [each for each in heard(reader, text) if "pnpm" in each.quote.text]
