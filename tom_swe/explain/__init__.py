"""Why something is believed or not, and how that came about."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.explain.audit import Audit
    from tom_swe.explain.history import Difference, Entry, differences
    from tom_swe.explain.markdown import document
    from tom_swe.explain.stats import Stats
    from tom_swe.explain.why_not import WhyNot

__all__ = ["Audit", "Difference", "Entry", "Stats", "WhyNot", "differences", "document"]

__getattr__ = loading(
    __name__,
    {
        "Audit": "audit",
        "Difference": "history",
        "Entry": "history",
        "Stats": "stats",
        "WhyNot": "why_not",
        "differences": "history",
        "document": "markdown",
    },
)
