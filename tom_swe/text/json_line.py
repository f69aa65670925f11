"""Untrusted text as a line of JSON, for a language model. Pure."""

import json

# Line breaks that JSON leaves as they are, and that a reader of lines may break at.
_BREAKS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x7f\x85\u2028\u2029"}


def json_line(**fields: object) -> str:
    """The fields as one line of JSON, which no text in them can end or leave."""
    return json.dumps(fields, ensure_ascii=False).translate(_BREAKS)
