"""Frozen values: what sessions, beliefs and advice are. No input or output."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.model.advice import Query, Suggestion
    from tom_swe.model.belief import Belief, Observation, Scope
    from tom_swe.model.session import Session, Turn
    from tom_swe.model.user import UserModel

__all__ = ["Belief", "Observation", "Query", "Scope", "Session", "Suggestion", "Turn", "UserModel"]

__getattr__ = loading(
    __name__,
    {
        "Belief": "belief",
        "Observation": "belief",
        "Query": "advice",
        "Scope": "belief",
        "Session": "session",
        "Suggestion": "advice",
        "Turn": "session",
        "UserModel": "user",
    },
)
