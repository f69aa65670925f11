"""What a session shows about the person: sessions in, observations out."""

from tom_swe.lazy import TYPE_CHECKING, loading

if TYPE_CHECKING:
    from tom_swe.extract.catalogue import Dimension, match
    from tom_swe.extract.embedded import EmbeddedReader
    from tom_swe.extract.language_model import ModelReader
    from tom_swe.extract.pointers import add_pointed
    from tom_swe.extract.stated import plainly, session_of_statements
    from tom_swe.extract.verified import VerifiedReader

__all__ = [
    "Dimension",
    "EmbeddedReader",
    "ModelReader",
    "VerifiedReader",
    "add_pointed",
    "match",
    "plainly",
    "session_of_statements",
]

__getattr__ = loading(
    __name__,
    {
        "Dimension": "catalogue",
        "EmbeddedReader": "embedded",
        "ModelReader": "language_model",
        "VerifiedReader": "verified",
        "add_pointed": "pointers",
        "match": "catalogue",
        "plainly": "stated",
        "session_of_statements": "stated",
    },
)
