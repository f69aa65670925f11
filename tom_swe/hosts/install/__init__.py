"""Putting tom into agents, and taking it out again.

``HOSTS`` are the agents; a ``Plan`` is what would change, and ``carry_out`` does it.
"""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.hosts.install.content import plugin_folder
    from tom_swe.hosts.install.here import Here
    from tom_swe.hosts.install.hosts import HOSTS, Host, host_named
    from tom_swe.hosts.install.installed import Standing, standing
    from tom_swe.hosts.install.plan import Plan, carry_out

__all__ = [
    "HOSTS", "Here", "Host", "Plan", "Standing", "carry_out", "host_named", "plugin_folder",
    "standing",
]  # fmt: skip

__getattr__ = loading(
    __name__,
    {
        "HOSTS": "hosts",
        "Here": "here",
        "Host": "hosts",
        "Plan": "plan",
        "Standing": "installed",
        "carry_out": "plan",
        "host_named": "hosts",
        "plugin_folder": "content",
        "standing": "installed",
    },
)
