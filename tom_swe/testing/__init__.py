"""Fakes and builders for tests of tom and of what is built on it.

`tom_swe.testing.scripted` is a language model that says what it is told to.
"""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.testing.builders import START, FixedScorer, HashEmbedder, session_of
    from tom_swe.testing.scripted import ScriptedFault, ScriptedModel, text_of

__all__ = [
    "START",
    "FixedScorer",
    "HashEmbedder",
    "ScriptedFault",
    "ScriptedModel",
    "session_of",
    "text_of",
]

__getattr__ = loading(
    __name__,
    {
        "START": "builders",
        "FixedScorer": "builders",
        "ScriptedFault": "scripted",
        "HashEmbedder": "builders",
        "ScriptedModel": "scripted",
        "session_of": "builders",
        "text_of": "scripted",
    },
)
