"""Benchmarks of tom-swe; they use its public names only."""
