"""The bundled sentence embedders."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.embed.minilm import MiniLM
    from tom_swe.embed.multilingual import Multilingual
    from tom_swe.embed.remembering import Remembering

__all__ = ["MiniLM", "Multilingual", "Remembering"]

__getattr__ = loading(
    __name__,
    {
        "MiniLM": "minilm",
        "Multilingual": "multilingual",
        "Remembering": "remembering",
    },
)
