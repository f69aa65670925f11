"""Foreign transcripts to sessions: cleaned, redacted, bounded, and read as a stream."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.ingest.base import Importer, Tally, TranscriptSource
    from tom_swe.ingest.importers import IMPORTERS, Redactor, read_sessions
    from tom_swe.ingest.importing import Intake, import_transcripts

__all__ = [
    "IMPORTERS",
    "Importer",
    "Intake",
    "Redactor",
    "Tally",
    "TranscriptSource",
    "import_transcripts",
    "read_sessions",
]

__getattr__ = loading(
    __name__,
    {
        "IMPORTERS": "importers",
        "Importer": "base",
        "Intake": "importing",
        "Redactor": "importers",
        "TranscriptSource": "base",
        "Tally": "base",
        "import_transcripts": "importing",
        "read_sessions": "importers",
    },
)
