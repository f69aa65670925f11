"""The interactive coding session: an agent that knows who it works for, in a terminal."""
