"""Whose words a text holds, and small tools on text."""
