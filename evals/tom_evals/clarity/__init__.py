"""Telling underspecified requests from clear ones, and the questions that memory saves."""
