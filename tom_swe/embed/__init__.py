"""The bundled sentence embedder."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.embed.cues import Cues
    from tom_swe.embed.minilm import MiniLM
    from tom_swe.embed.remembering import Remembering
    from tom_swe.embed.scorer import SentenceScorer

__all__ = ["Cues", "MiniLM", "Remembering", "SentenceScorer"]

__getattr__ = loading(
    __name__,
    {
        "Cues": "cues",
        "MiniLM": "minilm",
        "Remembering": "remembering",
        "SentenceScorer": "scorer",
    },
)
