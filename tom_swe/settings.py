"""Settings, read once at the edges and passed on; never global."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator

from tom_swe.errors import SettingsError
from tom_swe.model.base import Value
from tom_swe.model.user import LOCAL_USER

APP = "tom"


class Settings(Value):
    """Where tom keeps things and how it behaves.

    ``home`` holds the database, the index and the copies made before upgrades.
    Fields come from ``TOM_<FIELD>`` in the environment, then ``config.toml``, then
    the defaults here.
    """

    home: Path
    user: str = LOCAL_USER
    briefing_tokens: int = Field(default=800, ge=50, le=8000)
    embed_model: Path | None = None
    embed_threads: int = Field(default=2, ge=1, le=64)
    redact_emails: bool = False
    busy_timeout_seconds: float = Field(default=30.0, gt=0)
    model: str = ""
    base_url: str = ""

    @field_validator("user")
    @classmethod
    def _named(cls, user: str) -> str:
        if not user.strip():
            raise ValueError("the user needs a name; leave TOM_USER unset for the local one")
        return user

    @property
    def database(self) -> Path:
        return self.home / "tom.db"

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
    """A language model as the person configured it. The key is never written anywhere."""

    name: str
    base_url: str = ""
    api_key: SecretStr | None = None


def config_file(environ: Mapping[str, str]) -> Path:
    """``$TOM_HOME/config.toml``, or the XDG configuration folder's."""
    if home := environ.get("TOM_HOME"):
        return Path(home).expanduser() / "config.toml"
    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


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
    if path.is_file():
        try:
            values |= tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{path} cannot be read: {error}") from error
    origin = dict.fromkeys(values, str(path))
    for field in Settings.model_fields:
        name = f"TOM_{field.upper()}"
        if field != "home" and environ.get(name):
            values[field] = environ[name]
            origin[field] = name
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        raise SettingsError(
            f"setting {field!r} from {origin.get(field, path)}: {first['msg']}"
        ) from error


def model_of(
    settings: Settings, named: str = "", environ: Mapping[str, str] | None = None
) -> Model | None:
    """The model to work with, else None: tom's own settings, else OpenHands' ``LLM_*``.

    The two never mix, since a key is good for its own endpoint only. A provider's own
    variable, such as ``OPENAI_API_KEY``, is litellm's to find. ``named`` replaces the
    name alone.
    """
    environ = os.environ if environ is None else environ
    name, url, prefix = settings.model, settings.base_url, "TOM"
    if not name and environ.get("LLM_MODEL"):
        name, url, prefix = environ["LLM_MODEL"], environ.get("LLM_BASE_URL", ""), "LLM"
    if not (named or name):
        return None
    key = environ.get(f"{prefix}_API_KEY")
    return Model(name=named or name, base_url=url, api_key=SecretStr(key) if key else None)
