"""What to do about a request, and what a session starts with."""
