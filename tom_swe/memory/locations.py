"""Where OpenHands keeps its own notes about a user, relative to its store.

tom keeps nothing there: ``openhands-tools`` asks for the folder to note in it which
conversations it has handed over.
"""

import re

from tom_swe.errors import UsageError

_ROOT = "usermodeling"
# One plain file name on every system: no separator, no drive, no leading dot or dash.
_PLAIN = re.compile(r"[^\W_][\w.@+-]{0,199}")


def get_usermodeling_dir(user_id: str | None = "") -> str:
    """The folder of one user's notes; of the unnamed user for the empty id.

    Without a slash at either end. Raises UsageError for an id that is not one plain file
    name, so that no id leads out of the folder.
    """
    if not user_id:
        return _ROOT
    if not _PLAIN.fullmatch(user_id):
        raise UsageError(
            "a user id that names a folder has to start with a letter or digit and use only "
            "those and . _ @ + -, at most 200 in all"
        )
    return f"{_ROOT}/users/{user_id}"
