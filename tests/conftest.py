import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
# Started in the background of a script, all that the tests start would be deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from tom_swe.advise.embedded import EmbeddedAdviser
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.memory.nearest import NearestTurns
from tom_swe.memory.store import Store
from tom_swe.mind.parts import Parts
from tom_swe.mind.tom import Tom
from tom_swe.ports import Embedder, Reader
from tom_swe.settings import Settings

# A busy machine makes no example wrong. The quick tests try the same examples each time, so that
# what lands depends on the change alone; the slow ones try new ones.
hypothesis.settings.register_profile("quick", deadline=None, derandomize=True)
hypothesis.settings.register_profile("searching", deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    quick = config.getoption("markexpr") == "not slow"
    hypothesis.settings.load_profile("quick" if quick else "searching")


MakeTom = Callable[..., Tom]

CHECKOUT = Path(__file__).parent.parent
# How the variables begin that say who somebody is: to tom, and to the agents it may ask.
PERSONAL = (
    *("TOM_", "XDG_", "LLM_"),
    *("ANTHROPIC_", "CLAUDE_CODE_", "CODEX_", "GEMINI_", "COPILOT_", "CURSOR_"),
)


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the real home directory or anyone's memory."""
    for name in list(os.environ):
        if name.startswith(PERSONAL) and name != "TOM_SHARED_DATA":
            monkeypatch.delenv(name)
    home = tmp_path / "person"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TOM_HOME", str(tmp_path / "tom"))
    for name in (
        "CLAUDE_CONFIG_DIR",
        "OPENHANDS_PERSISTENCE_DIR",
        "OH_PERSISTENCE_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "tom", user="ada")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was made and migrated, to be copied: to make one takes 50 ms."""
    path = tmp_path_factory.mktemp("empty") / "tom.db"
    Store(path).close()
    return path


@pytest.fixture
def store(settings: Settings, empty_database: Path) -> Iterator[Store]:
    settings.home.mkdir(mode=0o700)
    shutil.copy(empty_database, settings.database)
    made = Store(settings.database)
    yield made
    made.close()


@pytest.fixture
def make_tom(settings: Settings, empty_database: Path, said: list[str]) -> Iterator[MakeTom]:
    """Makes a Tom on real parts: SQLite, the rule reader; only the embedder may be a fake."""
    opened: list[Tom] = []

    def make(
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        encoder: Embedder | None = None,
    ) -> Tom:
        if not settings.database.exists():
            settings.home.mkdir(mode=0o700, exist_ok=True)
            shutil.copy(empty_database, settings.database)
        store = Store(settings.database)
        name, size = (embedder.name, embedder.dimension) if embedder else ("none", 0)
        parts = Parts(
            embedder=embedder,
            index=NearestTurns(store.vectors, settings.index, name, size),
            reader=reader or EmbeddedReader(),
            adviser=EmbeddedAdviser(),
            encoder=encoder,
        )
        tom = Tom(
            store,
            lambda: parts,
            redact=lambda text: text.replace("hunter2", "[redacted]"),
            say=said.append,
            briefing_tokens=800,
        )
        opened.append(tom)
        return tom

    yield make
    for tom in opened:
        tom.close()


@pytest.fixture
def said() -> list[str]:
    """What a made Tom says."""
    return []


@pytest.fixture
def shared_data() -> Path:
    folder = Path(os.environ.get("TOM_SHARED_DATA", CHECKOUT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set TOM_SHARED_DATA to run this")
    return folder
