"""Ambig-SWE: what asking brings on issues that leave much out (Vijayvargiya et al. 2026)."""
