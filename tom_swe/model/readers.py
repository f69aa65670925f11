"""Which reader's reading of a session counts: a language model's more than the rules'. Pure.

A reader is known by its name. The names of those with a language model begin with ``model-``,
where tom asks it, or ``host-``, where a coding agent reads within the person's own session.
"""

BY_MODEL = ("model-", "host-")
# A session that has grown since a model read it, and was read by the rules then.
_AFTER = " after "


def by_model(reader: str) -> bool:
    """Whether a language model read the session as it was then."""
    return reader.startswith(BY_MODEL)


def outranks(before: str, reader: str) -> bool:
    """Whether ``reader`` takes nothing away of what was read ``before``: a model read it."""
    return not by_model(reader) and (by_model(before) or _AFTER in before)


def following(reader: str, before: str) -> str:
    """The name that a reading is kept under, given the one before.

    That a model has read a part of the session is not forgotten, however often the rest is read
    without one.
    """
    if not outranks(before, reader):
        return reader
    return reader.partition(_AFTER)[0] + _AFTER + before.rpartition(_AFTER)[2]
