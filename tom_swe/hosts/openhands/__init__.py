"""tom beside an OpenHands agent: a tool to ask, and the briefing in its context.

Needs ``tom-swe[openhands]``. Importing this registers the tool ``ask_tom``.
"""

import os

# Before openhands imports litellm: it would ask the network for prices, and can hang there.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from tom_swe.hosts.openhands.context import briefed_context, learn_from
from tom_swe.hosts.openhands.tool import AskTomAction, AskTomObservation, AskTomTool

__all__ = ["AskTomAction", "AskTomObservation", "AskTomTool", "briefed_context", "learn_from"]
