"""What `tom memory export` writes of a person, as it is read again."""

import json
from typing import Any

from tom_migrations import HEAD
from tom_swe.memory.store import Store
from tom_swe.model.portable import FORMAT, VERSION


def exported(memory: Store, user: str = "ada") -> dict[str, Any]:
    """The document."""
    tables = {name: list(rows) for name, rows in memory.portable.rows(user)}
    head = {"format": FORMAT, "version": VERSION, "schema": HEAD, "user": user}
    return json.loads(json.dumps({**head, "tables": tables}))
