"""tom-swe: a user model for coding agents, every belief of it with a quote.

    tom = open_tom(load_settings())
    import_transcripts(tom, user_id, "claude-code", path)
    tom.learn(user_id)
    tom.consult(user_id, Query(text="add a login page"))
    tom.brief(user_id, repository)

The names below are the public ones. Each is loaded when first used.
"""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.app import open_tom
    from tom_swe.errors import TomError
    from tom_swe.ingest.importing import import_transcripts
    from tom_swe.mind.learn import Learned
    from tom_swe.mind.tom import Tom
    from tom_swe.model.advice import Action, Briefing, Outcome, Query, Suggestion
    from tom_swe.model.belief import Belief, Evidence, Observation, Scope, SessionModel, Verdict
    from tom_swe.model.session import Role, Session, Turn
    from tom_swe.model.user import UserModel
    from tom_swe.place import LOCAL_USER
    from tom_swe.settings import Settings, load_settings

__all__ = [
    "LOCAL_USER",
    "Action",
    "Belief",
    "Briefing",
    "Evidence",
    "Learned",
    "Observation",
    "Outcome",
    "Query",
    "Role",
    "Scope",
    "Session",
    "SessionModel",
    "Settings",
    "Suggestion",
    "Tom",
    "TomError",
    "Turn",
    "UserModel",
    "Verdict",
    "import_transcripts",
    "load_settings",
    "open_tom",
]

__getattr__ = loading(
    __name__,
    {
        "LOCAL_USER": "place",
        "Action": "model.advice",
        "Belief": "model.belief",
        "Briefing": "model.advice",
        "Evidence": "model.belief",
        "Learned": "mind.learn",
        "Observation": "model.belief",
        "Outcome": "model.advice",
        "Query": "model.advice",
        "Role": "model.session",
        "Scope": "model.belief",
        "Session": "model.session",
        "SessionModel": "model.belief",
        "Settings": "settings",
        "Suggestion": "model.advice",
        "Tom": "mind.tom",
        "TomError": "errors",
        "Turn": "model.session",
        "UserModel": "model.user",
        "Verdict": "model.belief",
        "import_transcripts": "ingest.importing",
        "load_settings": "settings",
        "open_tom": "app",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
