"""What of a damaged database can still be read."""
