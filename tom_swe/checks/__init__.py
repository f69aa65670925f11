"""Confirmed rules as checks, and whether an agent follows them; it asks no model."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.checks.compiling import compiled, compiled_among
    from tom_swe.checks.judging import Past, judge
    from tom_swe.checks.past import replayed
    from tom_swe.checks.rule import Why
    from tom_swe.checks.steps import Step, steps_of

__all__ = ["Past", "Step", "Why", "compiled", "compiled_among", "judge", "replayed", "steps_of"]

__getattr__ = loading(
    __name__,
    {
        "Past": "judging",
        "Step": "steps",
        "Why": "rule",
        "compiled": "compiling",
        "compiled_among": "compiling",
        "judge": "judging",
        "replayed": "past",
        "steps_of": "steps",
    },
)
