"""The services that wire extracting, believing and advising to the memory."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.mind.learn import Learned
    from tom_swe.mind.parts import Mind, Parts
    from tom_swe.mind.tom import Tom

__all__ = ["Learned", "Mind", "Parts", "Tom"]

__getattr__ = loading(
    __name__,
    {
        "Learned": "learn",
        "Mind": "parts",
        "Parts": "parts",
        "Tom": "tom",
    },
)
