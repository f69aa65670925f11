"""Recall: for a query, the right past turns, and how long finding them takes."""
