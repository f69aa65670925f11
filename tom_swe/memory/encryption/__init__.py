"""The database's key, and moving between a plain and an encrypted file."""
