"""Schema migrations of tom's database, shipped in the wheel and applied on first use."""

# Oldest first. A test holds this equal to Alembic's own history; it stands here so
# that an up-to-date database is recognised without importing Alembic.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
HEAD = REVISIONS[-1]
