"""Says what is wrong with an installation, and mends it."""
