"""A keyring in a file, for tests: `use` has this process and those it starts use it."""

import contextlib
import json
import os
from pathlib import Path

import pytest

with contextlib.suppress(ImportError):
    import keyring
    import keyring.core
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class FileKeyring(KeyringBackend):
        """Keeps passwords in the file that FILE_KEYRING names."""

        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return _kept().get(f"{service} {username}")

        def set_password(self, service: str, username: str, password: str) -> None:
            _keep({**_kept(), f"{service} {username}": password})

        def delete_password(self, service: str, username: str) -> None:
            kept = _kept()
            if kept.pop(f"{service} {username}", None) is None:
                raise PasswordDeleteError
            _keep(kept)

    class SilentKeyring(FileKeyring):
        """Waits for a person who is not there."""

        def get_password(self, service: str, username: str) -> str | None:
            os.read(os.pipe()[0], 1)
            return None


def use(patch: pytest.MonkeyPatch, file: Path, kind: str = "FileKeyring") -> None:
    """Makes it this process's keyring, and that of those it starts."""
    patch.setenv("FILE_KEYRING", str(file))
    choose(patch, f"file_keyring.{kind}")


def choose(patch: pytest.MonkeyPatch, backend: str) -> None:
    """Makes a backend this process's keyring, and that of those it starts."""
    patch.setenv("PYTHON_KEYRING_BACKEND", backend)
    path = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    patch.setenv("PYTHONPATH", os.pathsep.join(path))
    patch.setattr(keyring.core, "_keyring_backend", None)


def _kept() -> dict[str, str]:
    file = Path(os.environ["FILE_KEYRING"])
    return json.loads(file.read_text()) if file.exists() else {}


def _keep(kept: dict[str, str]) -> None:
    Path(os.environ["FILE_KEYRING"]).write_text(json.dumps(kept))
