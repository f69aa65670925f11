"""The services that wire extracting, believing and advising to the memory."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.mind.compare import ModelComparer
    from tom_swe.mind.learn import Learned
    from tom_swe.mind.parts import Mind, Parts
    from tom_swe.mind.tom import Tom

__all__ = ["Learned", "Mind", "ModelComparer", "Parts", "Tom"]

__getattr__ = loading(
    __name__,
    {
        "Learned": "learn",
        "Mind": "parts",
        "ModelComparer": "compare",
        "Parts": "parts",
        "Tom": "tom",
    },
)
