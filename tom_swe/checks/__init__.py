"""Checks: confirmed rules that can be held against what an agent does, without a model."""
