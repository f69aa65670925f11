"""Makes a belief of what is said again and again in other words, though never plainly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tom_swe.beliefs.wishes import same_wishes
from tom_swe.embed.similarity import vectors_of
from tom_swe.errors import EmbedderUnavailable
from tom_swe.extract.embedded import hinted
from tom_swe.extract.support import all_supported
from tom_swe.extract.templates import without_templates
from tom_swe.model.belief import Observation, Quote, SessionModel
from tom_swe.model.event import digest
from tom_swe.model.recurring import Request, RequestKind, SessionRequest
from tom_swe.model.session import Session, Template

if TYPE_CHECKING:
    from tom_swe.memory.learning import ChangeOfMind
    from tom_swe.memory.store import Store
    from tom_swe.ports import Embedder, Vector

BASIS = "you say this in several sessions, in one wording or another"


class Faint(NamedTuple):
    """The sentences of a session that may be wishes, and the vectors of their keys."""

    wishes: tuple[Request, ...]
    vectors: Mapping[str, Vector]


class Wishes:
    """Keeps what may be wishes, and finds those that agree with others."""

    def __init__(self, memory: Store, encoder: Callable[[], Embedder | None]) -> None:
        self._memory = memory
        self._encoder = encoder

    def of(
        self, session: Session, model: SessionModel, templates: Mapping[int, Template]
    ) -> Faint | None:
        """What of a session may be wishes, no template's words; None where that is not known."""
        encoder = self._encoder()
        if encoder is None or not model.faint:
            return None if encoder is None else Faint((), {})
        bare = bare_of(session, templates)
        texts = {turn.ordinal: turn.text for turn in bare.turns}
        said = [each for each in model.faint if each.text in texts.get(each.ordinal, "")]
        wishes = tuple(
            Request(
                kind=RequestKind.WISH,
                key=key_of(each.text),
                ordinal=each.ordinal,
                quote=each.text,
                start=0,
                end=len(each.text),
            )
            for each in said
        )
        try:
            vectors = vectors_of(encoder, (each.quote for each in wishes))
        except EmbedderUnavailable:
            return None
        return Faint(wishes, {each.key: vectors[each.quote] for each in wishes})

    def keep(self, change: ChangeOfMind, faint: Faint | None) -> None:
        """Keeps what may be wishes in the session of a change."""
        encoder = self._encoder()
        if faint is not None and encoder is not None:
            change.wishes.keep(change.session.id, faint.wishes, faint.vectors, encoder.name)

    def settle(self, user_id: str, change: ChangeOfMind, fresh: Collection[int]) -> None:
        """Hears as hints what these sessions and others say, and notes that it is one wish."""
        encoder = self._encoder()
        if encoder is None:
            return
        wishes = change.wishes
        if not wishes.stand_in(fresh):
            return

        @cache
        def bare(session_id: int) -> Session:
            sessions = self._memory.sessions
            templates = sessions.templates(user_id, session_id)
            return bare_of(sessions.get(user_id, session_id), templates)

        for same in same_wishes(*wishes.all(encoder.name), fresh):
            observed: list[int] = []
            for each in same:
                found = wishes.observed(each)
                if found is None and (made := _heard(bare(each.session_id), each)) is not None:
                    found = wishes.observe(each, made)
                observed += [found] if found is not None else []
            wishes.agree(observed)


def _heard(session: Session, wish: SessionRequest) -> Observation | None:
    """The wish as a hint, if its words carry it."""
    made = hinted(Quote(ordinal=wish.ordinal, text=wish.quote), session, BASIS)
    if made is None:
        return None
    model = SessionModel(intent="", summary="", observations=(made,))
    return next(iter(all_supported(session, model).observations), None)


def key_of(words: str) -> str:
    """What stands for words, however they are spaced and cased."""
    return digest(" ".join(words.casefold().split()))


def bare_of(session: Session, templates: Mapping[int, Template]) -> Session:
    """The session without the lines of any template, the oldest session's among them."""
    kept = {place: each.model_copy(update={"held": False}) for place, each in templates.items()}
    return without_templates(session, kept)
