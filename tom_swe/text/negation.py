"""Whether a sentence says that something is not to be, in the languages that tom reads. Pure.

Vectors of sentences say little of it: "commit without asking" is next to "never commit without
asking".
"""

import re

_WORDS = (
    r"not|no|never|none|nor|cannot|without|avoid|stop"
    r"|nunca|jam[aá]s|sin|n[aã]o|sem|evita|evite"
    r"|pas|jamais|sans|aucune?"
    r"|nicht|kein(?:e[nmrs]?)?|nie|niemals|ohne|non|mai|senza"
    r"|не|нельзя|никогда|без"
)
_NEGATION = re.compile(
    rf"\b(?:{_WORDS})\b|\w+n['’]t\b"
    # Unspaced languages have no word boundaries; "be sure to" and "differ" deny nothing.
    r"|[别勿無]|不(?!同)|没有?|无|禁止|ない(?!と)|なし|ません|ずに",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether it has an odd number of negations: "not without" asks for what it names."""
    return len(_NEGATION.findall(text)) % 2 == 1
