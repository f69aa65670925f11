"""Alembic's entry: runs the migrations on the connection that tom_swe.memory.engine hands over."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
# SQLite can roll DDL back; the caller opened the transaction and commits it.
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
