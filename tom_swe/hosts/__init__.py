"""The agents that tom works with."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.hosts.agent_server import AgentServer
    from tom_swe.hosts.coding import Coder
    from tom_swe.hosts.hook import start_learner
    from tom_swe.hosts.install import Standing
    from tom_swe.hosts.learner import take_over

__all__ = ["AgentServer", "Coder", "Standing", "start_learner", "take_over"]

__getattr__ = loading(
    __name__,
    {
        "AgentServer": "agent_server",
        "Coder": "coding",
        "Standing": "install",
        "start_learner": "hook",
        "take_over": "learner",
    },
)
