"""The relational memory: the truth that every index is derived from.

Full-text tables (``turn_user_fts``, ``turn_agent_fts``, ``belief_fts``) and the
triggers that keep them in step are made by the migrations; they are no part of
this metadata because SQLAlchemy has no word for them.

A foreign key is found only where both tables are loaded, so tables are imported from here.
"""

from tom_swe.memory.belief_tables import (
    BeliefRow,
    BriefingRow,
    ConsultationRow,
    DecisionRow,
    EvidenceRow,
    ModelCallRow,
    TellingRow,
    ToldRow,
    ToldSayingRow,
    UserActRow,
    VectorRow,
    VerdictRow,
)
from tom_swe.memory.check_tables import CheckHitRow, CheckModeRow, CompiledCheckRow
from tom_swe.memory.session_tables import (
    ComparisonRow,
    CorrectiveTurnRow,
    ForgottenRow,
    LearnQueueRow,
    LongLineRow,
    ObservationRow,
    PointerRow,
    RequestRow,
    RequestsReadRow,
    SayingPlaceRow,
    SayingRow,
    SayingsReadRow,
    SayingTermRow,
    SessionModelRow,
    SessionRow,
    SourceSeenRow,
    TurnRow,
    UserRow,
)
from tom_swe.memory.table import Table, UtcTime

FULL_TEXT = ("turn_user_fts", "turn_agent_fts", "belief_fts")

__all__ = [
    "FULL_TEXT",
    "BeliefRow",
    "BriefingRow",
    "CheckHitRow",
    "CheckModeRow",
    "ComparisonRow",
    "CompiledCheckRow",
    "ConsultationRow",
    "CorrectiveTurnRow",
    "DecisionRow",
    "EvidenceRow",
    "ForgottenRow",
    "LearnQueueRow",
    "LongLineRow",
    "ModelCallRow",
    "ObservationRow",
    "PointerRow",
    "RequestRow",
    "RequestsReadRow",
    "SayingPlaceRow",
    "SayingRow",
    "SayingTermRow",
    "SayingsReadRow",
    "SessionModelRow",
    "SessionRow",
    "SourceSeenRow",
    "Table",
    "TellingRow",
    "ToldRow",
    "ToldSayingRow",
    "TurnRow",
    "UserActRow",
    "UserRow",
    "UtcTime",
    "VectorRow",
    "VerdictRow",
]
