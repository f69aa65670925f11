"""What a request leaves to be chosen, by the catalogue's dimensions. Pure."""

import re
from typing import NamedTuple

from tom_swe.extract.catalogue import Dimension, catalogue

_OPTIONS = 3
# How people call what a dimension is about, when they ask for one without saying which.
_NOUNS = {
    "test_framework": r"test(?:ing)? (?:framework|runner|library|suite|setup)",
    "package_manager": r"package manager",
    "python_packages": r"(?:python package|dependency|environment) manager",
    "backend_framework": r"(?:backend|server) framework|backend",
    "frontend_framework": r"(?:frontend|front-end|ui) framework|frontend",
    "web_framework": r"web framework",
    "web_linter": r"(?:js|javascript|typescript|ts|frontend) linter",
    "python_linter": r"(?:python )?linter",
    "type_checker": r"type ?checker",
    "database": r"database|db",
    "auth_method": r"auth(?:entication)? (?:method|scheme|mechanism)",
    "http_client": r"http (?:client|library)",
    "bundler": r"bundler",
    "styling": r"(?:css|styling|component) (?:framework|library)",
    "deployment": r"(?:hosting|deployment) (?:provider|platform|target|service)",
    "answer_language": r"(?:human |natural |spoken )?language",
}
_BRINGING_IN = (
    r"(?:set ?up|add|choose|pick|introduce|use|using|need|want|with|bring in|install|create|"
    r"translate \w+ (?:in)?to|answer in|in|into)"
)
_ANY = r"(?:an?|some|which(?:ever)?|the (?:best|right)|another)"
_GOOD = r"(?:(?:good|suitable|proper|decent|modern|simple|new|nice|different) )?"
_DELEGATED = re.compile(
    r"\b(?:(?:of )?your (?:own )?choice|you (?:can )?(?:decide|choose|pick)|up to you|your call|"
    r"any (?:\w+ )?(?:is fine|will do)|whatever you|don'?t (?:care|mind))\b",
    re.IGNORECASE,
)
_PATTERNS = {
    dimension: re.compile(
        rf"\b{_BRINGING_IN} (?P<open>{_ANY} {_GOOD}(?P<noun>{noun}))\b(?! (?:called|named)\b)",
        re.IGNORECASE,
    )
    for dimension, noun in _NOUNS.items()
}


class OpenChoice(NamedTuple):
    """A choice that the text leaves open: "set up a linter", without saying which."""

    dimension: str
    fragment: str
    noun: str
    options: tuple[str, ...]


def open_choices(text: str) -> tuple[OpenChoice, ...]:
    """The choices that a request asks to be made and does not make, one a noun.

    None where it names one of the dimension's values, or leaves the choice to the agent.
    """
    if _DELEGATED.search(text):
        return ()
    found: dict[str, OpenChoice] = {}
    for dimension in catalogue():
        pattern = _PATTERNS.get(dimension.id)
        if pattern is None or (match := pattern.search(text)) is None or _named(dimension, text):
            continue
        noun = match["noun"].lower()
        options = tuple(value.id for value in dimension.values[:_OPTIONS])
        found.setdefault(noun, OpenChoice(dimension.id, match["open"], noun, options))
    return tuple(found.values())


def _named(dimension: Dimension, text: str) -> bool:
    return any(
        part.search(text) for value in dimension.values for cue in value.cues for part in cue
    )
