"""The interactive coding session: an agent that knows your preferences, in a terminal."""
