"""Settings, read once at the edges and passed on; never global."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator

from tom_swe.errors import SettingsError
from tom_swe.model.base import Value
from tom_swe.openhands_llm import is_openhands, openhands_llm
from tom_swe.place import DATABASE, LOCAL_USER

APP = "tom"
# In the place of a model's name: work without one.
NONE = "none"


class Settings(Value):
    """Where tom stores things and how it behaves.

    ``home`` holds the database, the index and the copies made before upgrades.
    A person with more than ``index_above`` turns gets a vector index; tom scans fewer.
    ``offer_model`` is whether `tom init` may offer to read with a coding agent.
    Fields come from ``TOM_<FIELD>`` in the environment, then ``config.toml``, then
    the defaults here.
    """

    home: Path
    user: str = LOCAL_USER
    briefing_tokens: int = Field(default=800, ge=50, le=8000)
    embed_model: Path | None = None
    index_above: int = Field(default=5_000, ge=0)
    embed_threads: int = Field(default=2, ge=1, le=64)
    redact_emails: bool = False
    keep_days: int | None = Field(default=None, ge=1)
    busy_timeout_seconds: float = Field(default=30.0, gt=0)
    database_key: SecretStr | None = Field(default=None, repr=False)
    model: str = ""
    base_url: str = ""
    api_key: SecretStr | None = Field(default=None, repr=False)
    reader_model: str = ""
    adviser_model: str = ""
    offer_model: bool = True
    daily_budget: float = Field(default=0.25, ge=0)
    daily_tokens: int = Field(default=1_000_000, ge=0)
    reading_tokens: int = Field(default=12_000, ge=2_000, le=200_000)
    consult_tokens: int = Field(default=4_000, ge=2_000, le=50_000)
    calls_at_once: int = Field(default=4, ge=1, le=64)
    model_timeout_seconds: float = Field(default=60.0, gt=0)
    learn_in_session: bool = False
    local_model: Path | None = None
    local_threshold: float = Field(default=0.5, ge=0, le=1)

    @field_validator("user")
    @classmethod
    def _named(cls, user: str) -> str:
        if not user.strip():
            raise ValueError("the user needs a name; unset TOM_USER to use the local one")
        return user

    @property
    def database(self) -> Path:
        return self.home / DATABASE

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def backups(self) -> Path:
        return self.home / "backups"

    @property
    def conversations(self) -> Path:
        return self.home / "conversations"

    @property
    def history(self) -> Path:
        return self.home / "history"


class Model(Value):
    """A language model as the person configured it. The key is never written anywhere.

    ``fault`` says why it cannot be used, where that is known before it is asked.
    """

    name: str
    base_url: str = ""
    api_key: SecretStr | None = None
    fault: str = ""


def config_file(environ: Mapping[str, str]) -> Path:
    """``$TOM_HOME/config.toml``, or the XDG configuration folder's."""
    if home := environ.get("TOM_HOME"):
        return Path(home).expanduser() / "config.toml"
    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def in_file(path: Path) -> dict[str, object]:
    """What a configuration file says, nothing where there is none. Raises SettingsError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error


def set_by(field: str, environ: Mapping[str, str]) -> str:
    """The variable or the file that a setting comes from, "" where it has its default."""
    name = f"TOM_{field.upper()}"
    if environ.get(name):
        return name
    path = config_file(environ)
    if in_file(path).get(field):
        return str(path)
    return "LLM_MODEL" if field == "model" and environ.get("LLM_MODEL") else ""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process. Raises SettingsError, which names the setting and its place."""
    environ = os.environ if environ is None else environ
    home = environ.get("TOM_HOME")
    values: dict[str, object] = {
        "home": Path(home).expanduser().absolute()
        if home
        else platformdirs.user_data_path(APP, appauthor=False)
    }
    path = config_file(environ)
    values |= in_file(path)
    for name in ("api_key", "database_key"):
        if name in values:
            raise SettingsError(
                f"{path} contains a key: remove it and set TOM_{name.upper()} instead"
            )
    origin = dict.fromkeys(values, str(path))
    for field in Settings.model_fields:
        name = f"TOM_{field.upper()}"
        if field != "home" and environ.get(name):
            values[field] = environ[name]
            origin[field] = name
    values |= _model_values(values, environ)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        raise SettingsError(
            f"{origin.get(field, path)}: {field!r} {_wrong(first['type'], first['msg'])}"
        ) from error


def _wrong(kind: str, message: str) -> str:
    """What is wrong with a setting, in plain words where pydantic has its own."""
    plain = {
        "extra_forbidden": "is no setting; see docs/reference/settings.md",
        "int_parsing": "must be a whole number",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_parsing": "must be a number",
        "float_type": "must be a number",
        "bool_parsing": "must be true or false",
        "bool_type": "must be true or false",
        "string_type": "must be text, in quotes",
        "path_type": "must be a path, in quotes",
    }
    said = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return plain.get(kind, said if said.startswith("must be") else f"is wrong: {said}")


def model_of(settings: Settings, named: str = "") -> Model | None:
    """The model to work with, None where there is none; ``named`` replaces the name alone.

    A coding agent's name, such as ``claude-code``, is one: it is asked by its own program. Where
    there is no key, litellm looks for the provider's own, such as ``OPENAI_API_KEY``. What
    OpenHands has configured, such as ``openhands-cli``, goes by its real name and with its key.
    """
    name = named or settings.model
    if name in ("", NONE):
        return None
    if is_openhands(name):
        return _of_openhands(name)
    return Model(name=name, base_url=settings.base_url, api_key=settings.api_key)


def reader_of(settings: Settings) -> Model | None:
    """The model that reads sessions, None where none does."""
    return helper_of(settings, settings.reader_model)


def helper_of(settings: Settings, named: str) -> Model | None:
    """The model that reads or advises: the one to work with, or ``named`` in its place.

    ``none`` is none. The endpoint and the key go along only where both are of one provider,
    for they are good for no other.
    """
    if named == NONE:
        return None
    alone = not named or not settings.model
    if alone or is_openhands(named):
        return model_of(settings, named)
    main = model_of(settings)
    if main and not main.fault and _provider(named) == _provider(main.name):
        return main.model_copy(update={"name": named})
    return Model(name=named)


def _of_openhands(name: str) -> Model:
    found = openhands_llm(name)
    return Model(
        name=found.model or name,
        base_url=found.base_url,
        api_key=SecretStr(found.api_key) if found.api_key else None,
        fault=found.fault,
    )


def _provider(name: str) -> str:
    """What stands before the model's own name, else that name's family: gpt, claude."""
    provider, slash, _ = name.partition("/")
    return provider if slash else name.partition("-")[0]


def _model_values(values: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, object]:
    """The model's settings: tom's own, else OpenHands' ``LLM_*``.

    The two never mix, since a key is good for its own endpoint only.
    """
    if not values.get("model") and environ.get("LLM_MODEL"):
        named = {
            "model": ("LLM_MODEL", ""),
            "base_url": ("LLM_BASE_URL", ""),
            "api_key": ("LLM_API_KEY", None),
        }
        return {field: environ.get(name) or nothing for field, (name, nothing) in named.items()}
    return {}
