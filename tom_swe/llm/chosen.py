"""Which models read and advise, what sets them, and on what they draw. Asks nobody."""

from collections.abc import Mapping
from pathlib import Path

from tom_swe.errors import ModelUnavailable
from tom_swe.llm.agents import agent_named, found_agents
from tom_swe.llm.models import model_for
from tom_swe.model.base import Value
from tom_swe.openhands_llm import is_openhands
from tom_swe.settings import Settings, helper_of, set_by


class ChosenModel(Value):
    """A model at one of its two tasks; ``model`` is "" where rules alone do it.

    ``set_by`` is a variable or a file, ``draws_on`` whose plan or key it takes, and ``fault``
    why it cannot be used.
    """

    task: str
    model: str = ""
    set_by: str = ""
    draws_on: str = ""
    fault: str = ""


def chosen_models(
    settings: Settings, environ: Mapping[str, str], home: Path
) -> tuple[ChosenModel, ...]:
    """What reads, and what advises."""
    plans = {each.name: each.draws_on for each in found_agents(environ, home)}
    tasks = {"reads": "reader_model", "advises": "adviser_model"}
    return tuple(_chosen(settings, task, field, environ, plans) for task, field in tasks.items())


def fault_of(settings: Settings, named: str) -> str:
    """Why a model cannot be used, "" where nothing speaks against it before it is asked."""
    model = helper_of(settings, named)
    if model is None:
        return ""
    try:
        model_for(model, timeout=settings.model_timeout_seconds, at_once=1).check()
    except ModelUnavailable as error:
        return str(error)
    return ""


def _chosen(
    settings: Settings, task: str, field: str, environ: Mapping[str, str], plans: Mapping[str, str]
) -> ChosenModel:
    own = str(getattr(settings, field))
    where = set_by(field if own else "model", environ)
    model = helper_of(settings, own)
    if model is None:
        return ChosenModel(task=task, set_by=where)
    at = f" at {model.base_url}" if model.base_url else ""
    if agent := agent_named(model.name):
        drawn = plans.get(agent[0].name, "")
    elif is_openhands(own or settings.model):
        drawn = f"what OpenHands has set up as {own or settings.model}{at}"
    elif model.api_key:
        drawn = f"your key in {'LLM' if set_by('model', environ) == 'LLM_MODEL' else 'TOM'}_API_KEY"
        drawn += at
    else:
        drawn = f"the server{at}" if at else "the provider's own key in your environment"
    return ChosenModel(
        task=task, model=model.name, set_by=where, draws_on=drawn, fault=fault_of(settings, own)
    )
