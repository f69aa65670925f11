"""Language models behind the `LanguageModel` port. litellm is imported when one is called."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.llm.asking import Asking
    from tom_swe.llm.lite import LiteModel
    from tom_swe.llm.local import LocalVerifier
    from tom_swe.llm.models import model_for
    from tom_swe.llm.outage import Outage
    from tom_swe.llm.prompts import render

__all__ = ["Asking", "LiteModel", "LocalVerifier", "Outage", "model_for", "render"]

__getattr__ = loading(
    __name__,
    {
        "Asking": "asking",
        "LiteModel": "lite",
        "LocalVerifier": "local",
        "Outage": "outage",
        "model_for": "models",
        "render": "prompts",
    },
)
