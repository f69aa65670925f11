"""The database encrypted and decrypted: db encrypt, db decrypt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tom_cli.common import Yes, confirmed, talk

if TYPE_CHECKING:
    from tom_swe.settings import Settings


def register(db: typer.Typer) -> None:
    """Adds these commands."""
    db.command()(encrypt)
    db.command()(decrypt)


def encrypt(yes: Yes = False) -> None:
    """Encrypt the database, with a key in this system's keyring.

    Without a keyring, set TOM_DATABASE_KEY to 64 hexadecimal digits, each time; tom then
    stores the key nowhere. It needs the extra tom-swe[encryption]. Losing the key loses the
    memory, so make an export first: docs/how-to/encryption.md.

    Example: tom db encrypt
    """
    from tom_swe.memory.encryption import cipher, converting

    settings = _closed()
    path = settings.database
    if cipher.is_encrypted(path):
        talk(f"{path} is encrypted already")
        return
    cipher.sqlcipher()
    given = _given(settings)
    where = f"you set in {cipher.VARIABLE}" if given else "is kept in the keyring"
    confirmed(
        f"Encrypt {path} with a key that {where}? Without it nobody can read the memory again.",
        yes,
        loses=True,
    )
    name = converting.encrypt(path, given, settings.busy_timeout_seconds)
    talk(f"{path} is encrypted; copies from earlier upgrades are deleted")
    if given:
        talk(
            f"keep {cipher.VARIABLE}: tom does not store it, and cannot open the memory without it"
        )
    else:
        talk(f"the key is in the keyring as {name!r} of {cipher.SERVICE!r}")
    for each in _outside(settings):
        talk(f"not encrypted: {each}")


def decrypt(yes: Yes = False) -> None:
    """Decrypt the database.

    Example: tom db decrypt
    """
    from tom_swe.memory.encryption import cipher, converting
    from tom_swe.memory.engine import driver_of

    settings = _closed()
    path = settings.database
    if not cipher.is_encrypted(path):
        talk(f"{path} is not encrypted")
        return
    name = cipher.named(path)
    confirmed(f"Decrypt {path}, so that anyone with the file can read it?", yes, loses=True)
    driver = driver_of(path, key=settings.database_key)
    converting.decrypt(path, driver, settings.busy_timeout_seconds)
    talk(f"{path} is no longer encrypted")
    if not settings.database_key:
        talk(
            f"the key stays in the keyring, for encrypted copies that you may have: {name!r} of "
            f"{cipher.SERVICE!r}"
        )


def _closed() -> Settings:
    """The settings, with the database made or upgraded and closed again."""
    from tom_swe.memory.engine import open_engine
    from tom_swe.settings import load_settings

    settings = load_settings()
    open_engine(
        settings.database, busy_timeout=settings.busy_timeout_seconds, key=settings.database_key
    ).dispose()
    return settings


def _given(settings: Settings) -> str:
    """The key that the person gave, "" for none. Raises SettingsError."""
    from tom_swe.memory.encryption.cipher import checked

    return checked(settings.database_key.get_secret_value()) if settings.database_key else ""


def _outside(settings: Settings) -> list[str]:
    """What is there, or could be, that the encryption does not reach."""
    places = (
        (settings.index, "an index of vectors; `tom db reindex` deletes it"),
        (settings.conversations, "conversations of the coding session, complete"),
        (settings.history, "what you typed in the coding session"),
        (settings.home / "hosts", "names and folders of sessions, paths of transcripts; logs"),
    )
    return [
        *(f"{place}: {what}" for place, what in places if place.exists()),
        "the transcripts of your agents, which tom learned from",
        "exports, copies and backups that you or your system made",
        "deleted data that a file system or an SSD still holds",
    ]
