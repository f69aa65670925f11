"""A configured model: a coding agent's own program where its name means one, else litellm's."""

from tom_swe.llm.agents import AgentModel, agent_named
from tom_swe.llm.lite import LiteModel
from tom_swe.settings import Model


def model_for(model: Model, *, timeout: float, at_once: int) -> AgentModel | LiteModel:
    """What completes for this model; nothing is asked or imported yet.

    Raises ModelUnavailable where the model needs an extra that is not installed.
    """
    if agent_named(model.name):
        return AgentModel(model.name, timeout=timeout, at_once=at_once)
    return LiteModel(model, timeout=timeout, at_once=at_once)
