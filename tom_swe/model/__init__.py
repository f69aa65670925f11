"""Frozen values: what sessions, beliefs and advice are. No input or output."""
