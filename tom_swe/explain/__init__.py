"""Why something is believed or not, and how that came about."""
