"""What a scripted model says in tom's forms, and a memory with sessions to say it of."""

import json
from typing import Any

from tom_swe.app import open_tom
from tom_swe.mind.tom import Tom
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedModel


def note(quote: str, statement: str, **changed: Any) -> dict[str, Any]:
    """One thing noted of a session."""
    return {
        "turn": 0,
        "quote": quote,
        "kind": "preference",
        "way": "instruction",
        "statement": statement,
        "against": False,
        "scope": "everywhere",
        "language": "",
        **changed,
    }


def reading(*notes: dict[str, Any], rejected: tuple[int, ...] | None = (), **changed: Any) -> str:
    """A reply about a session."""
    return json.dumps(
        {
            "summary": "They asked for a chart.",
            "intent": "code_generation",
            "observations": notes,
            "rejected": rejected,
            **changed,
        }
    )


def step(action: str, **fields: Any) -> str:
    """A step of advice."""
    return json.dumps({"step": {"action": action, **fields}})


def wish(text: str, *beliefs: int) -> dict[str, Any]:
    """What the person would want, with the beliefs that say so."""
    return {"text": text, "beliefs": beliefs}


def question(text: str, *options: str) -> dict[str, Any]:
    """A question with answers to pick from."""
    return {"text": text, "options": options}


def opened(settings: Settings, server: ScriptedModel, said: list[str], **changed: Any) -> Tom:
    """Tom with the scripted model, as the settings would name it."""
    model = {"model": "openai/scripted", "base_url": server.base_url, "api_key": "sk-none"}
    with_model = Settings.model_validate({**settings.model_dump(), **model, **changed})
    return open_tom(with_model, say=said.append, embedder=HashEmbedder())


def tell(tom: Tom, *said: str | tuple[Role, str], host_id: str = "one") -> int:
    """Puts a session; its id."""
    put = tom.add_session("ada", session_of(*said, host_id=host_id))
    assert put.session_id
    return put.session_id
