"""Takes secrets out of text before anything keeps it."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.redact.redactor import Redactor
    from tom_swe.redact.rule import Rule, placeholder

__all__ = ["Redactor", "Rule", "placeholder"]

__getattr__ = loading(
    __name__,
    {
        "Redactor": "redactor",
        "Rule": "rule",
        "placeholder": "rule",
    },
)
