"""What to do about a request, and what a session starts with."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.advise.brief import briefings
    from tom_swe.advise.embedded import EmbeddedAdviser
    from tom_swe.advise.language_model import ModelAdviser
    from tom_swe.advise.recall import in_force, rank_beliefs, rank_turns

__all__ = ["EmbeddedAdviser", "ModelAdviser", "briefings", "in_force", "rank_beliefs", "rank_turns"]

__getattr__ = loading(
    __name__,
    {
        "EmbeddedAdviser": "embedded",
        "ModelAdviser": "language_model",
        "briefings": "brief",
        "in_force": "recall",
        "rank_beliefs": "recall",
        "rank_turns": "recall",
    },
)
