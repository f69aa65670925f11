"""The relational store is truth; every index is derived from it."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.memory.engine import driver_of, open_engine, revision_of
    from tom_swe.memory.learning import ChangeOfMind
    from tom_swe.memory.ledger import CallLedger
    from tom_swe.memory.nearest import NearestTurns
    from tom_swe.memory.store import Store

__all__ = [
    "CallLedger",
    "ChangeOfMind",
    "NearestTurns",
    "Store",
    "driver_of",
    "open_engine",
    "revision_of",
]

__getattr__ = loading(
    __name__,
    {
        "CallLedger": "ledger",
        "ChangeOfMind": "learning",
        "NearestTurns": "nearest",
        "Store": "store",
        "driver_of": "engine",
        "open_engine": "engine",
        "revision_of": "engine",
    },
)
