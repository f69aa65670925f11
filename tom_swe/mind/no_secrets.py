"""What a person tells tom to believe may hold no secret: without it the words say nothing."""

from collections.abc import Callable

from tom_swe.errors import UsageError

_ANY, _HARMLESS = "[redacted", "[redacted:email]"


def as_kept(text: str, redact: Callable[[str], str]) -> str:
    """The words as they are kept. Raises UsageError where they hold a secret."""
    kept = redact(text)
    if kept.count(_ANY) - kept.count(_HARMLESS) > text.count(_ANY) - text.count(_HARMLESS):
        raise UsageError(
            "that holds a password, a key or another secret, and tom keeps none: nothing is "
            "stored; say it without the secret"
        )
    return kept
