"""Is a request clear enough to act on, what does it leave open, and how to ask about that."""
