"""What tom's files and folders are named, and who may read them. Standard library only: each hook
starts with this.
"""

LOCAL_USER = "local"
DATABASE = "tom.db"
# What stands after the database's name beside one that is encrypted.
ENCRYPTED = ".encrypted"
# The file whose being there switches tom off.
OFF = "off"
FILE_MODE = 0o600
FOLDER_MODE = 0o700
# The schemas of the database that this version knows, the oldest first. A test holds this equal
# to Alembic's own history; it stands here so that it is known without importing Alembic.
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
)
