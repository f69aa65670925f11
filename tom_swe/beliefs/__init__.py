"""How observations and the person's acts become beliefs. Pure."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.beliefs.adherence import kept_to
    from tom_swe.beliefs.confidence import weigh
    from tom_swe.beliefs.conflict import claim_of
    from tom_swe.beliefs.draft import Draft
    from tom_swe.beliefs.feedback import verdicts
    from tom_swe.beliefs.fold import Fold
    from tom_swe.beliefs.names import named

__all__ = ["Draft", "Fold", "claim_of", "kept_to", "named", "verdicts", "weigh"]

__getattr__ = loading(
    __name__,
    {
        "Draft": "draft",
        "Fold": "fold",
        "claim_of": "conflict",
        "kept_to": "adherence",
        "named": "names",
        "verdicts": "feedback",
        "weigh": "confidence",
    },
)
