"""Stateful SWE: whether a coding agent that remembers a person serves them better."""
