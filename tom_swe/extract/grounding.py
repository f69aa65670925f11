"""What a language model noted of a session, held against what the person said. Pure.

Nothing is taken on the model's word: the quote has to stand in the person's own turn, the
statement has to have something to do with it, and the catalogue names the subject as it does
for the reader without a model. A model that obeys a text in a transcript may put a false
statement on true words; most such statements have nothing in common with the words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.extract.catalogue import Match, match
from tom_swe.extract.embedded import NearestDimension
from tom_swe.extract.reading_form import NotedForm
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Kind,
    Observation,
    Polarity,
    Quote,
    Reach,
    Related,
    Relation,
    Scope,
    Source,
)
from tom_swe.model.session import Role, Session, Turn
from tom_swe.ports import Embedder
from tom_swe.text.attribution import SURE, AgentWords, passages, sure_of
from tom_swe.text.language import language_of
from tom_swe.text.prose import tidy


class Checked(NamedTuple):
    """What a note comes to, and how it goes with what is believed."""

    observation: Observation
    related: Related | None = None


# Fewer letters hold up anything.
SHORTEST = 4
# A longer quote says more than which value of one dimension is wanted.
MOST_WORDS = 12


class Unfounded(StrEnum):
    """Why nothing is made of a note."""

    NOT_SAID = "the quote stands, word for word, in none of the person's messages"
    AGENTS = "the quote is the agent's words, not the person's"
    NOT_THEIRS = "the person pasted or quoted these words, so they are not surely their own"
    EMPTY = "there is no statement"
    UNRELATED = "the statement has nothing to do with the quote, or says more than it"


def checked(
    notes: Iterable[NotedForm],
    session: Session,
    embedder: Embedder | None,
    basis: str,
    known: Mapping[int, Belief] | None = None,
) -> list[Checked | Unfounded]:
    """What each note comes to: its quote is the person's, and bears its statement out.

    Notes name what is known by its number. Without an embedder similarity is the share of words
    in common.
    """
    nearest = NearestDimension(embedder)
    agent = AgentWords(session)

    def check(note: NotedForm) -> Checked | Unfounded:
        said = {turn.ordinal: turn for turn in session.by(Role.USER)}
        quote = find_quote(note.quote, note.turn, said.values())
        agents = find_quote(note.quote, note.turn, session.by(Role.AGENT)) is not None
        if quote is None:
            return Unfounded.AGENTS if agents else Unfounded.NOT_SAID
        if not note.statement.strip():
            return Unfounded.EMPTY
        text = said[quote.ordinal].text
        start = text.index(quote.text)
        if sure_of(passages(said[quote.ordinal], agent), start, start + len(quote.text)) < SURE:
            return Unfounded.AGENTS if agents else Unfounded.NOT_THEIRS
        made = _observation(note, quote, session, nearest, basis)
        similarity = Similarity(vectors_of(embedder, (note.statement, quote.text)))
        # What the catalogue finds in the person's own words needs nothing more.
        subject = made.value and match(quote.text)
        if subject or is_borne_out(note.statement, quote.text, text, similarity):
            return _related(note, made, known or {}, embedder)
        return Unfounded.UNRELATED

    return [check(note) for note in notes]


def _related(
    note: NotedForm, made: Observation, known: Mapping[int, Belief], embedder: Embedder | None
) -> Checked:
    """The observation as it goes with what the note names; alone where the two are unlike."""
    held = known.get(note.known)
    if note.how == "new" or held is None:
        return Checked(made)
    alike = Similarity(vectors_of(embedder, (held.statement, made.statement)))
    if not is_like(held.statement, made.statement, alike):
        return Checked(made)
    if note.how == "differently":
        relation = Relation.CONTRADICT
    else:
        relation = Relation.AGREE
        update: dict[str, object] = {
            "dimension": held.dimension,
            "value": held.value,
            "polarity": held.polarity,
        }
        if note.how == "no longer":
            update["kind"] = Kind.TAKEN_BACK
        if made.scope.reach is Reach.TASK:
            # What comes again does not end with its task.
            update["scope"] = held.scope
        made = made.model_copy(update=update)
    return Checked(made, Related(held=held.statement, heard=made.statement, relation=relation))


def find_quote(words: str, ordinal: int, turns: Iterable[Turn]) -> Quote | None:
    """Where the person said these words: in the turn named, else in the first that has them.

    Spaces and line breaks may differ; the quote is as it stands in the turn.
    """
    if sum(sign.isalnum() for sign in words) < SHORTEST:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())))
    for turn in sorted(turns, key=lambda turn: turn.ordinal != ordinal):
        if found := pattern.search(turn.text):
            return Quote(ordinal=turn.ordinal, text=found.group())
    return None


def overlaps(one: Quote, other: Quote, session: Session) -> bool:
    """Whether two quotes share a part of one turn."""
    if one.ordinal != other.ordinal:
        return False
    text = next(turn.text for turn in session.turns if turn.ordinal == one.ordinal)
    start, others = text.find(one.text), text.find(other.text)
    return start < others + len(other.text) and others < start + len(one.text)


def _observation(
    note: NotedForm,
    quote: Quote,
    session: Session,
    nearest: Callable[[str], str],
    basis: str,
) -> Observation:
    polarity = Polarity.AGAINST if note.against else Polarity.FOR
    statement = tidy(note.statement)
    made = Observation(
        kind=Kind(note.kind),
        source=Source(note.way),
        statement=statement,
        quote=quote,
        polarity=polarity,
        scope=_scope(note, session),
        basis=_basis(note, quote, basis),
    )
    subject = _subject(note, quote, polarity)
    if subject is None:
        return made.model_copy(update={"dimension": nearest(statement)})
    known = {
        "statement": subject.statement,
        "dimension": subject.dimension.id,
        "value": subject.choice.id,
    }
    return made.model_copy(update=known)


def _basis(note: NotedForm, quote: Quote, basis: str) -> str:
    """Who read it, and the words that say how long it lasts if the person said them."""
    words = " ".join(note.lasts_because.split())
    said = words and words.casefold() in " ".join(quote.text.casefold().split())
    return f"{basis}; it lasts: “{words}”" if said else basis


def _subject(note: NotedForm, quote: Quote, polarity: Polarity) -> Match | None:
    """The one value of the catalogue that the words show, read as the model reads them."""
    for words in _short(quote.text, note.statement):
        found = match(words)
        if len(found) == 1:
            reads = Polarity.AGAINST if found[0].negated else Polarity.FOR
            return found[0] if reads is polarity else None
    return None


def _short(*texts: str) -> Iterator[str]:
    return (text for text in texts if len(text.split()) <= MOST_WORDS)


def _scope(note: NotedForm, session: Session) -> Scope:
    if note.lasts == "task":
        return Scope(reach=Reach.TASK)
    if note.lasts == "language" and note.language.strip():
        return Scope(reach=Reach.LANGUAGE, name=note.language.strip().lower())
    if note.lasts == "project" and session.repository:
        return Scope(reach=Reach.REPOSITORY, name=session.repository)
    return EVERYWHERE


# Of the written utterances that the rules read, 5 in 100 English quotes are less like the
# canonical statement made of them; of real messages 97 in 100 are less like a statement drawn
# by chance.
LIKE = 0.2
_WORD = re.compile(r"[^\W\d_]{4,}")
STEM = 5
# Words that any statement may have.
_COMMON = frozenset(
    {
        *("avoid", "always", "before", "after", "code", "does", "each", "every", "from", "have"),
        *("keep", "make", "more", "most", "never", "only", "other", "prefer", "should", "that"),
        *("them", "they", "this", "when", "with", "without", "write", "your"),
    }
)
# Addresses, names of files and packages, numbers: nothing that a statement may add.
_SPECIFIC = re.compile(r"(?<![\w.])(?:[\w@-]*[./:@\\_][\w./:@\\-]*\w|\w*\d\w*)")


def is_borne_out(
    statement: str, quote: str, said: str, similarity: Callable[[str, str], float]
) -> bool:
    """Whether the words of a turn may mean the statement.

    ``quote`` is a part of ``said``, the turn. Whatever is specific in the statement has to
    stand in the turn. Beyond that it has to share a word with the quote or be like it; of
    words in another language than English that cannot be asked.
    """
    turn = said.casefold()
    if any(each.casefold() not in turn for each in _SPECIFIC.findall(statement)):
        return False
    return language_of(said) not in {"en", ""} or is_like(statement, quote, similarity)


def is_like(one: str, other: str, similarity: Callable[[str, str], float]) -> bool:
    """Whether two texts have something to do with each other: a word in common, or meaning."""
    return bool(_stems(one) & _stems(other)) or similarity(one, other) >= LIKE


def _stems(text: str) -> set[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return {word[:STEM] for word in words if word not in _COMMON}
