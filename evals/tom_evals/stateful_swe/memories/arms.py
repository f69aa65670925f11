"""The memory of each arm, made from a history once and reopened after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from tom_evals.common.whole import whole
from tom_evals.stateful_swe.memories.embedded import Mind, believed, learn
from tom_evals.stateful_swe.memories.emphasis import noted
from tom_evals.stateful_swe.memories.memory import Arm, Memory, Text
from tom_evals.stateful_swe.memories.passages import Passages, index
from tom_evals.stateful_swe.profile import Profile, described
from tom_swe import LOCAL_USER, Session, Settings, load_settings, open_tom
from tom_swe.embed import MiniLM, Remembering
from tom_swe.errors import SettingsError
from tom_swe.ports import Embedder
from tom_swe.settings import reader_of
from tom_swe.text import count_tokens

type Sessions = Callable[[], Iterable[Session]]


def remembered(
    arm: Arm,
    folder: Path,
    profile: Profile,
    sessions: Sessions,
    embedder: Embedder | None = None,
) -> Memory:
    """What the arm keeps of a history, under the folder; made where it is not there yet.

    Arms that rest on the same mind share it. ``sessions`` gives the history from its start, and
    is called only to make something. ``embedder`` is the bundled one where it is left out; tom
    as shipped has its own. Raises SettingsError where an arm needs a model and none is named.
    """
    match arm:
        case Arm.NONE:
            return _text("")
        case Arm.ORACLE:
            return _text(described(profile))
        case Arm.FILE:
            return _text(_kept(folder / "file", lambda: noted(sessions())))
        case Arm.RETRIEVAL:
            place = folder / "retrieval"
            if not place.is_dir():
                with whole(place) as making:
                    index(sessions(), making / "passages.db")
            return Passages(place / "passages.db")
        case Arm.PROFILE:
            embedder = embedder or _bundled()
            settings = Settings(home=folder / "tom", user=LOCAL_USER)
            learn(settings, sessions, embedder)
            tom = open_tom(settings, embedder=embedder)
            try:
                return _text(believed(tom))
            finally:
                tom.close()
        case Arm.TOM | Arm.TOM_ASKED:
            # With an embedder that is given, tom has no sentence scorer: it was trained on the
            # very utterances that are planted.
            embedder = embedder or _bundled()
            settings = Settings(home=folder / "tom", user=LOCAL_USER)
        case Arm.TOM_SHIPPED:
            embedder = None
            settings = Settings(home=folder / "tom-shipped", user=LOCAL_USER)
        case Arm.TOM_MODEL:
            settings = load_settings().model_copy(
                update={"home": folder / "tom-model", "user": LOCAL_USER}
            )
            if reader_of(settings) is None:
                raise SettingsError(f"the arm {arm.value!r} needs a model: set TOM_MODEL")
            embedder = embedder or _bundled()
    learn(settings, sessions, embedder)
    return Mind(settings, embedder, asks=arm is Arm.TOM_ASKED)


def _text(text: str) -> Text:
    return Text(text, count_tokens(text))


@cache
def _bundled() -> Embedder:
    return Remembering(MiniLM(None))


def _kept(folder: Path, make: Callable[[], str]) -> str:
    if not folder.is_dir():
        with whole(folder) as place:
            (place / "memory.md").write_text(make(), encoding="utf-8")
    return (folder / "memory.md").read_text(encoding="utf-8")
