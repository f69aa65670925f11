"""The person's own coding agents as language models: `TOM_MODEL=claude-code`, `codex/MODEL`, ...

One module a host, over a common base; `program.py` runs a command and leaves nothing behind.
"""

from tom_swe.llm.agents.logins import FoundAgent, LoggedIn, could_read, found_agents
from tom_swe.llm.agents.model import AGENTS, AgentModel, agent_named

__all__ = [
    "AGENTS",
    "AgentModel",
    "FoundAgent",
    "LoggedIn",
    "agent_named",
    "could_read",
    "found_agents",
]
