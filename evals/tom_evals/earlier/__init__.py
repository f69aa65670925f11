"""What people said before that bears on a later request: what is shown of it, and how rightly."""
