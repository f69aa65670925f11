"""Takes secrets out of text before anything keeps it."""

from tom_swe.redact.redactor import Redactor

__all__ = ["Redactor"]
